"""Reading custody chains, heads and seals, and the rows that entries name."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

import sqlalchemy as sa

from workbench.store import tables as t
from workbench.store.store import Reading, Row, content_of


def chain(tx: Reading, subject_id: str) -> list[Row]:
    """One subject's entries, oldest first."""
    entry = t.custody_entry
    return tx.all(sa.select(entry).where(entry.c.subject_id == subject_id).order_by(entry.c.seq))


def heads_at(tx: Reading, position: int) -> list[Row]:
    """The last entry of every subject up to `position`, sorted by subject id.

    Read from the entries themselves, not from `custody_head`, so that a seal can be made again.
    """
    entry = t.custody_entry
    last = (
        sa.select(entry.c.subject_id, sa.func.max(entry.c.seq).label("seq"))
        .where(entry.c.position <= position)
        .group_by(entry.c.subject_id)
        .subquery()
    )
    return tx.all(
        sa.select(entry.c.subject_id, entry.c.subject_kind, entry.c.seq, entry.c.entry_hash)
        .join(last, (entry.c.subject_id == last.c.subject_id) & (entry.c.seq == last.c.seq))
        .order_by(entry.c.subject_id)
    )


def stored_heads(tx: Reading) -> list[Row]:
    """What `custody_head` says, sorted by subject id."""
    return tx.all(sa.select(t.custody_head).order_by(t.custody_head.c.subject_id))


def last_position(tx: Reading) -> int:
    return tx.count(sa.select(sa.func.coalesce(sa.func.max(t.custody_entry.c.position), 0)))


def positions_count(tx: Reading) -> int:
    return tx.count(sa.select(sa.func.count()).select_from(t.custody_entry))


def entries_by_subject(tx: Reading) -> Iterator[tuple[str, str, list[Row]]]:
    """Every chain as (kind, subject id, entries), in order of subject id, one at a time."""
    entry = t.custody_entry
    rows = tx.connection.execution_options(yield_per=5_000).execute(
        sa.select(entry).order_by(entry.c.subject_id, entry.c.seq)
    )
    current: list[Row] = []
    for row in rows.mappings():
        if current and current[-1]["subject_id"] != row["subject_id"]:
            yield current[0]["subject_kind"], current[0]["subject_id"], current
            current = []
        current.append(dict(row))
    if current:
        yield current[0]["subject_kind"], current[0]["subject_id"], current


def seals(tx: Reading) -> list[Row]:
    return tx.all(sa.select(t.seal).order_by(t.seal.c.number))


def last_seal(tx: Reading) -> Row | None:
    return tx.one(sa.select(t.seal).order_by(t.seal.c.number.desc()).limit(1))


def record_problem(tx: Reading, named: Sequence[dict[str, str]]) -> str | None:
    """The first row named in an entry whose present content has another digest, or None.

    `custody_entry` bodies name rows as {"table", "id", "sha256"}. Keys that a two-person act may
    delete are never named.
    """
    for content in named:
        table = t.metadata.tables.get(content["table"])
        if table is None:
            return f"{content['table']} {content['id']}: unknown table"
        key = next(iter(table.primary_key))
        row = tx.one(sa.select(table).where(key == content["id"]))
        if row is None:
            return f"{content['table']} {content['id']}: missing"
        if content_of(table, row)["sha256"] != content["sha256"]:
            return f"{content['table']} {content['id']}: changed"
    return None


def named_rows(body: str) -> list[dict[str, str]]:
    """The rows an entry's body names."""
    return list(json.loads(body)["content"])


def record_of(tx: Reading, table: str, row_id: str) -> Row:
    """A row exactly as its custody entry digests it (all columns of an append-only row)."""
    row = tx.get(table, row_id)
    if row is None:
        raise LookupError(f"{table} {row_id}")
    return row
