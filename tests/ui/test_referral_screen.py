"""引継ぎ in the window: case, reports, draft, approval, package checked, receipt, end."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from workbench.desk.desk import Desk
from workbench.desk.opening import open_practice
from workbench.ui.referral.view import ReferralScreen

Sit = Callable[..., Any]


@pytest.fixture
def decided(store: Path) -> list[str]:
    """Two decided reports with exhibits."""
    numbers = []
    with Desk(open_practice(store, "officer")) as desk:
        for _ in range(2):
            report = desk.queue.claim().result
            desk.reviews.decide(report["id"], "phishing_credential_request", "偽画面", ["referral"])
            numbers.append(str(report["number"]))
    return numbers


def screen_of(seat: Any) -> ReferralScreen:
    screen = seat.window.go("referral")
    assert isinstance(screen, ReferralScreen)
    return screen


def state_is(screen: ReferralScreen, state: str) -> bool:
    shown = screen.handover.shown
    return shown is not None and shown["state"] == state


def test_from_case_to_the_result(
    store: Path, decided: list[str], sit: Sit, qtbot: QtBot, tmp_path: Path
) -> None:
    screen = screen_of(sit(store, "supervisor"))
    screen.title.setText("みなと架空銀行をかたるフィッシング")
    screen.new_button.click()
    qtbot.waitUntil(lambda: screen.shown is not None, timeout=15_000)
    assert not screen.draft_button.isEnabled()
    screen.numbers.setText("KGS-R8-999999")
    screen.add_button.click()
    qtbot.waitUntil(lambda: bool(screen.notice.text), timeout=15_000)
    assert screen.numbers.text() == "KGS-R8-999999"
    screen.numbers.setText("、".join(decided))
    screen.add_reports()
    qtbot.waitUntil(lambda: screen.reports.model.rowCount() == 2, timeout=15_000)
    assert "127[.]0[.]0[.]1" in str(screen.reports.model.rows[0][1])
    assert screen.exhibits.model.rowCount() == 4
    screen.division.setCurrentIndex(screen.division.findData("cyber"))
    screen.draft_button.click()
    qtbot.waitUntil(lambda: state_is(screen, "drafted"), timeout=15_000)
    hand = screen.handover
    assert hand.contents.model.rowCount() == 4
    hand.buttons["submit"].click()
    qtbot.waitUntil(lambda: state_is(screen, "awaiting_approval"), timeout=15_000)
    hand.act("send_back")
    assert hand.notice.text
    hand.buttons["approve"].click()
    qtbot.waitUntil(lambda: state_is(screen, "approved"), timeout=15_000)
    assert hand.shown["approved_sha256"] == hand.shown["content_sha256"]
    hand.export(tmp_path / "out")
    qtbot.waitUntil(lambda: hand.exported is not None, timeout=60_000)
    results = {str(row[0]): row[1] for row in hand.checks.model.rows}
    assert len(results) >= 10
    assert all(cell[1] != "bad" for cell in results.values())
    assert "合格" in hand.notice.text
    package = Path(hand.exported["package"])
    assert zipfile.is_zipfile(package)
    qtbot.waitUntil(lambda: state_is(screen, "packaged"), timeout=15_000)
    for event, state in (("delivered", "delivered"), ("received", "received")):
        hand.record(event)
        qtbot.waitUntil(lambda s=state: state_is(screen, s), timeout=15_000)
    hand.result.setCurrentIndex(hand.result.findData("arrested"))
    hand.record("closed")
    qtbot.waitUntil(lambda: state_is(screen, "closed"), timeout=15_000)
    qtbot.waitUntil(lambda: screen.shown["case"]["state"] == "closed", timeout=15_000)
    with Desk(open_practice(store, "auditor")) as desk:
        assert desk.referrals.list()[0]["result"] == "arrested"
        assert desk.audit.verify()["ok"]


def test_content_that_changed_after_approval_voids_it(
    store: Path, decided: list[str], sit: Sit, qtbot: QtBot, tmp_path: Path
) -> None:
    with Desk(open_practice(store, "supervisor")) as desk:
        case = desk.cases.new("偽の銀行").result["id"]
        desk.cases.add(case, decided[:1])
        referral = desk.referrals.draft(case, "cyber").result["id"]
        desk.referrals.submit(referral)
        desk.referrals.approve(referral)
        desk.cases.add(case, decided[1:])
    screen = screen_of(sit(store, "supervisor"))
    qtbot.waitUntil(lambda: state_is(screen, "approved"), timeout=15_000)
    assert screen.handover.changed_notice.text
    screen.handover.export(tmp_path / "out")
    qtbot.waitUntil(lambda: state_is(screen, "drafted"), timeout=30_000)
    assert list((tmp_path).glob("out/*.zip")) == []
    assert "無効" in screen.handover.notice.text
