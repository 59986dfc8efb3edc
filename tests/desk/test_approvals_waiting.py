"""What a supervisor finds waiting: exactly what would leave, what changed, what runs out."""

from pathlib import Path

from workbench.capture.testsite import PAGES, sample_screenshot
from workbench.desk.desk import Desk
from workbench.desk.opening import make_practice_store, open_practice
from workbench.desk.reports import Screenshot
from workbench.domain.clock import DAY, system_clock


def test_drafts_and_clocks_are_listed(tmp_path: Path) -> None:
    store = tmp_path / "store"
    make_practice_store(store)
    with Desk(open_practice(store, "officer")) as desk:
        shot = Screenshot("a.png", sample_screenshot(PAGES[0]))
        report = desk.reports.register("https://a.example.test/login", [shot]).result["id"]
        desk.assessments.assess([report])
        desk.queue.claim(report)
        measures = ["removal_request", "referral"]
        desk.reviews.decide(report, "phishing_credential_request", "偽画面", measures)
        removal = desk.removals.draft(report, "hosting").result
        desk.removals.submit(removal["id"])
        case = desk.cases.new("偽の銀行").result["id"]
        desk.cases.add(case, [report])
        referral = desk.referrals.draft(case, "cyber").result
        desk.referrals.submit(referral["id"])
        desk.reports.register("https://urgent.example.test/")
    with Desk(open_practice(store, "supervisor")) as boss:
        waiting = boss.approvals.waiting()
        assert [w["number"] for w in waiting] == [removal["number"], referral["number"]]
        assert all(w["changed"] is None and not w["own"] for w in waiting)
        assert len(waiting[0]["what"]["letter_pdf_sha256"]) == 64
        urgent = boss.reports.look_up("urgent.example.test")
        boss.assessments.assess([urgent])
        boss.queue.set_band(urgent, "immediate", "至急の申出")
        assert [c["id"] for c in boss.approvals.clocks()] == [urgent]
        boss.removals.approve(removal["id"])
        boss.removals.issue(removal["id"])
        boss.removals.record(removal["id"], "sent")
        assert [w["kind"] for w in boss.approvals.waiting()] == ["referral"]
    later = system_clock() + 5 * DAY
    with Desk(open_practice(store, "supervisor"), clock=lambda: later) as boss:
        kinds = {c["number"]: c["kind"] for c in boss.approvals.clocks()}
        assert kinds[removal["number"]] == "removal"
