"""No key is ever printed, and a seal's row says what was signed."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from workbench.cli_context import read_secret
from workbench.desk.desk import Desk
from workbench.desk.opening import make_practice_store, open_practice
from workbench.desk.sessions import SessionFile
from workbench.store.triggers import apply_triggers, trigger_statements


def test_keys_are_not_printed(tmp_path: Path) -> None:
    make_practice_store(tmp_path / "store")
    opened = open_practice(tmp_path / "store", None)
    key = opened.data_key
    assert key.hex() not in repr(opened)
    assert repr(key)[2:-1] not in repr(opened)
    assert "secret-token" not in repr(SessionFile(key, "secret-token"))
    opened.store.close()


def test_a_passphrase_file_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "phrase.txt"
    path.write_bytes("長い合言葉です\r\n".encode("utf-8-sig"))
    assert read_secret(str(path)) == "長い合言葉です"


@pytest.mark.parametrize("column", ["at", "root", "position"])
def test_a_seal_whose_row_was_changed_is_found(tmp_path: Path, column: str) -> None:
    make_practice_store(tmp_path / "store")
    with Desk(open_practice(tmp_path / "store", "auditor")) as desk:
        with desk.store.write() as tx:
            desk.audit.seal_in(tx)
        assert desk.audit.verify()["ok"]
        with desk.store.write() as tx:
            for name in trigger_statements():
                tx.connection.execute(sa.text(f"DROP TRIGGER {name}"))
            value = "'" + "0" * 64 + "'" if column == "root" else "7"
            tx.connection.execute(sa.text(f"UPDATE seal SET {column} = {value}"))
            apply_triggers(tx.connection)
        found = desk.audit.verify()
        assert not found["ok"]
        assert "seal 1" in found["first_bad"]
