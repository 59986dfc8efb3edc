"""Before there is a Desk: the first run, logging in, and what is said when it fails."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QCheckBox, QLineEdit, QPlainTextEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from workbench.desk.opening import OfficeFacts, is_practice, make_store, store_exists
from workbench.settings import load_settings
from workbench.ui.application import Seat, make_application


@pytest.fixture(autouse=True)
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = tmp_path / "run"
    run.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(run))


@pytest.fixture
def seat(tmp_path: Path) -> Iterator[Seat]:
    made = Seat(make_application(), tmp_path / "store", load_settings(None, {}, {}))
    yield made
    made.end()


def button(page: QWidget, name: str) -> QPushButton:
    return next(b for b in page.findChildren(QPushButton) if b.accessibleName() == name)


def field(page: QWidget, name: str) -> QLineEdit:
    return next(f for f in page.findChildren(QLineEdit) if f.accessibleName() == name)


def said(page: QWidget) -> str:
    from PySide6.QtWidgets import QLabel

    return "\n".join(w.text() for w in page.findChildren(QLabel) if w.isVisible())


def test_practice_is_two_clicks_away(seat: Seat, qtbot: QtBot, tmp_path: Path) -> None:
    seat.begin()
    assert seat.front is not None
    button(seat.front, "練習用の保管庫で始める").click()
    qtbot.waitUntil(lambda: seat.window is not None, timeout=20_000)
    assert is_practice(tmp_path / "store")
    assert seat.window is not None
    assert "練習モード" in said(seat.window)


def test_a_real_store_with_its_recovery_code(seat: Seat, qtbot: QtBot, tmp_path: Path) -> None:
    seat.begin()
    front = seat.front
    assert front is not None
    button(front, "本番の保管庫を作る…").click()
    field(front, "ログイン名").setText("arimura")
    field(front, "氏名").setText("有村 直樹")
    field(front, "パスフレーズ").setText("短い")
    field(front, "パスフレーズ(確認)").setText("短いよ")
    button(front, "保管庫を作る").click()
    assert "一致しません" in said(front)
    field(front, "パスフレーズ(確認)").setText("短い")
    button(front, "保管庫を作る").click()
    qtbot.waitUntil(lambda: "字以上" in said(front), timeout=20_000)
    assert not store_exists(tmp_path / "store")
    for name in ("パスフレーズ", "パスフレーズ(確認)"):
        field(front, name).setText("じゅうぶんに長い合言葉")
    button(front, "保管庫を作る").click()
    qtbot.waitUntil(lambda: bool(front.findChildren(QPlainTextEdit)), timeout=30_000)
    assert len(front.findChildren(QPlainTextEdit)[0].toPlainText()) == 47
    opening = button(front, "保管庫を開く")
    assert not opening.isEnabled()
    front.findChildren(QCheckBox)[0].setChecked(True)
    opening.click()
    qtbot.waitUntil(lambda: seat.window is not None, timeout=30_000)
    assert seat.window is not None
    assert "練習モード" not in said(seat.window)
    assert "有村 直樹" in said(seat.window)
    # Locked again: the session is over and the passphrase is asked for.
    seat.stand_up()
    assert seat.front is not None
    field(seat.front, "ログイン名")


def test_a_wrong_passphrase_is_said_and_nothing_opens(
    seat: Seat, qtbot: QtBot, tmp_path: Path
) -> None:
    make_store(tmp_path / "store", OfficeFacts(), "arimura", "有村", "じゅうぶんに長い合言葉")
    seat.begin()
    front = seat.front
    assert front is not None
    field(front, "ログイン名").setText("arimura")
    field(front, "パスフレーズ").setText("ちがう合言葉です")
    button(front, "ログイン").click()
    qtbot.waitUntil(lambda: "違います" in said(front), timeout=20_000)
    assert seat.window is None
    field(front, "パスフレーズ").setText("じゅうぶんに長い合言葉")
    button(front, "ログイン").click()
    qtbot.waitUntil(lambda: seat.window is not None, timeout=20_000)


def test_a_damaged_store_is_said_in_words(seat: Seat, tmp_path: Path) -> None:
    folder = tmp_path / "store"
    folder.mkdir()
    (folder / "store.db").write_bytes(b"no database" * 500)
    (folder / "practice.key").write_text("00" * 32)
    seat._acting = "officer"
    seat.begin()
    assert seat.front is not None
    assert seat.window is None
    assert "開けません" in said(seat.front)
    assert "破損" in said(seat.front) or "壊れ" in said(seat.front)


def test_language_and_colours_change_while_it_runs(
    seat: Seat, qtbot: QtBot, tmp_path: Path
) -> None:
    seat.begin()
    assert seat.front is not None
    button(seat.front, "練習用の保管庫で始める").click()
    qtbot.waitUntil(lambda: seat.window is not None, timeout=20_000)
    seat.speak("en")
    assert seat.window is not None
    assert "Practice" in said(seat.window)
    seat.wear("dark")
    assert seat.window.palette().window().color().lightness() < 60
    seat.speak("ja")
    assert "練習モード" in said(seat.window)
