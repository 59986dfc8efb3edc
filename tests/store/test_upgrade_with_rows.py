"""A filled store of the first schema, written by the program of that day, goes on after the upgrade."""

import zipfile
from pathlib import Path

import pytest
import sqlalchemy as sa

from workbench.desk.desk import Desk
from workbench.desk.opening import open_practice
from workbench.domain.errors import EvidenceDamaged
from workbench.evidence.verify import verify_package
from workbench.keys.wrapping import derive
from workbench.store import sqlite, tables
from workbench.store.store import content_of

# A practice store: two decided and one later report, a letter sent, a case packaged.
OLD = Path(__file__).parent / "data" / "revision-0001.zip"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    folder = tmp_path / "store"
    with zipfile.ZipFile(OLD) as archive:
        archive.extractall(folder)
    return folder


def test_everything_recorded_before_still_verifies(old: Path, tmp_path: Path) -> None:
    with Desk(open_practice(old, "supervisor")) as desk:
        found = desk.audit.verify()
        assert found["first_bad"] is None
        assert (found["entries"], found["seals"], found["exhibits"]) == (28, 1, 4)
        package = desk.packages.export("KGS-R8-H0001", tmp_path / "out").result
        assert verify_package(Path(package["package"])).ok
        made = desk.reports.register("https://after.example.test/").result
        assert made["number"] == "KGS-R8-000004"
        assert desk.reports.register("https://login.example.test/").result["status"] == "duplicate"
        desk.assessments.assess(desk.assessments.waiting())
        assert len(desk.queue.ranked()) == 3
        assert desk.audit.verify()["ok"]
        with pytest.raises(sa.exc.IntegrityError), desk.store.write() as tx:
            tx.connection.execute(sa.text("DELETE FROM priority"))


def test_a_later_column_of_an_old_row_is_still_guarded(old: Path) -> None:
    open_practice(old, None).store.close()
    key = bytes.fromhex((old / "practice.key").read_text())
    engine = sqlite.make_engine(old / "store.db", derive(key, "store"), writing=True)
    with engine.begin() as connection:
        connection.execute(sa.text("DROP TRIGGER keep_priority_update"))
        connection.execute(sa.text("UPDATE priority SET basis = 'forged'"))
    engine.dispose()
    with Desk(open_practice(old, "auditor")) as desk:
        assert "priority" in str(desk.audit.verify()["first_bad"])


def test_a_column_added_later_counts_only_where_it_says_something() -> None:
    table, columns = next(iter(tables.LATER_COLUMNS.items()))
    row = {column.name: "x" for column in table.c}
    ((later, empty),) = columns.items()
    without = {name: value for name, value in row.items() if name != later}
    assert content_of(table, {**row, later: empty}) == content_of(table, without)
    assert content_of(table, {**row, later: "said"}) != content_of(table, without)


def test_an_upgrade_that_would_lose_references_changes_nothing(old: Path) -> None:
    key = bytes.fromhex((old / "practice.key").read_text())
    engine = sqlite.make_engine(
        old / "store.db", derive(key, "store"), writing=True, foreign_keys=False
    )
    with engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM office"))
    engine.dispose()
    with pytest.raises(EvidenceDamaged):
        open_practice(old, None)
    engine = sqlite.make_engine(old / "store.db", derive(key, "store"), writing=False)
    with engine.connect() as connection:
        revision = connection.execute(sa.text("SELECT version_num FROM alembic_version"))
        assert revision.scalar_one() == "0001"
    engine.dispose()


def test_two_programs_that_upgrade_at_once_keep_the_older_copy(old: Path) -> None:
    before = (old / "store.db").read_bytes()
    store = open_practice(old, None).store
    copy = old / "store.db.before-upgrade-0001"
    assert copy.read_bytes() == before
    store._copy_before_upgrade("0001")
    assert copy.read_bytes() == before
    store.close()
