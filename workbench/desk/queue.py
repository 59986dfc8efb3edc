"""The ranked queue: reading it, claiming from it, correcting its order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, overload
from uuid import UUID

from workbench.desk.changes import Changes, changed
from workbench.desk.part import DeskPart, required
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

CLAIMABLE = ("assessed", "in_review", "needs_review")


class RankOrder(Sequence[str]):
    """Report ids in rank order, packed: a million take 16 MB."""

    def __init__(self, packed: bytes) -> None:
        """16 bytes of UUID for each id, one after the other."""
        self._packed = bytearray(packed)

    def remove(self, place: int) -> None:
        """Take out the id at a place."""
        del self._packed[place * 16 : place * 16 + 16]

    def insert(self, place: int, report_id: str) -> None:
        """Put an id before the one at a place."""
        self._packed[place * 16 : place * 16] = UUID(report_id).bytes

    @classmethod
    def of(cls, ids: Iterable[str]) -> RankOrder:
        return cls(b"".join(UUID(report_id).bytes for report_id in ids))

    def __len__(self) -> int:
        return len(self._packed) // 16

    @overload
    def __getitem__(self, place: int) -> str: ...

    @overload
    def __getitem__(self, place: slice) -> list[str]: ...

    def __getitem__(self, place: int | slice) -> str | list[str]:
        if isinstance(place, slice):
            return [self[i] for i in range(*place.indices(len(self)))]
        if not 0 <= place < len(self):
            raise IndexError(place)
        return str(UUID(bytes=bytes(self._packed[place * 16 : place * 16 + 16])))

    def place_of(self, report_id: str) -> int | None:
        """Where an id stands, or None."""
        wanted = UUID(report_id).bytes
        start = 0
        while (found := self._packed.find(wanted, start)) >= 0:
            if found % 16 == 0:
                return found // 16
            start = found + 1
        return None


class Queue(DeskPart):
    """Open reports in order of priority."""

    def ranked(self, limit: int = 50, after: str | None = None) -> list[dict[str, Any]]:
        """One page of the queue, each row with its score, factors and proposed labels.

        Factor texts are Messages; labels are the three most probable.
        """
        with self.desk.store.read() as tx:
            behind = None if after is None else self.find(tx, "report", after)
            return self._shown(tx, stored.page(tx, limit, behind))

    def order(self, bands: Sequence[str] = (), *, hide_held: bool = False) -> RankOrder:
        """The ids of all open reports in rank order, 16 bytes each (for a list of any length)."""
        unheld_by = self.desk.officer.id if hide_held else ""
        with self.desk.store.read() as tx:
            return RankOrder(stored.order(tx, bands, unheld_by))

    def places(
        self, report_ids: Sequence[str], bands: Sequence[str] = (), *, hide_held: bool = False
    ) -> dict[str, int | None]:
        """Where these reports stand in `order` now, None for those that are not in it."""
        unheld_by = self.desk.officer.id if hide_held else ""
        with self.desk.store.read() as tx:
            return stored.places(tx, report_ids, bands, unheld_by)

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
