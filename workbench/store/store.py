"""The Store: one encrypted place where everything is kept; the only one with SQL."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa

from workbench.domain.custody import GENESIS, CustodyEntry, digest_of, make_entry
from workbench.domain.errors import M_, BadInput, Unavailable
from workbench.domain.officer import Officer
from workbench.files import copy_durably
from workbench.store import sqlite, tables
from workbench.store.migrations import HEAD_REVISION
from workbench.store.triggers import apply_triggers

# Said here as well: a restore asks before there is a store.
refuse_network_share = sqlite.refuse_network_share

DATABASE_NAME = "store.db"

# SQLite binds a limited number of values in one statement.
_SLICE = 500

Row = dict[str, Any]
Content = dict[str, str]
Copied = TypeVar("Copied")
# Called with the bytes copied and the bytes there are.
CopyProgress = Callable[[int, int], None] | None


class Store:
    """An open store. `read()` and `write()` are its transactions; `close()` ends it."""

    def __init__(self, folder: Path, key: bytes) -> None:
        """Open the store in `folder` with the 32-byte database key.

        Raises Unavailable (missing, newer, unwritable, busy, on a share), EvidenceDamaged.
        """
        self.folder = folder
        self.database = folder / DATABASE_NAME
        if not self.database.is_file():
            raise Unavailable(M_("There is no store in {path}.", path=os.fspath(folder)))
        self._open(key)
        try:
            self._bring_up_to_date()
            facts = self._facts()
        except BaseException:
            self.close()
            raise
        self.id = facts["id"]
        self.practice = facts["practice"] == "yes"

    def _open(self, key: bytes) -> None:
        sqlite.refuse_network_share(self.folder)
        self._key = key
        self._writer = sqlite.make_engine(self.database, key, writing=True)
        self._reader = sqlite.make_engine(self.database, key, writing=False)
        self._lock = threading.RLock()

    @classmethod
    def create(cls, folder: Path, key: bytes, facts: Mapping[str, str]) -> Store:
        """Make an empty store in `folder`; `facts` hold at least id and practice (yes or no)."""
        sqlite.refuse_network_share(folder)
        database = folder / DATABASE_NAME
        if database.exists():
            raise BadInput(M_("There is already a store in {path}.", path=os.fspath(folder)))
        with sqlite.readable_errors(database):
            upgrade(database, key)
            engine = sqlite.make_engine(database, key, writing=True)
            try:
                with engine.begin() as connection:
                    connection.execute(
                        sa.insert(tables.store_fact),
                        [{"name": name, "value": value} for name, value in facts.items()],
                    )
            finally:
                engine.dispose()
        database.chmod(0o600)
        return cls(folder, key)

    def close(self) -> None:
        """Close every connection; the write-ahead log is folded into the file."""
        self._reader.dispose()
        self._writer.dispose()

    @contextmanager
    def read(self) -> Iterator[Reading]:
        """A steady snapshot to read from; never waits for the writer."""
        with sqlite.readable_errors(self.database), self._reader.begin() as connection:
            yield Reading(self, connection)

    @contextmanager
    def write(self) -> Iterator[Writing]:
        """One transaction: everything in it is kept, or nothing."""
        with self._lock, sqlite.readable_errors(self.database):
            with self._writer.begin() as connection:
                yield Writing(self, connection)

    def outside_writes(self) -> int:
        """A number that changes when another process, or another Store, has written; not by this one.

        Asked on the one connection that writes here: its own commits leave the number alone.
        """
        with sqlite.readable_errors(self.database), self._lock:
            connection = self._writer.raw_connection()
            try:
                return sqlite.data_version(connection)
            finally:
                connection.close()

    def problems(self) -> list[str]:
        """What the engine's own integrity checks find wrong; empty when sound."""
        with self.read() as reading:
            return reading.problems()

    def copy_to(
        self, target: Path, at_the_moment: Callable[[], Copied], progress: CopyProgress = None
    ) -> Copied:
        """A complete copy of the database as it stands at one moment, while others go on writing.

        `at_the_moment` runs while nobody can write, for what belongs to the same moment outside
        the database; its result is returned. The copy has the same key, is synced, and replaces
        a file that lies at `target`.
        """
        # Without this process's own lock: its other threads wait for the moment, not for the copy.
        with sqlite.readable_errors(self.database):
            return sqlite.copy_of_moment(
                self._writer, self.database, self._key, target, at_the_moment, progress
            )

    @contextmanager
    def read_copy(self, copy: Path) -> Iterator[Reading]:
        """A copy of the database that `copy_to` made, to read from."""
        engine = sqlite.make_engine(copy, self._key, writing=False)
        try:
            with sqlite.readable_errors(copy), engine.begin() as connection:
                yield Reading(self, connection)
        finally:
            engine.dispose()

    def _facts(self) -> dict[str, str]:
        with self.read() as reading:
            rows = reading.connection.execute(sa.select(tables.store_fact)).all()
        return {row.name: row.value for row in rows}

    def _bring_up_to_date(self) -> None:
        with sqlite.readable_errors(self.database):
            revision = self._revision()
            if revision == HEAD_REVISION:
                return
            if revision is None or revision not in known_revisions():
                raise newer_store(revision or "?")
            self._copy_before_upgrade(revision)
            upgrade(self.database, self._key)

    def _revision(self) -> str | None:
        with self._reader.begin() as connection:
            found = connection.execute(sa.text("SELECT version_num FROM alembic_version"))
            return found.scalar_one_or_none()

    def _copy_before_upgrade(self, revision: str) -> None:
        """Keep the database as it is beside itself; nobody writes while it is copied."""
        copy = self.database.with_name(f"store.db.before-upgrade-{revision}")
        with sqlite.held_still(self._writer, self.database):
            # Another process may have upgraded it meanwhile: its copy is the one to keep.
            if self._revision() == revision:
                copy_durably(self.database, copy)


