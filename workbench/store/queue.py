"""The ranked queue by keyset, and the leases by which two officers never get the same report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from workbench.domain.priority import BAND_RANK
from workbench.store import tables as t
from workbench.store.store import Reading, Row, Writing

# Characters of joined ids (36 each) turned into bytes at a time: other threads get their turn.
_SLICE = 36 * 8_192
# Within a band the higher score, then the older report.
_ORDER = (t.report.c.band_rank.desc(), t.report.c.score.desc(), t.report.c.id.asc())


def page(tx: Reading, limit: int, after: Row | None = None) -> list[Row]:
    """Open reports in rank order, behind the report `after`."""
    query = sa.select(t.report).where(t.report.c.open.is_(True))
    if after is not None:
        r = t.report.c
        query = query.where(
            sa.or_(
                r.band_rank < after["band_rank"],
                (r.band_rank == after["band_rank"])
                & sa.or_(
                    r.score < after["score"],
                    (r.score == after["score"]) & (r.id > after["id"]),
                ),
            )
        )
    return tx.all(query.order_by(*_ORDER).limit(limit))


def order(tx: Reading) -> bytearray:
    """Ids of the open reports in rank order, 16 bytes each.

    The ids are joined by the database itself: a million rows would otherwise hold up every other
    thread.
    """
    ranked = sa.select(t.report.c.id).where(t.report.c.open.is_(True)).order_by(*_ORDER)
    joined = sa.func.group_concat(ranked.subquery().c.id, "")
    text = tx.connection.execute(sa.select(joined)).scalar_one_or_none() or ""
    packed = bytearray()
    for start in range(0, len(text), _SLICE):
        packed += bytes.fromhex(text[start : start + _SLICE].replace("-", ""))
    return packed


def ranks(tx: Reading, report_ids: Sequence[str]) -> dict[str, Row]:
    """What places reports in the queue, by id: band_rank, score, open, assigned_to."""
    r = t.report.c
    query = sa.select(r.id, r.band_rank, r.score, r.open, r.assigned_to)
    return {row["id"]: row for row in tx.all(query.where(r.id.in_(report_ids)))}


def taken_by_others(tx: Reading, officer_id: str) -> list[str]:
    """Open reports that another officer holds now or was given."""
    r = t.report.c
    held = _held_by_others(tx.now_us(), officer_id)
    given = sa.select(r.id).where(
        r.open.is_(True), r.assigned_to.is_not(None), r.assigned_to != officer_id
    )
    return list(tx.connection.execute(sa.union(held, given)).scalars())


def _held_by_others(now_us: int, officer_id: str) -> sa.Select[Any]:
    return sa.select(t.lease.c.subject_id).where(
        t.lease.c.subject_kind == "report",
        t.lease.c.until > now_us,
        t.lease.c.owner != officer_id,
    )


def _free_for(officer_id: str) -> sa.ColumnElement[bool]:
    """Given to nobody, or to this officer."""
    return sa.or_(t.report.c.assigned_to.is_(None), t.report.c.assigned_to == officer_id)


def workload(tx: Reading, since_us: int) -> dict[str, dict[str, int]]:
    """By officer: reports held now, open reports given to them, findings since `since_us`."""

    def counted(query: sa.Select[Any]) -> dict[str, int]:
        return {owner: int(n) for owner, n in tx.connection.execute(query).all()}

    lease, report, decision = t.lease, t.report, t.decision
    number = sa.func.count()
    held = sa.select(lease.c.owner, number).where(
        lease.c.subject_kind == "report", lease.c.until > tx.now_us()
    )
    given = sa.select(report.c.assigned_to, number).where(
        report.c.open.is_(True), report.c.assigned_to.is_not(None)
    )
    decided = sa.select(decision.c.officer_id, number).where(decision.c.decided_at >= since_us)
    return {
        "held": counted(held.group_by(lease.c.owner)),
        "given": counted(given.group_by(report.c.assigned_to)),
        "decided": counted(decided.group_by(decision.c.officer_id)),
    }


def leases_on(tx: Reading, kind: str, subject_ids: Sequence[str]) -> dict[str, Row]:
    """Leases in force on these subjects, by subject: owner, name of the owner, until."""
    query = (
        sa.select(t.lease, t.officer.c.name)
        .join(t.officer, t.officer.c.id == t.lease.c.owner)
        .where(
            t.lease.c.subject_kind == kind,
            t.lease.c.subject_id.in_(subject_ids),
            t.lease.c.until > tx.now_us(),
        )
    )
    return {row["subject_id"]: row for row in tx.all(query)}


def counts_by_band(tx: Reading) -> dict[str, int]:
    """Open reports in each band."""
    count = t.queue_count.c
    rows = tx.connection.execute(sa.select(count.band_rank, count.reports)).all()
    found = {int(rank): int(n) for rank, n in rows}
    return {band: found.get(rank, 0) for band, rank in BAND_RANK.items()}


def next_free(tx: Reading, states: Sequence[str], now_us: int, officer_id: str) -> Row | None:
    """The highest report in `states` that no other officer holds."""
    held = _held_by_others(now_us, officer_id)
    query = sa.select(t.report).where(
        t.report.c.open.is_(True),
        t.report.c.state.in_(states),
        t.report.c.id.not_in(held),
        _free_for(officer_id),
    )
    return tx.one(query.order_by(*_ORDER).limit(1))


def lease_on(tx: Reading, kind: str, subject_id: str) -> Row | None:
    there = t.lease
    return tx.one(
        sa.select(there).where(there.c.subject_kind == kind, there.c.subject_id == subject_id)
    )


def take_lease(tx: Writing, kind: str, subject_id: str, owner: str, minutes: int) -> Row | None:
    """Give the subject to `owner`; None when another holds it. The database's clock decides."""
    now = tx.now_us()
    until = now + minutes * 60_000_000
    held = lease_on(tx, kind, subject_id)
    there = t.lease
    if held is None:
        row = {"subject_kind": kind, "subject_id": subject_id, "owner": owner, "until": until}
        tx.connection.execute(sa.insert(there).values(**row, fence=1))
        return {**row, "fence": 1}
    if held["owner"] != owner and held["until"] > now:
        return None
    # A new holder gets a new fencing number; the same holder only more time.
    fence = held["fence"] + (held["owner"] != owner or held["until"] <= now)
    tx.connection.execute(
        sa.update(there)
        .where(there.c.subject_kind == kind, there.c.subject_id == subject_id)
        .values(owner=owner, until=until, fence=fence)
    )
    return {**held, "owner": owner, "until": until, "fence": fence}


def end_lease(tx: Writing, kind: str, subject_id: str) -> None:
    """Let the subject go; the row stays, so that fencing numbers never repeat."""
    there = t.lease
    tx.connection.execute(
        sa.update(there)
        .where(there.c.subject_kind == kind, there.c.subject_id == subject_id)
        .values(until=0)
    )
