"""The contract as other programs call it: real processes, real stores, exit codes, JSON."""

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from workbench.capture.testsite import PAGES, TestSite, sample_screenshot

MAIN = [sys.executable, "-m", "workbench"]


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("WORKBENCH_")}
    run = tmp_path / "run"
    run.mkdir(mode=0o700)
    return {**kept, "HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(run)}


@pytest.fixture
def site() -> Iterator[TestSite]:
    with TestSite() as running:
        yield running


def call(
    home: dict[str, str], *arguments: str, given: str | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*MAIN, *arguments], env=home, input=given, capture_output=True, text=True, check=False
    )


def answer(home: dict[str, str], *arguments: str) -> Any:
    done = call(home, *arguments, "--json", "--quiet")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def refused(home: dict[str, str], *arguments: str) -> str:
    done = call(home, *arguments)
    assert done.returncode == 1, (done.stdout, done.stderr)
    assert "Traceback" not in done.stderr
    return done.stderr


def test_the_journey(home: dict[str, str], site: TestSite, tmp_path: Path) -> None:
    shots = []
    for number in (1, 2):
        path = tmp_path / f"{number}.png"
        path.write_bytes(sample_screenshot(PAGES[number - 1]))
        shots += ["--screenshot", str(path)]
    store = ["--store", str(tmp_path / "store")]
    allow = ["--set", f"capture.allow_hosts={site.host}"]
    lead = ["--as", "supervisor"]
    answer(home, *store, "setup", "--practice")
    made = answer(home, *store, "register", site.url(PAGES[0].path), *shots)
    assert made["status"] == "new"
    assert {"sha256", "bytes", "media_type"} <= made["exhibits"][0].keys()
    (captured,) = answer(home, *store, *allow, "capture")
    assert captured["outcome"] == "captured"
    assert answer(home, *store, "assess")["assessed"] == 1
    (row,) = answer(home, *store, "queue")
    assert sum(factor["points"] for factor in row["factors"]) == row["score"]
    report = made["number"]
    answer(home, *store, "claim", report)
    decide = ["--category", "phishing_credential_request", "--reason", "偽画面"]
    measures = ["--measure", "removal_request", "--measure", "referral"]
    assert answer(home, *store, "decide", report, *decide, *measures)["state"] == "decided"
    removal = answer(home, *store, "removal", "draft", report, "--to", "site_admin")["id"]
    answer(home, *store, "removal", "submit", removal)
    refused(home, *store, "removal", "approve", removal)
    answer(home, *store, *lead, "removal", "approve", removal)
    answer(home, *store, "hold", "set", report, "--reason", "捜査中")
    refused(home, *store, "removal", "issue", removal)
    answer(home, *store, "hold", "clear", report)
    assert answer(home, *store, "removal", "issue", removal)["state"] == "issued"
    sent = answer(home, *store, "removal", "record", removal, "--event", "sent")
    assert sent["state"] == "sent"
    case = answer(home, *store, "case", "new", "--title", "偽の銀行")["number"]
    answer(home, *store, "case", "add", case, report)
    referral = answer(home, *store, "refer", "draft", case, "--to", "cyber")["number"]
    answer(home, *store, "refer", "submit", referral)
    refused(home, *store, "export", referral, "-o", str(tmp_path / "out"))
    answer(home, *store, *lead, "refer", "approve", referral)
    package = answer(home, *store, "export", referral, "-o", str(tmp_path / "out"))
    checked = answer(home, "verify", package["package"], "--trust", package["fingerprint"])
    assert checked["ok"]
    assert checked["signer"] == "trusted"
    assert answer(home, *store, "--as", "auditor", "audit", "verify")["ok"]
    raw = bytearray(Path(package["package"]).read_bytes())
    with zipfile.ZipFile(package["package"]) as archive:
        victim = next(i for i in archive.infolist() if i.filename.endswith(".png"))
    raw[victim.header_offset + 200] ^= 1
    Path(package["package"]).write_bytes(raw)
    done = call(home, "verify", package["package"], "--json")
    assert done.returncode == 1
    assert "screenshot.png" in done.stderr


def test_a_real_store_knows_its_officers(home: dict[str, str], tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_text("correct horse battery\n")
    second.write_text("another long phrase\n")
    store = ["--store", str(tmp_path / "store")]
    boss = ["--passphrase-file", str(first)]
    made = answer(home, *store, *boss, "setup", "--login", "boss", "--office", "KGS")
    assert len(made["recovery_code"]) == 47
    refused(home, *store, "queue")
    added = ["officer", "add", "junior", "--new-passphrase-file", str(second)]
    assert answer(home, *store, *boss, *added)["roles"] == ["officer"]
    junior = ["--passphrase-file", str(second)]
    made = answer(home, *store, *junior, "register", "https://a.example.test/")
    assert made["number"].startswith("KGS-R")
    for trick in (["--as", "boss"], ["--officer", "boss"], ["--set", "approval.four_eyes=no"]):
        refused(home, *store, *junior, *trick, "removal", "approve", "KGS-R8-D0001")
    refused({**home, "WORKBENCH_APPROVAL_FOUR_EYES": "no"}, *store, *junior, "queue")
    refused(home, *store, *junior, "officer", "role", "junior", "supervisor")
    allow = ["--set", "capture.allow_hosts=127.0.0.1:1"]
    refused(home, *store, *junior, *allow, "queue")
    assert answer(home, *store, *junior, "login")["login"] == "junior"
    assert answer(home, *store, "whoami")["login"] == "junior"
    answer(home, *store, "logout")
    refused(home, *store, "whoami")
    third = tmp_path / "third"
    third.write_text("wrong phrase altogether\n")
    japanese = refused(home, *store, "--passphrase-file", str(third), "queue")
    english = refused(home, *store, "--passphrase-file", str(third), "--lang", "en", "queue")
    assert "パスフレーズ" in japanese
    assert "passphrase" in english


def test_usage_faults_end_with_two(home: dict[str, str]) -> None:
    assert call(home, "nonsense").returncode == 2
    assert call(home, "decide").returncode == 2


def test_damaged_settings_are_set_aside(home: dict[str, str], tmp_path: Path) -> None:
    store = tmp_path / "store"
    answer(home, "--store", str(store), "setup", "--practice")
    (store / "settings.toml").write_text("ui.language = [broken")
    done = call(home, "--store", str(store), "queue")
    assert done.returncode == 0
    assert "settings.toml.damaged-1" in done.stderr
    assert (store / "settings.toml.damaged-1").read_text() == "ui.language = [broken"
    assert not (store / "settings.toml").exists()


def test_classify_answers_with_all_labels(home: dict[str, str]) -> None:
    lines = [{"id": 1, "text": "😀大麻の販売やってます。手渡しか郵送です。"}, {"id": 2, "text": ""}]
    given = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
    done = call(home, "classify", given=given)
    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [f["id"] for f in found] == [1, 2]
    assert all(len(f["labels"]) == 28 for f in found)
    assert found[1]["abstained"]
    assert all(g["end"] <= len(lines[0]["text"]) for g in found[0]["grounds"])
    assert "classify" not in refused(home, "verify", "/nowhere.zip")
    assert call(home, "classify", given="no json").returncode == 1
