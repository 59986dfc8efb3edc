"""One practice store with a decided report, made once and copied for each test."""

import os
from pathlib import Path

import pytest
from refusal_tools import PASSPHRASE, CommandLine, copied

from workbench.capture.testsite import PAGES, sample_screenshot
from workbench.desk.desk import Desk
from workbench.desk.opening import OfficeFacts, make_practice_store, make_store, open_practice
from workbench.desk.reports import Screenshot


@pytest.fixture(scope="session")
def practice_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template") / "store"
    make_practice_store(folder)
    with Desk(open_practice(folder, "supervisor")) as desk:
        shot = Screenshot("a.png", sample_screenshot(PAGES[0]))
        report = desk.reports.register("https://a.example.test/login", [shot]).result["id"]
        desk.assessments.assess([report])
        desk.reviews.decide(
            report, "phishing_credential_request", "偽の画面", ["removal_request", "referral"]
        )
    return folder


@pytest.fixture(scope="session")
def real_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("real") / "store"
    make_store(folder, OfficeFacts(), "boss", "", PASSPHRASE)
    return folder


@pytest.fixture
def store(practice_template: Path, tmp_path: Path) -> Path:
    return copied(practice_template, tmp_path / "store")


@pytest.fixture
def real_store(real_template: Path, tmp_path: Path) -> Path:
    return copied(real_template, tmp_path / "real")


@pytest.fixture
def line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    for name in [n for n in os.environ if n.startswith("WORKBENCH_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(home))
    return CommandLine(home)
