"""監督 in the window: tried before saving, corrected with a reason, approved as shown."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from workbench.desk.desk import Desk
from workbench.desk.opening import open_practice
from workbench.ui.supervise.view import SuperviseScreen

Sit = Callable[..., Any]


@pytest.fixture
def waiting(store: Path) -> dict[str, str]:
    """A removal request and a referral before the approver."""
    with Desk(open_practice(store, "officer")) as desk:
        report = desk.queue.claim().result["id"]
        measures = ["removal_request", "referral"]
        desk.reviews.decide(report, "phishing_credential_request", "偽画面", measures)
        removal = desk.removals.draft(report, "hosting").result["id"]
        desk.removals.submit(removal)
        case = desk.cases.new("偽の銀行").result["id"]
        desk.cases.add(case, [report])
        referral = desk.referrals.draft(case, "cyber").result["id"]
        desk.referrals.submit(referral)
    return {"removal": removal, "referral": referral}


def screen_of(seat: Any, qtbot: QtBot) -> SuperviseScreen:
    screen = seat.window.go("supervise")
    assert isinstance(screen, SuperviseScreen)
    qtbot.waitUntil(lambda: screen.queue._row is not None, timeout=15_000)
    return screen


def test_the_rail_says_how_much_waits(
    store: Path, waiting: dict[str, str], sit: Sit, qtbot: QtBot
) -> None:
    seat = sit(store, "supervisor")
    buttons = seat.window._rail_buttons
    with Desk(open_practice(store, "auditor")) as desk:
        urgent = desk.queue.counts()["immediate"]
    qtbot.waitUntil(lambda: buttons["supervise"].waiting == len(waiting) == 2, timeout=15_000)
    assert buttons["review"].waiting == urgent
    assert "2" in buttons["supervise"].accessibleDescription()
    # As the pixels say it too: the badge is painted over the bare button.
    with_badge = buttons["supervise"].grab().toImage()
    buttons["supervise"].show_waiting(0)
    assert buttons["supervise"].grab().toImage() != with_badge


def test_weights_are_tried_saved_and_the_queue_follows(store: Path, sit: Sit, qtbot: QtBot) -> None:
    screen = screen_of(sit(store, "supervisor"), qtbot)
    before = list(screen.model._order)
    screen.tabs.setCurrentIndex(2)
    tab = screen.weights
    qtbot.waitUntil(lambda: tab._what is not None, timeout=15_000)
    assert tab._what.moved == 0
    assert not tab.save_button.isEnabled()
    tab.editor.box("label_points", "fake_shop").setValue(60)
    qtbot.waitUntil(lambda: tab._what is not None and tab._what.moved > 0, timeout=15_000)
    expected = [tab._what.ids[i] for i in tab._what.trial.order]
    assert not tab.save_button.isEnabled()
    tab.reason.setText("偽ショップの申告が増えたため")
    assert tab.save_button.isEnabled()
    with Desk(open_practice(store, "auditor")) as desk:
        assert list(desk.queue.whole()[0]) == before
    tab.only_moved.setChecked(True)
    assert "\t" in tab.moves.as_text()
    tab.save_button.click()
    qtbot.waitUntil(lambda: list(screen.model._order) == expected, timeout=30_000)
    with Desk(open_practice(store, "auditor")) as desk:
        assert desk.weights.waiting() == 0
        assert desk.weights.history()[0]["reason"] == "偽ショップの申告が増えたため"
    qtbot.waitUntil(lambda: tab.versions.count() == 2, timeout=15_000)
    tab.versions.setCurrentIndex(1)
    tab.versions.activated.emit(1)
    assert tab.editor.differs
    assert tab.save_button.isEnabled()


def test_a_band_and_an_officer_are_set_by_hand(store: Path, sit: Sit, qtbot: QtBot) -> None:
    screen = screen_of(sit(store, "supervisor"), qtbot)
    tab = screen.queue
    row = tab._row
    assert row is not None
    wanted = "routine" if row["band"] != "routine" else "same_day"
    tab.bands[wanted].setChecked(True)
    assert not tab.band_button.isEnabled()
    tab.reason.setText("既に警察署が対応中")
    tab.band_button.click()
    with qtbot.waitSignal(tab.told, timeout=15_000):
        pass
    qtbot.waitUntil(lambda: tab.officers.count() > 1, timeout=15_000)
    tab.officers.setCurrentIndex(tab.officers.findData("officer"))
    with qtbot.waitSignal(tab.told, timeout=15_000):
        tab.give_button.click()
    with Desk(open_practice(store, "auditor")) as desk:
        (shown,) = desk.queue.rows([row["id"]])
    assert shown["band"] == wanted
    assert shown["override_reason"] == "既に警察署が対応中"
    assert shown["assigned"] == "練習 太郎"


def test_drafts_are_approved_or_sent_back(
    store: Path, waiting: dict[str, str], sit: Sit, qtbot: QtBot
) -> None:
    screen = screen_of(sit(store, "supervisor"), qtbot)
    column = screen.waiting
    qtbot.waitUntil(lambda: len(column.cards) == 2, timeout=15_000)
    removal, referral = column.cards
    removal.approve_button.click()
    qtbot.waitUntil(lambda: len(column.cards) == 1, timeout=15_000)
    (referral,) = column.cards
    referral.back_button.click()
    referral.reason.setText("被害者の別紙を付けてください")
    referral.send_back()
    qtbot.waitUntil(lambda: len(column.cards) == 0, timeout=15_000)
    with Desk(open_practice(store, "auditor")) as desk:
        states = {r["id"]: r["state"] for r in (*desk.removals.list(), *desk.referrals.list())}
    assert states == {waiting["removal"]: "approved", waiting["referral"]: "sent_back"}


def test_others_are_told_that_it_is_for_supervisors(store: Path, sit: Sit, qtbot: QtBot) -> None:
    seat = sit(store, "officer")
    screen = seat.window.go("supervise")
    assert not screen._pages.shows_content
