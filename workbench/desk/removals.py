"""Removal requests (削除依頼): draft, approve, issue, and what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from workbench.desk.changes import Changes, changed
from workbench.desk.exhibits import EVIDENCE_ROLES, LETTER_ROLES, Prepared
from workbench.desk.part import DeskPart
from workbench.documents.dates import add_business_days, moment
from workbench.documents.letters import RemovalLetterFacts, removal_letter
from workbench.domain.clock import jst, jst_date
from workbench.domain.custody import digest_of
from workbench.domain.errors import M_, BadInput, NotAllowed, Stale
from workbench.domain.ids import new_id
from workbench.domain.removal import (
    CHECK_DISTANCE_US,
    EVENTS,
    LAYERS,
    REMOVAL_WORKFLOW,
)
from workbench.domain.report import REPORT_WORKFLOW
from workbench.reference.folders import data_folder
from workbench.store import actions
from workbench.store import custody as stored_custody
from workbench.store import officers as stored_officers
from workbench.store import removal_lists as lists
from workbench.store import reports as stored
from workbench.store.store import Reading, Row, Writing

_ENDED = ("removed", "blocked_in_japan", "withdrawn", "escalated", "reappeared")
_GONE_STATUSES = (404, 410)


class Removals(DeskPart):
    """Requests to remove, one addressee each; voluntary for those who are asked."""

    def draft(
        self, token: str, addressee_id: str, language: str | None = None
    ) -> Changes[dict[str, Any]]:
        """Draft a request on a decided report and its letter.

        BadInput for an unknown addressee or a report without exhibit; NotAllowed while another
        request to the same addressee runs.
        """
        today = jst_date(self.desk.clock())
        addressee = self.desk.reference.addressee(addressee_id, today)
        language = language or addressee.language
        with self.desk.store.read() as tx:
            report = self.find(tx, "report", token)
            REPORT_WORKFLOW.advance(report["state"], "act", self.desk.officer)
            self._refuse_protected(tx, report)
            for other in actions.removals_of(tx, report["id"]):
                if other["addressee"] == addressee_id and other["state"] not in _ENDED:
                    raise NotAllowed(
                        M_(
                            "Already requested from this addressee: {number}.",
                            number=other["number"],
                        )
                    )
        row: Row = {
            "id": new_id(),
            "origin_store": self.desk.store.id,
            "revision": 1,
            "report_id": report["id"],
            "addressee": addressee_id,
            "layer": addressee.layer,
            "kind": "removal_request",
            "state": REMOVAL_WORKFLOW.initial,
            "language": language,
            "drafted_at": self.desk.clock(),
            "drafted_by": self.desk.officer.id,
        }
        with self.desk.store.write() as tx:
            row["number"] = self.desk.reports.take_numbers(tx, "removal", 1)[0]
            row["answer_by"] = self._answer_by(today)
            contents = [tx.insert("removal", {**row, "letter": {}})]
            fresh = self.find(tx, "report", report["id"])
            self.advance(tx, REPORT_WORKFLOW, fresh, "act")
            facts = {"number": row["number"], "addressee": addressee_id, "report": report["id"]}
            self.custody(tx, "removal", row["id"], "drafted", facts, contents)
            self.custody(
                tx, "report", report["id"], "removal_drafted", {**facts, "removal": row["id"]}
            )
            escalated = self._escalate(tx, report["id"], addressee.layer, row["number"])
        self._write_letter(row["id"])
        touched = [("removal", row["id"]), ("report", report["id"]), *escalated]
        return changed(self._shown(row["id"]), touched)

    def _refuse_protected(self, tx: Reading, report: Row) -> None:
        decision = tx.get("decision", report["decision_id"])
        if decision is None:
            raise NotAllowed(M_("The report is not decided."))
        exhibits = stored.exhibits_of(tx, report["id"])
        if not any(e["role"] in EVIDENCE_ROLES for e in exhibits):
            raise NotAllowed(M_("There is no exhibit: preserve the page or add a picture first."))

    def _answer_by(self, day: date) -> str:
        days = self.desk.settings["removal.answer_days"]
        return add_business_days(day, days).isoformat()

    def _escalate(
        self, tx: Writing, report_id: str, layer: str, number: str
    ) -> list[tuple[str, str]]:
        """Requests to nearer layers that led nowhere are escalated by this one."""
        touched: list[tuple[str, str]] = []
        if layer not in LAYERS:
            return touched
        for other in actions.removals_of(tx, report_id):
            nearer = other["layer"] in LAYERS and LAYERS.index(other["layer"]) < LAYERS.index(layer)
            if nearer and other["state"] in ("refused", "still_present", "reminded"):
                self.advance(tx, REMOVAL_WORKFLOW, other, "escalate", ended_at=self.desk.clock())
                self.custody(tx, "removal", other["id"], "escalated", {"next": number})
                touched.append(("removal", other["id"]))
        return touched

    def facts(self, tx: Reading, removal: Row) -> RemovalLetterFacts:
        """The letter's facts from what the store holds now."""
        report = tx.get("report", removal["report_id"])
        assert report is not None
        decision = tx.get("decision", report["decision_id"])
        assert decision is not None
        day = jst_date(removal["drafted_at"])
        category = self.desk.reference.category(decision["category"], day)
        addressee = self.desk.reference.addressee(removal["addressee"], day)
        captures = stored.captures_of(tx, report["id"])
        seen = captures[-1]["started_at"] if captures else report["registered_at"]
        japanese = removal["language"] == "ja"
        office = self.desk.office
        return RemovalLetterFacts(
            number=removal["number"],
            issued_on=day,
            addressee_name=addressee.name.ja if japanese else addressee.name.en,
            addressee_contact=addressee.contact,
            office_name=office["name"],
            office_prefecture=office["prefecture"],
            office_contact=office["contact"],
            url=report["url_canonical"],
            post_id=report["post_id"],
            account_id=report["account_id"],
            summary=decision["reason"],
            category_name=category.name.ja if japanese else category.name.en,
            law=category.law,
            law_unconfirmed=category.unconfirmed,
            requested_measure="removal",
            confirmed_at=moment(jst(seen), removal["language"]),
            answer_by=date.fromisoformat(removal["answer_by"]),
            preserve_logs=False,
            attachments=(),
        )

    def _write_letter(self, removal_id: str) -> None:
        """Render the letter outside any transaction, then keep its bytes as exhibits."""
        with self.desk.store.read() as tx:
            removal = self.find(tx, "removal", removal_id)
            facts = self.facts(tx, removal)
        letter = removal_letter(facts, removal["language"], data_folder() / "templates")
        with self.desk.exhibits.preparing() as preparation:
            name = removal["number"]
            files: list[Prepared] = [
                preparation.write(letter.pdf, LETTER_ROLES[0], "application/pdf", f"{name}.pdf"),
                preparation.write(
                    letter.text.encode(),
                    LETTER_ROLES[1],
                    "text/plain; charset=utf-8",
                    f"{name}.txt",
                ),
            ]
            with self.desk.store.write() as tx:
                shown, contents = self.desk.exhibits.add(
                    tx, removal["report_id"], files, removal_id=removal_id
                )
                tx.update(
                    "removal",
                    removal_id,
                    letter={"facts_sha256": facts_digest(facts)},
                    letter_exhibit_id=shown[0]["id"],
                    text_exhibit_id=shown[1]["id"],
                )
                hashes = {"pdf_sha256": shown[0]["sha256"], "text_sha256": shown[1]["sha256"]}
                self.custody(tx, "removal", removal_id, "letter_written", hashes, contents)
                # The exhibits hang on the report, so its own chain names them too.
                self.custody(
                    tx, "report", removal["report_id"], "letter_written",
                    {"removal": removal["number"], **hashes}, contents,
                )  # fmt: skip

    def what_leaves(self, tx: Reading, removal: Row) -> dict[str, Any]:
        """Exactly what would leave: letter bytes, addressee, exhibit list."""
        letter = tx.get("exhibit", removal["letter_exhibit_id"] or "")
        text = tx.get("exhibit", removal["text_exhibit_id"] or "")
        if letter is None or text is None:
            raise NotAllowed(M_("The letter is not written yet."))
        addressee = self.desk.reference.addressee(
            removal["addressee"], jst_date(removal["drafted_at"])
        )
        return {
            "number": removal["number"],
            "addressee": {
                "id": addressee.id,
                "name": addressee.name.ja,
                "contact": addressee.contact,
                "channel": addressee.channel,
            },
            "layer": removal["layer"],
            "letter_pdf_sha256": letter["sha256"],
            "letter_text_sha256": text["sha256"],
            "facts_sha256": facts_digest(self.facts(tx, removal)),
            "exhibits": [],
        }

    def submit(self, token: str) -> Changes[dict[str, Any]]:
        """Put a draft before the approver; one that was sent back is written anew first."""
        with self.desk.store.read() as tx:
            removal = self.find(tx, "removal", token)
        if removal["state"] == "sent_back":
            with self.desk.store.write() as tx:
                removal = self.find(tx, "removal", removal["id"])
                self.advance(tx, REMOVAL_WORKFLOW, removal, "redraft")
                self.custody(tx, "removal", removal["id"], "redrafted", {})
        with self.desk.store.read() as tx:
            removal = self.find(tx, "removal", removal["id"])
            REMOVAL_WORKFLOW.advance(removal["state"], "submit", self.desk.officer)
            current = removal["letter"].get("facts_sha256") == facts_digest(self.facts(tx, removal))
        if not current:
            self._write_letter(removal["id"])
        with self.desk.store.write() as tx:
            removal = self.find(tx, "removal", removal["id"])
            self.advance(tx, REMOVAL_WORKFLOW, removal, "submit")
            facts = {"what_sha256": digest_of(self.what_leaves(tx, removal))}
            self.custody(tx, "removal", removal["id"], "submitted", facts)
        return changed(self._shown(removal["id"]), ("removal", removal["id"]))

    def approve(self, token: str) -> Changes[dict[str, Any]]:
        """決裁: bind this supervisor's approval to exactly what leaves."""
        with self.desk.store.write() as tx:
            removal = self.find(tx, "removal", token)
            REMOVAL_WORKFLOW.advance(removal["state"], "approve", self.desk.officer)
            what = self.what_leaves(tx, removal)
            if removal["letter"].get("facts_sha256") != what["facts_sha256"]:
                raise Stale(M_("The facts changed after the letter was written: send it back."))
            digest, content = self.desk.approvals.give(
                tx, "removal", removal["id"], removal["drafted_by"], what
            )
            self.advance(tx, REMOVAL_WORKFLOW, removal, "approve")
            self.custody(
                tx, "removal", removal["id"], "approved", {"what_sha256": digest}, [content]
            )
        return changed(self._shown(removal["id"]), ("removal", removal["id"]))

    def send_back(self, token: str, reason: str = "") -> Changes[dict[str, Any]]:
        """差戻し: return a draft to its author."""
        with self.desk.store.write() as tx:
            removal = self.find(tx, "removal", token)
            self.advance(tx, REMOVAL_WORKFLOW, removal, "send_back")
            self.custody(tx, "removal", removal["id"], "sent_back", {"reason": reason})
        return changed(self._shown(removal["id"]), ("removal", removal["id"]))

    def issue(self, token: str) -> Changes[dict[str, Any]]:
        """発出: freeze bytes and number. Refused under a hold; a changed content voids approval."""
        stale = False
        with self.desk.store.write() as tx:
            removal = self.find(tx, "removal", token)
            REMOVAL_WORKFLOW.advance(removal["state"], "issue", self.desk.officer)
            self._refuse_hold(tx, removal)
            exhibits = stored.exhibits_of(tx, removal["report_id"])
            evidence = [e for e in exhibits if e["role"] in EVIDENCE_ROLES]
            if not evidence:
                raise NotAllowed(
                    M_("There is no exhibit: preserve the page or add a picture first.")
                )
            self.desk.exhibits.check(tx, evidence)
            mine = (removal["letter_exhibit_id"], removal["text_exhibit_id"])
            self.desk.exhibits.check(tx, [e for e in exhibits if e["id"] in mine])
            approval = self.desk.approvals.standing(tx, "removal", removal["id"])
            what = self.what_leaves(tx, removal)
            if digest_of(what) != approval["sha256"]:
                stale = True
                self._void(tx, removal, approval)
            else:
                self.advance(tx, REMOVAL_WORKFLOW, removal, "issue", issued_at=self.desk.clock())
                facts = {"what_sha256": approval["sha256"], "number": removal["number"]}
                self.custody(tx, "removal", removal["id"], "issued", facts)
                self.custody(tx, "report", removal["report_id"], "removal_issued", facts)
        if stale:
            raise Stale(
                M_("What would leave is not what was approved. The approval is void."),
                M_("Submit it again for approval."),
            )
        touched = [("removal", removal["id"]), ("report", removal["report_id"])]
        return changed(self._shown(removal["id"]), touched)

    def _void(self, tx: Writing, removal: Row, approval: Row) -> None:
        reason = M_("What would leave is not what was approved.")
        content = self.desk.approvals.void(tx, approval, reason)
        self.advance(tx, REMOVAL_WORKFLOW, removal, "void")
        facts = {"approved_sha256": approval["sha256"]}
        self.custody(tx, "removal", removal["id"], "approval_voided", facts, [content])

    def _refuse_hold(self, tx: Reading, removal: Row) -> None:
        report = tx.get("report", removal["report_id"])
        if report is not None and report["hold"]:
            raise NotAllowed(
                M_(
                    "{number} is on hold for an investigation: nothing leaves for it.",
                    number=report["number"],
                )
            )

    def record(
        self, token: str, event: str, note: str = "", **details: Any
    ) -> Changes[dict[str, Any]]:
        """Record what a person did or learned: sending, answers, confirmed fates."""
        if event not in EVENTS:
            raise BadInput(
                M_("{event} is no event of a removal request.", event=event[:80]),
                M_("Known: {names}", names=", ".join(EVENTS)),
            )
        with self.desk.store.write() as tx:
            removal = self.find(tx, "removal", token)
            state = REMOVAL_WORKFLOW.advance(removal["state"], event, self.desk.officer)
            if event == "sent":
                self._refuse_hold(tx, removal)
            if event == "confirmed_removed":
                details["checks"] = self._two_checks(tx, removal)
            more = {"ended_at": self.desk.clock()} if state in _ENDED else {}
            self.advance(tx, REMOVAL_WORKFLOW, removal, event, **more)
            content = tx.insert(
                "removal_event",
                {
                    "id": new_id(),
                    "removal_id": removal["id"],
                    "event": event,
                    "note": note,
                    "details": details,
                    "at": self.desk.clock(),
                    "officer_id": self.desk.officer.id,
                },
            )
            facts = {"event": event, "state": state}
            self.custody(tx, "removal", removal["id"], "recorded", facts, [content])
        return changed(self._shown(removal["id"]), ("removal", removal["id"]))

    def _two_checks(self, tx: Reading, removal: Row) -> list[str]:
        """Two captures after issue, a day or more apart, that found the page gone."""
        gone = [
            c
            for c in stored.captures_of(tx, removal["report_id"])
            if c["started_at"] >= (removal["issued_at"] or 0) and c["status"] in _GONE_STATUSES
        ]
        if not gone or gone[-1]["started_at"] - gone[0]["started_at"] < CHECK_DISTANCE_US:
            raise NotAllowed(
                M_("Removal is confirmed by two checks at least 24 hours apart that found the page gone; {n} so far.", n=min(len(gone), 1)),
                M_("Preserve the page again with `workbench capture` and confirm then."),
            )  # fmt: skip
        return [gone[0]["id"], gone[-1]["id"]]

    def list(self, states: Sequence[str] | None = None) -> list[dict[str, Any]]:
        """Removal requests, newest first."""
        with self.desk.store.read() as tx:
            return [self._row(tx, row) for row in actions.removals(tx, states)]

    def overview(self, limit: int = 2_000) -> tuple[Sequence[dict[str, Any]], dict[str, int]]:
        """The newest requests for a screen, and how many stand in each state."""
        with self.desk.store.read() as tx:
            rows = lists.overview(tx, limit)
            levels = stored.pictures_of(tx, [row["report_id"] for row in rows])
            shown = [self._listed(row, levels.get(row["report_id"], [])) for row in rows]
            return shown, lists.counts_by_state(tx)

    def show(self, token: str) -> dict[str, Any]:
        """A request with its events, its custody, and every request on the same report."""
        with self.desk.store.read() as tx:
            removal = self.find(tx, "removal", token)
            row = lists.one(tx, removal["id"])
            assert row is not None
            levels = stored.pictures_of(tx, [row["report_id"]]).get(row["report_id"], [])
            everyone = stored_officers.everyone(tx)
            authors = {officer.id: officer.name for officer in everyone}
            letter = tx.get("exhibit", removal["letter_exhibit_id"] or "")
            return {
                **self._listed(row, levels),
                "hold_reason": row["hold_reason"],
                "language": removal["language"],
                "drafted_by": authors.get(removal["drafted_by"], ""),
                "officers": {officer.login: officer.name for officer in everyone},
                "letter_sha256": "" if letter is None else letter["sha256"],
                "events": lists.events(tx, removal["id"]),
                "history": stored_custody.chain(tx, removal["id"]),
                "siblings": [
                    self._listed({**row, **other}, levels)
                    for other in actions.removals_of(tx, row["report_id"])
                ],
            }

    def wanted(self, limit: int = 500) -> Sequence[dict[str, Any]]:
        """Reports whose finding asks for removal and that have no request yet, newest first."""
        with self.desk.store.read() as tx:
            rows = lists.waiting_for_a_request(tx, limit)
            levels = stored.pictures_of(tx, [row["id"] for row in rows])
            return [{**row, "restricted": "S3" in levels.get(row["id"], [])} for row in rows]

    def _listed(self, row: Row, levels: Sequence[str]) -> dict[str, Any]:
        addressee = self.desk.reference.addressees.get(row["addressee"])
        return {
            "id": row["id"],
            "number": row["number"],
            "state": row["state"],
            "layer": row["layer"],
            "addressee": row["addressee"],
            "addressee_name": row["addressee"] if addressee is None else addressee.name,
            "channel": "" if addressee is None else addressee.channel,
            "report_id": row["report_id"],
            "report": row["report_number"],
            "host": row["host"],
            "url": row["url_canonical"],
            "restricted": "S3" in levels,
            "hold": row["hold"],
            "drafted_at": row["drafted_at"],
            "issued_at": row["issued_at"],
            "ended_at": row["ended_at"],
            "answer_by": row["answer_by"],
        }

    def letter(self, token: str) -> tuple[str, bytes, str]:
        """Number, PDF bytes and plain text of the letter as kept, checked against their hashes."""
        with self.desk.store.read() as tx:
            removal = self.find(tx, "removal", token)
            parts = []
            for exhibit_id in (removal["letter_exhibit_id"], removal["text_exhibit_id"]):
                exhibit = tx.get("exhibit", exhibit_id or "")
                if exhibit is None:
                    raise NotAllowed(M_("The letter is not written yet."))
                parts.append(self.desk.exhibits.content(tx, exhibit))
        return removal["number"], parts[0], parts[1].decode()

    def _shown(self, removal_id: str) -> dict[str, Any]:
        with self.desk.store.read() as tx:
            return self._row(tx, self.find(tx, "removal", removal_id))

    def _row(self, tx: Reading, removal: Row) -> dict[str, Any]:
        report = tx.get("report", removal["report_id"])
        assert report is not None
        return {
            "id": removal["id"],
            "number": removal["number"],
            "state": removal["state"],
            "report": report["number"],
            "addressee": removal["addressee"],
            "layer": removal["layer"],
            "answer_by": removal["answer_by"],
            "hold": report["hold"],
        }


def facts_digest(facts: RemovalLetterFacts) -> str:
    """One digest over a letter's facts."""
    values = {name: getattr(facts, name) for name in facts.__dataclass_fields__}
    plain = {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in values.items()
    }
    return digest_of({n: list(v) if isinstance(v, tuple) else v for n, v in plain.items()})
