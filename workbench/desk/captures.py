"""Preserving pages: one guarded fetch at a time, kept as WARC with custody."""

from __future__ import annotations

import platform
from collections.abc import Callable, Sequence
from typing import Any

import workbench
from workbench.capture.archives import inspect_archive
from workbench.capture.fetch import LANGUAGES, USER_AGENT, FetchResult, FetchRules, fetch
from workbench.capture.page import PageReading, read_page
from workbench.desk.changes import Changes, changed
from workbench.desk.part import DeskPart
from workbench.domain.errors import M_, BadInput, EvidenceDamaged, Message
from workbench.domain.ids import new_id
from workbench.domain.officer import WORKING
from workbench.domain.report import REPORT_WORKFLOW
from workbench.domain.url import read_url
from workbench.files import scratch_folder
from workbench.store import reports as stored
from workbench.store.store import Row, Writing, workstation

CAPTURED = "captured"
REFUSED_PROTECTED = "refused_child_protection"

# URLs so marked by IHC or ICSA are never fetched automatically (DESIGN: handling levels).
_PROTECTED_HINTS = ("児童", "child")


class Captures(DeskPart):
    """Captures of reports' pages."""

    def waiting(self, limit: int) -> list[str]:
        """Ids of open reports that nobody tried to preserve, in rank order."""
        with self.desk.store.read() as tx:
            return stored.never_captured(tx, limit)

    def count_waiting(self) -> int:
        with self.desk.store.read() as tx:
            return stored.count_never_captured(tx)

    def session(self, opened: bool) -> None:
        """Write down that an officer opened, or ended, an outside session on this computer."""
        self.desk.officer.must_have(*WORKING)
        with self.desk.store.write() as tx:
            self.log_access(tx, "online" if opened else "offline", None, None)

    def capture(
        self,
        tokens: Sequence[str],
        witness: str = "",
        progress: Callable[[int, int], None] | None = None,
    ) -> Changes[list[dict[str, Any]]]:
        """Fetch and keep the pages of these reports; every outcome is recorded, also failures."""
        self.desk.officer.must_have(*WORKING)
        results: list[dict[str, Any]] = []
        touched: set[tuple[str, str]] = set()
        for done, token in enumerate(tokens, start=1):
            with self.desk.store.read() as tx:
                report = self.find(tx, "report", token)
            REPORT_WORKFLOW.advance(report["state"], "preserve", self.desk.officer)
            result = self._capture_one(report, witness)
            results.append(result)
            touched.add(("report", report["id"]))
            if progress is not None:
                progress(done, len(tokens))
        return changed(results, touched)

    def keep_archive(
        self, token: str, name: str, untrusted_bytes: bytes
    ) -> Changes[dict[str, Any]]:
        """Keep a WARC that was made elsewhere as an exhibit of the report whose page it holds.

        BadInput, and nothing written, for an archive that is damaged or holds another page.
        """
        self.desk.officer.must_have(*WORKING)
        with self.desk.store.read() as tx:
            report = self.find(tx, "report", token)
        REPORT_WORKFLOW.advance(report["state"], "preserve", self.desk.officer)
        facts = inspect_archive(untrusted_bytes)
        if not any(_same_page(target, report["url_canonical"]) for target in facts.targets):
            raise BadInput(
                M_("The archive holds no answer of the page of {number}.", number=report["number"])
            )
        packed = untrusted_bytes.startswith(b"\x1f\x8b")
        media_type = "application/warc+gzip" if packed else "application/warc"
        with self.desk.exhibits.preparing() as preparation:
            prepared = preparation.write(
                untrusted_bytes,
                "warc",
                media_type,
                name,
                records=facts.records,
                first=facts.first,
                last=facts.last,
            )
            with self.desk.store.write() as tx:
                shown, contents = self.desk.exhibits.add(tx, report["id"], [prepared])
                fresh = self.find(tx, "report", report["id"])
                self.advance(tx, REPORT_WORKFLOW, fresh, "preserve")
                said = {
                    "records": facts.records,
                    "digests": facts.digests,
                    "exhibits": [{"id": e["id"], "sha256": e["sha256"]} for e in shown],
                }
                self.custody(tx, "report", report["id"], "archive_added", said, contents)
        result = {"id": report["id"], "number": report["number"], "exhibits": shown}
        return changed(result, ("report", report["id"]))

    def _rules(self) -> FetchRules:
        settings = self.desk.settings
        hosts = tuple(h.strip() for h in settings["capture.allow_hosts"].split(",") if h.strip())
        return FetchRules(
            allow_hosts=hosts,
            max_body_bytes=settings["capture.max_body_mib"] << 20,
            max_seconds=settings["capture.max_seconds"],
        )

    def _capture_one(self, report: Row, witness: str) -> dict[str, Any]:
        hint = report["category_hint"].lower()
        if any(word in hint for word in _PROTECTED_HINTS):
            return _shown(
                report, REFUSED_PROTECTED, None, [],
                M_("Marked as child protection: it is never fetched by the program."),
            )  # fmt: skip
        with scratch_folder("workbench-capture-") as folder:
            warc = folder / "capture.warc.gz"
            fetched = fetch(report["url_canonical"], warc, self._rules())
            _read_back(fetched)
            page, page_problem = self._read(fetched)
            with self.desk.exhibits.preparing() as preparation:
                prepared = []
                if fetched.warc_path is not None:
                    with fetched.warc_path.open("rb") as stream:
                        name = f"{report['number']}.warc.gz"
                        prepared.append(
                            preparation.write(stream, "warc", "application/warc+gzip", name)
                        )
                with self.desk.store.write() as tx:
                    row = self._capture_row(report, fetched, page, page_problem, witness)
                    contents = [tx.insert("capture", row)]
                    shown, more = self.desk.exhibits.add(
                        tx, report["id"], prepared, capture_id=row["id"]
                    )
                    fresh = self.find(tx, "report", report["id"])
                    if fetched.outcome == CAPTURED:
                        self.advance(tx, REPORT_WORKFLOW, fresh, "preserve")
                    if page is not None:
                        self._keep_identifiers(tx, report["id"], row["id"], page)
                    facts = {
                        "outcome": fetched.outcome,
                        "status": fetched.status,
                        "final_url_sha256": stored.url_digest(fetched.final_url),
                        "exhibits": [{"id": e["id"], "sha256": e["sha256"]} for e in shown],
                    }
                    self.custody(tx, "report", report["id"], "captured", facts, [*contents, *more])
        return _shown(report, fetched.outcome, fetched, shown, fetched.reason or page_problem)

    def _read(self, fetched: FetchResult) -> tuple[PageReading | None, Message | None]:
        """The page's text, read in a limited process; a page that breaks it is still kept."""
        if fetched.outcome != CAPTURED or not fetched.untrusted_body:
            return None, None
        try:
            page = read_page(fetched.untrusted_body, fetched.content_type, fetched.final_url)
        except BadInput as error:
            return None, error.message
        if not page.charset:
            kind = (fetched.content_type or "").partition(";")[0].strip()[:60]
            return page, M_("The answer is no page but {kind}: it is kept, not read.", kind=kind)
        if page.refresh:
            return page, M_(
                "The page sends its reader on to {url} by itself; that is not followed.",
                url=page.refresh[:200],
            )
        return page, None

    def _capture_row(
        self,
        report: Row,
        fetched: FetchResult,
        page: PageReading | None,
        page_problem: Message | None,
        witness: str,
    ) -> Row:
        reason = fetched.reason or page_problem
        return {
            "id": new_id(),
            "report_id": report["id"],
            "outcome": fetched.outcome,
            "reason": None if reason is None else {"msgid": reason.msgid, "text": str(reason)},
            "requested_url": fetched.requested_url,
            "final_url": fetched.final_url,
            "status": fetched.status,
            "ip": fetched.ip,
            "certificate_sha256": fetched.certificate_sha256,
            "headers": [list(pair) for pair in fetched.headers],
            "hops": [
                {
                    "url": h.url,
                    "status": h.status,
                    "location": h.location,
                    "ip": h.ip,
                    "resolved": list(h.resolved),
                    "certificates_sha256": list(h.certificates_sha256),
                }
                for h in fetched.hops
            ],
            "content_type": fetched.content_type or "",
            "title": page.title if page else "",
            "page_text": page.text if page else "",
            "started_at": fetched.started_at_us,
            "finished_at": fetched.finished_at_us,
            # No outside clock was asked: the time is this computer's own, and says so.
            "clock_offset_us": None,
            "time_source": "system clock",
            "workstation": workstation(),
            "witness": witness,
            "tools": {
                "program": f"patrol-workbench {workbench.__version__}",
                "python": platform.python_version(),
                "system": platform.platform(),
                "user_agent": USER_AGENT,
                "languages": LANGUAGES,
            },
            "officer_id": self.desk.officer.id,
        }

    def _keep_identifiers(
        self, tx: Writing, report_id: str, capture_id: str, page: PageReading
    ) -> None:
        known = {(row["kind"], row["value"]) for row in stored.identifiers_of(tx, report_id)}
        rows = []
        for found in page.identifiers:
            key = (found.kind, found.value[:512])
            if key not in known:
                known.add(key)
                rows.append(
                    {
                        "id": new_id(),
                        "report_id": report_id,
                        "capture_id": capture_id,
                        "kind": found.kind,
                        "value": found.value[:512],
                        "seen": found.seen[:1_000],
                    }
                )
        tx.insert_many("identifier", rows)


def _read_back(fetched: FetchResult) -> None:
    """Read a new archive through before it becomes evidence; EvidenceDamaged when it is not whole."""
    if fetched.warc_path is None:
        return
    try:
        inspect_archive(fetched.warc_path.read_bytes())
    except BadInput as error:
        raise EvidenceDamaged(
            M_("The archive of the capture is not as it was written: {why}", why=error.message)
        ) from error


def _same_page(target: str, canonical: str) -> bool:
    try:
        return read_url(target).canonical == canonical
    except BadInput:
        return False


def _shown(
    report: Row,
    outcome: str,
    fetched: FetchResult | None,
    exhibits: list[dict[str, Any]],
    reason: Message | None,
) -> dict[str, Any]:
    return {
        "id": report["id"],
        "number": report["number"],
        "outcome": outcome,
        "final_url": fetched.final_url if fetched else report["url_canonical"],
        "status": fetched.status if fetched else None,
        "exhibits": exhibits,
        "reason": reason,
    }
