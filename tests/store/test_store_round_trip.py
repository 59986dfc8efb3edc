"""A real encrypted store file: kept, chained, and refusing to be rewritten."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from workbench.desk.opening import make_practice_store, open_practice
from workbench.domain.errors import BadInput, EvidenceDamaged, Unavailable
from workbench.evidence.chains import chain_problem
from workbench.store import custody
from workbench.store.store import Store


def test_no_store_says_so(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        open_practice(tmp_path, None)


def test_a_second_store_is_refused(tmp_path: Path) -> None:
    make_practice_store(tmp_path)
    with pytest.raises(BadInput):
        make_practice_store(tmp_path)


def test_the_chain_holds_and_its_entries_cannot_be_changed(tmp_path: Path) -> None:
    make_practice_store(tmp_path)
    opened = open_practice(tmp_path, "supervisor")
    with opened.store.read() as tx:
        rows = custody.chain(tx, opened.store.id)
        entries = [(r["seq"], r["body"], r["previous_hash"], r["entry_hash"]) for r in rows]
        assert len(entries) == 1
        assert chain_problem("store", opened.store.id, entries) is None
    with pytest.raises(sa.exc.IntegrityError), opened.store.write() as tx:
        tx.connection.execute(sa.text("UPDATE custody_entry SET body = '{}'"))
    opened.store.close()


def test_a_wrong_key_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    make_practice_store(tmp_path)
    before = (tmp_path / "store.db").read_bytes()
    with pytest.raises(EvidenceDamaged):
        Store(tmp_path, b"x" * 32)
    assert (tmp_path / "store.db").read_bytes() == before
