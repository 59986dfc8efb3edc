"""A backup gives back the store of its moment, whole; cut off, it goes on and copies nothing twice."""

import hashlib
import json
import stat
import tarfile
import threading
from pathlib import Path

import pytest
from backup_samples import (
    PASSPHRASE,
    PICTURES,
    actions,
    blobs,
    copied,
    entries_of,
    real_store,
)

from workbench.desk.desk import Desk
from workbench.desk.opening import open_practice, open_with_passphrase
from workbench.desk.restoring import Secret, is_practice_backup, restore
from workbench.domain.errors import BadInput, NotAllowed, Unavailable
from workbench.keys.keyfile import KEYFILE_NAME
from workbench.store import reports as stored


class PulledOut(Exception):
    """Whoever ran it went away."""


def stop_after(files: int) -> object:
    def progress(done: int, total: int) -> None:
        if done >= files:
            raise PulledOut

    return progress


def test_what_was_backed_up_comes_back(store: Path, tmp_path: Path) -> None:
    file = tmp_path / "out" / "saved.tar"
    file.parent.mkdir()
    with Desk(open_practice(store, "officer")) as desk:
        made = desk.backups.backup(file).result
        assert actions(desk)[-2:] == ["backup_begun", "backed_up"]
        assert desk.audit.verify()["ok"]
        before = len(desk.queue.whole()[0])
        # What comes after the backup is not in it.
        desk.reports.register("https://later.example.test/")
    assert made["exhibits"] == made["copied"] == PICTURES
    assert (made["kept"], made["damaged"]) == (0, [])
    assert made["bytes"] == file.stat().st_size
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [p.name for p in file.parent.iterdir()] == ["saved.tar"]
    back = restore(file, tmp_path / "back", Secret())
    assert back["manifest_sha256"] == made["manifest_sha256"]
    assert not (tmp_path / "back.restoring").exists()
    assert blobs(tmp_path / "back") == blobs(store)
    assert stat.S_IMODE((tmp_path / "back").stat().st_mode) == 0o700
    with Desk(open_practice(tmp_path / "back", "auditor")) as desk:
        found = desk.audit.verify()
        assert found["ok"], found["first_bad"]
        assert found["exhibits"] == PICTURES
        assert actions(desk)[-2:] == ["backup_begun", "restored"]
        assert len(desk.queue.whole()[0]) == before
        assert set(desk.vault.blob_ids()) == {name[3:-5] for name in blobs(store)}


def test_any_tar_reads_it_and_the_manifest_names_every_file(saved: Path) -> None:
    with tarfile.open(saved) as tar:
        contents = {m.name: tar.extractfile(m).read() for m in tar.getmembers()}
    manifest = json.loads(contents["manifest.json"])
    listed = {f["path"]: (f["bytes"], f["sha256"]) for f in manifest["files"]}
    rest = contents.keys() - {"manifest.json", "signature.json"}
    assert {n: (len(contents[n]), hashlib.sha256(contents[n]).hexdigest()) for n in rest} == listed
    assert {"store.db", "keys.json", "practice.key", "backup.json"} <= rest
    assert len([n for n in rest if n.startswith("vault/")]) == PICTURES
    # Nothing readable leaves: neither addresses nor pictures.
    assert b"example.test" not in saved.read_bytes()
    assert b"\x89PNG" not in saved.read_bytes()


def test_it_is_of_one_moment_while_others_write(store: Path, tmp_path: Path) -> None:
    done = threading.Event()
    written: list[str] = []

    def officer() -> None:
        with Desk(open_practice(store, "supervisor")) as other:
            number = 0
            while not done.is_set():
                made = other.reports.register(f"https://w{number}.example.test/").result
                written.append(made["id"])
                number += 1

    thread = threading.Thread(target=officer)
    with Desk(open_practice(store, "officer")) as desk:
        thread.start()
        while not written:
            pass
        before = list(written)
        desk.backups.backup(tmp_path / "saved.tar")
        done.set()
        thread.join()
        assert desk.audit.verify()["ok"]
    restore(tmp_path / "saved.tar", tmp_path / "back", Secret())
    with Desk(open_practice(tmp_path / "back", "auditor")) as desk:
        with desk.store.read() as tx:
            there = set(tx.many("report", written))
        assert set(before) <= there
        # Of one moment: everything up to it, in the order of writing, and nothing after.
        assert there == set(written[: len(there)])


def test_other_threads_of_the_same_desk_write_meanwhile(store: Path, tmp_path: Path) -> None:
    with Desk(open_practice(store, "officer")) as desk:
        written: list[int] = []

        def write(copied: int, total: int) -> None:
            if not written:
                thread = threading.Thread(
                    target=lambda: desk.reports.register("https://thread.example.test/")
                )
                thread.start()
                thread.join()
                written.append(copied)

        desk.store.copy_to(tmp_path / "copy.db", lambda: None, write)
        assert written
        with desk.store.read_copy(tmp_path / "copy.db") as tx:
            assert tx.problems() == []
            assert stored.count_all(tx) == PICTURES
        with desk.store.read() as tx:
            assert stored.count_all(tx) == PICTURES + 1


@pytest.mark.parametrize("files", [1, 3, PICTURES])
def test_a_backup_cut_off_goes_on(store: Path, tmp_path: Path, files: int) -> None:
    file = tmp_path / "saved.tar"
    with Desk(open_practice(store, "officer")) as desk:
        with pytest.raises(PulledOut):
            desk.backups.backup(file, stop_after(files))
        assert not file.exists()
        with pytest.raises(BadInput, match="not finished"):
            restore(file, tmp_path / "back", Secret())
        late = desk.reports.register("https://between.example.test/").result["id"]
        made = desk.backups.backup(file).result
    assert (made["kept"], made["copied"]) == (files, PICTURES - files)
    assert not Path(f"{file}.unfinished").exists()
    restore(file, tmp_path / "back", Secret())
    with Desk(open_practice(tmp_path / "back", "auditor")) as desk, desk.store.read() as tx:
        # Blobs are those of the first run, everything else is of the last.
        assert tx.get("report", late) is not None