class Reading:
    """A reading transaction."""

    def __init__(self, store: Store, connection: sa.Connection) -> None:
        self.store = store
        self.connection = connection

    def one(self, statement: sa.Select[Any]) -> Row | None:
        """The first row as a dict, or None."""
        row = self.connection.execute(statement).mappings().first()
        return None if row is None else dict(row)

    def all(self, statement: sa.Select[Any]) -> list[Row]:
        """Every row as a dict."""
        return [dict(row) for row in self.connection.execute(statement).mappings()]

    def count(self, statement: sa.Select[Any]) -> int:
        return int(self.connection.execute(statement).scalar_one())

    def get(self, table: str, row_id: str) -> Row | None:
        """The row of `table` with this primary key."""
        there = tables.metadata.tables[table]
        return self.one(sa.select(there).where(next(iter(there.primary_key)) == row_id))

    def many(self, table: str, row_ids: Iterable[str]) -> dict[str, Row]:
        """The rows of `table` with these primary keys, by key; missing ones are left out."""
        there = tables.metadata.tables[table]
        key = next(iter(there.primary_key))
        found: dict[str, Row] = {}
        wanted = list(dict.fromkeys(row_ids))
        for start in range(0, len(wanted), _SLICE):
            part = wanted[start : start + _SLICE]
            found |= {row[key.name]: row for row in self.all(sa.select(there).where(key.in_(part)))}
        return found

    def problems(self) -> list[str]:
        """What the engine's own integrity checks find wrong here; empty when sound."""
        return sqlite.integrity_problems(self.connection)

    def now_us(self) -> int:
        """The database's clock."""
        return sqlite.database_now_us(self.connection)


