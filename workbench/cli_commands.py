"""Each command: call one Desk method, print its result."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from workbench.cli_context import Context, ask_secret, display_exists, read_secret
from workbench.desk import checks
from workbench.desk.opening import (
    OfficeFacts,
    make_practice_store,
    make_store,
    open_with_passphrase,
    recover_passphrase,
    store_exists,
)
from workbench.desk.ranking import BAND_NAMES
from workbench.desk.reports import Found, Screenshot
from workbench.desk.tables import write_queue_database, write_statistics_database
from workbench.domain.errors import M_, BadInput
from workbench.domain.url import defang
from workbench.evidence.verify import verify_package
from workbench.files import write_durably
from workbench.practice_run import practice_run
from workbench.settings import SETTINGS

Options = argparse.Namespace


def window(context: Context, options: Options) -> int:
    """Without a command: the window; without a display, the main job in the terminal."""
    if display_exists():
        # Qt is loaded by whoever needs a window only.
        from workbench.ui.application import run_window

        if context.practice and not store_exists(context.folder):
            make_practice_store(context.folder)
        return run_window(context.folder, context.settings, context.acting)
    folder = context.folder.parent / "practice-run"
    context.note(
        M_("There is no display: the main job runs here in the terminal, on a practice store.")
    )
    practice_run(folder, context.language, print)
    context.note(
        M_("To open the window, run `workbench` in a desktop session (or under `xvfb-run`).")
    )
    return 0


# --- store, officers, keys ----------------------------------------------------------------------


def setup(context: Context, options: Options) -> int:
    if context.practice:
        make_practice_store(context.folder)
        lines = [context.text(M_("A practice store was made in {path}.", path=str(context.folder)))]
        context.answer({"store": str(context.folder), "practice": True}, lines)
        return 0
    login = options.login or context.officer or ""
    if not login and sys.stdin.isatty():
        login = input("login: ").strip()
    if not login:
        raise BadInput(
            M_("A real store needs its first officer."),
            M_("Give --login and --passphrase-file, or use --practice."),
        )
    passphrase = ask_secret("passphrase", context.passphrase_file)
    office = OfficeFacts(
        options.office or "KGS",
        options.office_name or OfficeFacts.name,
        options.prefecture,
        options.contact,
    )
    code = make_store(context.folder, office, login, options.name, passphrase)
    _hand_over_code(context, code, options.recovery_file, {"store": str(context.folder)})
    return 0


def _hand_over_code(context: Context, code: str, file: str, result: dict[str, Any]) -> None:
    """Show the recovery code once, or write it where the officer asked."""
    if file:
        write_durably(Path(file), (code + "\n").encode())
        context.answer(
            {**result, "recovery_file": file},
            [context.text(M_("The recovery code is in {path}: print it, lock it away, delete the file.", path=file))],
        )  # fmt: skip
        return
    text = M_("Recovery code (shown once; print it and lock it away): {code}", code=code)
    context.answer({**result, "recovery_code": code}, [context.text(text)])


def login(context: Context, options: Options) -> int:
    who = options.login or context.officer
    secret = ask_secret("passphrase", context.passphrase_file)
    from workbench.desk.desk import Desk

    with Desk(open_with_passphrase(context.folder, who, secret), context.settings) as desk:
        shown = desk.officers.login()
    context.answer(shown, [context.text(M_("Logged in as {who}.", who=shown["login"]))])
    return 0


def logout(context: Context, options: Options) -> int:
    with context.desk() as desk:
        desk.officers.logout()
    context.answer({"logged_out": True}, [context.text(M_("Logged out."))])
    return 0


def whoami(context: Context, options: Options) -> int:
    with context.desk() as desk:
        shown = desk.officers.whoami()
    context.answer(shown, [f"{shown['login']} {shown['name']} {' '.join(shown['roles'])}"])
    return 0


def officer_add(context: Context, options: Options) -> int:
    with context.desk() as desk:
        secret = ""
        if not desk.store.practice:
            secret = ask_secret("passphrase", options.new_passphrase_file)
        shown = desk.officers.add(options.login, options.name, options.roles, secret).result
    context.answer(shown, [f"{shown['login']} {' '.join(shown['roles'])}"])
    return 0


def officer_list(context: Context, options: Options) -> int:
    with context.desk() as desk:
        shown = desk.officers.list()
    context.answer(shown, [f"{o['login']}\t{o['name']}\t{' '.join(o['roles'])}" for o in shown])
    return 0


def officer_role(context: Context, options: Options) -> int:
    with context.desk() as desk:
        shown = desk.officers.set_role(options.login, options.role, grant=not options.revoke).result
    context.answer(shown, [f"{shown['login']} {' '.join(shown['roles'])}"])
    return 0


def setting_set(context: Context, options: Options) -> int:
    with context.desk() as desk:
        shown = desk.officers.set_security(options.name, options.value, options.reason).result
    context.answer(shown, [f"{shown['setting']} = {shown['value']}"])
    return 0


def setting_list(context: Context, options: Options) -> int:
    with context.desk() as desk:
        shown = [
            {
                "setting": s.name,
                "value": desk.security(s.name)
                if s.level == "security"
                else context.settings[s.name],
                "level": s.level,
                "help": s.help,
            }
            for s in SETTINGS.values()
        ]
    lines = [
        f"{s['setting']} = {s['value']}  ({s['level']}) {context.text(s['help'])}" for s in shown
    ]
    context.answer(shown, lines)
    return 0


def key_recover(context: Context, options: Options) -> int:
    secret = ask_secret("new passphrase", options.new_passphrase_file)
    recover_passphrase(context.folder, read_secret(options.code_file), options.login, secret)
    text = M_("{login} has a new passphrase.", login=options.login)
    context.answer({"login": options.login}, [context.text(text)])
    return 0


def key_rotate(context: Context, options: Options) -> int:
    with context.desk() as desk:
        code = desk.officers.new_recovery_code()
    _hand_over_code(context, code, options.recovery_file, {})
    return 0


# --- reports ------------------------------------------------------------------------------------


def import_files(context: Context, options: Options) -> int:
    total: dict[str, Any] = {"rows": 0, "new": 0, "duplicate": 0, "rejected": [], "seconds": 0.0}

    def said(rows: int) -> None:
        if not context.quiet:
            print(rows, file=sys.stderr)

    batches: list[str] = []
    with context.desk() as desk:
        for name in options.files:
            if options.dry_run:
                found = desk.imports.preview(Path(name))
            else:
                found = desk.imports.import_file(
                    Path(name), options.source, said, answer_later=True
                ).result
                batches.append(found["batch"])
            for key in ("rows", "new", "duplicate", "seconds"):
                total[key] += found[key]
            total["rejected"] += [
                {**r, **({"file": name} if len(options.files) > 1 else {})}
                for r in found["rejected"]
            ]
        _say_imported(context, total)
        # Only now: killed before, the same command gives this answer again and doubles nothing.
        sys.stdout.flush()
        for batch in batches:
            desk.imports.answered(batch)
    return 0


def _say_imported(context: Context, total: dict[str, Any]) -> None:
    total["seconds"] = round(total["seconds"], 3)
    lines = [
        context.text(
            M_(
                "{rows} rows: {new} new, {duplicate} duplicate, {rejected} rejected",
                rows=total["rows"],
                new=total["new"],
                duplicate=total["duplicate"],
                rejected=len(total["rejected"]),
            )
        )
    ]
    lines += [f"  {r['row']}: {context.text(r['reason'])}" for r in total["rejected"]]
    context.answer(total, lines)


def register(context: Context, options: Options) -> int:
    shots = []
    for name in options.screenshot:
        shots.append(Screenshot(Path(name).name, Path(name).read_bytes()))
    found = Found(note=options.note, search_words=options.search_words)
    with context.desk() as desk:
        shown = desk.reports.register(options.url, shots, options.source, found).result
    lines = [f"{shown['number']} {shown['status']} {defang(shown['url'])}"]
    lines += [f"  {e['sha256']} {e['bytes']} {e['media_type']}" for e in shown["exhibits"]]
    context.answer(shown, lines)
    return 0


def capture(context: Context, options: Options) -> int:
    if options.archive is not None:
        return _capture_from_archive(context, options)
    with context.desk() as desk:
        ids = options.ids or desk.captures.waiting(options.limit)
        shown = desk.captures.capture(ids, options.witness, context.progress).result
        left = desk.captures.count_waiting()
    if left and not options.ids:
        context.note(M_("{n} more wait.", n=left))
    lines = []
    for one in shown:
        reason = f" {context.text(one['reason'])}" if one["reason"] else ""
        lines.append(f"{one['number']} {one['outcome']} {one['status'] or ''}{reason}")
    context.answer(shown, lines)
    return 0


def _capture_from_archive(context: Context, options: Options) -> int:
    if len(options.ids) != 1:
        raise BadInput(M_("An archive belongs to one report: give one ID."))
    path = Path(options.archive)
    with context.desk() as desk:
        shown = desk.captures.keep_archive(options.ids[0], path.name, path.read_bytes()).result
    lines = [f"{shown['number']} {e['sha256']} {e['bytes']}" for e in shown["exhibits"]]
    context.answer(shown, lines)
    return 0


def assess(context: Context, options: Options) -> int:
    with context.desk() as desk:
        ids = options.ids or desk.assessments.waiting(again=options.all)
        shown = desk.assessments.assess(ids, context.progress).result
    text = M_(
        "{assessed} assessed, {abstained} not sure, model {model}",
        assessed=shown["assessed"],
        abstained=shown["abstained"],
        model=shown["model"],
    )
    context.answer(shown, [context.text(text)])
    return 0


def queue(context: Context, options: Options) -> int:
    with context.desk() as desk:
        shown = desk.queue.ranked(options.limit, options.after)
        if options.db:
            write_queue_database(Path(options.db), context.plain(shown))
    lines = []
    for place, row in enumerate(shown, start=1):
        band = context.text(BAND_NAMES[row["band"]])
        labels = " ".join(f"{p['label']} {p['probability']:.2f}" for p in row["labels"])
        lines.append(
            f"{place:3} {row['number']} {band} {row['score']:3} {row['state']} "
            f"{defang(row['url'])[:100]} {labels}"
        )
        lines += [f"      {f['points']:+4} {context.text(f['text'])}" for f in row["factors"]]
    context.answer(shown, lines)
    return 0


def statistics(context: Context, options: Options) -> int:
    with context.desk() as desk:
        shown = desk.statistics.month(options.month)
    if options.db:
        write_statistics_database(Path(options.db), shown)
    lines = []
    for name, value in shown.items():
        if isinstance(value, dict):
            lines += [f"{name}\t{key}\t{count}" for key, count in value.items()]
        else:
            lines.append(f"{name}\t{value if value is not None else '-'}")
    context.answer(shown, lines)
    return 0


def _moved(context: Context, shown: dict[str, Any]) -> int:
    """Print what became of one thing."""
    line = f"{shown.get('number', shown['id'])} {shown['state']}"
    context.answer(shown, [line])
    return 0


def priority_set(context: Context, options: Options) -> int:
    with context.desk() as desk:
        return _moved(context, desk.queue.set_band(options.id, options.band, options.reason).result)


def claim(context: Context, options: Options) -> int:
    with context.desk() as desk:
        return _moved(context, desk.queue.claim(options.id).result)


def release(context: Context, options: Options) -> int:
    with context.desk() as desk:
        return _moved(context, desk.queue.release(options.id).result)


def decide(context: Context, options: Options) -> int:
    with context.desk() as desk:
        made = desk.reviews.decide(
            options.id, options.category, options.reason, options.measures, level=options.level
        )
        return _moved(context, made.result)


def hold_set(context: Context, options: Options) -> int:
    with context.desk() as desk:
        return _moved(context, desk.reviews.set_hold(options.id, options.reason).result)


def hold_clear(context: Context, options: Options) -> int:
    with context.desk() as desk:
        return _moved(context, desk.reviews.clear_hold(options.id, options.reason).result)


def report_close(context: Context, options: Options) -> int:
    with context.desk() as desk:
        return _moved(context, desk.reports.close(options.id, options.result).result)


# --- removal requests ---------------------------------------------------------------------------


def removal_draft(context: Context, options: Options) -> int:
    with context.desk() as desk:
        made = desk.removals.draft(options.id, options.to, options.language)
        return _moved(context, made.result)


def removal_submit(context: Context, options: Options) -> int:
    with context.desk() as desk:
        return _moved(context, desk.removals.submit(options.id).result)


def removal_approve(context: Context, options: Options) -> int:
    with context.desk() as desk:
        return _moved(context, desk.removals.approve(options.id).result)


def removal_send_back(context: Context, options: Options) -> int:
    with context.desk() as desk:
        return _moved(context, desk.removals.send_back(options.id, options.reason).result)


def removal_issue(context: Context, options: Options) -> int:
    with context.desk() as desk:
        return _moved(context, desk.removals.issue(options.id).result)


def removal_record(context: Context, options: Options) -> int:
    with context.desk() as desk:
        made = desk.removals.record(options.id, options.event, options.note)
        return _moved(context, made.result)


def removal_letter(context: Context, options: Options) -> int:
    folder = Path(options.output)
    with context.desk() as desk:
        number, pdf, text = desk.removals.letter(options.id)
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{number}.pdf", folder / f"{number}.txt"]
    for path, raw in zip(paths, (pdf, text.encode()), strict=True):
        write_durably(path, raw)
    context.answer({"files": [str(p) for p in paths]}, [str(p) for p in paths])
    return 0


def removal_list(context: Context, options: Options) -> int:
    with context.desk() as desk:
        shown = desk.removals.list()
    lines = [f"{r['number']} {r['state']} {r['report']} {r['addressee']}" for r in shown]
    context.answer(shown, lines)
    return 0


# --- cases, referrals, packages -----------------------------------------------------------------


def case_new(context: Context, options: Options) -> int:
    with context.desk() as desk:
        return _moved(context, desk.cases.new(options.title, options.offence).result)


def case_add(context: Context, options: Options) -> int:
    with context.desk() as desk:
        return _moved(context, desk.cases.add(options.id, options.reports).result)


def case_list(context: Context, options: Options) -> int:
    with context.desk() as desk:
        shown = desk.cases.list()
    context.answer(
        shown, [f"{c['number']} {c['state']} {c['title']} {' '.join(c['reports'])}" for c in shown]
    )
    return 0


def refer_draft(context: Context, options: Options) -> int:
    with context.desk() as desk:
        made = desk.referrals.draft(
            options.id,
            options.to,
            suspected_offence=options.offence,
            jurisdiction_reason=options.jurisdiction,
            request=options.request,
        )
        return _moved(context, made.result)


def refer_submit(context: Context, options: Options) -> int:
    with context.desk() as desk:
        return _moved(context, desk.referrals.submit(options.id).result)


def refer_approve(context: Context, options: Options) -> int:
    with context.desk() as desk:
        return _moved(context, desk.referrals.approve(options.id).result)


def refer_send_back(context: Context, options: Options) -> int:
    with context.desk() as desk:
        return _moved(context, desk.referrals.send_back(options.id, options.reason).result)


def refer_record(context: Context, options: Options) -> int:
    with context.desk() as desk:
        made = desk.referrals.record(options.id, options.event, options.note, options.result)
        return _moved(context, made.result)


def refer_list(context: Context, options: Options) -> int:
    with context.desk() as desk:
        shown = desk.referrals.list()
    context.answer(
        shown, [f"{r['number']} {r['state']} {r['case']} {r['division']}" for r in shown]
    )
    return 0


def export(context: Context, options: Options) -> int:
    with context.desk() as desk:
        shown = desk.packages.export(options.id, Path(options.output)).result
    lines = [shown["package"], f"SHA-256 {shown['sha256']}"]
    lines.append(context.text(M_("Signing key: {key}", key=shown["fingerprint"])))
    context.answer(shown, lines)
    return 0


def verify(context: Context, options: Options) -> int:
    found = verify_package(
        Path(options.package), frozenset(t.lower().replace(":", "") for t in options.trust)
    )
    shown = {
        "ok": found.ok,
        "signer": found.signer,
        "fingerprint": found.fingerprint,
        "checks": [{"check": c.check, "ok": c.ok, "detail": c.detail} for c in found.checks],
    }
    marks = {True: "OK", False: "NG", None: "--"}
    lines = [f"{marks[c.ok]} {c.check}: {context.text(c.detail)}" for c in found.checks]
    verdict = M_("The package is intact.") if found.ok else M_("The package does not verify.")
    lines.append(context.text(verdict))
    if found.signer == "unknown":
        key = found.fingerprint or "?"
        lines.append(context.text(M_("Signer not confirmed: compare the key {key}.", key=key)))
    context.answer(shown, lines)
    if found.ok:
        return 0
    failed = [f"{c.check}: {context.text(c.detail)}" for c in found.checks if c.ok is False]
    reason = " | ".join(failed) or context.text(M_("The signer is not the one trusted."))
    print(f"workbench: {reason}", file=sys.stderr)
    return 1


# --- classifier ---------------------------------------------------------------------------------


def classify(context: Context, options: Options) -> int:
    from workbench.desk.desk import load_triage

    triage = load_triage()
    batch: list[dict[str, Any]] = []

    def flush() -> None:
        opinions = triage.assess([r["text"] for r in batch], [r.get("url") for r in batch])
        for record, opinion in zip(batch, opinions, strict=True):
            answer = {
                "id": record.get("id"),
                "labels": [
                    {"label": p.label, "probability": round(p.probability, 6)}
                    for p in opinion.labels
                ],
                "abstained": opinion.abstained,
                "grounds": [
                    {"start": g.start, "end": g.end, "weight": round(g.weight, 6), "label": g.label}
                    for g in opinion.grounds
                ],
            }
            print(json.dumps(answer, ensure_ascii=False))
        batch.clear()

    for record in _records(sys.stdin.buffer):
        batch.append(record)
        if len(batch) == 256:
            flush()
    flush()
    return 0


def _records(stream: Any) -> Iterator[dict[str, Any]]:
    for place, untrusted in enumerate(stream, start=1):
        if not untrusted.strip():
            continue
        try:
            record = json.loads(untrusted)
            if not isinstance(record, dict) or not isinstance(record.get("text"), str):
                raise ValueError
        except (ValueError, RecursionError):
            raise BadInput(M_("Line {n} is not a JSON object with a text.", n=place)) from None
        yield record


def evaluate(context: Context, options: Options) -> int:
    from classifiers.errors import ClassifierError
    from classifiers.evaluate import evaluate as measure
    from workbench.desk.desk import load_triage

    try:
        shown = measure(load_triage(), Path(options.file))
    except ClassifierError as error:
        raise BadInput(M_("{why}", why=str(error))) from error
    keys = ("macro_f1", "ece", "brier", "coverage")
    context.answer(shown, [f"{key} {shown[key]:.4f}" for key in keys])
    return 0


def train(context: Context, options: Options) -> int:
    from classifiers.errors import ClassifierError
    from classifiers.train import train as learn

    def said(step: str, done: int, total: int) -> None:
        if not context.quiet:
            print(f"{step} {done}/{total}", file=sys.stderr)

    try:
        shown = learn([Path(p) for p in options.corpus], Path(options.output), progress=said)
    except ClassifierError as error:
        raise BadInput(M_("{why}", why=str(error))) from error
    context.answer(shown, [f"{shown['model_id']} macro_f1 {shown['macro_f1']}"])
    return 0


# --- checks -------------------------------------------------------------------------------------


def audit_verify(context: Context, options: Options) -> int:
    with context.desk() as desk:
        shown = desk.audit.verify()
    text = M_(
        "{entries} entries, {seals} seals, {exhibits} exhibits",
        entries=shown["entries"],
        seals=shown["seals"],
        exhibits=shown["exhibits"],
    )
    context.answer(shown, [context.text(text)])
    if not shown["ok"]:
        bad = context.text(M_("First bad: {what}", what=shown["first_bad"]))
        print(f"workbench: {bad}", file=sys.stderr)
        return 1
    return 0


def health(context: Context, options: Options) -> int:
    with context.desk() as desk:
        found = checks.health(desk)
    return _checked(context, found)


def self_check(context: Context, options: Options) -> int:
    return _checked(context, checks.self_check(context.folder))


def _checked(context: Context, found: list[checks.Finding]) -> int:
    ok = all(f.ok for f in found)
    shown = {
        "ok": ok,
        "checks": [{"check": f.check, "ok": f.ok, "detail": f.detail} for f in found],
    }
    lines = [f"{'OK' if f.ok else 'NG'} {f.check}: {context.text(f.detail)}" for f in found]
    context.answer(shown, lines)
    if not ok:
        failed = ", ".join(f.check for f in found if not f.ok)
        print(f"workbench: {failed}", file=sys.stderr)
        return 1
    return 0
