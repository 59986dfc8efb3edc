"""What officers have typed and not yet sent: no record, only kept over a crash."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from workbench.store import tables as t
from workbench.store.store import Reading, Writing


def _this(officer_id: str, place: str) -> tuple[sa.ColumnElement[bool], ...]:
    return t.draft.c.officer_id == officer_id, t.draft.c.place == place


def kept(tx: Reading, officer_id: str, place: str) -> Any:
    """The content kept last, None when there is none."""
    row = tx.one(sa.select(t.draft).where(*_this(officer_id, place)))
    return None if row is None else row["content"]


def keep(tx: Writing, officer_id: str, place: str, content: Any, now_us: int) -> None:
    """Keep this content instead of what was kept before."""
    drop(tx, officer_id, place)
    row = {"officer_id": officer_id, "place": place, "content": content, "kept_at": now_us}
    tx.connection.execute(sa.insert(t.draft).values(**row))


def drop(tx: Writing, officer_id: str, place: str) -> None:
    tx.connection.execute(sa.delete(t.draft).where(*_this(officer_id, place)))
