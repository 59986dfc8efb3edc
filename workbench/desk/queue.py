"""The ranked queue: reading it, claiming from it, correcting its order."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from workbench.desk.changes import Changes, changed
from workbench.desk.part import DeskPart, required
from workbench.desk.rank_order import RankOrder
from workbench.desk.ranking import factor_text, ranked_columns
from workbench.domain.clock import jst_midnight
from workbench.domain.errors import M_, BadInput, NotAllowed, Stale
from workbench.domain.ids import new_id
from workbench.domain.officer import WORKING, Role
from workbench.domain.priority import BAND_RANK, BANDS
from workbench.domain.report import REPORT_WORKFLOW
from workbench.store import officers as stored_officers
from workbench.store import queue as stored
from workbench.store import reports as stored_reports
from workbench.store.store import Reading, Row, Writing

_BAND_OF = {rank: band for band, rank in BAND_RANK.items()}
CLAIMABLE = ("assessed", "in_review", "needs_review")


@dataclass(frozen=True)
class Standing:
    """Where an open report belongs: `places` in each order asked about, the report left out."""

    band: str
    free: bool
    places: tuple[int, ...]


class Queue(DeskPart):
    """Open reports in order of priority."""

    def ranked(self, limit: int = 50, after: str | None = None) -> list[dict[str, Any]]:
        """One page of the queue, each row with its score, factors and proposed labels.

        Factor texts are Messages; labels are the three most probable.
        """
        with self.desk.store.read() as tx:
            behind = None if after is None else self.find(tx, "report", after)
            return self._shown(tx, stored.page(tx, limit, behind))

    def whole(self) -> tuple[RankOrder, dict[str, int]]:
        """The ids of all open reports in rank order and how many stand in each band, of one moment."""
        with self.desk.store.read() as tx:
            return RankOrder(stored.order(tx)), stored.counts_by_band(tx)

    def top(self, limit: int) -> tuple[RankOrder, dict[str, int]]:
        """The first places of the order, and how many stand in each band."""
        with self.desk.store.read() as tx:
            ids = [row["id"] for row in stored.page(tx, limit)]
            return RankOrder.of(ids), stored.counts_by_band(tx)

    def taken_by_others(self) -> list[str]:
        """Open reports that another officer holds now or was given."""
        with self.desk.store.read() as tx:
            return stored.taken_by_others(tx, self.desk.officer.id)

    def standings(
        self, report_ids: Sequence[str], *orders: RankOrder
    ) -> dict[str, Standing | None]:
        """Where these reports belong in orders that were right before they changed.

        In rank order; None for those no longer open. A place is found by comparing with the one in
        the middle of what is left, again and again, not by counting what stands before it.
        """
        with self.desk.store.read() as tx:
            ranks = stored.ranks(tx, report_ids)
            leases = stored.leases_on(tx, "report", report_ids)
            others = [order.without(report_ids) for order in orders]

            def key(report_id: str) -> tuple[int, int, str]:
                if report_id not in ranks:
                    ranks.update(stored.ranks(tx, [report_id]))
                row = ranks[report_id]
                return -row["band_rank"], -row["score"], report_id

            def standing(report_id: str) -> Standing | None:
                row = ranks.get(report_id)
                if row is None or not row["open"]:
                    return None
                me = self.desk.officer.id
                held = report_id in leases and leases[report_id]["owner"] != me
                return Standing(
                    _BAND_OF[row["band_rank"]],
                    not held and row["assigned_to"] in (None, me),
                    tuple(bisect_left(order, key(report_id), key=key) for order in others),
                )

            known = sorted((i for i in report_ids if i in ranks), key=key)
            unknown = [i for i in report_ids if i not in ranks]
            return {report_id: standing(report_id) for report_id in [*known, *unknown]}

    def rows(self, report_ids: Sequence[str]) -> list[dict[str, Any]]:
        """Rows as `ranked` gives them, for these reports, whether still open or not."""
        with self.desk.store.read() as tx:
            found = tx.many("report", report_ids)
            return self._shown(tx, [found[i] for i in report_ids if i in found])

    def counts(self) -> dict[str, int]:
        """Open reports in each band."""
        with self.desk.store.read() as tx:
            return stored.counts_by_band(tx)

    def _shown(self, tx: Reading, reports: Sequence[Row]) -> list[dict[str, Any]]:
        ids = [report["id"] for report in reports]
        priorities = tx.many("priority", [r["priority_id"] for r in reports])
        opinions = tx.many(
            "assessment", [r["assessment_id"] for r in reports if r["assessment_id"]]
        )
        leases = stored.leases_on(tx, "report", ids)
        pictures = stored_reports.pictures_of(tx, ids)
        sources = stored_reports.first_sources(tx, ids)
        owners = tx.many("officer", [r["assigned_to"] for r in reports if r["assigned_to"]])
        assigned = {officer_id: row["name"] for officer_id, row in owners.items()}
        shown = []
        for report in reports:
            priority = priorities.get(report["priority_id"]) or {"factors": []}
            opinion = opinions.get(report["assessment_id"])
            lease = leases.get(report["id"])
            factors = [
                {"factor": f["factor"], "points": f["points"], "text": factor_text(self.desk, f)}
                for f in priority["factors"]
                if f["points"]
            ]
            shown.append(
                {
                    "id": report["id"],
                    "number": report["number"],
                    "url": report["url_canonical"],
                    "host": report["host"],
                    "score": report["score"],
                    "band": report["band"],
                    "factors": factors,
                    "labels": [
                        {"label": label, "probability": p}
                        for label, p in (opinion["labels"][:3] if opinion else ())
                    ],
                    "abstained": bool(opinion and opinion["abstained"]),
                    "state": report["state"],
                    "hold": report["hold"],
                    "sightings": report["sightings"],
                    "source": sources.get(report["id"], ""),
                    "registered_at": report["registered_at"],
                    "owner": lease["name"] if lease else "",
                    "assigned": assigned.get(report["assigned_to"] or "", ""),
                    "mine": bool(lease and lease["owner"] == self.desk.officer.id),
                    "pictures": sorted(pictures.get(report["id"], ())),
                    "override_reason": priority.get("override_reason") or "",
                }
            )
        return shown

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

    def assign(self, token: str, login: str | None) -> Changes[dict[str, Any]]:
        """Give an open report to an officer, or (None) to whoever comes first. Supervisors only.

        Others pass it over when they ask for the next report; a claim that runs is let go.
        """
        self.desk.officer.must_have(Role.SUPERVISOR)
        with self.desk.store.write() as tx:
            report = self.find(tx, "report", token)
            if not report["open"]:
                raise BadInput(M_("{number} is no longer in the queue.", number=report["number"]))
            officer = None
            if login is not None:
                officer = stored_officers.by_login(tx, login)
                if officer is None or not officer.active:
                    raise BadInput(M_("There is no officer {login} here.", login=login))
                officer.must_have(*WORKING)
            owner = None if officer is None else officer.id
            tx.update("report", report["id"], assigned_to=owner)
            lease = stored.lease_on(tx, "report", report["id"])
            if lease is not None and lease["owner"] != owner:
                stored.end_lease(tx, "report", report["id"])
            facts = {"to": "" if officer is None else officer.login}
            self.custody(tx, "report", report["id"], "assigned", facts)
        result = {
            "id": report["id"],
            "number": report["number"],
            "state": report["state"],
            "assigned_to": login or "",
        }
        return changed(result, ("report", report["id"]))

    def workload(self) -> list[dict[str, Any]]:
        """Officers who review: what each holds, was given, and decided today (no order of merit)."""
        self.desk.officer.must_have(Role.SUPERVISOR)
        today = jst_midnight(self.desk.clock())
        with self.desk.store.read() as tx:
            officers = [o for o in stored_officers.everyone(tx) if o.active and o.has(*WORKING)]
            counts = stored.workload(tx, today)
        return [
            {
                "login": officer.login,
                "name": officer.name,
                **{name: counts[name].get(officer.id, 0) for name in counts},
            }
            for officer in officers
        ]

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
            lowers = BAND_RANK[band] < report["band_rank"]
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
            tx.update("report", report["id"], **ranked_columns(row))
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
