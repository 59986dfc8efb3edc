"""管理 in the window: officers, settings with a reason, reference data, storage and audit."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from pytestqt.qtbot import QtBot

from workbench.desk.desk import Desk
from workbench.desk.opening import open_practice
from workbench.domain.officer import Role
from workbench.ui.administration.view import AdministrationScreen

Sit = Callable[..., Any]


def screen_of(seat: Any) -> AdministrationScreen:
    screen = seat.window.go("administration")
    assert isinstance(screen, AdministrationScreen)
    return screen


def test_officers_and_roles(store: Path, sit: Sit, qtbot: QtBot) -> None:
    part = screen_of(sit(store, "admin")).officers
    qtbot.waitUntil(lambda: part.table.model.rowCount() == 4, timeout=15_000)
    part.login.setText("nishi")
    part.name.setText("西 佳奈")
    part.add_button.click()
    qtbot.waitUntil(lambda: part.table.model.rowCount() == 5, timeout=15_000)
    part.table.select("nishi")
    part.roles[Role.SUPERVISOR].setChecked(True)
    with qtbot.waitSignal(part.told, timeout=15_000):
        pass
    with Desk(open_practice(store, "nishi")) as desk:
        assert desk.officer.has(Role.SUPERVISOR)
    # The last administrator stays, and the box says so again.
    part.table.select("admin")
    part.roles[Role.ADMINISTRATOR].setChecked(False)
    qtbot.waitUntil(lambda: bool(part.notice.text), timeout=15_000)
    qtbot.waitUntil(lambda: part.roles[Role.ADMINISTRATOR].isChecked(), timeout=15_000)


def test_a_setting_needs_a_reason(store: Path, sit: Sit, qtbot: QtBot) -> None:
    part = screen_of(sit(store, "admin")).settings
    qtbot.waitUntil(lambda: part.table.model.rowCount() >= 4, timeout=15_000)
    part.table.select("approval.four_eyes")
    part.value.setText("on")
    part.button.click()
    qtbot.waitUntil(lambda: bool(part.notice.text), timeout=15_000)
    assert part.value.text() == "on"
    part.reason.setText("担当者が増えたため")
    with qtbot.waitSignal(part.told, timeout=15_000):
        part.button.click()
    with Desk(open_practice(store, "auditor")) as desk:
        assert desk.security("approval.four_eyes") is True


def test_storage_and_audit(store: Path, sit: Sit, qtbot: QtBot) -> None:
    with Desk(open_practice(store, "officer")) as desk:
        report = desk.queue.ranked(1)[0]["id"]
        picture = next(
            e for e in desk.reports.show(report)["exhibits"] if e["role"] == "screenshot"
        )
        desk.exhibits.reveal(picture["id"], "確認のため")
        desk.exhibits.hidden(picture["id"], 1.5)
    part = screen_of(sit(store, "auditor")).audit
    part.health_button.click()
    qtbot.waitUntil(lambda: part.checks.model.rowCount() == 5, timeout=20_000)
    part.verify_button.click()
    qtbot.waitUntil(lambda: "一致" in part.notice.text, timeout=30_000)
    qtbot.waitUntil(lambda: part.log.model.rowCount() >= 2, timeout=15_000)
    acts = [row[2] for row in part.log.model.rows]
    assert "画像を開いた" in acts
    assert "画像を閉じた" in acts


def test_an_officer_sees_and_changes_nothing_of_it(store: Path, sit: Sit, qtbot: QtBot) -> None:
    screen = screen_of(sit(store, "officer"))
    qtbot.waitUntil(lambda: screen.officers.table.model.rowCount() == 4, timeout=15_000)
    assert not screen.officers.add_button.isEnabled()
    assert not any(box.isEnabled() for box in screen.officers.roles.values())
    assert not screen.settings.button.isEnabled()
    assert screen.audit.log.model.rowCount() == 0
    assert screen.reference.categories.model.rowCount() == 48
    screen.reference.filter.setText("フィッシング")
    assert 0 < screen.reference.categories.model.rowCount() < 48
