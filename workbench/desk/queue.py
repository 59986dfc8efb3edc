"""The ranked queue: reading it, claiming from it, correcting its order."""

from __future__ import annotations

from typing import Any

from workbench.desk.changes import Changes, changed
from workbench.desk.part import DeskPart, required
from workbench.desk.ranking import factor_text
from workbench.domain.errors import M_, BadInput, NotAllowed, Stale
from workbench.domain.ids import new_id
from workbench.domain.officer import WORKING, Role
from workbench.domain.priority import BANDS
from workbench.domain.report import REPORT_WORKFLOW
from workbench.store import queue as stored
from workbench.store.store import Reading, Row, Writing

CLAIMABLE = ("assessed", "in_review", "needs_review")


class Queue(DeskPart):
    """Open reports in order of priority."""

    def ranked(self, limit: int = 50, after: str | None = None) -> list[dict[str, Any]]:
        """One page of the queue, each row with its score, factors and proposed labels.

        Factor texts are Messages; labels are the three most probable.
        """
        with self.desk.store.read() as tx:
            behind = None if after is None else self.find(tx, "report", after)
            return [self._shown(tx, row) for row in stored.page(tx, limit, behind)]

    def counts(self) -> dict[str, int]:
        """Open reports in each band."""
        with self.desk.store.read() as tx:
            return stored.counts_by_band(tx)

    def _shown(self, tx: Reading, report: Row) -> dict[str, Any]:
        priority = tx.get("priority", report["priority_id"]) or {"factors": []}
        assessment = (
            tx.get("assessment", report["assessment_id"]) if report["assessment_id"] else None
        )
        labels = assessment["labels"][:3] if assessment else []
        return {
            "id": report["id"],
            "number": report["number"],
            "url": report["url_canonical"],
            "score": report["score"],
            "band": report["band"],
            "factors": [
                {"factor": f["factor"], "points": f["points"], "text": factor_text(self.desk, f)}
                for f in priority["factors"]
            ],
            "labels": [{"label": label, "probability": p} for label, p in labels],
            "abstained": bool(assessment and assessment["abstained"]),
            "state": report["state"],
            "hold": report["hold"],
            "sightings": report["sightings"],
            "override_reason": priority.get("override_reason") or "",
        }

    def claim(self, token: str | None = None) -> Changes[dict[str, Any]]:
        """Take a report into review: the named one, or the highest nobody else holds."""
        self.desk.officer.must_have(*WORKING)
        with self.desk.store.write() as tx:
            if token is None:
                report = stored.next_free(tx, CLAIMABLE, tx.now_us(), self.desk.officer.id)
                if report is None:
                    raise BadInput(M_("No assessed report is waiting."))
            else:
                report = self.find(tx, "report", token)
            state, lease = self.take(tx, report)
        result = {
            "id": report["id"],
            "number": report["number"],
            "state": state,
            "until": lease["until"],
            "fence": lease["fence"],
        }
        return changed(result, ("report", report["id"]))

    def take(self, tx: Writing, report: Row) -> tuple[str, Row]:
        """Bring a report into review under this officer's lease; Stale when another holds it."""
        action = "reopen" if report["state"] in ("decided", "in_action", "closed") else "claim"
        REPORT_WORKFLOW.advance(report["state"], action, self.desk.officer)
        lease = stored.take_lease(
            tx,
            "report",
            report["id"],
            self.desk.officer.id,
            self.desk.settings["lease.minutes"],
        )
        if lease is None:
            raise Stale(
                M_("{number} is being worked on by another officer.", number=report["number"])
            )
        more = {"open": True, "result_code": None} if action == "reopen" else {}
        state = self.advance(tx, REPORT_WORKFLOW, report, action, **more)
        if state != report["state"]:
            name = "claimed" if action == "claim" else "reopened"
            facts = {"from": report["state"], "fence": lease["fence"]}
            self.custody(tx, "report", report["id"], name, facts)
        return state, lease

    def release(self, token: str) -> Changes[dict[str, Any]]:
        """Let a claimed report go; another officer may take it."""
        with self.desk.store.write() as tx:
            report = self.find(tx, "report", token)
            lease = stored.lease_on(tx, "report", report["id"])
            mine = lease is not None and lease["owner"] == self.desk.officer.id
            held = lease is not None and lease["until"] > tx.now_us()
            if held and not mine and not self.desk.officer.has(Role.SUPERVISOR):
                raise NotAllowed(
                    M_("{number} is being worked on by another officer.", number=report["number"])
                )
            stored.end_lease(tx, "report", report["id"])
            self.custody(tx, "report", report["id"], "released", {})
        result = {"id": report["id"], "number": report["number"], "state": report["state"]}
        return changed(result, ("report", report["id"]))

    def set_band(self, token: str, band: str, reason: str) -> Changes[dict[str, Any]]:
        """Override a report's band. An officer may raise it; lowering needs a supervisor."""
        if band not in BANDS:
            raise BadInput(
                M_("{band} is no band.", band=band[:40]),
                M_("Known: {names}", names=", ".join(BANDS)),
            )
        reason = required(reason, M_("A reason"))
        with self.desk.store.write() as tx:
            report = self.find(tx, "report", token)
            lowers = stored.BAND_RANK[band] < report["band_rank"]
            self.desk.officer.must_have(*((Role.SUPERVISOR,) if lowers else sorted(WORKING)))
            before = tx.get("priority", report["priority_id"])
            assert before is not None
            row = {
                **before,
                "id": new_id(),
                "band": band,
                "override_reason": reason,
                "officer_id": self.desk.officer.id,
                "created_at": self.desk.clock(),
            }
            content = tx.insert("priority", row)
            rank = stored.BAND_RANK[band]
            tx.update("report", report["id"], priority_id=row["id"], band=band, band_rank=rank)
            facts = {"from": report["band"], "to": band, "reason": reason}
            self.custody(tx, "report", report["id"], "priority_set", facts, [content])
        result = {
            "id": report["id"],
            "number": report["number"],
            "state": report["state"],
            "band": band,
            "score": report["score"],
            "reason": reason,
        }
        return changed(result, ("report", report["id"]))
