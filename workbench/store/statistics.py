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
