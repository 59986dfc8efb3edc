"""The seven acts that are killed, each with what its half-done traces must never be."""

import hashlib
import shutil
from pathlib import Path

import sqlalchemy as sa
from crash_tools import (
    DECIDED,
    LIST_ROWS,
    REFERRAL,
    REMOVAL,
    TO_CAPTURE,
    TO_DECIDE,
    Act,
    Attempt,
    Bench,
    chain_actions,
    rows,
    still_sound,
    store_actions,
)

from workbench.desk.desk import Desk
from workbench.desk.opening import open_practice
from workbench.desk.restoring import Secret, restore
from workbench.evidence.verify import verify_package
from workbench.store import tables as t


def _from_list(table: sa.Table) -> sa.Select:
    return sa.select(table).where(table.c.batch_id.is_not(None))


def import_holds(bench: Bench) -> None:
    batches = rows(bench, sa.select(t.import_batch))
    assert len(batches) <= 1
    sightings = rows(bench, _from_list(t.sighting))
    places = [row["batch_row"] for row in sightings]
    assert len(places) == len(set(places))
    for batch in batches:
        # What the batch says is exactly what lies there, whenever it was killed.
        rejected = rows(bench, _from_list(t.import_rejection))
        assert batch["rows"] == batch["position"] == len(sightings) + len(rejected)
        assert batch["new"] + batch["duplicate"] == len(sightings)


def import_finished(bench: Bench, last: Attempt) -> None:
    assert last.done, last.err
    for answer in bench.answers:
        counted = (answer["rows"], answer["new"], answer["duplicate"], len(answer["rejected"]))
        assert counted == (LIST_ROWS, 1_980, 297, 23)
    (batch,) = rows(bench, sa.select(t.import_batch))
    assert batch["rows"] == LIST_ROWS
    assert batch["state"] == "done" or last.code is None
    assert store_actions(bench).count("imported") == 1
    numbers = [row["number"] for row in rows(bench, sa.select(t.report.c.number))]
    assert len(numbers) == len(set(numbers)) == 3 + 1_980


def capture_holds(bench: Bench) -> None:
    captures = rows(bench, sa.select(t.capture))
    kept = rows(bench, sa.select(t.exhibit).where(t.exhibit.c.role == "warc"))
    # A capture and its evidence are one: never a row without the page, nor a page without its row.
    assert sorted(e["capture_id"] for e in kept) == sorted(c["id"] for c in captures)
    assert chain_actions(bench, TO_CAPTURE, "report").count("captured") == len(captures)
    there = {e["sha256"] for e in kept}
    for answer in bench.answers:
        assert {e["sha256"] for one in answer for e in one["exhibits"]} <= there
        assert answer[0]["outcome"] == "captured"


def capture_finished(bench: Bench, last: Attempt) -> None:
    assert last.done, last.err
    assert last.answer[0]["outcome"] == "captured"
    (report,) = rows(bench, sa.select(t.report).where(t.report.c.number == TO_CAPTURE))
    assert report["state"] == "preserved"


def decide_holds(bench: Bench) -> None:
    (report,) = rows(bench, sa.select(t.report).where(t.report.c.number == TO_DECIDE))
    found = rows(bench, sa.select(t.decision).where(t.decision.c.report_id == report["id"]))
    decided = report["state"] == "decided"
    assert len(found) == int(decided)
    assert chain_actions(bench, TO_DECIDE, "report").count("decided") == int(decided)
    assert report["decision_id"] == (found[0]["id"] if decided else None)
    if bench.answers:
        assert decided


def decide_finished(bench: Bench, last: Attempt) -> None:
    assert last.done, last.err
    decide_holds(bench)
    # Whatever was answered, and however often, it is the one finding there is.
    (found,) = {answer["decision"] for answer in bench.answers}
    assert found == rows(bench, sa.select(t.decision).order_by(t.decision.c.id.desc()))[0]["id"]


