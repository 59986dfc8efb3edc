"""Cases (事件): reports that belong together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from workbench.desk.changes import Changes, changed
from workbench.desk.part import DeskPart, required
from workbench.domain.case import CASE_WORKFLOW
from workbench.domain.errors import M_, NotAllowed
from workbench.domain.ids import new_id
from workbench.domain.officer import WORKING
from workbench.store import actions
from workbench.store import custody as stored_custody
from workbench.store import officers as stored_officers
from workbench.store import reports as stored
from workbench.store.store import Reading, Row


class Cases(DeskPart):
    """Open a case, add reports, list."""

    def new(
        self, title: str, suspected_offence: str = "", note: str = ""
    ) -> Changes[dict[str, Any]]:
        """Open a case."""
        self.desk.officer.must_have(*WORKING)
        title = required(title, M_("A title"))
        with self.desk.store.write() as tx:
            row: Row = {
                "id": new_id(),
                "origin_store": self.desk.store.id,
                "revision": 1,
                "number": self.desk.reports.take_numbers(tx, "case", 1)[0],
                "title": title,
                "suspected_offence": suspected_offence,
                "note": note,
                "state": CASE_WORKFLOW.initial,
                "opened_at": self.desk.clock(),
                "opened_by": self.desk.officer.id,
                "closed_at": None,
            }
            content = tx.insert("case_file", row)
            facts = {"number": row["number"], "title": title}
            self.custody(tx, "case", row["id"], "opened", facts, [content])
            shown = self._row(tx, row)
        return changed(shown, ("case", row["id"]))

    def add(self, token: str, reports: Sequence[str]) -> Changes[dict[str, Any]]:
        """Link reports to an open case; one that is linked already stays."""
        self.desk.officer.must_have(*WORKING)
        touched = []
        with self.desk.store.write() as tx:
            case = self.find(tx, "case", token)
            if case["state"] != "open":
                raise NotAllowed(M_("The case {number} is closed.", number=case["number"]))
            for report_token in reports:
                report = self.find(tx, "report", report_token)
                added = actions.add_to_case(
                    tx, case["id"], report["id"], self.desk.clock(), self.desk.officer.id
                )
                if added:
                    facts = {"case": case["number"], "report": report["number"]}
                    self.custody(tx, "case", case["id"], "report_added", facts)
                    self.custody(tx, "report", report["id"], "added_to_case", facts)
                    touched.append(("report", report["id"]))
            shown = self._row(tx, case)
        return changed(shown, ("case", case["id"]), touched)

    def list(self) -> list[dict[str, Any]]:
        """Cases, newest first."""
        with self.desk.store.read() as tx:
            return [self._row(tx, row) for row in actions.cases(tx)]

    def overview(self) -> Sequence[dict[str, Any]]:
        """Cases for a screen, newest first, each with its newest referral."""
        with self.desk.store.read() as tx:
            found = []
            for case in actions.cases(tx):
                referrals = actions.referrals_of_case(tx, case["id"])
                last = referrals[-1] if referrals else None
                found.append(
                    {
                        **self._row(tx, case),
                        "suspected_offence": case["suspected_offence"],
                        "referral": None if last is None else last["number"],
                        "referral_state": None if last is None else last["state"],
                        "division": None
                        if last is None
                        else self.desk.reference.divisions[last["division"]].name,
                    }
                )
            return found

    def show(self, token: str) -> dict[str, Any]:
        """A case with its reports, exhibits, shared identifiers, referrals and custody."""
        with self.desk.store.read() as tx:
            case = self.find(tx, "case", token)
            reports, exhibits = [], []
            holders: dict[tuple[str, str], set[str]] = {}
            suggested: dict[str, None] = {}
            for report in actions.reports_of_case(tx, case["id"]):
                own = stored.exhibits_of(tx, report["id"])
                restricted = any(e["level"] == "S3" for e in own)
                decision = tx.get("decision", report["decision_id"] or "")
                category = None
                if decision is not None:
                    category = self.desk.reference.categories[decision["category"]]
                    suggested |= dict.fromkeys(category.division_ids)
                reports.append(
                    {
                        "id": report["id"],
                        "number": report["number"],
                        "host": report["host"],
                        "url": report["url_canonical"],
                        "state": report["state"],
                        "hold": report["hold"],
                        "restricted": restricted,
                        "category": None if category is None else category.name,
                        "exhibits": len(own),
                    }
                )
                exhibits += [{**e, "report": report["number"]} for e in own]
                for item in stored.identifiers_of(tx, report["id"]):
                    if not restricted:
                        key = (item["kind"], item["value"])
                        holders.setdefault(key, set()).add(report["number"])
            identifiers = [
                {"kind": kind, "value": value, "reports": sorted(numbers)}
                for (kind, value), numbers in sorted(
                    holders.items(), key=lambda item: (-len(item[1]), item[0])
                )
            ]
            return {
                "case": case,
                "reports": reports,
                "exhibits": exhibits,
                "identifiers": identifiers,
                "referrals": actions.referrals_of_case(tx, case["id"]),
                "suggested_divisions": list(suggested),
                "history": stored_custody.chain(tx, case["id"]),
                "officers": {o.login: o.name for o in stored_officers.everyone(tx)},
            }

    def _row(self, tx: Reading, case: Row) -> dict[str, Any]:
        return {
            "id": case["id"],
            "number": case["number"],
            "title": case["title"],
            "state": case["state"],
            "reports": [r["number"] for r in actions.reports_of_case(tx, case["id"])],
        }
