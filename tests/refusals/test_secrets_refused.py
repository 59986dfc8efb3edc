"""Wrong passphrases and damaged keys open nothing and change nothing."""

import json
from pathlib import Path

import pytest
from refusal_tools import PASSPHRASE, CommandLine, files


def passphrase_file(folder: Path, text: str) -> Path:
    path = folder / "passphrase"
    path.write_text(text + "\n", encoding="utf-8")
    return path


def test_a_wrong_passphrase(line: CommandLine, real_store: Path, tmp_path: Path) -> None:
    before = files(real_store)
    wrong = passphrase_file(tmp_path, PASSPHRASE + "!")
    for who in ([], ["--officer", "nobody"]):
        line.refuses(
            *("--store", real_store, "--passphrase-file", wrong, *who),
            *("register", "https://a.example.test/"),
            ja="名前かパスフレーズが違います",
            en="The name or the passphrase is wrong. Nothing was opened.",
        )
        line.own_process = False
    assert files(real_store) == before
    right = passphrase_file(tmp_path, PASSPHRASE)
    line.done("--store", real_store, "--passphrase-file", right, "audit", "verify")


@pytest.mark.parametrize("damage", ["cut", "text", "format", "holder", "missing"])
def test_damaged_or_missing_keys(
    line: CommandLine, real_store: Path, tmp_path: Path, damage: str
) -> None:
    line.own_process = damage in ("cut", "missing")
    path = real_store / "keys.json"
    whole = path.read_text(encoding="utf-8")
    document = json.loads(whole)
    changed = {
        "cut": whole[: len(whole) // 2],
        "text": "not a key file",
        "format": json.dumps({**document, "format": 99}),
        "holder": whole.replace('"holder": "boss"', '"holder": "other"'),
    }
    if damage == "missing":
        path.rename(tmp_path / "keys.json")
        said = ("がありません", "is missing.")
    else:
        path.write_text(changed[damage], encoding="utf-8")
        said = ("壊れています", "is damaged.")
    before = files(real_store)
    right = passphrase_file(tmp_path, PASSPHRASE)
    line.refuses(
        *("--store", real_store, "--passphrase-file", right, "queue"), ja=said[0], en=said[1]
    )
    assert files(real_store) == before
    path.write_text(whole, encoding="utf-8")
    line.done("--store", real_store, "--passphrase-file", right, "audit", "verify")


def test_a_changed_wrap_opens_nothing(line: CommandLine, real_store: Path, tmp_path: Path) -> None:
    line.own_process = False
    path = real_store / "keys.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    wrapped = document["wraps"]["boss"]["wrapped"]
    document["wraps"]["boss"]["wrapped"] = ("B" if wrapped[0] == "A" else "A") + wrapped[1:]
    path.write_text(json.dumps(document), encoding="utf-8")
    right = passphrase_file(tmp_path, PASSPHRASE)
    line.refuses(
        *("--store", real_store, "--passphrase-file", right, "queue"),
        ja="パスフレーズが違います",
        en="passphrase is wrong",
    )
