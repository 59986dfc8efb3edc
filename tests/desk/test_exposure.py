"""Exposure: the officer's own seconds by level, the guide, and when a break is due."""

from pathlib import Path

from workbench.capture.testsite import PAGES, sample_screenshot
from workbench.desk.desk import Desk
from workbench.desk.opening import make_practice_store, open_practice
from workbench.desk.reports import Screenshot

MINUTE = 60_000_000
NOON = 1_795_748_400_000_000


def test_the_days_viewing_counts_by_level_and_suggests_a_break(tmp_path: Path) -> None:
    store = tmp_path / "store"
    make_practice_store(store)
    now = [NOON]
    with Desk(open_practice(store, "officer"), clock=lambda: now[0]) as desk:
        shot = Screenshot("a.png", sample_screenshot(PAGES[0]))
        made = desk.reports.register("https://a.example.test/", [shot]).result
        picture = made["exhibits"][0]["id"]
        assert desk.exposure.today().counted == 0
        assert desk.exhibits.hidden(picture, 90).concerns("exposure")
        found = desk.exposure.today()
        assert found.seconds == {"S2": 90.0}
        assert (found.seen, found.over, found.break_due) == (1, False, False)
        for _ in range(6):
            now[0] += 2 * MINUTE
            desk.exhibits.hidden(picture, 100)
        assert desk.exposure.today().break_due
        assert not desk.exposure.today().over
        now[0] += 20 * MINUTE
        assert not desk.exposure.today().break_due
        desk.exhibits.hidden(picture, 600)
        assert desk.exposure.today().over
    with Desk(open_practice(store, "supervisor"), clock=lambda: now[0]) as other:
        assert other.exposure.today().counted == 0
    with Desk(open_practice(store, "officer"), clock=lambda: now[0] + 24 * 60 * MINUTE) as desk:
        assert desk.exposure.today().counted == 0
