"""The office's own priority weights, and the open queue as numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from workbench.store import tables as t
from workbench.store.store import Reading, Row


def latest(tx: Reading) -> Row | None:
    """The weights set last."""
    return tx.one(sa.select(t.weights).order_by(t.weights.c.id.desc()).limit(1))


def latest_id(tx: Reading) -> str | None:
    """Which weights were set last."""
    query = sa.select(t.weights.c.id).order_by(t.weights.c.id.desc()).limit(1)
    return tx.connection.execute(query).scalar_one_or_none()


def history(tx: Reading) -> list[Row]:
    """Every set of weights, newest first, with the officer's name."""
    query = (
        sa.select(t.weights, t.officer.c.name.label("officer"))
        .join(t.officer, t.officer.c.id == t.weights.c.officer_id)
        .order_by(t.weights.c.id.desc())
    )
    return tx.all(query)


def open_priorities(tx: Reading) -> Iterator[Sequence[Any]]:
    """Open reports, a slice at a time: (id, score, band rank, set by hand, basis).

    One walk of a narrow index. For a report ranked before there was a basis, the factors of its
    priority stand in its place, as JSON text.
    """
    report, priority = t.report, t.priority
    mine = (report.c.id, report.c.score, report.c.band_rank)
    ranked = sa.select(*mine, report.c.by_hand, report.c.basis).where(
        report.c.open.is_(True), report.c.basis != ""
    )
    older = (
        sa.select(
            *mine,
            priority.c.officer_id.is_not(None),
            sa.type_coerce(priority.c.factors, sa.Text),
        )
        .join(priority, priority.c.id == report.c.priority_id)
        .where(report.c.open.is_(True), report.c.basis == "")
    )
    for query in (ranked, older):
        rows = tx.connection.execution_options(yield_per=5_000).execute(query)
        yield from rows.partitions()


def under_other_weights(tx: Reading, version: str, after: str, limit: int) -> list[Row]:
    """Open reports ranked under other weights than `version`, by id: report and priority rows."""
    report, priority = t.report, t.priority
    query = (
        sa.select(report.c.id, report.c.band, priority.c.id.label("priority_id"))
        .join(priority, priority.c.id == report.c.priority_id)
        .where(report.c.open.is_(True), priority.c.weights_version != version, report.c.id > after)
        .order_by(report.c.id)
        .limit(limit)
    )
    return tx.all(query)


def count_under_other_weights(tx: Reading, version: str) -> int:
    report, priority = t.report, t.priority
    return tx.count(
        sa.select(sa.func.count())
        .select_from(report)
        .join(priority, priority.c.id == report.c.priority_id)
        .where(report.c.open.is_(True), priority.c.weights_version != version)
    )
