"""The queue as the window reads it: all ids in rank order, rows by id, who holds what."""

from pathlib import Path

import pytest

from workbench.capture.testsite import PAGES, sample_screenshot
from workbench.desk.desk import Desk
from workbench.desk.opening import make_practice_store, open_practice
from workbench.desk.rank_order import RankOrder, band_at
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
        assert list(desk.queue.whole()[0]) == ranked
        desk.queue.claim(ranked[0])
        assert desk.queue.rows(ranked[:1])[0]["mine"]
        assert [r["id"] for r in desk.queue.rows(ranked[::-1])] == ranked[::-1]
        with Desk(open_practice(tmp_path / "store", "supervisor")) as other:
            assert other.queue.rows(ranked[:1])[0]["owner"] == "練習 太郎"
            assert other.queue.taken_by_others() == ranked[:1]
        seen = desk.store.outside_writes()
        desk.reports.register("https://b.example.test/")
        assert desk.store.outside_writes() == seen
        with Desk(open_practice(tmp_path / "store", "supervisor")) as other:
            other.reports.register("https://b.example.test/")
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
        ids = list(desk.queue.whole()[0])
        order, counts = desk.queue.whole()
        assert sum(counts.values()) == len(order) == 12
        for place, report_id in enumerate(ids):
            stands = desk.queue.standings([report_id], order)[report_id]
            assert stands is not None
            assert stands.places == (place,)
        assert list(desk.queue.top(5)[0].padded(12))[:5] == ids[:5]
        moved = ids[9]
        desk.queue.set_band(moved, "immediate", "急ぐ")
        stands = desk.queue.standings([moved], order)[moved]
        assert stands is not None
        assert (stands.places, stands.band) == ((0,), "immediate")
        order = order.without([moved])
        order.insert(0, moved)
        assert list(order) == list(desk.queue.whole()[0])
        whole, counts = desk.queue.whole()
        in_band = {band: [] for band in counts}
        for place, report_id in enumerate(whole):
            in_band[band_at(place, counts)].append(report_id)
        shown = desk.queue.rows(list(whole))
        for band, ids_there in in_band.items():
            assert ids_there == [row["id"] for row in shown if row["band"] == band]
            assert list(whole.bands([band], counts)) == ids_there
        both = in_band["immediate"] + in_band["routine"]
        assert list(whole.bands(["immediate", "routine"], counts)) == both
        with pytest.raises(IndexError):
            band_at(len(whole), counts)
        desk.assessments.assess([moved])
        desk.reviews.decide(moved, "not_applicable", "報道")
        assert desk.queue.standings([moved], order) == {moved: None}
        assert desk.queue.counts() == desk.queue.whole()[1]
        assert sum(desk.queue.counts().values()) == 11
        free = desk.queue.standings([ids[0]], order)[ids[0]]
        assert free is not None
        assert free.free
        desk.assessments.assess([ids[0]])
        desk.queue.claim(ids[0])
        with Desk(open_practice(tmp_path / "store", "officer")) as other:
            held = other.queue.standings([ids[0]], order)[ids[0]]
            assert held is not None
            assert not held.free
            assert other.queue.taken_by_others() == [ids[0]]
