"""What is particular to the embedded engine: SQLite under SQLCipher."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa
import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy.pool import QueuePool

from workbench.domain.errors import M_, EvidenceDamaged, Unavailable, WorkbenchError

_BUSY_MS = 15_000
_LEAST_ROOM = 256 << 10
# Pages kept decrypted, each connection its own: several read at a time, one writes.
_CACHE_KB = 65_536
_READING_CACHE_KB = 16_384
_COPY_PAGES = 4_096

Copied = TypeVar("Copied")

# SQLite's locks do not hold over these; two desks would write over each other.
_NETWORK_FILE_SYSTEMS = frozenset(
    [
        "nfs",
        "nfs4",
        "cifs",
        "smb",
        "smb2",
        "smb3",
        "smbfs",
        "ncpfs",
        "afs",
        "9p",
        "fuse.sshfs",
        "davfs",
        "fuse.davfs2",
        "fuse.glusterfs",
        "fuse.s3fs",
        "fuse.rclone",
        "ceph",
        "fuse.ceph",
        "lustre",
        "gfs2",
        "ocfs2",
    ]
)


def make_engine(
    database: Path, key: bytes, *, writing: bool, foreign_keys: bool = True
) -> sa.Engine:
    """An engine on the encrypted file `database`.

    `key` is 32 raw bytes. Writing connections take the one write lock as they begin
    (BEGIN IMMEDIATE); reading ones see a steady snapshot and cannot write. `foreign_keys` is off
    for upgrades only: rebuilding a table drops it while others refer to it.
    """

    def connect() -> sqlcipher.Connection:
        connection = _connection(database, key)
        run = connection.execute
        run(f"PRAGMA foreign_keys = {'ON' if foreign_keys else 'OFF'}")
        # Without this a row replaced by INSERT OR REPLACE is deleted past the triggers.
        run("PRAGMA recursive_triggers = ON")
        run("PRAGMA temp_store = MEMORY")
        run(f"PRAGMA cache_size = -{_CACHE_KB if writing else _READING_CACHE_KB}")
        if writing:
            run("PRAGMA journal_mode = WAL")
            run("PRAGMA synchronous = FULL")
        else:
            run("PRAGMA query_only = ON")
        return connection

    # One connection writes, always the same: what it has not written itself is from outside.
    several = {"pool_size": 1, "max_overflow": 0} if writing else {"pool_size": 4}
    engine = sa.create_engine(
        "sqlite+pysqlite://", creator=connect, module=sqlcipher, poolclass=QueuePool, **several
    )

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


def _connection(database: Path, key: bytes) -> sqlcipher.Connection:
    connection = sqlcipher.connect(
        os.fspath(database), isolation_level=None, check_same_thread=False
    )
    connection.execute("PRAGMA cipher_log_level = NONE")
    connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    connection.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
    return connection


def copy_of_moment(
    writer: sa.Engine,
    database: Path,
    key: bytes,
    target: Path,
    at_the_moment: Callable[[], Copied],
    progress: Callable[[int, int], None] | None,
) -> Copied:
    """Copy the database as it stands while `at_the_moment` runs, by SQLite's online backup.

    Writers wait for the moment only: the copy is read from a snapshot they do not disturb.
    """
    for name in (target.name + end for end in ("", "-wal", "-shm", "-journal")):
        target.with_name(name).unlink(missing_ok=True)
    # Made by us, so that it is never readable by others, not even empty.
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    source = _connection(database, key)
    try:
        with writer.begin():
            source.execute("BEGIN")
            # A snapshot begins with the first thing read.
            source.execute("SELECT count(*) FROM store_fact").fetchone()
            found = at_the_moment()
        page = int(source.execute("PRAGMA page_size").fetchone()[0])

        def said(_: int, left: int, total: int) -> None:
            if progress is not None:
                progress((total - left) * page, total * page)

        copy = _connection(target, key)
        try:
            source.backup(copy, pages=_COPY_PAGES, progress=said)
        except sqlcipher.DatabaseError as error:
            # A page that cannot be read is the store's; one that cannot be written is the copy's.
            unread = isinstance(_known_error(str(error), database), EvidenceDamaged)
            known = _known_error(str(error), database if unread else target)
            if known is None:
                raise
            raise known from error
        finally:
            copy.close()
    finally:
        source.close()
    with target.open("rb+") as stream:
        os.fsync(stream.fileno())
    return found


def lost_references(connection: sa.Connection) -> list[str]:
    """Tables with rows that refer to a row that is not there."""
    found = connection.exec_driver_sql("PRAGMA foreign_key_check")
    return sorted({str(row[0]) for row in found})


@contextmanager
def held_still(engine: sa.Engine, database: Path) -> Iterator[None]:
    """The database file complete in itself (no write-ahead log) and without writers meanwhile."""
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        row = cursor.fetchone()
        cursor.execute("BEGIN IMMEDIATE")
        try:
            log = database.with_name(database.name + "-wal")
            written_since = log.exists() and log.stat().st_size > 0
            if row is None or row[0] or written_since:
                raise Unavailable(
                    M_("Another program keeps the store {path} busy.", path=os.fspath(database))
                )
            yield
        finally:
            cursor.execute("ROLLBACK")
            cursor.close()
    finally:
        raw.close()


def database_now_us(connection: sa.Connection) -> int:
    """The database's own clock, in UTC microseconds (SQLite knows milliseconds)."""
    sql = "SELECT CAST(ROUND((julianday('now') - 2440587.5) * 86400000) AS INTEGER) * 1000"
    return int(connection.execute(sa.text(sql)).scalar_one())


