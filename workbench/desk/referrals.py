"""Referrals (引継ぎ): one hand-over of a case to a division."""

from __future__ import annotations

from typing import Any

from workbench.desk.changes import Changes, changed
from workbench.desk.exhibits import EVIDENCE_ROLES
from workbench.desk.handover import handover_content
from workbench.desk.part import DeskPart
from workbench.domain.case import CASE_WORKFLOW, EVENTS, REFERRAL_WORKFLOW
from workbench.domain.custody import digest_of
from workbench.domain.decision import RESULT_CODES
from workbench.domain.errors import M_, BadInput, NotAllowed
from workbench.domain.ids import new_id
from workbench.domain.officer import WORKING
from workbench.domain.report import REPORT_WORKFLOW
from workbench.store import actions
from workbench.store import custody as stored_custody
from workbench.store import officers as stored_officers
from workbench.store import reports as stored
from workbench.store.store import Reading, Row


class Referrals(DeskPart):
    """Draft, approve and follow a referral."""

    def draft(
        self,
        case_token: str,
        division: str,
        *,
        suspected_offence: str = "",
        jurisdiction_reason: str = "",
        request: str = "",
    ) -> Changes[dict[str, Any]]:
        """Draft the referral of an open case whose reports are all decided."""
        self.desk.officer.must_have(*WORKING)
        if division not in self.desk.reference.divisions:
            raise BadInput(
                M_("There is no division {id}.", id=division[:80]),
                M_("Known: {names}", names=", ".join(self.desk.reference.divisions)),
            )
        with self.desk.store.write() as tx:
            case = self.find(tx, "case", case_token)
            if case["state"] != "open":
                raise NotAllowed(M_("The case {number} is closed.", number=case["number"]))
            reports = actions.reports_of_case(tx, case["id"])
            if not reports:
                raise NotAllowed(M_("The case {number} holds no report.", number=case["number"]))
            for report in reports:
                self.advance(tx, REPORT_WORKFLOW, report, "act")
            row: Row = {
                "id": new_id(),
                "origin_store": self.desk.store.id,
                "revision": 1,
                "number": self.desk.reports.take_numbers(tx, "referral", 1)[0],
                "case_id": case["id"],
                "division": division,
                "suspected_offence": suspected_offence or case["suspected_offence"],
                "jurisdiction_reason": jurisdiction_reason,
                "request": request,
                "state": REFERRAL_WORKFLOW.initial,
                "drafted_at": self.desk.clock(),
                "drafted_by": self.desk.officer.id,
            }
            content = tx.insert("referral", row)
            facts = {"number": row["number"], "case": case["number"], "division": division}
            self.custody(tx, "referral", row["id"], "drafted", facts, [content])
            self.custody(tx, "case", case["id"], "referral_drafted", facts)
            touched = [("report", report["id"]) for report in reports]
        return changed(self._shown(row["id"]), ("referral", row["id"]), touched)

    def submit(self, token: str) -> Changes[dict[str, Any]]:
        """Put the referral before the approver."""
        with self.desk.store.write() as tx:
            referral = self.find(tx, "referral", token)
            if referral["state"] == "sent_back":
                self.advance(tx, REFERRAL_WORKFLOW, referral, "redraft")
                self.custody(tx, "referral", referral["id"], "redrafted", {})
                referral = self.find(tx, "referral", referral["id"])
            REFERRAL_WORKFLOW.advance(referral["state"], "submit", self.desk.officer)
            self._refuse_without_exhibit(tx, referral)
            content = handover_content(self.desk, tx, referral)
            self.advance(tx, REFERRAL_WORKFLOW, referral, "submit")
            facts = {"content_sha256": digest_of(content)}
            self.custody(tx, "referral", referral["id"], "submitted", facts)
        return changed(self._shown(referral["id"]), ("referral", referral["id"]))

    def _refuse_without_exhibit(self, tx: Reading, referral: Row) -> None:
        for report in actions.reports_of_case(tx, referral["case_id"]):
            exhibits = stored.exhibits_of(tx, report["id"])
            if not any(e["role"] in EVIDENCE_ROLES for e in exhibits):
                raise NotAllowed(
                    M_("{number} has no exhibit to hand over.", number=report["number"])
                )

    def approve(self, token: str) -> Changes[dict[str, Any]]:
        """決裁: bind this supervisor's approval to the content manifest."""
        with self.desk.store.write() as tx:
            referral = self.find(tx, "referral", token)
            REFERRAL_WORKFLOW.advance(referral["state"], "approve", self.desk.officer)
            content = handover_content(self.desk, tx, referral)
            digest, named = self.desk.approvals.give(
                tx, "referral", referral["id"], referral["drafted_by"], content
            )
            self.advance(tx, REFERRAL_WORKFLOW, referral, "approve")
            facts = {"content_sha256": digest}
            self.custody(tx, "referral", referral["id"], "approved", facts, [named])
        return changed(self._shown(referral["id"]), ("referral", referral["id"]))

    def send_back(self, token: str, reason: str = "") -> Changes[dict[str, Any]]:
        """差戻し: return the referral to its author."""
        with self.desk.store.write() as tx:
            referral = self.find(tx, "referral", token)
            self.advance(tx, REFERRAL_WORKFLOW, referral, "send_back")
            self.custody(tx, "referral", referral["id"], "sent_back", {"reason": reason})
        return changed(self._shown(referral["id"]), ("referral", referral["id"]))

    def record(
        self, token: str, event: str, note: str = "", result: str = ""
    ) -> Changes[dict[str, Any]]:
        """Record delivery, receipt, return or the end with its result code."""
        if event not in EVENTS:
            raise BadInput(
                M_("{event} is no event of a referral.", event=event[:80]),
                M_("Known: {names}", names=", ".join(EVENTS)),
            )
        if result and result not in RESULT_CODES:
            raise BadInput(
                M_("{code} is no result code.", code=result[:80]),
                M_("Known: {names}", names=", ".join(RESULT_CODES)),
            )
        with self.desk.store.write() as tx:
            referral = self.find(tx, "referral", token)
            more: dict[str, Any] = {"result_code": result} if result else {}
            if event == "closed":
                more["closed_at"] = self.desk.clock()
            state = self.advance(tx, REFERRAL_WORKFLOW, referral, event, **more)
            content = tx.insert(
                "referral_event",
                {
                    "id": new_id(),
                    "referral_id": referral["id"],
                    "event": event,
                    "note": note,
                    "details": {"result": result} if result else {},
                    "at": self.desk.clock(),
                    "officer_id": self.desk.officer.id,
                },
            )
            facts = {"event": event, "state": state, "result": result}
            self.custody(tx, "referral", referral["id"], "recorded", facts, [content])
            case = self.find(tx, "case", referral["case_id"])
            others = actions.referrals_of_case(tx, case["id"])
            if event == "closed" and all(r["state"] == "closed" for r in others):
                case_state = CASE_WORKFLOW.advance(case["state"], "close", self.desk.officer) if (
                    self.desk.officer.has(*WORKING) and case["state"] == "open"
                ) else case["state"]  # fmt: skip
                if case_state != case["state"]:
                    tx.update(
                        "case_file", case["id"], state=case_state, closed_at=self.desk.clock()
                    )
                    self.custody(tx, "case", case["id"], "closed", {"referral": referral["number"]})
        touched = [("referral", referral["id"]), ("case", referral["case_id"])]
        return changed(self._shown(referral["id"]), touched)

    def list(self) -> list[dict[str, Any]]:
        """Referrals, newest first."""
        with self.desk.store.read() as tx:
            return [self._row(tx, row) for row in actions.referrals(tx)]

    def show(self, token: str) -> dict[str, Any]:
        """A referral with exactly what it would hand over now, and what was approved."""
        with self.desk.store.read() as tx:
            referral = self.find(tx, "referral", token)
            content = handover_content(self.desk, tx, referral)
            approval = actions.standing_approval(tx, "referral", referral["id"])
            package = actions.package_of(tx, referral["id"])
            return {
                **referral,
                "division_name": self.desk.reference.divisions[referral["division"]].name,
                "content": content,
                "content_sha256": digest_of(content),
                "approved_sha256": None if approval is None else approval["sha256"],
                "frozen": package is not None,
                "history": stored_custody.chain(tx, referral["id"]),
                "officers": {o.login: o.name for o in stored_officers.everyone(tx)},
            }

    def _shown(self, referral_id: str) -> dict[str, Any]:
        with self.desk.store.read() as tx:
            return self._row(tx, self.find(tx, "referral", referral_id))

    def _row(self, tx: Reading, referral: Row) -> dict[str, Any]:
        case = self.find(tx, "case", referral["case_id"])
        return {
            "id": referral["id"],
            "number": referral["number"],
            "state": referral["state"],
            "case": case["number"],
            "division": referral["division"],
            "result": referral["result_code"],
        }
