"""Removal requests as lists: with the page, the officer and what was recorded."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from workbench.store import tables as t
from workbench.store.store import Reading, Row


def overview(tx: Reading, limit: int) -> list[Row]:
    """The newest requests with number, host and hold of their report."""
    removal, report = t.removal, t.report
    query = (
        sa.select(
            removal,
            report.c.number.label("report_number"),
            report.c.host,
            report.c.url_canonical,
            report.c.hold,
            report.c.hold_reason,
        )
        .join(report, report.c.id == removal.c.report_id)
        .order_by(removal.c.id.desc())
        .limit(limit)
    )
    return tx.all(query)


def one(tx: Reading, removal_id: str) -> Row | None:
    """One request as `overview` gives it."""
    removal, report = t.removal, t.report
    query = (
        sa.select(
            removal,
            report.c.number.label("report_number"),
            report.c.host,
            report.c.url_canonical,
            report.c.hold,
            report.c.hold_reason,
        )
        .join(report, report.c.id == removal.c.report_id)
        .where(removal.c.id == removal_id)
    )
    return tx.one(query)


def counts_by_state(tx: Reading) -> dict[str, int]:
    """How many requests stand in each state."""
    query: sa.Select[Any] = sa.select(t.removal.c.state, sa.func.count()).group_by(
        t.removal.c.state
    )
    return {state: int(n) for state, n in tx.connection.execute(query).all()}


def events(tx: Reading, removal_id: str) -> list[Row]:
    """What was recorded of a request, oldest first, with the officer's name."""
    event, officer = t.removal_event, t.officer
    query = (
        sa.select(event, officer.c.name.label("officer"))
        .join(officer, officer.c.id == event.c.officer_id)
        .where(event.c.removal_id == removal_id)
        .order_by(event.c.id)
    )
    return tx.all(query)


def waiting_for_a_request(tx: Reading, limit: int) -> list[Row]:
    """Decided reports whose finding asks for removal and that have no request yet."""
    report, decision, removal = t.report, t.decision, t.removal
    query = (
        sa.select(report.c.id, report.c.number, report.c.host, decision.c.category)
        .join(decision, decision.c.id == report.c.decision_id)
        .where(
            report.c.state.in_(("decided", "in_action")),
            sa.type_coerce(decision.c.measures, sa.Text).like('%"removal_request"%'),
            report.c.id.not_in(sa.select(removal.c.report_id)),
        )
        .order_by(decision.c.id.desc())
        .limit(limit)
    )
    return tx.all(query)