def data_version(connection: sa.PoolProxiedConnection) -> int:
    """A number that changes when another connection has written (for a second process)."""
    cursor = connection.cursor()
    try:
        cursor.execute("PRAGMA data_version")
        row = cursor.fetchone()
    finally:
        cursor.close()
    assert row is not None
    return int(row[0])


def integrity_problems(connection: sa.Connection) -> list[str]:
    """What SQLCipher's page authentication and SQLite's own check find wrong."""
    found = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA cipher_integrity_check")]
    checked = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA quick_check")]
    return found + [line for line in checked if line != "ok"]


@contextmanager
def readable_errors(database: Path) -> Iterator[None]:
    """Turn the driver's complaints into the kinds an officer can act on."""
    try:
        yield
    except (sa.exc.DatabaseError, sqlcipher.DatabaseError) as error:
        known = _known_error(str(error), database)
        if known is None:
            raise
        raise known from error


def _known_error(text: str, database: Path) -> WorkbenchError | None:
    where = os.fspath(database)
    # With no room or no right to write, SQLite may not get as far as saying so.
    vague = "unable to open" in text or "disk I/O error" in text
    if "disk is full" in text or (vague and _is_full(database.parent)):
        return Unavailable(
            M_("The disk is full: nothing of this act was written to {path}.", path=where),
            M_("Make room and try again."),
        )
    if "readonly" in text or "read-only" in text or (vague and _is_read_only(database)):
        return Unavailable(
            M_("The store {path} cannot be written: the folder or file is read-only.", path=where)
        )
    if "unable to open" in text:
        return Unavailable(M_("The store {path} cannot be opened.", path=where))
    if "locked" in text:
        return Unavailable(M_("Another program keeps the store {path} busy.", path=where))
    if "disk I/O error" in text:
        return Unavailable(M_("The disk under the store {path} reports an error.", path=where))
    if "not a database" in text or "malformed" in text or "no such table" in text:
        return damaged(database)
    return None


def damaged(database: Path) -> EvidenceDamaged:
    """What is said of a file that cannot be read as a store."""
    return EvidenceDamaged(
        M_("The store {path} is damaged or its key does not fit.", path=os.fspath(database)),
        M_("Do not write to it; restore it from a backup."),
    )


def _is_full(folder: Path) -> bool:
    """Less room than SQLite needs to open anything in write-ahead mode."""
    try:
        return shutil.disk_usage(folder).free < _LEAST_ROOM
    except OSError:
        return False


def _is_read_only(database: Path) -> bool:
    return database.exists() and not (
        os.access(database.parent, os.W_OK) and os.access(database, os.W_OK)
    )


def refuse_network_share(folder: Path) -> None:
    """Raise Unavailable when `folder` lies on a network file system."""
    kind = _file_system_kind(folder)
    if kind in _NETWORK_FILE_SYSTEMS:
        raise Unavailable(
            M_(
                "The store cannot lie on a network share ({kind}): {path}.",
                kind=kind,
                path=os.fspath(folder),
            ),
            M_("Choose a folder on this computer's own disk."),
        )


def _file_system_kind(folder: Path) -> str:
    if sys.platform == "win32":
        import ctypes

        root = os.path.splitdrive(folder.resolve())[0] + "\\"
        # 4 is DRIVE_REMOTE (GetDriveTypeW); a UNC path has no drive letter and is remote too.
        remote = root.startswith("\\\\") or ctypes.windll.kernel32.GetDriveTypeW(root) == 4
        return "cifs" if remote else "local"
    try:
        lines = Path("/proc/self/mountinfo").read_text().splitlines()
    except OSError:
        return "unknown"
    return file_system_of(folder, lines)


def file_system_of(folder: Path, mount_lines: list[str]) -> str:
    """The file system type `folder` lies on, from the lines of /proc/self/mountinfo."""
    there = folder
    while not there.exists() and there != there.parent:
        there = there.parent
    path = os.fspath(there.resolve())
    best, kind = "", "unknown"
    for line in mount_lines:
        left, _, right = line.partition(" - ")
        point = left.split()[4].replace("\\040", " ")
        inside = path == point or path.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best):
            best, kind = point, right.split()[0]
    return kind
