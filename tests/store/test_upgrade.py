"""A store of an older schema is brought up to date, with a copy of it kept, and loses nothing."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from workbench.desk.desk import Desk
from workbench.desk.opening import make_practice_store, open_practice
from workbench.domain.errors import Unavailable
from workbench.store import sqlite, tables
from workbench.store.migrations import HEAD_REVISION
from workbench.store.store import Store, _alembic
from workbench.store.triggers import trigger_statements

KEY = b"k" * 32


def old_store(folder: Path, revision: str = "0001") -> None:
    engine = sqlite.make_engine(folder / "store.db", KEY, writing=True)
    with engine.begin() as connection:
        command.upgrade(_alembic(connection), revision)
        connection.execute(
            sa.insert(tables.store_fact),
            [{"name": "id", "value": "old"}, {"name": "practice", "value": "yes"}],
        )
        columns = "id, prefix, name, prefecture, contact, sharing_scope"
        values = "'o', 'KGS', 'n', '', '', 'office'"
        connection.execute(sa.text(f"INSERT INTO office ({columns}) VALUES ({values})"))
    engine.dispose()


def test_an_older_store_is_upgraded_beside_a_copy(tmp_path: Path) -> None:
    old_store(tmp_path)
    store = Store(tmp_path, KEY)
    with store.read() as tx:
        context = MigrationContext.configure(tx.connection, opts={"compare_type": True})
        assert compare_metadata(context, tables.metadata) == []
        assert tx.get("office", "o") is not None
        names = tx.connection.execute(
            sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        ).scalars()
        assert set(names) == set(trigger_statements())
    store.close()
    copy = tmp_path / "store.db.before-upgrade-0001"
    assert copy.stat().st_mode & 0o077 == 0
    kept = sqlite.make_engine(copy, KEY, writing=False)
    with kept.connect() as connection:
        revision = connection.execute(sa.text("SELECT version_num FROM alembic_version"))
        assert revision.scalar_one() == "0001"
    kept.dispose()


def test_a_store_in_use_is_not_upgraded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old_store(tmp_path)
    monkeypatch.setattr(sqlite, "_BUSY_MS", 100)
    other = sqlite.make_engine(tmp_path / "store.db", KEY, writing=True)
    with other.begin() as connection:
        connection.execute(sa.text("UPDATE office SET name = 'm'"))
        with pytest.raises(Unavailable):
            Store(tmp_path, KEY)
    other.dispose()
    Store(tmp_path, KEY).close()


def test_the_newest_revision_is_what_a_new_store_has(tmp_path: Path) -> None:
    make_practice_store(tmp_path / "store")
    with Desk(open_practice(tmp_path / "store", None)) as desk, desk.store.read() as tx:
        found = tx.connection.execute(sa.text("SELECT version_num FROM alembic_version"))
        assert found.scalar_one() == HEAD_REVISION
