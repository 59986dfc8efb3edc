"""A damaged or newer store is neither read as something else nor written to."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from refusal_tools import CommandLine, counts, files, is_whole

from workbench.desk.desk import Desk
from workbench.desk.opening import open_practice
from workbench.domain.errors import EvidenceDamaged, Unavailable
from workbench.store.tables import exhibit as exhibit_table

REGISTER = ("register", "https://new.example.test/")
DAMAGED = {"ja": "壊れているか", "en": "is damaged or its key does not fit."}


@pytest.mark.parametrize("damage", ["empty", "short", "half", "salt", "header", "text", "plain"])
def test_a_damaged_database(line: CommandLine, store: Path, damage: str) -> None:
    path = store / "store.db"
    raw = bytearray(path.read_bytes())
    if damage == "salt":
        raw[3] ^= 1
    if damage == "header":
        raw[100] ^= 1
    made = {
        "empty": b"",
        "short": raw[:1_000],
        "half": raw[: len(raw) // 2],
        "text": b"this is not a store\n" * 500,
        "plain": b"SQLite format 3\0" + raw[16:],
    }.get(damage, raw)
    path.write_bytes(made)
    before = files(store)
    command = ("audit", "verify") if damage in ("half", "salt") else REGISTER
    line.own_process = damage == "half"
    if damage in ("empty", "half", "header"):
        line.refuses("--store", store, *command, **DAMAGED)
    with pytest.raises(EvidenceDamaged):
        open_practice(store, "officer")
    assert files(store) == before


def test_a_damaged_page_deep_inside_is_found_by_audit(line: CommandLine, store: Path) -> None:
    path = store / "store.db"
    raw = bytearray(path.read_bytes())
    # The pages behind the schema hold rows; commands that do not meet them may still run.
    for place in range(len(raw) // 2, len(raw), 4096):
        raw[place + 2_000] ^= 1
    path.write_bytes(raw)
    line.fails("--store", store, "audit", "verify")
    assert path.read_bytes() == raw


def test_a_store_of_a_newer_program(line: CommandLine, store: Path) -> None:
    with Desk(open_practice(store, "admin")) as desk, desk.store.write() as tx:
        tx.connection.execute(sa.text("UPDATE alembic_version SET version_num = '9041'"))
    before = files(store)
    said = {"ja": "新しい版", "en": "written by a newer version of the program (9041)"}
    line.refuses("--store", store, *REGISTER, **said)
    with pytest.raises(Unavailable):
        open_practice(store, "auditor")
    assert files(store) == before
    assert not list(store.glob("*before-upgrade*"))


@pytest.mark.parametrize("damage", ["changed", "missing"])
def test_a_damaged_exhibit_is_found_and_nothing_leaves(
    line: CommandLine, store: Path, damage: str
) -> None:
    with Desk(open_practice(store, "supervisor")) as desk:
        removal = desk.removals.draft("KGS-R8-000001", "hosting").result["number"]
        desk.removals.submit(removal)
        desk.removals.approve(removal)
        with desk.store.read() as tx:
            (exhibit,) = tx.all(
                sa.select(exhibit_table).where(exhibit_table.c.role == "screenshot")
            )
    line.own_process = damage == "changed"
    blob = store / "vault" / exhibit["blob_id"][:2] / f"{exhibit['blob_id']}.blob"
    raw = blob.read_bytes()
    before = counts(store)
    blob.unlink()
    if damage == "changed":
        blob.write_bytes(raw[:-1] + bytes([raw[-1] ^ 1]))
    assert exhibit["id"] in line.fails("--store", store, "audit", "verify", "--json")["en"]
    said = {
        "changed": {"ja": "壊れています", "en": "is damaged"},
        "missing": {"ja": "保管庫", "en": "is missing from the vault"},
    }[damage]
    line.refuses("--store", store, "removal", "issue", removal, **said)
    assert counts(store) == before
    blob.write_bytes(raw)
    is_whole(store)
