"""登録 in the window: checked while typing, nothing written before, nothing typed lost."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtGui import QColor, QPixmap
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from workbench.capture.testsite import PAGES, sample_screenshot
from workbench.desk.desk import Desk
from workbench.desk.opening import make_practice_store, open_practice
from workbench.domain.errors import NotAllowed
from workbench.ui.register.region import RegionPicker
from workbench.ui.register.view import RegisterScreen

Sit = Callable[..., Any]
TEXT = """hxxps://kari-bank[.]example/login
hxxps://kari-bank[.]example:443/login
見つけた: ｈｔｔｐ：／／192.0.2.45/admin/
資料参照
"""


def screen_of(seat: Any) -> RegisterScreen:
    screen = seat.window.go("register")
    assert isinstance(screen, RegisterScreen)
    return screen


def count(store: Path) -> int:
    with Desk(open_practice(store, "auditor")) as desk:
        return sum(desk.queue.counts().values())


def test_checked_live_and_registered_with_a_picture(tmp_path: Path, sit: Sit, qtbot: QtBot) -> None:
    store = tmp_path / "store"
    make_practice_store(store)
    screen = screen_of(sit(store))
    screen.text.setPlainText(TEXT)
    qtbot.waitUntil(lambda: len(screen.model.rows) == 4, timeout=15_000)
    assert [row.status for row in screen.model.rows] == ["new", "again", "new", "rejected"]
    assert count(store) == 0
    content = QMimeData()
    content.setData("image/png", sample_screenshot(PAGES[0]))
    QApplication.clipboard().setMimeData(content)
    screen.pictures.paste()
    assert screen.pictures.list.count() == 1
    screen.note.setText("巡回中に発見")
    screen.button.click()
    qtbot.waitUntil(lambda: screen.text.toPlainText() == "", timeout=20_000)
    with Desk(open_practice(store, "auditor")) as desk:
        first = desk.reports.show("KGS-R8-000001")
        assert first["report"]["sightings"] == 2
        assert first["report"]["note"] == "巡回中に発見"
        (picture,) = first["exhibits"]
        with desk.store.read() as tx:
            assert desk.exhibits.content(tx, picture) == sample_screenshot(PAGES[0])
        assert count(store) == 2
    screen.text.setPlainText("https://kari-bank.example/login")
    qtbot.waitUntil(lambda: len(screen.model.rows) == 1, timeout=15_000)
    assert screen.model.rows[0].status == "known"


def test_a_broken_picture_is_refused_and_everything_stays(
    tmp_path: Path, sit: Sit, qtbot: QtBot
) -> None:
    store = tmp_path / "store"
    make_practice_store(store)
    screen = screen_of(sit(store))
    bad = tmp_path / "壊れた.png"
    bad.write_bytes(sample_screenshot(PAGES[0])[:400])
    screen.pictures.add_files([bad, tmp_path / "missing.png"])
    assert screen.pictures.list.count() == 1
    screen.text.setPlainText("https://kari-bank.example/login")
    qtbot.waitUntil(lambda: len(screen.model.rows) == 1, timeout=15_000)
    screen.button.click()
    qtbot.waitUntil(lambda: screen._problem.isVisible(), timeout=20_000)
    assert screen.text.toPlainText() == "https://kari-bank.example/login"
    assert screen.pictures.list.count() == 1
    assert count(store) == 0


def test_a_thousand_urls_pasted_at_once(tmp_path: Path, sit: Sit, qtbot: QtBot) -> None:
    store = tmp_path / "store"
    make_practice_store(store)
    screen = screen_of(sit(store))
    lines = [f"hxxps://mihon{place}[.]example/{place}" for place in range(1_000)]
    screen.text.setPlainText("\n".join(lines))
    qtbot.waitUntil(lambda: screen.model.count("new") == 1_000, timeout=30_000)
    screen.button.click()
    qtbot.waitUntil(lambda: screen.text.toPlainText() == "", timeout=60_000)
    assert count(store) == 1_000


def test_a_list_is_previewed_and_imported_beside_other_work(
    tmp_path: Path, sit: Sit, qtbot: QtBot
) -> None:
    store = tmp_path / "store"
    make_practice_store(store)
    with Desk(open_practice(store, "officer")) as desk:
        desk.reports.register("https://mihon7.example/7")
    seat = sit(store)
    screen = screen_of(seat)
    path = tmp_path / "一覧.csv"
    lines = [f"https://mihon{place}.example/{place},銀行" for place in range(2_500)]
    lines += ["https://mihon3.example/3,銀行", "資料参照,銀行"]
    path.write_text("url,brand\n" + "\n".join(lines) + "\n")
    screen.text.setPlainText("https://typed.example/")
    screen.open_list(path)
    qtbot.waitUntil(lambda: screen.opened.summary is not None, timeout=30_000)
    assert screen.opened.usable == 2_501
    assert not screen.text.isVisible()
    assert [row.status for row in screen.model.rows[:9]] == ["new"] * 7 + ["known", "new"]
    assert count(store) == 1
    screen.button.click()
    assert screen.text.isVisible()
    assert screen.text.toPlainText() == "https://typed.example/"
    qtbot.waitUntil(lambda: seat.window.jobs._importing, timeout=15_000)
    qtbot.waitUntil(lambda: count(store) > 500, timeout=30_000)
    seat.window.jobs.cancel()
    qtbot.waitUntil(lambda: not seat.work.busy, timeout=30_000)
    stopped = count(store)
    assert stopped < 2_500
    screen.open_list(path)
    qtbot.waitUntil(lambda: screen.opened.summary is not None, timeout=30_000)
    screen.button.click()
    qtbot.waitUntil(lambda: count(store) == 2_500, timeout=60_000)
    qtbot.waitUntil(lambda: not seat.work.busy, timeout=30_000)
    with Desk(open_practice(store, "auditor")) as desk:
        assert (
            desk.reports.show(desk.reports.look_up("https://mihon3.example/3"))["report"][
                "sightings"
            ]
            == 2
        )


def test_a_list_that_cannot_be_read_is_said(tmp_path: Path, sit: Sit, qtbot: QtBot) -> None:
    store = tmp_path / "store"
    make_practice_store(store)
    screen = screen_of(sit(store))
    screen.text.setPlainText("https://typed.example/")
    path = tmp_path / "一覧.xlsx"
    path.write_bytes(b"PK\x03\x04 broken")
    screen.open_list(path)
    qtbot.waitUntil(lambda: screen._problem.isVisible(), timeout=20_000)
    assert screen.opened.path is None
    assert screen.text.toPlainText() == "https://typed.example/"


def test_what_was_typed_survives_a_crash(tmp_path: Path, sit: Sit, qtbot: QtBot) -> None:
    store = tmp_path / "store"
    make_practice_store(store)
    seat = sit(store)
    screen = screen_of(seat)
    screen.text.setPlainText("https://mihon.example/1\n")
    screen.note.setText("書きかけ")
    picture = tmp_path / "見本.png"
    picture.write_bytes(sample_screenshot(PAGES[0]))
    screen.pictures.add_files([picture])

    def is_kept() -> bool:
        with Desk(open_practice(store, "officer")) as desk:
            return desk.drafts.kept("register") is not None and bool(
                desk.drafts.kept("register-pictures")
            )

    qtbot.waitUntil(is_kept, timeout=15_000)
    # Nobody else's, and gone once it is registered.
    with Desk(open_practice(store, "supervisor")) as desk:
        assert desk.drafts.kept("register") is None
    again = screen_of(sit(store))
    qtbot.waitUntil(lambda: again.note.text() == "書きかけ", timeout=15_000)
    qtbot.waitUntil(lambda: again.pictures.list.count() == 1, timeout=15_000)
    qtbot.waitUntil(lambda: len(again.model.rows) == 1, timeout=15_000)
    again.button.click()
    qtbot.waitUntil(lambda: again.text.toPlainText() == "", timeout=20_000)
    qtbot.waitUntil(lambda: not is_kept(), timeout=15_000)
    with Desk(open_practice(store, "auditor")) as desk:
        assert len(desk.reports.show("KGS-R8-000001")["exhibits"]) == 1


def test_a_part_of_the_screen_becomes_a_picture(
    tmp_path: Path, sit: Sit, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = tmp_path / "store"
    make_practice_store(store)
    seat = sit(store)
    screen = screen_of(seat)
    seen = QPixmap(800, 600)
    seen.fill(QColor("#204060"))
    # What other programs show lies outside this one.
    monkeypatch.setattr("workbench.ui.register.pictures.seen_now", lambda _: seen)

    def picker() -> RegionPicker:
        qtbot.waitUntil(
            lambda: screen.pictures._region is not None and isValid(screen.pictures._region),
            timeout=5_000,
        )
        assert screen.pictures._region is not None
        return screen.pictures._region

    screen.pictures.take_region()
    drawn = picker()
    assert not seat.window.isVisible()
    qtbot.mousePress(drawn, Qt.MouseButton.LeftButton, pos=QPoint(10, 50))
    qtbot.mouseMove(drawn, QPoint(209, 149))
    qtbot.mouseRelease(drawn, Qt.MouseButton.LeftButton, pos=QPoint(209, 149))
    qtbot.waitUntil(lambda: screen.pictures.list.count() == 1, timeout=5_000)
    qtbot.waitUntil(seat.window.isVisible, timeout=5_000)
    with Image.open(io.BytesIO(screen.pictures.taken[0].untrusted_bytes)) as taken:
        assert taken.size == (200, 100)
        assert taken.convert("RGB").getpixel((0, 0)) == (0x20, 0x40, 0x60)
    screen.pictures._region = None
    screen.pictures.take_region()
    qtbot.keyClick(picker(), Qt.Key.Key_Escape)
    qtbot.waitUntil(seat.window.isVisible, timeout=5_000)
    assert screen.pictures.list.count() == 1
    monkeypatch.setattr("workbench.ui.register.pictures.seen_now", lambda _: QPixmap())
    screen.pictures.take_region()
    qtbot.waitUntil(lambda: screen._problem.isVisible(), timeout=5_000)


def test_a_window_made_anew_keeps_text_and_import(tmp_path: Path, sit: Sit, qtbot: QtBot) -> None:
    store = tmp_path / "store"
    make_practice_store(store)
    seat = sit(store)
    screen = screen_of(seat)
    path = tmp_path / "list.csv"
    path.write_text("url\n" + "\n".join(f"https://m{i}.example/{i}" for i in range(4_000)))
    screen.open_list(path)
    qtbot.waitUntil(lambda: screen.opened.summary is not None, timeout=30_000)
    screen.button.click()
    screen.text.setPlainText("https://typed.example/")
    first = seat.window
    seat.wear("dark")
    qtbot.waitUntil(lambda: not isValid(first), timeout=15_000)
    again = screen_of(seat)
    qtbot.waitUntil(lambda: again.text.toPlainText() == "https://typed.example/", timeout=15_000)
    qtbot.waitUntil(lambda: count(store) == 4_000, timeout=60_000)
    qtbot.waitUntil(lambda: not seat.work.busy, timeout=30_000)
    # Told to the officer, so the same file again is a second reading of it.
    with Desk(open_practice(store, "officer")) as desk:
        assert desk.imports.import_file(path).result["duplicate"] == 4_000


def test_two_lists_come_in_one_after_the_other(tmp_path: Path, sit: Sit, qtbot: QtBot) -> None:
    store = tmp_path / "store"
    make_practice_store(store)
    seat = sit(store)
    for name in ("a", "b"):
        path = tmp_path / f"{name}.csv"
        path.write_text("url\n" + "\n".join(f"https://{name}{i}.example/" for i in range(1_500)))
        seat.window.jobs.import_list(path, "patrol", 1_500)
    qtbot.waitUntil(lambda: count(store) == 3_000, timeout=60_000)
    qtbot.waitUntil(lambda: not seat.window.jobs._importing, timeout=30_000)


def test_who_may_not_register_keeps_no_draft(tmp_path: Path, sit: Sit, qtbot: QtBot) -> None:
    store = tmp_path / "store"
    make_practice_store(store)
    screen = screen_of(sit(store, "auditor"))
    screen.text.setPlainText("https://typed.example/")
    screen.leave()
    with Desk(open_practice(store, "auditor")) as desk:
        assert desk.drafts.kept("register") is None
        with pytest.raises(NotAllowed):
            desk.drafts.keep("register", {"text": "x"})
