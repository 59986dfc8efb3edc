"""審査 in the window: claimed as opened, decided by three keys, pictures only when asked for."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QImage, QInputMethodEvent, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QTabWidget
from pytestqt.qtbot import QtBot

from workbench.desk.desk import Desk
from workbench.desk.opening import open_practice
from workbench.domain.url import defang
from workbench.ui.review.view import ReviewScreen
from workbench.ui.window import PLACES

Sit = Callable[..., Any]


def review_of(seat: Any, qtbot: QtBot) -> ReviewScreen:
    screen = seat.window.go("review")
    assert isinstance(screen, ReviewScreen)
    qtbot.waitUntil(lambda: screen.bar.is_ready, timeout=15_000)
    return screen


def state_of(store: Path, report_id: str) -> str:
    with Desk(open_practice(store, "auditor")) as desk:
        return str(desk.reports.show(report_id)["report"]["state"])


def test_three_keys_decide_and_the_next_report_is_there(
    store: Path, sit: Sit, qtbot: QtBot
) -> None:
    screen = review_of(sit(store), qtbot)
    first = screen.current
    assert first is not None
    QTest.keyClicks(screen.table, "1")
    assert screen.bar.finding() is None
    QTest.keyClicks(screen.table, "2")
    finding = screen.bar.finding()
    assert finding is not None
    QTest.keyClick(screen.table, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: screen.current not in (None, first), timeout=15_000)
    assert state_of(store, first) == "decided"
    with Desk(open_practice(store, "auditor")) as desk:
        decision = desk.reports.show(first)["decisions"][-1]
    assert decision["category"] == finding.category
    assert decision["reason"] == finding.reason
    assert decision["opened"] == []


def test_undo_brings_the_report_back(store: Path, sit: Sit, qtbot: QtBot) -> None:
    screen = review_of(sit(store), qtbot)
    first = screen.current
    QTest.keyClicks(screen.table, "1")
    QTest.keyClicks(screen.table, "1")
    QTest.keyClick(screen.table, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: screen.current not in (None, first), timeout=15_000)
    qtbot.waitUntil(lambda: screen.bar.is_ready, timeout=15_000)
    screen.undo()
    qtbot.waitUntil(lambda: screen.current == first, timeout=15_000)
    assert state_of(store, first) == "in_review"


def test_full_width_digits_count_and_composition_never_decides(
    store: Path, sit: Sit, qtbot: QtBot
) -> None:
    screen = review_of(sit(store), qtbot)
    first = screen.current
    for letter in "１２":
        # An input method gives full-width digits a key code of their own.
        press = QKeyEvent(QEvent.Type.KeyPress, ord(letter), Qt.KeyboardModifier.NoModifier, letter)
        QApplication.sendEvent(screen.table, press)
    assert screen.bar.finding() is not None
    screen.bar.reason.setFocus()
    qtbot.waitUntil(screen.bar.reason.hasFocus)
    QApplication.sendEvent(screen.bar.reason, QInputMethodEvent("かくにん", []))
    QTest.keyClick(screen.bar.reason, Qt.Key.Key_Return)
    assert screen.current == first
    QTest.keyClicks(screen.bar.reason, "1")
    assert "1" in screen.bar.reason.text()
    assert state_of(store, str(first)) == "in_review"


def test_two_desks_never_hold_the_same_report(store: Path, sit: Sit, qtbot: QtBot) -> None:
    one = review_of(sit(store), qtbot)
    other = sit(store, "supervisor").window.go("review")
    qtbot.waitUntil(lambda: other.report.report is not None, timeout=15_000)
    qtbot.waitUntil(lambda: other.report.notice.isVisible(), timeout=15_000)
    assert other.current == one.current
    assert not other.bar.is_ready
    assert "担当" in other.report.notice.text
    QTest.keyClick(other.table, Qt.Key.Key_F4)
    qtbot.waitUntil(lambda: other.bar.is_ready, timeout=15_000)
    assert other.current != one.current


def test_a_picture_is_masked_until_held_and_what_was_seen_is_kept(
    store: Path, sit: Sit, qtbot: QtBot, monkeypatch: Any
) -> None:
    screen = review_of(sit(store), qtbot)
    tile = screen.report.pictures.tile
    screen.report.tabs.setCurrentWidget(screen.report.pictures)
    tile.setFocus()
    assert not tile.shows_picture
    # Without a reason S2 stays masked.
    QTest.keyPress(tile, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: tile.problem != "", timeout=15_000)
    QTest.keyRelease(tile, Qt.Key.Key_Space)
    screen.report.pictures.reason.setText("画面の文面を確認するため")
    tile.setFocus()
    QTest.keyPress(tile, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: tile.shows_picture, timeout=15_000)
    QTest.keyRelease(tile, Qt.Key.Key_Space)
    assert not tile.shows_picture
    current = screen.current
    QTest.keyClicks(screen.table, "1")
    QTest.keyClicks(screen.table, "1")
    QTest.keyClick(screen.table, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: screen.current not in (None, current), timeout=15_000)
    with Desk(open_practice(store, "supervisor")) as desk:
        (seen,) = desk.reports.show(str(current))["decisions"][-1]["opened"]
        acts = [row["act"] for row in desk.audit.access_log()]
    assert seen["level"] == "S2"
    assert "reveal" in acts
    assert "hidden" in acts


def test_no_picture_is_decoded_by_the_window(
    store: Path, sit: Sit, qtbot: QtBot, monkeypatch: Any
) -> None:
    """Every screen is walked, none shows a picture, and Qt's decoders are never given bytes."""
    decoded: list[object] = []
    monkeypatch.setattr(QImage, "fromData", lambda *given: decoded.append(given) or QImage())
    monkeypatch.setattr(QImage, "loadFromData", lambda *given: decoded.append(given) or False)
    seat = sit(store)
    screen = review_of(seat, qtbot)
    for place in PLACES:
        other = seat.window.go(place.id)
        for bar in other.findChildren(QTabWidget):
            for number in range(bar.count()):
                bar.setCurrentIndex(number)
                QApplication.processEvents()
        qtbot.waitUntil(lambda: not seat.work.busy, timeout=20_000)
    assert not screen.report.pictures.tile.shows_picture
    # Also a picture that was asked for comes as pixels.
    tile = screen.report.pictures.tile
    seat.window.go("review")
    screen.report.tabs.setCurrentWidget(screen.report.pictures)
    screen.report.pictures.reason.setText("確認")
    tile.setFocus()
    QTest.keyPress(tile, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: tile.shows_picture, timeout=15_000)
    QTest.keyRelease(tile, Qt.Key.Key_Space)
    assert decoded == []
    assert not screen.report.pictures.tile.shows_picture


def test_urls_are_shown_harmless_and_copied_harmless(store: Path, sit: Sit, qtbot: QtBot) -> None:
    screen = review_of(sit(store), qtbot)
    assert screen.report.report is not None
    url = screen.report.report["url_canonical"]
    assert screen.report.url.text() == defang(url)
    screen.report.copy_button.click()
    assert QApplication.clipboard().text() == defang(url)
    assert "://" not in screen.report.url.text().replace("hxxp://", "")
