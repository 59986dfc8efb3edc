"""A full disk and a read-only place: what was acknowledged is kept, nothing else begun."""

from pathlib import Path

import pytest
from refusal_tools import (
    CommandLine,
    copied,
    counts,
    files,
    is_whole,
    mount,
    noise_picture,
    read_only,
    small_disk,
)

from workbench.desk.desk import Desk
from workbench.desk.opening import open_practice
from workbench.domain.errors import Unavailable


def fill(disk: Path) -> Path:
    """A file that takes all the room that is left."""
    path = disk / "ballast"
    with path.open("wb", buffering=0) as out:
        try:
            while out.write(bytes(4096)):
                pass
        except OSError:
            return path
    raise AssertionError("the disk has no end")


def test_a_disk_too_small_for_the_picture(line: CommandLine, store: Path, tmp_path: Path) -> None:
    shot = noise_picture(tmp_path / "large.png", 1_100)
    assert shot.stat().st_size > 3 << 20
    with small_disk(tmp_path / "disk", "3m") as disk:
        there = copied(store, disk / "store")
        before, kept = counts(there), files(there / "vault")
        register = ("--store", there, "register", "https://new.example.test/", "--screenshot", shot)
        line.refuses(*register, ja="ディスクがいっぱいです", en="The disk is full")
        assert counts(there) == before
        assert files(there / "vault") == kept
        is_whole(there)
        # More room: the same command goes through.
        mount("-o", "remount,size=32m", disk)
        line.done(*register)
        assert counts(there)["report"] == before["report"] + 1
        assert counts(there)["exhibit"] == before["exhibit"] + 1
        is_whole(there)


def test_a_disk_without_any_room(line: CommandLine, store: Path, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "4m") as disk:
        there = copied(store, disk / "store")
        before = counts(there)
        ballast = fill(disk)
        register = ("--store", there, "register", "https://new.example.test/")
        line.refuses(*register, ja="ディスクがいっぱいです", en="The disk is full")
        ballast.unlink()
        assert counts(there) == before
        is_whole(there)
        line.done(*register)
        assert counts(there)["report"] == before["report"] + 1
        is_whole(there)


def test_room_that_ends_within_a_row_of_acts(store: Path, tmp_path: Path) -> None:
    """Register until the disk refuses: every act acknowledged is there, and nothing of the next."""
    with small_disk(tmp_path / "disk", "3m") as disk:
        there = copied(store, disk / "store")
        before, done = counts(there)["report"], 0
        ballast = disk / "ballast"
        ballast.write_bytes(bytes(1 << 20))

        def register_on(desk: Desk) -> None:
            nonlocal done
            for number in range(5_000):
                desk.reports.register(f"https://r{number}.example.test/")
                done += 1

        with Desk(open_practice(there, "officer")) as desk:
            with pytest.raises(Unavailable, match="disk is full"):
                register_on(desk)
        ballast.unlink()
        found = counts(there)
        assert found["report"] == found["sighting"] == before + done
        is_whole(there)


def test_a_full_disk_where_the_package_should_go(
    line: CommandLine, store: Path, tmp_path: Path
) -> None:
    with Desk(open_practice(store, "supervisor")) as desk:
        case = desk.cases.new("偽の銀行").result["id"]
        desk.cases.add(case, ["KGS-R8-000001"])
        referral = desk.referrals.draft(case, "cyber").result["number"]
        desk.referrals.submit(referral)
        desk.referrals.approve(referral)
    with small_disk(tmp_path / "disk", "64k") as disk:
        fill(disk)
        line.refuses(
            *("--store", store, "export", referral, "-o", disk),
            ja="ディスクがいっぱいです",
            en="The disk is full",
        )
        assert [p.name for p in disk.iterdir()] == ["ballast"]
    line.done("--store", store, "export", referral, "-o", tmp_path / "out")
    line.done("verify", tmp_path / "out" / f"{referral}.zip")
    is_whole(store)


def test_a_read_only_place(line: CommandLine, store: Path, tmp_path: Path) -> None:
    before, kept = counts(store), files(store)
    with read_only(store, tmp_path / "locked") as place:
        line.refuses(
            *("--store", place, "register", "https://new.example.test/"),
            ja="読み取り専用です",
            en="cannot be written: the folder or file is read-only",
        )
    assert files(store) == kept
    assert counts(store) == before
    is_whole(store)
    line.done("--store", store, "register", "https://new.example.test/")


def test_a_read_only_place_for_a_new_store_or_an_output(
    line: CommandLine, store: Path, tmp_path: Path
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    with read_only(empty, tmp_path / "locked") as place:
        for arguments in (
            ("--store", place / "new", "setup", "--practice"),
            ("--store", place, "setup", "--practice"),
        ):
            said = line.fails(*arguments)
            line.own_process = False
            assert any(words in said["ja"] for words in ("読み取り専用", "拒否")), said
            assert any(words in said["en"] for words in ("read-only", "refused")), said
    assert list(empty.iterdir()) == []
