"""The main job in the window from first to last, and sixty reports by keyboard only."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialogButtonBox
from pytestqt.qtbot import QtBot

from workbench.capture.testsite import PAGES, TestSite, sample_screenshot
from workbench.desk.desk import Desk
from workbench.desk.opening import make_practice_store, open_practice
from workbench.desk.reports import Found
from workbench.evidence.verify import verify_package
from workbench.reference.folders import data_folder
from workbench.settings import load_settings
from workbench.ui.application import Seat, make_application
from workbench.ui.removal.acts import IssueDialog

Sit = Callable[..., Any]


@pytest.fixture
def site() -> Iterator[TestSite]:
    with TestSite() as running:
        yield running


def test_from_a_pasted_url_to_a_package(tmp_path: Path, site: TestSite, qtbot: QtBot) -> None:
    store = tmp_path / "store"
    make_practice_store(store)
    settings = load_settings(None, {"capture.allow_hosts": site.host}, {})
    seat = Seat(make_application(), store, settings)
    seat.sit_down(open_practice(store, "supervisor"))
    window = seat.window
    assert window is not None
    register = window.go("register")
    shot = tmp_path / "screen.png"
    shot.write_bytes(sample_screenshot(PAGES[0]))
    register.text.setPlainText(site.url(PAGES[0].path))
    register.pictures.add_files([shot])
    qtbot.waitUntil(lambda: len(register.model.rows) == 1, timeout=15_000)
    register.button.click()
    qtbot.waitUntil(lambda: register.text.toPlainText() == "", timeout=20_000)
    # Assessed without any session; preserved only after one is opened.
    review = window.go("review")
    qtbot.waitUntil(lambda: review.bar.is_ready, timeout=30_000)
    assert review.report.report["state"] == "in_review"
    with Desk(open_practice(store, "auditor")) as desk:
        assert desk.reports.show("KGS-R8-000001")["captures"] == []
    window.status.online_button.setChecked(True)

    def preserved() -> bool:
        with Desk(open_practice(store, "auditor")) as desk:
            return bool(desk.reports.show("KGS-R8-000001")["captures"])

    qtbot.waitUntil(preserved, timeout=30_000)
    window.status.online_button.setChecked(False)
    qtbot.waitUntil(lambda: "ご本人" in review.report.text.body.toPlainText(), timeout=30_000)
    qtbot.waitUntil(lambda: not window.jobs._running, timeout=30_000)
    if not review.bar.is_ready:
        review._take_current()
        qtbot.waitUntil(lambda: review.bar.is_ready, timeout=30_000)
    review.table.setFocus()
    QTest.keyClicks(review.table, "1")
    QTest.keyClicks(review.table, "2")
    QTest.keyClick(review.table, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: review.current is None, timeout=20_000)
    removal = window.go("removal")
    qtbot.waitUntil(lambda: len(removal._wanted) == 1, timeout=15_000)
    dialog = removal.new_draft()
    dialog.addressee.setCurrentIndex(dialog.addressee.findData("hosting"))
    dialog.draft()

    def state(expected: str) -> None:
        qtbot.waitUntil(
            lambda: removal.shown is not None and removal.shown["state"] == expected, timeout=20_000
        )

    state("drafted")
    removal.acts.act("submit")
    state("awaiting_approval")
    removal.acts.act("approve")
    state("approved")
    removal.acts.act("issue")
    (issue,) = removal.findChildren(IssueDialog)
    for box in issue.findChildren(QDialogButtonBox):
        box.accepted.emit()
    state("issued")
    referral = window.go("referral")
    referral.title.setText("みなと架空銀行")
    referral.new_case()
    qtbot.waitUntil(lambda: referral.shown is not None, timeout=15_000)
    referral.numbers.setText("KGS-R8-000001")
    referral.add_reports()
    qtbot.waitUntil(lambda: referral.reports.model.rowCount() == 1, timeout=15_000)
    referral.draft()
    hand = referral.handover
    for action, expected in (("submit", "awaiting_approval"), ("approve", "approved")):
        qtbot.waitUntil(lambda: hand.shown is not None, timeout=15_000)
        hand.act(action)
        qtbot.waitUntil(lambda e=expected: hand.shown["state"] == e, timeout=15_000)
    hand.export(tmp_path / "out")
    qtbot.waitUntil(lambda: hand.exported is not None, timeout=60_000)
    assert verify_package(Path(hand.exported["package"])).ok
    seat.end()
    with Desk(open_practice(store, "auditor")) as desk:
        assert desk.audit.verify()["ok"]
        acts = [row["act"] for row in desk.audit.access_log()]
    assert acts.count("online") == acts.count("offline") == 1
    assert "reveal" not in acts


def test_sixty_reports_by_keyboard_alone(tmp_path: Path, sit: Sit, qtbot: QtBot) -> None:
    store = tmp_path / "store"
    make_practice_store(store)
    texts = []
    for line in (data_folder() / "corpus" / "seed.jsonl").read_text().splitlines():
        row = json.loads(line)
        if row["labels"] and not {"child_protection", "intimate_image_abuse"} & set(row["labels"]):
            texts.append(row["text"])
    with Desk(open_practice(store, "officer")) as desk:
        for place, text in enumerate(texts[:: len(texts) // 60][:60]):
            url = f"https://mihon{place}.example.test/"
            desk.reports.register(url, [], "patrol", Found(note=text))
        desk.assessments.assess(desk.assessments.waiting())
        waiting = len(desk.queue.whole()[0])
    assert waiting == 60
    seat = sit(store)
    review = seat.window.go("review")
    qtbot.waitUntil(lambda: review.bar.is_ready, timeout=30_000)
    keys = 0
    for _ in range(60):
        before = review.current
        # Nothing proposed: 該当なし lies on 9.
        first = "1" if "1" in review.bar._choices else "9"
        QTest.keyClicks(review.table, first)
        QTest.keyClicks(review.table, "1")
        QTest.keyClick(review.table, Qt.Key.Key_Return)
        keys += 3
        qtbot.waitUntil(
            lambda b=before: (
                review.current != b and (review.bar.is_ready or review.current is None)
            ),
            timeout=20_000,
        )
    assert keys == 180
    with Desk(open_practice(store, "auditor")) as desk:
        assert list(desk.queue.whole()[0]) == []
        assert sum(desk.statistics.month(None)["decisions_by_category"].values()) == 60
        acts = [row["act"] for row in desk.audit.access_log()]
    assert "reveal" not in acts
