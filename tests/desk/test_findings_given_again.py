"""A finding given again word for word changes nothing; any other one supersedes it."""

from pathlib import Path

import pytest

from workbench.capture.testsite import PAGES, sample_screenshot
from workbench.desk.desk import Desk
from workbench.desk.opening import make_practice_store, open_practice
from workbench.desk.reports import Screenshot

CATEGORY = "phishing_credential_request"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    make_practice_store(tmp_path / "store")
    with Desk(open_practice(tmp_path / "store", "officer")) as desk:
        shot = Screenshot("a.png", sample_screenshot(PAGES[0]))
        desk.reports.register("https://a.example.test/", [shot])
        desk.assessments.assess(["KGS-R8-000001"])
        desk.reviews.decide("KGS-R8-000001", CATEGORY, "偽の画面", ["referral"])
    return tmp_path / "store"


def decisions(desk: Desk) -> int:
    return len(desk.reports.show("KGS-R8-000001")["decisions"])


def test_the_same_finding_again(store: Path) -> None:
    with Desk(open_practice(store, "officer")) as desk:
        history = desk.reports.show("KGS-R8-000001")["history"]
        standing = desk.reports.show("KGS-R8-000001")["decisions"][0]["id"]
        made = desk.reviews.decide("KGS-R8-000001", CATEGORY, " 偽の画面 ", ["referral"])
        assert (made.result["decision"], made.result["state"]) == (standing, "decided")
        assert made.touched == frozenset()
        assert desk.reports.show("KGS-R8-000001")["history"] == history


@pytest.mark.parametrize("other", ["reason", "measures", "category", "level", "officer"])
def test_another_finding_supersedes(store: Path, other: str) -> None:
    with Desk(open_practice(store, "supervisor" if other == "officer" else "officer")) as desk:
        category = "fake_shopping_site" if other == "category" else CATEGORY
        desk.reviews.decide(
            "KGS-R8-000001",
            category,
            "別の理由" if other == "reason" else "偽の画面",
            ["none"] if other == "measures" else ["referral"],
            level="S1" if other == "level" else None,
        )
        assert decisions(desk) == 2
        assert desk.audit.verify()["ok"]
