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

    def _row(self, tx: Reading, case: Row) -> dict[str, Any]:
        return {
            "id": case["id"],
            "number": case["number"],
            "title": case["title"],
            "state": case["state"],
            "reports": [r["number"] for r in actions.reports_of_case(tx, case["id"])],
        }