def issue_holds(bench: Bench) -> None:
    (removal,) = rows(bench, sa.select(t.removal))
    issued = removal["state"] == "issued"
    assert issued or removal["state"] == "approved"
    assert chain_actions(bench, REMOVAL, "removal").count("issued") == int(issued)
    assert chain_actions(bench, DECIDED, "report").count("removal_issued") == int(issued)
    if bench.answers:
        assert issued


def issue_finished(bench: Bench, last: Attempt) -> None:
    issue_holds(bench)
    (removal,) = rows(bench, sa.select(t.removal))
    # Done already and the answer lost: refused, with the reason, and not done twice.
    assert removal["state"] == "issued", last.err


def export_holds(bench: Bench) -> None:
    frozen = rows(bench, sa.select(t.package))
    (referral,) = rows(bench, sa.select(t.referral))
    assert referral["state"] == ("packaged" if frozen else "approved")
    assert len(frozen) <= 1
    assert chain_actions(bench, REFERRAL, "referral").count("packaged") == len(frozen)
    for path in bench.out.glob("*.zip"):
        assert verify_package(path).ok
    for answer in bench.answers:
        raw = Path(answer["package"]).read_bytes()
        assert hashlib.sha256(raw).hexdigest() == answer["sha256"]


def export_finished(bench: Bench, last: Attempt) -> None:
    assert last.done, last.err
    export_holds(bench)
    assert [p.name for p in bench.out.iterdir()] == [Path(last.answer["package"]).name]


def backup_holds(bench: Bench) -> None:
    target = bench.out / "saved.tar"
    assert store_actions(bench).count("backed_up") <= len(list(bench.out.glob("saved.tar")))
    if bench.answers:
        assert target.exists()


def backup_finished(bench: Bench, last: Attempt) -> None:
    target = bench.out / "saved.tar"
    assert last.done or "There is already a file" in last.err
    assert [p.name for p in bench.out.iterdir()] == ["saved.tar"]
    back = bench.out / "back"
    shutil.rmtree(back, ignore_errors=True)
    restore(target, back, Secret())
    with Desk(open_practice(back, "auditor")) as desk:
        assert desk.audit.verify()["ok"]
    vault = {p.name: p.read_bytes() for p in (bench.store / "vault").rglob("*.blob")}
    assert {p.name: p.read_bytes() for p in (back / "vault").rglob("*.blob")} == vault


def restore_holds(bench: Bench) -> None:
    back = bench.out / "back"
    # A store that took its place is whole and says where it came from.
    if back.exists():
        there = Bench(back, bench.out, bench.site, bench.list, bench.saved)
        still_sound(there)
        assert store_actions(there).count("restored") == 1
    if bench.answers:
        assert back.exists()


def restore_finished(bench: Bench, last: Attempt) -> None:
    assert last.done or "There is already a store" in last.err
    restore_holds(bench)
    assert [p.name for p in bench.out.iterdir()] == ["back"]
    vault = {p.name: p.read_bytes() for p in (bench.store / "vault").rglob("*.blob")}
    assert {p.name: p.read_bytes() for p in (bench.out / "back").rglob("*.blob")} == vault


ACTS = (
    Act(
        "import",
        lambda bench: ["import", bench.list, "--source", "npa"],
        import_holds,
        import_finished,
    ),
    Act(
        "capture",
        lambda bench: ["--set", f"capture.allow_hosts={bench.site.host}", "capture", TO_CAPTURE],
        capture_holds,
        capture_finished,
    ),
    Act(
        "decide",
        lambda bench: [
            "decide", TO_DECIDE, "--category", "phishing_credential_request",
            "--reason", "偽の画面", "--measure", "removal_request",
        ],
        decide_holds,
        decide_finished,
    ),
    Act("issue", lambda bench: ["removal", "issue", REMOVAL], issue_holds, issue_finished),
    Act("export", lambda bench: ["export", REFERRAL, "-o", bench.out], export_holds, export_finished),
    Act(
        "restore",
        lambda bench: ["restore", bench.saved, "--store", bench.out / "back"],
        restore_holds,
        restore_finished,
    ),
    Act("backup", lambda bench: ["backup", bench.out / "saved.tar"], backup_holds, backup_finished),
)  # fmt: skip
