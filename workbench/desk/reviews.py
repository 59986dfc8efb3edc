"""Deciding: a person's finding with its reason, measures, and the hold for an investigation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from workbench.desk.changes import Changes, changed
from workbench.desk.part import DeskPart, required
from workbench.domain.clock import jst_date
from workbench.domain.decision import MEASURES, NEEDS_REVIEW
from workbench.domain.errors import M_, BadInput
from workbench.domain.ids import new_id
from workbench.domain.officer import WORKING
from workbench.domain.report import LEVELS, REPORT_WORKFLOW, stricter
from workbench.store import reports as stored
from workbench.store.queue import end_lease
from workbench.store.store import Content, Reading, Row, Writing


class Reviews(DeskPart):
    """Findings of persons."""

    def decide(
        self,
        token: str,
        category: str,
        reason: str,
        measures: Sequence[str] = (),
        *,
        level: str | None = None,
        opened: Sequence[dict[str, Any]] = (),
    ) -> Changes[dict[str, Any]]:
        """Record a finding; the category 要確認 keeps the report open for another look.

        `level` sets the exhibits' handling level by this officer's decision; without it levels
        only ever rise to the category's. `opened` says what was looked at before. Stale when
        another officer holds the report.
        """
        self.desk.officer.must_have(*WORKING)
        reason = required(reason, M_("A reason"))
        found = self.desk.reference.category(category, jst_date(self.desk.clock()))
        unknown = [m for m in measures if m not in MEASURES]
        if unknown:
            raise BadInput(
                M_("{measure} is no measure.", measure=unknown[0][:80]),
                M_("Known: {names}", names=", ".join(MEASURES)),
            )
        if "none" in measures and len(set(measures)) > 1:
            raise BadInput(M_("The measure none stands alone."))
        if level is not None and level not in LEVELS:
            raise BadInput(M_("{level} is no handling level.", level=level[:40]))
        chosen = list(dict.fromkeys(measures)) or ["none"]
        action = "ask_review" if category == NEEDS_REVIEW else "decide"
        with self.desk.store.write() as tx:
            report = self.find(tx, "report", token)
            standing = self._same_finding(tx, report, category, reason, chosen, level)
            if standing is not None:
                return changed(_shown(report, standing, report["state"]))
            self.desk.queue.take(tx, report)
            report = self.find(tx, "report", report["id"])
            row: Row = {
                "id": new_id(),
                "report_id": report["id"],
                "category": category,
                "legality": found.cls,
                "law": found.law,
                "reason": reason,
                "measures": chosen,
                "opened": list(opened),
                "supersedes": report["decision_id"],
                "officer_id": self.desk.officer.id,
                "decided_at": self.desk.clock(),
            }
            contents = [tx.insert("decision", row)]
            contents += self._set_levels(tx, report["id"], found.handling, level, reason)
            more = {"open": False} if action == "decide" else {}
            state = self.advance(tx, REPORT_WORKFLOW, report, action, decision_id=row["id"], **more)
            end_lease(tx, "report", report["id"])
            facts = {"category": category, "measures": chosen, "supersedes": row["supersedes"]}
            name = "decided" if action == "decide" else "review_asked"
            self.custody(tx, "report", report["id"], name, facts, contents)
        return changed(_shown(report, row, state), ("report", report["id"]))

    def _same_finding(
        self,
        tx: Reading,
        report: Row,
        category: str,
        reason: str,
        measures: list[str],
        level: str | None,
    ) -> Row | None:
        """The finding in force, when it says just this: given again it changes nothing.

        Whoever did not see the answer (a crash, a lost line) gives the command again.
        """
        if report["state"] != "decided":
            return None
        standing = tx.get("decision", report["decision_id"])
        assert standing is not None
        said = (standing["category"], standing["reason"], standing["measures"])
        mine = standing["officer_id"] == self.desk.officer.id
        levels = {e["level"] for e in stored.exhibits_of(tx, report["id"])}
        if mine and said == (category, reason, measures) and (level is None or levels <= {level}):
            return standing
        return None

    def _set_levels(
        self, tx: Writing, report_id: str, wanted: str, chosen: str | None, reason: str
    ) -> list[Content]:
        """Raise exhibits to the category's level; only a person's explicit level lowers one."""
        contents = []
        for exhibit in stored.exhibits_of(tx, report_id):
            target = stricter(exhibit["level"], wanted) if chosen is None else chosen
            # S3 categories stay S3 whatever was asked for.
            target = "S3" if wanted == "S3" else target
            if target != exhibit["level"]:
                contents.append(
                    self.desk.exhibits.set_level(
                        tx, exhibit["id"], target, reason, self.desk.officer.id
                    )
                )
        return contents

    def set_hold(self, token: str, reason: str) -> Changes[dict[str, Any]]:
        """削除保留(捜査上): no request on this report may leave while an investigation needs it."""
        reason = required(reason, M_("A reason"))
        return self._hold(token, True, reason)

    def clear_hold(self, token: str, reason: str = "") -> Changes[dict[str, Any]]:
        """End the hold."""
        return self._hold(token, False, reason.strip())

    def _hold(self, token: str, hold: bool, reason: str) -> Changes[dict[str, Any]]:
        self.desk.officer.must_have(*WORKING)
        with self.desk.store.write() as tx:
            report = self.find(tx, "report", token)
            if report["hold"] == hold:
                text = M_("The hold is set already.") if hold else M_("There is no hold to clear.")
                raise BadInput(text)
            tx.update("report", report["id"], hold=hold, hold_reason=reason if hold else "")
            action = "hold_set" if hold else "hold_cleared"
            self.custody(tx, "report", report["id"], action, {"reason": reason})
        result = {
            "id": report["id"],
            "number": report["number"],
            "state": report["state"],
            "hold": hold,
        }
        return changed(result, ("report", report["id"]))


def _shown(report: Row, decision: Row, state: str) -> dict[str, Any]:
    return {
        "id": report["id"],
        "number": report["number"],
        "state": state,
        "decision": decision["id"],
        "category": decision["category"],
        "measures": decision["measures"],
    }
