"""What an officer looked at, from the access log."""

from __future__ import annotations

import sqlalchemy as sa

from workbench.store import tables as t
from workbench.store.store import Reading


def views_since(tx: Reading, officer_id: str, since_us: int) -> list[tuple[int, str, int]]:
    """Pictures an officer had in view, oldest first: (ended at, level, milliseconds)."""
    log = t.access_log
    query = (
        sa.select(log.c.at, log.c.details)
        .where(log.c.act == "hidden", log.c.officer_id == officer_id, log.c.at >= since_us)
        .order_by(log.c.id)
    )
    rows = tx.connection.execute(query).all()
    return [(at, str(d.get("level", "")), int(d.get("ms", 0))) for at, d in rows]
