"""The queue as the window reads it: all ids in rank order, rows by id, who holds what."""

from pathlib import Path

import pytest

from workbench.capture.testsite import PAGES, sample_screenshot
from workbench.desk.desk import Desk
from workbench.desk.opening import make_practice_store, open_practice
from workbench.desk.queue import RankOrder
from workbench.desk.reports import Screenshot
from workbench.domain.errors import BadInput, NotAllowed
from workbench.domain.ids import new_id


def test_a_packed_order_gives_back_its_ids() -> None:
    ids = [new_id() for _ in range(50)]
    order = RankOrder.of(ids)
    assert list(order) == ids
    assert order[3:5] == ids[3:5]
    assert [order.place_of(i) for i in ids] == list(range(50))
    assert order.place_of(new_id()) is None
    with pytest.raises(IndexError):
        order[50]


def test_order_rows_and_holders(tmp_path: Path) -> None:
    make_practice_store(tmp_path / "store")
    with Desk(open_practice(tmp_path / "store", "officer")) as desk:
        for place in range(5):
            desk.reports.register(f"https://a{place}.example.test/")
        desk.assessments.assess(desk.assessments.waiting())
        ranked = [row["id"] for row in desk.queue.ranked(10)]
        assert list(desk.queue.order()) == ranked
        desk.queue.claim(ranked[0])
        assert desk.queue.rows(ranked[:1])[0]["mine"]
        assert [r["id"] for r in desk.queue.rows(ranked[::-1])] == ranked[::-1]
        with Desk(open_practice(tmp_path / "store", "supervisor")) as other:
            assert other.queue.rows(ranked[:1])[0]["owner"] == "練習 太郎"
            assert list(other.queue.order(hide_held=True)) == ranked[1:]
        counts = desk.queue.counts()
        for band, count in counts.items():
            assert len(desk.queue.order([band])) == count
        seen = desk.store.outside_writes()
        assert desk.store.outside_writes() == seen
        desk.reports.register("https://b.example.test/")
        assert desk.store.outside_writes() != seen
        assert desk.reports.look_up("b.example.test") == desk.reports.look_up("KGS-R8-000006")
        with pytest.raises(BadInput):
            desk.reports.look_up("c.example.test")


def test_a_picture_is_shown_on_request_only_and_written_down(tmp_path: Path) -> None:
    make_practice_store(tmp_path / "store")
    with Desk(open_practice(tmp_path / "store", "supervisor")) as desk:
        shot = Screenshot("a.png", sample_screenshot(PAGES[0]))
        made = desk.reports.register("https://a.example.test/", [shot]).result
        picture = made["exhibits"][0]["id"]
        with pytest.raises(NotAllowed):
            desk.exhibits.reveal(picture)
        seen = desk.exhibits.reveal(picture, blur=30).pixels
        assert len(seen.rgb) == 3 * seen.width * seen.height
        assert desk.exhibits.reveal(picture, "文面の確認").level == "S2"
        desk.exhibits.hidden(picture, 2.5)
        desk.assessments.assess([made["id"]])
        desk.reviews.decide(made["id"], "child_sexual_abuse_material", "通報のとおり")
        with pytest.raises(NotAllowed):
            desk.exhibits.reveal(picture, "確認")
        with pytest.raises(NotAllowed):
            desk.exhibits.reveal(picture, "確認", blur=30)
        acts = [(row["act"], row["details"]) for row in desk.audit.access_log()]
        assert [act for act, _ in acts].count("reveal") == 2
        assert ("hidden", 2500) in [(act, d.get("ms")) for act, d in acts]


def test_places_follow_the_order_and_single_changes(tmp_path: Path) -> None:
    make_practice_store(tmp_path / "store")
    with Desk(open_practice(tmp_path / "store", "supervisor")) as desk:
        for place in range(12):
            source = ("patrol", "ihc", "npa")[place % 3]
            desk.reports.register(f"https://a{place}.example.test/", [], source)
        ids = list(desk.queue.order())
        assert desk.queue.places(ids) == {i: place for place, i in enumerate(ids)}
        order = desk.queue.order()
        moved = ids[9]
        desk.queue.set_band(moved, "immediate", "急ぐ")
        order.remove(9)
        place = desk.queue.places([moved])[moved]
        assert place == 0
        order.insert(place, moved)
        assert list(order) == list(desk.queue.order())
        desk.assessments.assess([moved])
        desk.reviews.decide(moved, "not_applicable", "報道")
        assert desk.queue.places([moved]) == {moved: None}
        assert desk.queue.places([moved], ["routine"]) == {moved: None}
