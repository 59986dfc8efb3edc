"""Databases meant for other tools: the queue and the statistics as plain SQLite (sqlite-utils).

They hold what the screen shows, no exhibits and no keys, and are written in one step.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from workbench.domain.errors import M_, BadInput
from workbench.files import sync_folder


def write_queue_database(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Tables `queue`, `factors` and `labels`; factor texts are already in one language."""

    def fill(database: Database) -> None:
        queue, factors, labels = [], [], []
        for place, row in enumerate(rows, start=1):
            kept = {k: v for k, v in row.items() if k not in ("factors", "labels")}
            queue.append({"place": place, **kept})
            factors += [{"report": row["id"], **factor} for factor in row["factors"]]
            labels += [{"report": row["id"], **label} for label in row["labels"]]
        columns = {"id": str, "place": int, "number": str, "url": str, "score": int, "band": str}
        database.table("queue").create({**columns, "state": str}, pk="id")
        database.table("queue").insert_all(queue, pk="id", alter=True)
        key = [("report", "queue", "id")]
        database.table("factors").create(
            {"report": str, "factor": str, "points": int, "text": str}, foreign_keys=key
        )
        database.table("factors").insert_all(factors)
        database.table("labels").create(
            {"report": str, "label": str, "probability": float}, foreign_keys=key
        )
        database.table("labels").insert_all(labels)

    _write(path, fill)


def write_statistics_database(path: Path, counts: Mapping[str, Any]) -> None:
    """One table `counts`: table, key, count."""

    def fill(database: Database) -> None:
        rows = []
        for name, value in counts.items():
            if isinstance(value, Mapping):
                rows += [{"table_name": name, "key": k, "count": n} for k, n in value.items()]
            elif isinstance(value, int):
                rows.append({"table_name": name, "key": "", "count": value})
        database.table("counts").create({"table_name": str, "key": str, "count": int})
        database.table("counts").insert_all(rows)

    _write(path, fill)


def _write(path: Path, fill: Callable[[Database], None]) -> None:
    """Replace `path`, but only a database: another file there is not ours to overwrite."""
    if path.exists() and path.stat().st_size:
        with path.open("rb") as stream:
            if stream.read(16) != b"SQLite format 3\0":
                raise BadInput(
                    M_("{path} is not a database and is not overwritten.", path=str(path))
                )
    temporary = path.with_name(f".{path.name}.{os.getpid()}.new")
    temporary.unlink(missing_ok=True)
    try:
        database = Database(temporary)
        try:
            fill(database)
        finally:
            database.close()
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)
