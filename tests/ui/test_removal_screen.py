"""削除依頼 in the window: drafted, approved, issued, recorded, without the command line."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QDialogButtonBox
from pytestqt.qtbot import QtBot

from workbench.desk.desk import Desk
from workbench.desk.opening import open_practice
from workbench.ui.removal.acts import IssueDialog
from workbench.ui.removal.view import RemovalScreen

Sit = Callable[..., Any]


@pytest.fixture
def decided(store: Path) -> str:
    """A decided report that waits for a removal request."""
    with Desk(open_practice(store, "officer")) as desk:
        report = desk.queue.claim().result
        desk.reviews.decide(
            report["id"], "phishing_credential_request", "偽画面", ["removal_request"]
        )
    return str(report["number"])


def screen_of(seat: Any) -> RemovalScreen:
    screen = seat.window.go("removal")
    assert isinstance(screen, RemovalScreen)
    return screen


def state_is(screen: RemovalScreen, state: str) -> bool:
    return screen.shown is not None and screen.shown["state"] == state


def test_from_draft_to_removal_refused(
    store: Path, decided: str, sit: Sit, qtbot: QtBot, tmp_path: Path
) -> None:
    screen = screen_of(sit(store, "supervisor"))
    qtbot.waitUntil(lambda: len(screen._wanted) == 1, timeout=15_000)
    dialog = screen.new_draft()
    assert decided in dialog.report.currentText()
    assert "127[.]0[.]0[.]1" in dialog.report.currentText()
    dialog.addressee.setCurrentIndex(dialog.addressee.findData("hosting"))
    dialog.draft()
    qtbot.waitUntil(lambda: state_is(screen, "drafted"), timeout=20_000)
    qtbot.waitUntil(lambda: "削除" in screen.letter_text.toPlainText(), timeout=20_000)
    assert "任意" in screen.letter_text.toPlainText()
    assert screen.letter._column.count() >= 1
    acts = screen.acts
    assert not acts.acts["issue"].isVisible()
    acts.acts["submit"].click()
    qtbot.waitUntil(lambda: state_is(screen, "awaiting_approval"), timeout=20_000)
    acts.act("send_back")
    assert acts.notice.text
    assert state_is(screen, "awaiting_approval")
    acts.acts["approve"].click()
    qtbot.waitUntil(lambda: state_is(screen, "approved"), timeout=20_000)
    # A hold stops issuing, and the reason is shown.
    acts.note.setText("捜査のため")
    acts.hold_button.click()
    qtbot.waitUntil(lambda: screen.shown["hold"], timeout=20_000)
    assert not acts.acts["issue"].isEnabled()
    assert "捜査のため" in screen.hold_notice.text
    acts.hold_button.click()
    qtbot.waitUntil(lambda: not screen.shown["hold"], timeout=20_000)
    acts.act("issue")
    (issue,) = screen.findChildren(IssueDialog)
    said = "\n".join(w.text() for w in issue.findChildren(type(screen.number)))
    assert screen.shown["letter_sha256"] in said
    assert "任意" in said
    for box in issue.findChildren(QDialogButtonBox):
        box.accepted.emit()
    qtbot.waitUntil(lambda: state_is(screen, "issued"), timeout=20_000)
    acts.record("sent")
    qtbot.waitUntil(lambda: state_is(screen, "sent"), timeout=20_000)
    acts.record("confirmed_removed")
    qtbot.waitUntil(lambda: bool(acts.notice.text), timeout=20_000)
    assert state_is(screen, "sent")
    acts.note.setText("")
    acts.record("refused")
    assert state_is(screen, "sent")
    acts.note.setText("利用規約に当たらないとの回答")
    acts.record("refused")
    qtbot.waitUntil(lambda: state_is(screen, "refused"), timeout=20_000)
    qtbot.waitUntil(
        lambda: any("当たらない" in str(row[3]) for row in screen.events.model.rows), timeout=20_000
    )
    acts.save_letter(tmp_path)
    qtbot.waitUntil(lambda: len(list(tmp_path.glob("KGS-*.pdf"))) == 1, timeout=20_000)
    assert screen.next_button.isVisible()
    with Desk(open_practice(store, "auditor")) as desk:
        assert desk.audit.verify()["ok"]


def test_an_officer_is_not_offered_approval(
    store: Path, decided: str, sit: Sit, qtbot: QtBot
) -> None:
    with Desk(open_practice(store, "officer")) as desk:
        removal = desk.removals.draft(decided, "hosting").result["id"]
        desk.removals.submit(removal)
    screen = screen_of(sit(store, "officer"))
    qtbot.waitUntil(lambda: state_is(screen, "awaiting_approval"), timeout=20_000)
    assert not screen.acts.acts["approve"].isVisible()
    assert not screen.acts.acts["send_back"].isVisible()
    assert screen.acts.events["withdrawn"].isVisible()
    screen.filter.setText("127[.]0")
    assert screen.table.model.rowCount() == 1
    screen.filter.setText("nothing")
    assert screen.table.model.rowCount() == 0
