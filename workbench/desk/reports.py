"""Registering reports, and showing what is known of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from workbench.capture.images import inspect_images
from workbench.desk.changes import Changes, changed
from workbench.desk.exhibits import Prepared
from workbench.desk.part import DeskPart, required
from workbench.desk.ranking import circumstances, priority_row, ranked_columns
from workbench.domain.clock import jst_date
from workbench.domain.decision import RESULT_CODES
from workbench.domain.errors import M_, BadInput
from workbench.domain.ids import new_id
from workbench.domain.numbers import era_year, human_number
from workbench.domain.officer import WORKING
from workbench.domain.priority import Weights, rank
from workbench.domain.report import REPORT_WORKFLOW, SOURCES
from workbench.domain.url import UrlReading, read_url
from workbench.store import actions
from workbench.store import custody as stored_custody
from workbench.store import reports as stored
from workbench.store.queue import end_lease, leases_on
from workbench.store.store import Content, Row, Writing

# Identifiers that say something about who is behind a page; shared hosts say nothing.
LINKING_KINDS = (
    "email",
    "phone",
    "line_id",
    "telegram",
    "signal",
    "x_account",
    "instagram",
    "bank_account",
    "crypto_address",
)


@dataclass(frozen=True)
class Screenshot:
    """A picture the officer took: its name and its bytes, hostile until decoded."""

    name: str
    untrusted_bytes: bytes


@dataclass(frozen=True)
class Found:
    """How and where a page was found, as the officer gives it."""

    note: str = ""
    brand: str = ""
    category_hint: str = ""
    receipt_number: str = ""
    received_text: str = ""
    received_at: int | None = None
    search_words: str = ""
    post_id: str = ""
    account_id: str = ""
    display_name: str = ""
    posted_text: str = ""
    posted_at: int | None = None
    viewing_environment: dict[str, str] = field(default_factory=dict)
    extra: dict[str, str] = field(default_factory=dict)


class Reports(DeskPart):
    """Reports: register, show, close."""

    def register(
        self,
        untrusted_url: str,
        screenshots: Sequence[Screenshot] = (),
        source: str = "patrol",
        found: Found = Found(),
    ) -> Changes[dict[str, Any]]:
        """Register one URL with its pictures; a known URL gets one more sighting.

        Pictures are decoded in a limited process and stored as given. BadInput (nothing written)
        for a URL or picture that cannot be used.
        """
        self.desk.officer.must_have(*WORKING)
        check_source(source)
        url = read_url(untrusted_url)
        facts = inspect_images([shot.untrusted_bytes for shot in screenshots])
        with self.desk.exhibits.preparing() as preparation:
            pictures = [
                preparation.write(
                    shot.untrusted_bytes,
                    "screenshot",
                    fact.media_type,
                    shot.name,
                    width=fact.width,
                    height=fact.height,
                    frames=fact.frames,
                )
                for shot, fact in zip(screenshots, facts, strict=True)
            ]
            return self._write(url, pictures, source, found)

    def _write(
        self, url: UrlReading, pictures: list[Prepared], source: str, found: Found
    ) -> Changes[dict[str, Any]]:
        with self.desk.store.write() as tx:
            known = stored.by_url_digest(tx, stored.url_digest(url.canonical))
            if known is None:
                number = self.take_numbers(tx, "report", 1)[0]
                report, contents = self.new_report(tx, url, number, source, found)
            else:
                report, contents = known, []
                stored.add_sightings(tx, {known["id"]: 1})
            sighting = self.sighting_row(report["id"], url.entered, source, found)
            contents.append(tx.insert("sighting", sighting))
            shown, more = self.desk.exhibits.add(tx, report["id"], pictures)
            facts = {
                "number": report["number"],
                "source": source,
                "exhibits": [{"id": e["id"], "sha256": e["sha256"]} for e in shown],
            }
            action = "registered" if known is None else "sighted_again"
            self.custody(tx, "report", report["id"], action, facts, [*contents, *more])
        status = "new" if known is None else "duplicate"
        result = {
            "id": report["id"],
            "number": report["number"],
            "status": status,
            "state": report["state"],
            "url": report["url_canonical"],
            "repairs": list(url.repairs),
            "exhibits": shown,
        }
        return changed(result, ("report", report["id"]))

    def take_numbers(self, tx: Writing, kind: str, count: int) -> list[str]:
        """The next human numbers of this office and calendar year (Asia/Tokyo)."""
        prefix = self.desk.office["prefix"]
        year = era_year(jst_date(self.desk.clock()))
        first = stored.next_number(tx, prefix, year, kind, count)
        return [human_number(prefix, year, kind, first + i) for i in range(count)]

    def new_report(
        self, tx: Writing, url: UrlReading, number: str, source: str, found: Found
    ) -> tuple[Row, list[Content]]:
        """Write a report and its first priority."""
        weights = self.desk.weights.in_force(tx)
        row, priority = self.report_rows(url, number, source, found, weights)
        return row, [tx.insert("report", row), tx.insert("priority", priority)]

    def report_rows(
        self, url: UrlReading, number: str, source: str, found: Found, weights: Weights
    ) -> tuple[Row, Row]:
        """The rows of a new report and its first priority under `weights`, not yet written."""
        row: Row = {
            "id": new_id(),
            "origin_store": self.desk.store.id,
            "revision": 1,
            "number": number,
            "url_entered": url.entered,
            "url_canonical": url.canonical,
            "url_digest": stored.url_digest(url.canonical),
            "url_repairs": list(url.repairs),
            "host": url.host,
            "registrable_domain": url.registrable_domain,
            "note": found.note,
            "brand": found.brand,
            "category_hint": found.category_hint,
            "post_id": found.post_id,
            "account_id": found.account_id,
            "display_name": found.display_name,
            "posted_text": found.posted_text,
            "posted_at": found.posted_at,
            "viewing_environment": found.viewing_environment,
            "search_words": found.search_words,
            "state": REPORT_WORKFLOW.initial,
            "hold": False,
            "sightings": 1,
            "open": True,
            "registered_at": self.desk.clock(),
            "registered_by": self.desk.officer.id,
            "office_id": self.desk.officer.office_id,
        }
        computed = rank(circumstances(self.desk, row, source), weights)
        priority = priority_row(self.desk, row["id"], computed)
        row |= ranked_columns(priority)
        return row, priority

    def sighting_row(
        self,
        report_id: str,
        url_entered: str,
        source: str,
        found: Found,
        batch: tuple[str, int] | None = None,
    ) -> Row:
        """One accepted notice of a report, not yet written."""
        return {
            "id": new_id(),
            "report_id": report_id,
            "source": source,
            "receipt_number": found.receipt_number,
            "received_text": found.received_text,
            "received_at": found.received_at,
            "url_entered": url_entered,
            "note": found.note,
            "brand": found.brand,
            "category_hint": found.category_hint,
            "search_words": found.search_words,
            "extra": found.extra,
            "batch_id": batch[0] if batch else None,
            "batch_row": batch[1] if batch else None,
            "registered_at": self.desk.clock(),
            "officer_id": self.desk.officer.id,
        }

    def show(self, token: str) -> dict[str, Any]:
        """Everything known of a report, for a screen; no exhibit's bytes are opened."""
        with self.desk.store.read() as tx:
            report = self.find(tx, "report", token)
            report_id = report["id"]
            found: dict[str, Any] = {
                "report": report,
                "sightings": stored.sightings_of(tx, report_id),
                "captures": stored.captures_of(tx, report_id),
                "exhibits": stored.exhibits_of(tx, report_id),
                "identifiers": stored.identifiers_of(tx, report_id),
                "links": stored.linked_reports(tx, report_id, LINKING_KINDS),
                "decisions": stored.decisions_of(tx, report_id),
                "removals": actions.removals_of(tx, report_id),
                "cases": actions.cases_of_report(tx, report_id),
                "history": stored_custody.chain(tx, report_id),
                "lease": leases_on(tx, "report", [report_id]).get(report_id),
                "assessment": None,
                "priority": tx.get("priority", report["priority_id"]),
            }
            if report["assessment_id"]:
                found["assessment"] = tx.get("assessment", report["assessment_id"])
            return found

    def look_up(self, untrusted_text: str) -> str:
        """The id of the report with this number, id or URL; BadInput when there is none."""
        text = untrusted_text.strip()
        try:
            with self.desk.store.read() as tx:
                return str(self.find(tx, "report", text)["id"])
        except BadInput:
            if "." not in text:
                raise
            # Typed without a scheme, the page may be known under either.
            tries = [text] if "//" in text or "／／" in text else [f"https://{text}", text]
            for attempt in tries:
                known = self.known(attempt)
                if known is not None:
                    return str(known["id"])
            raise

    def known(self, untrusted_url: str) -> Row | None:
        """The report already registered for this URL, if any (for the live check on entry)."""
        digest = stored.url_digest(read_url(untrusted_url).canonical)
        with self.desk.store.read() as tx:
            return stored.by_url_digest(tx, digest)

    def close(self, token: str, result: str) -> Changes[dict[str, Any]]:
        """End a report with a result code."""
        if result not in RESULT_CODES:
            raise BadInput(
                M_("{code} is no result code.", code=result[:80]),
                M_("Known: {names}", names=", ".join(RESULT_CODES)),
            )
        with self.desk.store.write() as tx:
            report = self.find(tx, "report", token)
            state = self.advance(
                tx, REPORT_WORKFLOW, report, "close", result_code=result, open=False
            )
            end_lease(tx, "report", report["id"])
            self.custody(tx, "report", report["id"], "closed", {"result": result})
        shown = {"id": report["id"], "number": report["number"], "state": state, "result": result}
        return changed(shown, ("report", report["id"]))


def check_source(source: str) -> None:
    """BadInput for a source that statistics do not know."""
    if source not in SOURCES:
        raise BadInput(
            M_("{source} is no source.", source=required(source, M_("The source"))[:80]),
            M_("Known: {names}", names=", ".join(SOURCES)),
        )
