"""Counting for the monthly report; bounds are UTC microseconds, the end not included."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from workbench.store import tables as t
from workbench.store.store import Reading


def _by(
    tx: Reading, column: sa.Column[Any], moment: sa.Column[Any], start: int, end: int
) -> dict[str, int]:
    query = (
        sa.select(column, sa.func.count())
        .where(moment >= start, moment < end)
        .group_by(column)
        .order_by(column)
    )
    return {str(value): int(n) for value, n in tx.connection.execute(query).all()}


def sightings_by_source(tx: Reading, start: int, end: int) -> dict[str, int]:
    return _by(tx, t.sighting.c.source, t.sighting.c.registered_at, start, end)


def reports_registered(tx: Reading, start: int, end: int) -> int:
    moment = t.report.c.registered_at
    counted = sa.select(sa.func.count()).select_from(t.report)
    return tx.count(counted.where(moment >= start, moment < end))


def decisions_by_category(tx: Reading, start: int, end: int) -> dict[str, int]:
    return _by(tx, t.decision.c.category, t.decision.c.decided_at, start, end)


def removals_by_state(tx: Reading, start: int, end: int) -> dict[str, int]:
    return _by(tx, t.removal.c.state, t.removal.c.drafted_at, start, end)


def referrals_by_state(tx: Reading, start: int, end: int) -> dict[str, int]:
    return _by(tx, t.referral.c.state, t.referral.c.drafted_at, start, end)


_JST_US = 9 * 3_600_000_000
_DAY_US = 86_400_000_000


def _by_day(tx: Reading, moment: sa.Column[Any], start: int, end: int) -> dict[int, int]:
    """Counts by Japanese day, as days since 1970-01-01."""
    day = (moment + _JST_US) // _DAY_US
    query = sa.select(day, sa.func.count()).where(moment >= start, moment < end).group_by(day)
    return {int(d): int(n) for d, n in tx.connection.execute(query).all()}


def sightings_by_day(tx: Reading, start: int, end: int) -> dict[int, int]:
    return _by_day(tx, t.sighting.c.registered_at, start, end)


def decisions_by_day(tx: Reading, start: int, end: int) -> dict[int, int]:
    return _by_day(tx, t.decision.c.decided_at, start, end)


def hours_to_decision(tx: Reading, start: int, end: int) -> list[float]:
    """Hours from registration to the finding now in force, for findings of this time, sorted."""
    report, decision = t.report, t.decision
    hours = (decision.c.decided_at - report.c.registered_at) / 3.6e9
    query = (
        sa.select(hours)
        .join(decision, decision.c.id == report.c.decision_id)
        .where(decision.c.decided_at >= start, decision.c.decided_at < end)
        .order_by(hours)
    )
    return [float(value) for value in tx.connection.execute(query).scalars()]
