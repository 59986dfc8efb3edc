"""What the database itself refuses, whoever asks: rewriting, deleting, half a transaction."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from workbench.desk.opening import make_practice_store, open_practice
from workbench.domain.custody import GENESIS
from workbench.domain.errors import Unavailable
from workbench.domain.ids import new_id
from workbench.domain.officer import Officer
from workbench.keys.wrapping import derive
from workbench.store import custody, queue, sqlite, tables
from workbench.store.migrations import HEAD_REVISION
from workbench.store.store import (
    Store,
    _alembic,
    complete_row,
    content_of,
    known_revisions,
    storable,
)
from workbench.store.triggers import REFUSAL, apply_triggers, trigger_statements


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    make_practice_store(tmp_path / "store")
    opened = open_practice(tmp_path / "store", "supervisor").store
    yield opened
    opened.close()


def data_key(store: Store) -> bytes:
    return bytes.fromhex((store.folder / "practice.key").read_text())


def officer_id(store: Store) -> str:
    with store.read() as tx:
        return str(tx.one(sa.select(tables.officer.c.id).limit(1))["id"])  # type: ignore[index]


def a_row(table: sa.Table, known: dict[str, str]) -> dict[str, Any]:
    """A row of the table; references to other tables name rows made before (`known`)."""
    row: dict[str, Any] = {}
    for column in table.c:
        if column.autoincrement is True:
            continue
        target = next(iter(column.foreign_keys), None)
        if target is not None:
            row[column.name] = known.get(target.column.table.name)
        elif isinstance(column.type, tables.Json):
            row[column.name] = {}
        elif isinstance(column.type, sa.Boolean):
            row[column.name] = False
        elif isinstance(column.type, sa.BigInteger | sa.Integer):
            row[column.name] = 1
        else:
            length = getattr(column.type, "length", None) or 36
            row[column.name] = new_id()[: min(length, 36)]
    return row


def fill_every_table(store: Store) -> dict[str, dict[str, Any]]:
    """At least one row in every table, in order of their references; returns the rows by table."""
    known: dict[str, str] = {}
    rows: dict[str, dict[str, Any]] = {}
    with store.write() as tx:
        for table in tables.metadata.sorted_tables:
            if table is tables.queue_count:
                # Its three rows are there from the start.
                continue
            rows[table.name] = a_row(table, known)
            tx.connection.execute(sa.insert(table).values(rows[table.name]))
            key = next(iter(table.primary_key)).name
            if key in rows[table.name]:
                known[table.name] = rows[table.name][key]
    return rows


def refused(store: Store, statement: Any) -> None:
    with pytest.raises(sa.exc.IntegrityError, match=REFUSAL), store.write() as tx:
        tx.connection.execute(statement)


def test_every_trigger_fires(store: Store) -> None:
    fill_every_table(store)
    fired = set()
    for table in (*tables.APPEND_ONLY, *tables.FIXED_COLUMNS):
        refused(store, sa.delete(table))
        fired.add(f"keep_{table.name}_delete")
    for table in tables.APPEND_ONLY:
        for column in table.c:
            refused(store, sa.text(f'UPDATE {table.name} SET "{column.name}" = "{column.name}"'))
        fired.add(f"keep_{table.name}_update")
    for table, columns in tables.FIXED_COLUMNS.items():
        for column in columns:
            refused(store, sa.text(f"UPDATE {table.name} SET {column} = 'other'"))
            refused(store, sa.text(f"UPDATE {table.name} SET {column} = NULL"))
        fired.add(f"keep_{table.name}_update")
    counting = {"count_report_insert", "count_report_update"}
    assert fired | counting == set(trigger_statements())
    with store.read() as tx:
        there = tx.connection.execute(
            sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        ).scalars()
        assert set(there) == fired | counting


def test_what_may_change_does(store: Store) -> None:
    rows = fill_every_table(store)
    with store.write() as tx:
        for table, columns in tables.FIXED_COLUMNS.items():
            free = [
                c.name
                for c in table.c
                if c.name not in columns and not c.foreign_keys and isinstance(c.type, sa.Text)
            ]
            key = next(iter(table.primary_key)).name
            if free:
                tx.update(table.name, rows[table.name][key], **{free[0]: "new"})


def test_an_insert_that_replaces_is_refused_too(store: Store) -> None:
    """INSERT OR REPLACE deletes the old row without a word, unless triggers are told to look."""
    rows = fill_every_table(store)
    for table in (*tables.APPEND_ONLY, *tables.FIXED_COLUMNS):
        with store.read() as tx:
            row = tx.one(sa.select(table).where(*_this(table, rows[table.name])))
            before = tx.count(sa.select(sa.func.count()).select_from(table))
        assert row is not None
        replaced = sa.insert(table).prefix_with("OR REPLACE").values(row)
        with pytest.raises((sa.exc.IntegrityError, Unavailable)), store.write() as tx:
            tx.connection.execute(replaced)
        with store.read() as tx:
            assert tx.count(sa.select(sa.func.count()).select_from(table)) == before


def _this(table: sa.Table, row: dict[str, Any]) -> list[Any]:
    return [c == row[c.name] for c in table.primary_key if c.name in row]


def test_triggers_can_be_applied_again(store: Store) -> None:
    with store.write() as tx:
        apply_triggers(tx.connection)
        apply_triggers(tx.connection)
    test_every_trigger_fires(store)


def test_the_schema_is_that_of_the_tables(store: Store) -> None:
    with store.read() as tx:
        context = MigrationContext.configure(tx.connection, opts={"compare_type": True})
        assert compare_metadata(context, tables.metadata) == []
        there = sa.inspect(tx.connection)
        for table in tables.metadata.sorted_tables:
            found = {c["name"]: c for c in there.get_columns(table.name)}
            assert set(found) == set(table.c.keys())
            for column in table.c:
                assert found[column.name]["nullable"] == column.nullable, column
                assert bool(found[column.name]["primary_key"]) == column.primary_key, column
            assert {i["name"] for i in there.get_indexes(table.name)} == {
                i.name for i in table.indexes
            }
            foreign = {
                (k["constrained_columns"][0], k["referred_table"])
                for k in there.get_foreign_keys(table.name)
            }
            wanted = {(k.parent.name, k.column.table.name) for k in table.foreign_keys}
            assert foreign == wanted, table.name


def test_there_is_one_newest_revision() -> None:
    scripts = ScriptDirectory.from_config(_alembic(None))
    assert scripts.get_heads() == [HEAD_REVISION]
    assert HEAD_REVISION in known_revisions()


# --- transactions ---------------------------------------------------------------------------------


def test_a_transaction_that_fails_leaves_nothing(store: Store) -> None:
    officer = Officer(officer_id(store), "supervisor", "", "", frozenset())
    with store.read() as tx:
        entries, head = custody.positions_count(tx), custody.stored_heads(tx)

    def act(*rows: tuple[str, dict[str, Any]]) -> None:
        with store.write() as tx:
            tx.insert("store_fact", {"name": "x", "value": "y"})
            tx.append_custody(officer, 1, "store", store.id, "tried", {})
            for table, row in rows:
                tx.insert(table, row)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        act()
    with pytest.raises(sa.exc.IntegrityError):
        act(("store_fact", {"name": "x", "value": "z"}))
    with pytest.raises(sa.exc.IntegrityError):
        act(("exhibit_key", {"exhibit_id": "unknown", "wrapped_key": ""}))
    with store.read() as tx:
        assert tx.get("store_fact", "x") is None
        assert custody.positions_count(tx) == entries
        assert custody.stored_heads(tx) == head


def test_readers_see_a_steady_state_and_then_the_last_commit(store: Store) -> None:
    with store.read() as tx:
        assert tx.get("store_fact", "x") is None
        with store.write() as writing:
            writing.insert("store_fact", {"name": "x", "value": "1"})
        assert tx.get("store_fact", "x") is None
    with store.read() as tx:
        assert tx.get("store_fact", "x") == {"name": "x", "value": "1"}
    with pytest.raises(Unavailable), store.read() as tx:
        tx.connection.execute(sa.text("DELETE FROM store_fact"))


def test_threads_of_one_process_write_one_after_another(store: Store) -> None:
    officer = Officer(officer_id(store), "supervisor", "", "", frozenset())
    failed: list[BaseException] = []

    def append() -> None:
        try:
            for _ in range(10):
                with store.write() as tx:
                    tx.append_custody(officer, 1, "store", store.id, "act", {})
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=append) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    with store.read() as tx:
        assert [row["seq"] for row in custody.chain(tx, store.id)] == list(range(1, 42))


HOLD = """
import sys
from pathlib import Path
from workbench.store.store import Store
store = Store(Path(sys.argv[1]), bytes.fromhex(sys.argv[2]))
with store.write() as tx:
    tx.insert("store_fact", {"name": "held", "value": "1"})
    print("held", flush=True)
    sys.stdin.readline()