@pytest.mark.parametrize("damage", ["cut", "changed", "empty", "zeros"])
def test_what_a_power_cut_left_half_written_is_copied_again(
    store: Path, tmp_path: Path, damage: str
) -> None:
    file = tmp_path / "saved.tar"
    growing = Path(f"{file}.unfinished") / "growing.tar"
    with Desk(open_practice(store, "officer")) as desk:
        with pytest.raises(PulledOut):
            desk.backups.backup(file, stop_after(4))
        third = [e for e in entries_of(growing).values() if e.path.startswith("vault/")][2]
        raw = growing.read_bytes()
        middle = third.offset + third.size // 2
        growing.write_bytes(
            {
                "cut": raw[:middle],
                "changed": raw[:middle] + bytes([raw[middle] ^ 1]) + raw[middle + 1 :],
                "empty": b"",
                "zeros": raw[:middle] + bytes(len(raw) - middle),
            }[damage]
        )
        made = desk.backups.backup(file).result
    assert made["kept"] == (0 if damage == "empty" else 2)
    assert made["kept"] + made["copied"] == PICTURES
    restore(file, tmp_path / "back", Secret())
    assert blobs(tmp_path / "back") == blobs(store)


def test_a_restore_cut_off_goes_on(saved: Path, tmp_path: Path) -> None:
    back, work = tmp_path / "back", tmp_path / "back.restoring"
    with pytest.raises(PulledOut):
        restore(saved, back, Secret(), progress=stop_after(4))
    assert not back.exists()
    kept = {p: p.stat().st_ino for p in work.rglob("*.blob")}
    assert len(kept) == 3
    # One of them was not written to its end, and a stranger of an earlier run lies there.
    broken = sorted(kept)[0]
    broken.write_bytes(broken.read_bytes()[:-1])
    (work / "vault" / "00").mkdir(exist_ok=True)
    (work / "vault" / "00" / ("0" * 32 + ".blob")).write_bytes(b"x")
    (work / "store.db-wal").write_bytes(b"half")
    restore(saved, back, Secret())
    assert len(blobs(back)) == PICTURES
    inodes = {p.name: p.stat().st_ino for p in back.rglob("*.blob")}
    for path, inode in kept.items():
        assert (inodes[path.name] == inode) == (path != broken)
    with Desk(open_practice(back, "auditor")) as desk:
        assert actions(desk).count("restored") == 1


def test_a_real_store_opens_with_its_passphrase_or_its_code(tmp_path: Path) -> None:
    store, file = tmp_path / "store", tmp_path / "saved.tar"
    code = real_store(store)
    with Desk(open_with_passphrase(store, "boss", PASSPHRASE)) as desk:
        desk.reports.register("https://a.example.test/")
        desk.officers.login()
        desk.backups.backup(file)
    assert not is_practice_backup(file)
    assert restore(file, tmp_path / "one", Secret(passphrase=PASSPHRASE))["officer"] == "boss"
    assert (tmp_path / "one" / KEYFILE_NAME).read_bytes() == (store / KEYFILE_NAME).read_bytes()
    restore(file, tmp_path / "two", Secret("boss", code=code))
    for wrong in (Secret(passphrase="not this one"), Secret("boss", code="A" * 40), Secret("else")):
        with pytest.raises(NotAllowed):
            restore(file, tmp_path / "three", wrong)
    with pytest.raises(BadInput, match="--officer"):
        restore(file, tmp_path / "three", Secret(code=code))
    assert not (tmp_path / "three").exists()
    with Desk(open_with_passphrase(tmp_path / "two", "boss", PASSPHRASE)) as desk:
        assert desk.audit.verify()["ok"]
        with desk.store.read() as tx:
            # Whoever was logged in when it was made is not logged in now.
            assert tx.connection.exec_driver_sql("SELECT count(*) FROM session").scalar() == 0
            assert stored.count_all(tx) == 1


def test_two_at_once_do_not_meet(store: Path, tmp_path: Path) -> None:
    tried = []

    def second(done: int, total: int) -> None:
        if not tried:
            tried.append(done)
            with Desk(open_practice(store, "officer")) as other:
                with pytest.raises(Unavailable, match="Another backup"):
                    other.backups.backup(tmp_path / "saved.tar")

    with Desk(open_practice(store, "officer")) as desk:
        desk.backups.backup(tmp_path / "saved.tar", second)
    assert tried
    restore(tmp_path / "saved.tar", tmp_path / "back", Secret())


def test_settings_and_an_empty_folder(store: Path, tmp_path: Path) -> None:
    (store / "settings.toml").write_text('ui.language = "en"\n')
    with Desk(open_practice(store, "officer")) as desk:
        desk.backups.backup(tmp_path / "saved.tar")
    (tmp_path / "back").mkdir()
    restore(tmp_path / "saved.tar", tmp_path / "back", Secret())
    assert (tmp_path / "back" / "settings.toml").read_text() == 'ui.language = "en"\n'
    again = copied(tmp_path / "back", tmp_path / "again")
    with Desk(open_practice(again, "officer")) as desk:
        desk.backups.backup(tmp_path / "second.tar")
    restore(tmp_path / "second.tar", tmp_path / "third", Secret())
