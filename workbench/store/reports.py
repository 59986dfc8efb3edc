"""Reading reports, their evidence and what was found about them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from workbench.store import tables as t
from workbench.store.store import Reading, Row, Writing

# Host parameters a statement may hold on every engine.
_SLICE = 500


def url_digest(canonical: str) -> str:
    """SHA-256 (hex) of a canonical URL: the key of de-duplication."""
    return hashlib.sha256(canonical.encode()).hexdigest()


def by_number(tx: Reading, number: str) -> Row | None:
    return tx.one(sa.select(t.report).where(t.report.c.number == number))


def by_url_digest(tx: Reading, digest: str) -> Row | None:
    return tx.one(sa.select(t.report).where(t.report.c.url_digest == digest))


def known_urls(tx: Reading, digests: Sequence[str]) -> dict[str, str]:
    """Report ids by URL digest, for those of `digests` that are registered."""
    found: dict[str, str] = {}
    for start in range(0, len(digests), _SLICE):
        part = digests[start : start + _SLICE]
        rows = tx.connection.execute(
            sa.select(t.report.c.url_digest, t.report.c.id).where(t.report.c.url_digest.in_(part))
        )
        found.update((row.url_digest, row.id) for row in rows)
    return found


def in_states(tx: Reading, states: Iterable[str], limit: int | None = None) -> list[Row]:
    """Reports in these states, oldest first."""
    query = sa.select(t.report).where(t.report.c.state.in_(list(states))).order_by(t.report.c.id)
    return tx.all(query.limit(limit) if limit else query)


def _never_captured() -> sa.ColumnElement[bool]:
    tried = sa.exists().where(t.capture.c.report_id == t.report.c.id)
    # Assessed before it was preserved (a URL-only report, an offline desk): it still waits.
    return t.report.c.open.is_(True) & ~tried


def never_captured(tx: Reading, limit: int) -> list[str]:
    """Ids of open reports without any capture, in rank order."""
    r = t.report.c
    order = (r.band_rank.desc(), r.score.desc(), r.id)
    query = sa.select(r.id).where(_never_captured()).order_by(*order).limit(limit)
    return list(tx.connection.execute(query).scalars())


def count_never_captured(tx: Reading) -> int:
    return tx.count(sa.select(sa.func.count()).select_from(t.report).where(_never_captured()))


def last_capture(tx: Reading, report_id: str) -> Row | None:
    query = sa.select(t.capture).where(t.capture.c.report_id == report_id)
    return tx.one(query.order_by(t.capture.c.id.desc()).limit(1))


def first_source(tx: Reading, report_id: str) -> str:
    """The source of the first sighting."""
    query = sa.select(t.sighting.c.source).where(t.sighting.c.report_id == report_id)
    return str(tx.connection.execute(query.order_by(t.sighting.c.id).limit(1)).scalar_one())


def first_sources(tx: Reading, report_ids: Sequence[str]) -> dict[str, str]:
    """The source of each report's first sighting."""
    sighting = t.sighting
    first = (
        sa.select(sa.func.min(sighting.c.id))
        .where(sighting.c.report_id.in_(report_ids))
        .group_by(sighting.c.report_id)
    )
    query = sa.select(sighting.c.report_id, sighting.c.source).where(sighting.c.id.in_(first))
    return {row["report_id"]: row["source"] for row in tx.all(query)}


def count_all(tx: Reading) -> int:
    return tx.count(sa.select(sa.func.count()).select_from(t.report))


def add_sightings(tx: Writing, counts: dict[str, int]) -> None:
    """Raise the sighting count of reports met again."""
    statement = (
        sa.update(t.report)
        .where(t.report.c.id == sa.bindparam("report"))
        .values(
            sightings=t.report.c.sightings + sa.bindparam("more"),
            revision=t.report.c.revision + 1,
        )
    )
    tx.connection.execute(statement, [{"report": i, "more": n} for i, n in counts.items()])


def sightings_of(tx: Reading, report_id: str) -> list[Row]:
    return tx.all(
        sa.select(t.sighting).where(t.sighting.c.report_id == report_id).order_by(t.sighting.c.id)
    )


def captures_of(tx: Reading, report_id: str) -> list[Row]:
    return tx.all(
        sa.select(t.capture).where(t.capture.c.report_id == report_id).order_by(t.capture.c.id)
    )


def exhibits_of(tx: Reading, report_id: str) -> list[Row]:
    """Exhibits of a report, each with its present handling level as `level`."""
    rows = tx.all(
        sa.select(t.exhibit).where(t.exhibit.c.report_id == report_id).order_by(t.exhibit.c.id)
    )
    return [{**row, "level": level_of(tx, row["id"])} for row in rows]