store.close()
print("done", flush=True)
"""


def test_a_writer_in_another_process_is_waited_for_or_said_to_be_busy(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = derive(data_key(store), "store")
    monkeypatch.setattr(sqlite, "_BUSY_MS", 50)
    hasty = Store(store.folder, key)
    seen = store.outside_writes()
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(store.folder), key.hex()],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        assert other.stdin is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(Unavailable, match="busy"), hasty.write():
            pass
        monkeypatch.undo()
        # Readers are not kept waiting, and do not see what is not committed.
        with hasty.read() as tx:
            assert tx.get("store_fact", "held") is None
        waiting = threading.Thread(target=_write_one, args=(store,))
        waiting.start()
        other.stdin.write("\n")
        other.stdin.flush()
        assert other.stdout.readline() == "done\n"
        waiting.join()
    with hasty.read() as tx:
        assert tx.get("store_fact", "held") is not None
        assert tx.get("store_fact", "mine") is not None
    assert store.outside_writes() != seen
    hasty.close()


def _write_one(store: Store) -> None:
    with store.write() as tx:
        tx.insert("store_fact", {"name": "mine", "value": "1"})


KILLED = HOLD.replace("sys.stdin.readline()", "import os; os.kill(os.getpid(), 9)")


def test_a_process_that_dies_within_a_transaction_leaves_nothing(store: Store) -> None:
    key = derive(data_key(store), "store")
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(store.folder), key.hex()],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "held\n"
    assert done.returncode == -9
    with store.read() as tx:
        assert tx.get("store_fact", "held") is None
    _write_one(store)
    assert store.problems() == []


# --- rows -----------------------------------------------------------------------------------------


def test_unknown_and_missing_columns_are_refused(store: Store) -> None:
    with pytest.raises(KeyError, match="colour"), store.write() as tx:
        tx.insert("store_fact", {"name": "x", "value": "y", "colour": "red"})
    with pytest.raises(KeyError, match="value"), store.write() as tx:
        tx.insert("store_fact", {"name": "x"})
    with pytest.raises(KeyError), store.write() as tx:
        tx.insert("no_such_table", {})
    with pytest.raises(sa.exc.CompileError, match="colour"), store.write() as tx:
        tx.update("officer", officer_id(store), colour="red")
    with pytest.raises(LookupError), store.write() as tx:
        tx.update("officer", "nobody", name="x")
    with store.read() as tx:
        assert tx.get("store_fact", "x") is None


def test_rows_come_back_as_they_are_completed(store: Store) -> None:
    rows = {name: a_row(table, {}) for name, table in tables.metadata.tables.items()}
    for name, row in rows.items():
        full = complete_row(tables.metadata.tables[name], row)
        assert set(full) >= set(row)
    with store.write() as tx:
        named = tx.insert_many("store_fact", [])
        assert named == []
        named = tx.insert_many("store_fact", [{"name": f"n{i}", "value": "v"} for i in range(3)])
    with store.read() as tx:
        for content in named:
            row = tx.get("store_fact", content["id"])
            assert row is not None
            assert content_of(tables.store_fact, row) == content
        assert set(tx.many("store_fact", ["n0", "n2", "none", "n0"])) == {"n0", "n2"}
        assert len(tx.many("store_fact", [f"n{i}" for i in range(1_200)])) == 3


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("a\0b", "a\u2400b"),
        ("a\ud800b", "a\\ud800b"),
        ({"k\0": ["\udfff", 1, None]}, {"k\u2400": ["\\udfff", 1, None]}),
        (("x",), ["x"]),
        ("ほげ😀", "ほげ😀"),
    ],
)
def test_texts_no_engine_could_keep_stay_visible(store: Store, given: Any, kept: Any) -> None:
    assert storable(given) == kept
    with store.write() as tx:
        tx.insert("setting", {"name": "s", "value": given, "changed_at": 0, "changed_by": "x"})
    with store.read() as tx:
        row = tx.get("setting", "s")
        assert row is not None
        assert row["value"] == kept


def test_a_new_chain_starts_at_genesis_and_opens_once(store: Store) -> None:
    officer = Officer(officer_id(store), "supervisor", "", "", frozenset())
    subject = new_id()
    with store.write() as tx:
        first = tx.append_custody(officer, 1, "report", subject, "registered", {"a": "\0"})
        second = tx.append_custody(officer, 2, "report", subject, "claimed", {})
    assert (first.seq, first.previous_hash) == (1, GENESIS)
    assert (second.seq, second.previous_hash) == (2, first.entry_hash)
    with pytest.raises(ValueError, match="new subjects"), store.write() as tx:
        tx.open_custody([second])
    with pytest.raises(sa.exc.IntegrityError), store.write() as tx:
        tx.open_custody([first])


# --- the queue ------------------------------------------------------------------------------------


def test_the_queue_pages_by_key_in_its_order(store: Store) -> None:
    officer = officer_id(store)
    with store.read() as tx:
        office = tx.one(sa.select(tables.office.c.id))
    assert office is not None
    base = a_row(tables.report, {"officer": officer, "office": office["id"]})
    reports = []
    for place in range(60):
        rank = place % 3
        reports.append(
            {
                **base,
                "id": f"{(place * 37) % 60:036d}",
                "number": f"N{place}",
                "url_digest": f"{place:064d}",
                "open": place % 10 != 9,
                "band_rank": rank,
                "score": 10 * (place % 4),
            }
        )
    with store.write() as tx:
        tx.insert_many("report", reports)
    wanted = sorted(
        (r for r in reports if r["open"]), key=lambda r: (-r["band_rank"], -r["score"], r["id"])
    )
    with store.read() as tx:
        for size in (1, 7, 54, 100):
            found: list[dict[str, Any]] = []
            while rows := queue.page(tx, size, found[-1] if found else None):
                found += rows
            assert [r["id"] for r in found] == [r["id"] for r in wanted]
        assert queue.order(tx) == bytes.fromhex("".join(r["id"] for r in wanted).replace("-", ""))
        plan = tx.connection.exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT * FROM report WHERE open = 1"
            " ORDER BY band_rank DESC, score DESC, id LIMIT 10"
        ).all()
        assert "ix_report_queue" in str(plan)
        assert queue.counts_by_band(tx) == {
            band: sum(1 for r in wanted if r["band_rank"] == rank)
            for band, rank in queue.BAND_RANK.items()
        }


# --- where a store may lie ------------------------------------------------------------------------

MOUNTS = """\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:40 / /mnt/share rw,relatime - cifs //server/share rw
31 22 0:41 / /mnt/share/local rw - ext4 /dev/sdb1 rw
32 22 0:42 / /mnt/with\\040blank rw - nfs4 server:/x rw
33 22 0:43 / /home rw master:1 - fuse.sshfs u@h:/ rw
34 22 0:44 / /homework rw - btrfs /dev/sdc rw
""".splitlines()


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/mnt/share/store", "cifs"),
        ("/mnt/share", "cifs"),
        ("/mnt/share/local/store", "ext4"),
        ("/mnt/sharelike", "ext4"),
        ("/mnt/with blank/a/b", "nfs4"),
        ("/home/officer/store", "fuse.sshfs"),
        ("/homework/x", "btrfs"),
        ("/", "ext4"),
    ],
)
def test_the_file_system_of_a_folder(folder: str, kind: str, monkeypatch: Any) -> None:
    monkeypatch.setattr(Path, "exists", lambda self: True)
    assert sqlite.file_system_of(Path(folder), MOUNTS) == kind


def test_a_network_share_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in ("nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "9p"):
        monkeypatch.setattr(sqlite, "_file_system_kind", lambda folder, kind=kind: kind)
        with pytest.raises(Unavailable, match=kind):
            make_practice_store(tmp_path / "store")
        assert not (tmp_path / "store").exists()
    for kind in ("ext4", "btrfs", "tmpfs", "overlay", "unknown", "ntfs"):
        monkeypatch.setattr(sqlite, "_file_system_kind", lambda folder, kind=kind: kind)
        sqlite.refuse_network_share(tmp_path)


def test_a_new_store_is_for_its_owner_only(store: Store) -> None:
    assert store.folder.stat().st_mode & 0o077 == 0
    for path in store.folder.iterdir():
        if path.is_file():
            assert path.stat().st_mode & 0o077 == 0, path
    assert b"SQLite format" not in (store.folder / "store.db").read_bytes()
    assert b"supervisor" not in (store.folder / "store.db").read_bytes()
