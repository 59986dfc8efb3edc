"""The window under test: offscreen, on a real practice store, with real threads."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from workbench.capture.testsite import PAGES, TestSite, sample_screenshot
from workbench.desk.desk import Desk
from workbench.desk.opening import make_practice_store, open_practice
from workbench.desk.reports import Screenshot
from workbench.settings import load_settings
from workbench.ui.application import Seat, make_application

Sit = Callable[..., Seat]


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A practice store with preserved, assessed reports; never opened by a test itself."""
    folder = tmp_path_factory.mktemp("filled") / "store"
    make_practice_store(folder)
    with TestSite() as site:
        settings = load_settings(folder, {"capture.allow_hosts": site.host}, {})
        with Desk(open_practice(folder, "officer"), settings) as desk:
            ids = []
            for page in PAGES:
                shot = Screenshot("practice.png", sample_screenshot(page))
                ids.append(desk.reports.register(site.url(page.path), [shot]).result["id"])
            desk.captures.capture(ids)
            for place in range(30):
                desk.reports.register(f"https://mihon{place}.example.test/item/{place}")
            desk.assessments.assess(desk.assessments.waiting())
    return folder


@pytest.fixture
def store(filled: Path, tmp_path: Path) -> Path:
    """A copy of the filled store for one test."""
    import shutil

    folder = tmp_path / "store"
    shutil.copytree(filled, folder)
    return folder


@pytest.fixture
def sit(qtbot: QtBot) -> Iterator[Sit]:
    """Open a window for an officer of a practice store; closed after the test."""
    seats: list[Seat] = []

    def open_window(
        folder: Path, officer: str = "officer", language: str = "ja", scheme: str = "light"
    ) -> Seat:
        settings = load_settings(None, {"ui.language": language}, {})
        seat = Seat(make_application(), folder, settings)
        seat.wear(scheme)
        seat.sit_down(open_practice(folder, officer))
        seats.append(seat)
        assert seat.window is not None
        qtbot.waitExposed(seat.window)
        return seat

    yield open_window
    for seat in seats:
        seat.end()
