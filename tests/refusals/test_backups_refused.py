"""Backups that cannot be made or restored: said in one line, and nothing is put in place."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from altered_backups import entries_of, rebuilt
from refusal_tools import (
    PASSPHRASE,
    CommandLine,
    copied,
    counts,
    files,
    is_whole,
    noise_picture,
    read_only,
    small_disk,
)

from workbench.desk.desk import Desk
from workbench.desk.opening import open_practice, open_with_passphrase
from workbench.desk.reports import Screenshot
from workbench.desk.restoring import Secret, restore
from workbench.domain.errors import BadInput, EvidenceDamaged, Unavailable
from workbench.evidence import backup as archive
from workbench.keys.signing import SigningKey, new_signing_key
from workbench.store.tables import exhibit as exhibit_table


@pytest.fixture
def saved(store: Path, tmp_path: Path) -> Path:
    with Desk(open_practice(store, "officer")) as desk:
        desk.backups.backup(tmp_path / "saved.tar")
    return tmp_path / "saved.tar"


@pytest.fixture
def key(store: Path) -> SigningKey:
    with Desk(open_practice(store, "officer")) as desk:
        return desk.signing_key


def nothing_restored(tmp_path: Path) -> None:
    assert not (tmp_path / "back").exists()
    assert not (tmp_path / "back.restoring").exists()


@pytest.mark.parametrize("place", ["there", "inside", "vault", "link", "folder", "nowhere"])
def test_a_place_that_cannot_be_taken(
    line: CommandLine, store: Path, tmp_path: Path, place: str
) -> None:
    line.own_process = place in ("there", "inside")
    target = tmp_path / "saved.tar"
    if place == "there":
        target.write_bytes(b"an earlier backup")
    if place == "link":
        (tmp_path / "link").symlink_to(store, target_is_directory=True)
    target = {
        "inside": store / "saved.tar",
        "vault": store / "vault" / "saved.tar",
        "link": tmp_path / "link" / "saved.tar",
        "folder": tmp_path,
        "nowhere": tmp_path / "no" / "saved.tar",
    }.get(place, target)
    ja, en = {
        "there": ("上書きしません", "There is already a file"),
        "folder": ("フォルダーです", "is a folder"),
        "nowhere": ("フォルダーがありません", "There is no folder"),
    }.get(place, ("ストアの中に", "cannot lie within the store itself"))
    before, kept = counts(store), files(store / "vault")
    line.refuses("--store", store, "backup", target, ja=ja, en=en)
    assert counts(store) == before
    assert files(store / "vault") == kept
    assert not list(tmp_path.rglob("*.unfinished"))
    if place == "there":
        assert target.read_bytes() == b"an earlier backup"


def test_an_auditor_makes_no_backup(line: CommandLine, store: Path, tmp_path: Path) -> None:
    said = line.fails("--store", store, "--as", "auditor", "backup", tmp_path / "saved.tar")
    assert "監査" in said["ja"] or "できません" in said["ja"]
    assert not list(tmp_path.glob("saved.tar*"))


def test_a_place_where_nothing_can_be_written(
    line: CommandLine, store: Path, tmp_path: Path
) -> None:
    (tmp_path / "stick").mkdir()
    with read_only(tmp_path / "stick", tmp_path / "place") as place:
        said = line.fails("--store", store, "backup", place / "saved.tar")
    assert "読み取り専用" in said["ja"] or "アクセスできません" in said["ja"]
    is_whole(store)


def test_a_disk_too_small(line: CommandLine, store: Path, tmp_path: Path) -> None:
    shot = noise_picture(tmp_path / "large.png", 1_100)
    line.done("--store", store, "register", "https://b.example.test/", "--screenshot", shot)
    with small_disk(tmp_path / "disk", "6m") as disk:
        target = disk / "saved.tar"
        said = {"ja": "バックアップの空きが足りません", "en": "Not enough room for the backup"}
        line.refuses("--store", store, "backup", target, **said)
        assert not target.exists()
    is_whole(store)


def test_a_disk_that_fills_up_meanwhile(store: Path, tmp_path: Path) -> None:
    """What is finished is kept: with more room the same command goes on."""
    with Desk(open_practice(store, "officer")) as desk:
        for number in range(3):
            shot = str(noise_picture(tmp_path / f"{number}.png", 700))
            picture = Screenshot("a.png", Path(shot).read_bytes())
            desk.reports.register(f"https://n{number}.example.test/", [picture])
        with small_disk(tmp_path / "disk", "12m") as disk:
            ballast = disk / "ballast"

            def fill(done: int, total: int) -> None:
                if done == 2 and not ballast.exists():
                    with ballast.open("wb", buffering=0) as out:
                        try:
                            while out.write(bytes(4096)):
                                pass
                        except OSError:
                            return

            with pytest.raises(Unavailable, match="disk is full") as refused:
                desk.backups.backup(disk / "saved.tar", fill)
            assert "saved.tar.unfinished" in str(refused.value.next_step)
            assert not (disk / "saved.tar").exists()
            ballast.unlink()
            made = desk.backups.backup(disk / "saved.tar").result
            assert made["kept"] == 2
            restore(disk / "saved.tar", tmp_path / "back", Secret())
    is_whole(tmp_path / "back")
    is_whole(store)


def test_a_disk_too_small_to_restore_to(line: CommandLine, saved: Path, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "256k") as disk:
        said = {"ja": "復元の空きが足りません", "en": "Not enough room to restore"}
        line.refuses("--store", disk / "back", "restore", saved, **said)
        assert not (disk / "back").exists()


@pytest.mark.parametrize("damage", ["changed", "missing"])
def test_a_damaged_exhibit_is_named_and_the_rest_is_saved(
    line: CommandLine, store: Path, tmp_path: Path, damage: str
) -> None:
    target, back = tmp_path / "saved.tar", tmp_path / "back"
    line.done("--store", store, "removal", "draft", "KGS-R8-000001", "--to", "hosting", "--as", "supervisor")  # fmt: skip
    with Desk(open_practice(store, "officer")) as desk, desk.store.read() as tx:
        (exhibit,) = tx.all(sa.select(exhibit_table).where(exhibit_table.c.role == "screenshot"))
    blob = store / "vault" / exhibit["blob_id"][:2] / f"{exhibit['blob_id']}.blob"
    raw = blob.read_bytes()
    blob.unlink()
    if damage == "changed":
        blob.write_bytes(raw[:-1] + bytes([raw[-1] ^ 1]))
    found = line.run_here("--store", store, "backup", target, "--quiet")
    assert found.returncode == 1
    word = {"changed": "壊れている", "missing": "ファイルがない"}[damage]
    assert f"{exhibit['id']} ({word})" in found.stderr
    assert target.exists()
    found = line.run_here("--store", back, "restore", target, "--quiet")
    assert found.returncode == 1
    assert f"{exhibit['id']} ({word})" in found.stderr
    with Desk(open_practice(back, "auditor")) as desk:
        checked = desk.audit.verify(known_damaged=[exhibit["id"]])
        assert checked["ok"], checked["first_bad"]
        assert checked["exhibits"] == 2
        assert exhibit["id"] in (desk.audit.verify()["first_bad"] or "")


def test_a_damaged_database_is_not_backed_up_as_if_it_were_sound(
    line: CommandLine, store: Path, tmp_path: Path
) -> None:
    path = store / "store.db"
    raw = bytearray(path.read_bytes())
    # The last pages: what a command meets on its way is sound.
    raw[-2_000] ^= 1
    path.write_bytes(raw)
    said = line.fails("--store", store, "backup", tmp_path / "saved.tar")
    assert "壊れて" in said["ja"]
    assert str(store) in said["ja"]
    assert not (tmp_path / "saved.tar").exists()


def test_a_store_is_never_overwritten(
    line: CommandLine, store: Path, saved: Path, tmp_path: Path
) -> None:
    before = files(store)
    said = {"ja": "既にあるストアを上書きすることはありません", "en": "There is already a store"}
    line.refuses("--store", store, "restore", saved, **said)
    assert files(store) == before
    other = tmp_path / "other"
    other.mkdir()
    (other / "notes.txt").write_text("mine")
    line.own_process = False
    line.refuses("--store", other, "restore", saved, ja="空ではありません", en="is not empty")
    (tmp_path / "back.restoring").mkdir()
    (tmp_path / "back.restoring" / "notes.txt").write_text("mine")
    said = {"ja": "復元のものではありません", "en": "holds something else"}
    line.refuses("--store", tmp_path / "back", "restore", saved, **said)
    assert files(other) == files(tmp_path / "back.restoring") == {"notes.txt": b"mine"}


@pytest.mark.parametrize("kind", ["nothing", "text", "empty", "zeros", "tar", "folder", "begun"])
def test_what_is_no_backup(line: CommandLine, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "saved.tar"
    ja, en = "バックアップではありません", "This is not a backup"
    if kind == "nothing":
        ja, en = "ファイルがありません", "There is no such file"
    elif kind == "folder":
        path.mkdir()
        ja, en = "フォルダーです", "This is a folder"
    elif kind == "begun":
        (tmp_path / "saved.tar.unfinished").mkdir()
        ja, en = "作りかけです", "is not finished"
    elif kind == "tar":
        (tmp_path / "a").mkdir()
        (tmp_path / "a" / "store.db").write_bytes(b"x")
        path = Path(shutil.make_archive(str(tmp_path / "saved"), "tar", tmp_path / "a"))
    else:
        path.write_bytes({"text": b"no backup\n" * 200, "empty": b"", "zeros": bytes(4096)}[kind])
    line.own_process = kind in ("nothing", "text")
    line.refuses("--store", tmp_path / "back", "restore", path, ja=ja, en=en)
    nothing_restored(tmp_path)


def test_half_a_backup(line: CommandLine, saved: Path, tmp_path: Path) -> None:
    raw = saved.read_bytes()
    half = tmp_path / "half.tar"
    line.own_process = True
    places = {e.path: e for e in entries_of(saved).values()}
    cuts = [places["store.db"].offset + 5_000, *(e.end for e in places.values())]
    cuts += [len(raw) - 512, len(raw) - 1_024, len(raw) - 1]
    for cut in cuts:
        half.write_bytes(raw[:cut])
        said = {"ja": "このバックアップは完全ではありません", "en": "This backup is not whole"}
        line.refuses("--store", tmp_path / "back", "restore", half, **said)
        line.own_process = False
        nothing_restored(tmp_path)
    half.write_bytes(raw + b"\0" * 512)
    line.refuses("--store", tmp_path / "back", "restore", half, **said)


def test_a_changed_byte_anywhere(saved: Path, tmp_path: Path) -> None:
    raw = saved.read_bytes()
    entries = entries_of(saved).values()
    places = {e.offset + e.size // 2 for e in entries} | {e.offset for e in entries}
    places |= {e.offset + e.size - 1 for e in entries}
    # Names, sizes and checksums of the tar's own lines, too.
    places |= {e.offset - 512 + at for e in entries for at in (0, 130, 150, 156)}
    changed = tmp_path / "changed.tar"
    for place in sorted(places):
        altered = bytearray(raw)
        altered[place] ^= 1
        changed.write_bytes(altered)
        with pytest.raises((EvidenceDamaged, BadInput)):
            restore(changed, tmp_path / "back", Secret())
        nothing_restored(tmp_path)


def test_a_manifest_that_lies(
    line: CommandLine, store: Path, saved: Path, key: SigningKey, tmp_path: Path
) -> None:
    """Well-formed and signed, yet not what the store wrote."""
    altered = tmp_path / "altered.tar"
    back = ("--store", tmp_path / "back", "restore", altered)
    whole = {"ja": "完全ではありません", "en": "is not whole"}

    def stranger(contents: dict[str, bytes], fields: dict[str, Any]) -> None:
        contents["vault/ab/" + "ab" * 16 + ".blob"] = b"x"

    rebuilt(saved, altered, key, stranger)
    line.refuses(*back, **whole)
    line.own_process = False

    def without_a_blob(contents: dict[str, bytes], fields: dict[str, Any]) -> None:
        name = next(n for n in contents if n.startswith("vault/"))
        del contents[name]
        fields["files"] = [f for f in fields["files"] if f["path"] != name]

    rebuilt(saved, altered, key, without_a_blob)
    line.refuses(*back, ja="検証に通りません", en="does not verify")
    rebuilt(saved, altered, new_signing_key(), lambda contents, fields: None)
    line.refuses(*back, ja="署名は", en="was not signed by the store it holds")

    def other_store(contents: dict[str, bytes], fields: dict[str, Any]) -> None:
        fields["store"] = "another"

    rebuilt(saved, altered, key, other_store)
    line.refuses(*back, **whole)

    def newer(contents: dict[str, bytes], fields: dict[str, Any]) -> None:
        fields["schema"] = "9041"

    rebuilt(saved, altered, key, newer)
    line.refuses(*back, ja="新しい版", en="newer version of the program (9041)")

    def newest(contents: dict[str, bytes], fields: dict[str, Any]) -> None:
        contents["backup.json"] = b'{"format":"patrol-workbench-backup/2","store":"x"}'

    rebuilt(saved, altered, key, newest)
    line.refuses(*back, ja="新しい版", en="(patrol-workbench-backup/2)")
    nothing_restored(tmp_path)


@pytest.mark.parametrize(
    "name", ["../store.db", "/store.db", "vault/../x", "vault/aa/bb.blob", "notes.txt", "store.db"]
)
def test_a_name_that_leads_elsewhere(saved: Path, tmp_path: Path, name: str) -> None:
    altered = tmp_path / "altered.tar"
    with saved.open("rb") as stream:
        entries, _ = archive.whole_entries(stream)
        contents = [(e.path, archive.read_entry(stream, e, 1 << 30)) for e in entries]
    with altered.open("wb") as out:
        for path, raw in [contents[0], *contents[1:-2], (name, b"x"), *contents[-2:]]:
            archive.append_entry(out, path, len(raw), [raw])
        archive.end_archive(out)
    with pytest.raises(EvidenceDamaged, match="not whole"):
        restore(altered, tmp_path / "back", Secret())
    nothing_restored(tmp_path)


def test_the_wrong_passphrase(line: CommandLine, real_store: Path, tmp_path: Path) -> None:
    with Desk(open_with_passphrase(real_store, "boss", PASSPHRASE)) as desk:
        desk.backups.backup(tmp_path / "saved.tar")
    secret = tmp_path / "secret"
    secret.write_text("never this one\n")
    back = ("--store", tmp_path / "back", "restore", tmp_path / "saved.tar")
    said = {"ja": "作成した時点のパスフレーズ", "en": "of the day it was made"}
    line.refuses(*back, "--passphrase-file", secret, **said)
    line.own_process = False
    line.refuses(*back, "--code-file", secret, "--officer", "boss", **said)
    secret.write_text(PASSPHRASE)
    line.refuses(*back, "--passphrase-file", secret, "--as", "boss", ja="練習用", en="practice")
    nothing_restored(tmp_path)
    line.done(*back, "--passphrase-file", secret)


def test_the_unfinished_backup_of_another_store(
    line: CommandLine, store: Path, saved: Path, real_store: Path, tmp_path: Path
) -> None:
    begun = tmp_path / "next.tar.unfinished"
    begun.mkdir()
    shutil.copy(saved, begun / "growing.tar")
    before = (begun / "growing.tar").read_bytes()
    secret = tmp_path / "secret"
    secret.write_text(PASSPHRASE)
    said = {"ja": "別のストアの作りかけ", "en": "unfinished backup of another store"}
    make = ("backup", tmp_path / "next.tar")
    line.refuses("--store", real_store, "--passphrase-file", secret, *make, **said)
    assert (begun / "growing.tar").read_bytes() == before
    line.done("--store", copied(store, tmp_path / "copy"), *make)