def pictures_of(tx: Reading, report_ids: Sequence[str]) -> dict[str, list[str]]:
    """The present handling levels of each report's pictures, by report."""
    exhibit, level = t.exhibit, t.exhibit_level
    latest = (
        sa.select(level.c.exhibit_id, sa.func.max(level.c.id).label("id"))
        .join(exhibit, exhibit.c.id == level.c.exhibit_id)
        .where(exhibit.c.report_id.in_(report_ids), exhibit.c.role == "screenshot")
        .group_by(level.c.exhibit_id)
        .subquery()
    )
    query = (
        sa.select(exhibit.c.report_id, level.c.level)
        .join(latest, latest.c.exhibit_id == exhibit.c.id)
        .join(level, level.c.id == latest.c.id)
    )
    found: dict[str, list[str]] = {}
    for row in tx.all(query):
        found.setdefault(row["report_id"], []).append(row["level"])
    return found


def level_of(tx: Reading, exhibit_id: str) -> str:
    """The handling level set last."""
    query = (
        sa.select(t.exhibit_level.c.level)
        .where(t.exhibit_level.c.exhibit_id == exhibit_id)
        .order_by(t.exhibit_level.c.id.desc())
        .limit(1)
    )
    return str(tx.connection.execute(query).scalar_one())


def exhibit_key(tx: Reading, exhibit_id: str) -> str | None:
    """The wrapped key, or None when a two-person act deleted it."""
    query = sa.select(t.exhibit_key.c.wrapped_key).where(t.exhibit_key.c.exhibit_id == exhibit_id)
    return tx.connection.execute(query).scalar_one_or_none()


def identifiers_of(tx: Reading, report_id: str) -> list[Row]:
    return tx.all(
        sa.select(t.identifier)
        .where(t.identifier.c.report_id == report_id)
        .order_by(t.identifier.c.kind, t.identifier.c.value)
    )


def linked_reports(tx: Reading, report_id: str, kinds: Sequence[str]) -> list[Row]:
    """Other reports that share an identifier of these kinds: report_id, number, kind, value."""
    mine, other = t.identifier.alias(), t.identifier.alias()
    query = (
        sa.select(other.c.report_id, t.report.c.number, other.c.kind, other.c.value)
        .join_from(mine, other, (mine.c.kind == other.c.kind) & (mine.c.value == other.c.value))
        .join(t.report, t.report.c.id == other.c.report_id)
        .where(
            mine.c.report_id == report_id, other.c.report_id != report_id, mine.c.kind.in_(kinds)
        )
        .order_by(other.c.kind, other.c.value, t.report.c.number)
        .limit(200)
    )
    return tx.all(query)


def decisions_of(tx: Reading, report_id: str) -> list[Row]:
    return tx.all(
        sa.select(t.decision).where(t.decision.c.report_id == report_id).order_by(t.decision.c.id)
    )


def all_blob_ids(tx: Reading) -> set[str]:
    return set(tx.connection.execute(sa.select(t.exhibit.c.blob_id)).scalars())


def exhibits_after(tx: Reading, last_id: str, limit: int) -> list[Row]:
    """Exhibits in order of id, a page at a time."""
    query = sa.select(t.exhibit).where(t.exhibit.c.id > last_id).order_by(t.exhibit.c.id)
    return tx.all(query.limit(limit))


def batch_of_file(tx: Reading, sha256: str, source: str) -> Row | None:
    """An import of the same file from the same source that was interrupted, or not answered."""
    return tx.one(
        sa.select(t.import_batch).where(
            t.import_batch.c.file_sha256 == sha256,
            t.import_batch.c.source == source,
            t.import_batch.c.state.in_(("running", "unanswered")),
        )
    )


def rejections_of(tx: Reading, batch_id: str) -> list[Row]:
    return tx.all(
        sa.select(t.import_rejection)
        .where(t.import_rejection.c.batch_id == batch_id)
        .order_by(t.import_rejection.c.row)
    )


def next_number(tx: Writing, prefix: str, year: str, kind: str, count: int = 1) -> int:
    """Take `count` human numbers; returns the first."""
    there = t.number_counter
    this = (there.c.prefix == prefix) & (there.c.year == year) & (there.c.kind == kind)
    last = tx.connection.execute(sa.select(there.c.last).where(this)).scalar_one_or_none()
    if last is None:
        values: dict[str, Any] = {"prefix": prefix, "year": year, "kind": kind, "last": count}
        tx.connection.execute(sa.insert(there).values(values))
        return 1
    tx.connection.execute(sa.update(there).where(this).values(last=last + count))
    return int(last) + 1