class Writing(Reading):
    """A writing transaction."""

    def insert(self, table: str, row: Mapping[str, Any]) -> Content:
        """Write one row and return how custody names it: table, id, sha256."""
        return self.insert_many(table, [row])[0]

    def insert_many(self, table: str, rows: Iterable[Mapping[str, Any]]) -> list[Content]:
        """Write rows of one table in one statement."""
        there = tables.metadata.tables[table]
        full = [complete_row(there, row) for row in rows]
        if full:
            self.connection.execute(sa.insert(there), full)
        return [content_of(there, row) for row in full]

    def update(self, table: str, row_id: str, **values: Any) -> None:
        """Change columns of one row; a row with a revision gets the next one."""
        there = tables.metadata.tables[table]
        if "revision" in there.c:
            values["revision"] = there.c.revision + 1
        key = next(iter(there.primary_key))
        clean = {name: storable(value) for name, value in values.items()}
        done = self.connection.execute(sa.update(there).where(key == row_id).values(clean))
        if done.rowcount != 1:
            raise LookupError(f"{table} {row_id}: {done.rowcount} rows changed")

    def append_custody(
        self,
        officer: Officer,
        at_us: int,
        subject_kind: str,
        subject_id: str,
        action: str,
        facts: Mapping[str, Any],
        content: Iterable[Content] = (),
    ) -> CustodyEntry:
        """Write the next entry of one subject's chain."""
        head = self.one(
            sa.select(tables.custody_head).where(tables.custody_head.c.subject_id == subject_id)
        )
        entry = make_entry(
            store=self.store.id,
            subject_kind=subject_kind,
            subject_id=subject_id,
            seq=1 if head is None else head["seq"] + 1,
            previous_hash=GENESIS if head is None else head["entry_hash"],
            at_us=at_us,
            officer_id=officer.id,
            officer=officer.login,
            workstation=workstation(),
            action=action,
            facts=storable(dict(facts)),
            content=content,
        )
        self._write_entries([entry])
        values = {"seq": entry.seq, "entry_hash": entry.entry_hash}
        if head is None:
            self._write_heads([entry])
        else:
            there = tables.custody_head
            self.connection.execute(
                sa.update(there).where(there.c.subject_id == subject_id).values(values)
            )
        return entry

    def open_custody(self, entries: Iterable[CustodyEntry]) -> None:
        """Write the first entries of many new subjects at once (a bulk import)."""
        first = list(entries)
        if any(entry.seq != 1 for entry in first):
            raise ValueError("open_custody is for new subjects only")
        if first:
            self._write_entries(first)
            self._write_heads(first)

    def _write_entries(self, entries: list[CustodyEntry]) -> None:
        self.connection.execute(
            sa.insert(tables.custody_entry),
            [
                {
                    "subject_kind": e.subject_kind,
                    "subject_id": e.subject_id,
                    "seq": e.seq,
                    "body": e.body,
                    "previous_hash": e.previous_hash,
                    "entry_hash": e.entry_hash,
                }
                for e in entries
            ],
        )

    def _write_heads(self, entries: list[CustodyEntry]) -> None:
        self.connection.execute(
            sa.insert(tables.custody_head),
            [
                {
                    "subject_id": e.subject_id,
                    "subject_kind": e.subject_kind,
                    "seq": e.seq,
                    "entry_hash": e.entry_hash,
                }
                for e in entries
            ],
        )


def storable(value: Any) -> Any:
    """`value` with texts every engine can keep: no NUL, no lone surrogate; both stay visible."""
    if isinstance(value, str):
        if "\0" in value:
            value = value.replace("\0", "\u2400")
        try:
            value.encode()
        except UnicodeEncodeError:
            value = value.encode("utf-8", "backslashreplace").decode()
        return value
    if isinstance(value, dict):
        return {storable(name): storable(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [storable(item) for item in value]
    return value


def complete_row(table: sa.Table, row: Mapping[str, Any]) -> Row:
    """`row` with every column named, as it will be read back."""
    unknown = row.keys() - table.c.keys()
    if unknown:
        raise KeyError(f"{table.name} has no columns {sorted(unknown)}")
    full: Row = {}
    for column in table.c:
        if column.name in row:
            full[column.name] = storable(row[column.name])
        elif column.autoincrement is True:
            continue
        elif column.nullable:
            full[column.name] = None
        elif isinstance(column.type, sa.Boolean):
            full[column.name] = False
        elif column.server_default is not None:
            full[column.name] = ""
        else:
            raise KeyError(f"{table.name}.{column.name} is missing")
    return full


def content_of(table: sa.Table, row: Mapping[str, Any]) -> Content:
    """How a custody entry names a row: its table, key and the SHA-256 of what never changes."""
    fixed = tables.FIXED_COLUMNS.get(table) or tuple(table.c.keys())
    key = next(iter(table.primary_key)).name
    # A column added later is part of a row's digest only where it says something.
    later = tables.LATER_COLUMNS.get(table, {})
    facts = {
        name: row[name]
        for name in fixed
        if name in row and not (name in later and row[name] == later[name])
    }
    return {"table": table.name, "id": str(row.get(key, "")), "sha256": digest_of(facts)}


def upgrade(database: Path, key: bytes) -> None:
    """Bring the database to the newest schema and apply every trigger again, or change nothing."""
    from alembic import command

    engine = sqlite.make_engine(database, key, writing=True, foreign_keys=False)
    try:
        with engine.begin() as connection:
            command.upgrade(_alembic(connection), "head")
            apply_triggers(connection)
            if sqlite.lost_references(connection):
                raise sqlite.damaged(database)
    finally:
        engine.dispose()


def newer_store(revision: str) -> Unavailable:
    """What is said of a store, or its backup, that this version does not know."""
    return Unavailable(
        M_(
            "This store was written by a newer version of the program ({revision}).",
            revision=revision,
        ),
        M_("Install the newer version; nothing was changed."),
    )


def known_revisions() -> set[str]:
    """The revisions this version of the program knows."""
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory.from_config(_alembic(None))
    return {script.revision for script in scripts.walk_revisions()}


def _alembic(connection: sa.Connection | None) -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", os.fspath(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def workstation() -> str:
    """The name of this computer, as custody records it."""
    import platform

    return platform.node() or "unknown"
