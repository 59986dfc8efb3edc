"""The main job from first to last in the terminal, on a practice store and a local test site."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from workbench.capture.testsite import PAGES, TestSite, sample_screenshot
from workbench.desk.desk import Desk
from workbench.desk.opening import make_practice_store, open_practice, store_exists
from workbench.desk.ranking import BAND_NAMES
from workbench.desk.reports import Screenshot
from workbench.domain.errors import M_, EvidenceDamaged, Message
from workbench.domain.url import defang
from workbench.evidence.verify import verify_package
from workbench.files import write_durably
from workbench.messages import render
from workbench.settings import load_settings


def practice_run(folder: Path, language: str, say: Callable[[str], None]) -> list[Path]:
    """Run it in `folder` (store and output below it); returns the files made.

    EvidenceDamaged when the finished package does not verify.
    """

    def tell(message: Message) -> None:
        say(render(message, language))

    store, out = folder / "store", folder / "out"
    if not store_exists(store):
        make_practice_store(store)
    out.mkdir(parents=True, exist_ok=True)
    tell(M_("PRACTICE STORE: nothing here is real. Acting as {who}.", who="officer"))
    with TestSite() as site:
        sets = {"capture.allow_hosts": site.host, "ui.language": language}
        settings = load_settings(store, sets, {})

        def desk(login: str) -> Desk:
            return Desk(open_practice(store, login), settings)

        with desk("officer") as officer:
            ids = []
            for page in PAGES:
                shot = Screenshot("practice.png", sample_screenshot(page))
                made = officer.reports.register(site.url(page.path), [shot]).result
                ids.append(made["id"])
                say(f"  {made['number']} {made['status']} {defang(made['url'])}")
            for one in officer.captures.capture(ids).result:
                say(f"  {one['number']} {one['outcome']} {one['status']}")
            assessed = officer.assessments.assess(ids).result
            say(f"  {assessed['model']}: {assessed['assessed']}")
            tell(M_("The ranked queue:"))
            for row in officer.queue.ranked(len(ids)):
                band = render(BAND_NAMES[row["band"]], language)
                say(f"  {row['number']} {band} {row['score']} {defang(row['url'])}")
                for factor in row["factors"]:
                    say(f"      {factor['points']:+4} {render(factor['text'], language)}")
            report = ids[0]
            officer.queue.claim(report)
            reason = render(M_("A page that imitates a bank and asks for passwords"), language)
            measures = ["removal_request", "referral"]
            officer.reviews.decide(report, "phishing_credential_request", reason, measures)
            removal = officer.removals.draft(report, "hosting").result["id"]
            officer.removals.submit(removal)
            case = officer.cases.new(reason).result["id"]
            officer.cases.add(case, [report])
            referral = officer.referrals.draft(case, "cyber").result["id"]
            officer.referrals.submit(referral)
        with desk("supervisor") as supervisor:
            supervisor.removals.approve(removal)
            supervisor.referrals.approve(referral)
        with desk("officer") as officer:
            officer.removals.issue(removal)
            officer.removals.record(removal, "sent")
            number, pdf, text = officer.removals.letter(removal)
            paths = [out / f"{number}.pdf", out / f"{number}.txt"]
            write_durably(paths[0], pdf)
            write_durably(paths[1], text.encode())
            package = Path(officer.packages.export(referral, out).result["package"])
        with desk("auditor") as auditor:
            sound = auditor.audit.verify()["ok"]
    checked = verify_package(package)
    if not sound or not checked.ok:
        raise EvidenceDamaged(M_("The package does not verify."))
    tell(M_("The package is intact."))
    for path in (*paths, package):
        say(f"  {path}")
    return [*paths, package]
