"""Pictures and stores that cannot be used: said in one line, and nothing is half-written."""

from pathlib import Path

import pytest
from refusal_tools import CommandLine, counts, files, is_whole, noise_picture

from workbench.capture.testsite import PAGES, sample_screenshot

REGISTER = ("register", "https://new.example.test/")


@pytest.mark.parametrize("kind", ["cut", "text", "empty", "header", "second"])
def test_a_picture_that_cannot_be_taken(
    line: CommandLine, store: Path, tmp_path: Path, kind: str
) -> None:
    line.own_process = kind in ("cut", "empty")
    sound = sample_screenshot(PAGES[1])
    path = tmp_path / "shot.png"
    path.write_bytes(
        {"cut": sound[:-40], "text": b"no picture", "empty": b"", "header": sound[:8]}.get(
            kind, sound[:500]
        )
    )
    shots = ["--screenshot", str(path)]
    if kind == "second":
        good = tmp_path / "good.png"
        good.write_bytes(sound)
        shots = ["--screenshot", str(good), *shots]
    before, kept = counts(store), files(store / "vault")
    ja, en = {
        "cut": ("画像", "picture"),
        "text": ("画像", "This is not a picture"),
        "empty": ("空", "empty"),
        "header": ("画像", "picture"),
        "second": ("2 枚目の画像", "Picture 2"),
    }[kind]
    line.refuses("--store", store, *REGISTER, *shots, ja=ja, en=en)
    assert counts(store) == before
    assert files(store / "vault") == kept
    is_whole(store)


def test_a_picture_that_is_not_there(line: CommandLine, store: Path, tmp_path: Path) -> None:
    before = counts(store)
    line.own_process = False
    for path, ja, en in (
        (tmp_path / "none.png", "ありません", "There is no such file"),
        (tmp_path, "フォルダ", "This is a folder"),
    ):
        line.refuses("--store", store, *REGISTER, "--screenshot", path, ja=ja, en=en)
    assert counts(store) == before


def test_an_empty_file_to_import(line: CommandLine, store: Path, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(b"")
    before = counts(store)
    line.refuses("--store", store, "import", path, ja="空", en="empty")
    assert counts(store) == before
    is_whole(store)


def test_an_address_that_is_none(line: CommandLine, store: Path, tmp_path: Path) -> None:
    shot = noise_picture(tmp_path / "shot.png", 20)
    before = counts(store)
    line.refuses(
        *("--store", store, "register", "javascript:alert(1)", "--screenshot", shot),
        ja="http と https だけ",
        en="javascript",
    )
    assert counts(store) == before
    is_whole(store)


def test_a_store_that_is_not_there(line: CommandLine, tmp_path: Path) -> None:
    missing = tmp_path / "no" / "such" / "place"
    for command in (REGISTER, ("queue",)):
        line.refuses(
            "--store", missing, *command, ja="ストアがありません", en="There is no store in"
        )
        line.own_process = False
    assert not missing.exists()
    path = tmp_path / "file"
    path.write_text("a file")
    line.refuses("--store", path, "queue", ja="フォルダ", en="not a folder")
    assert path.read_text() == "a file"


def test_a_second_store_in_the_same_place(line: CommandLine, store: Path) -> None:
    before = files(store)
    line.refuses(
        "--store",
        store,
        "setup",
        "--practice",
        ja="既にストアがあります",
        en="There is already a store in",
    )
    assert files(store) == before
