"""The same Desk without a screen: arguments in, JSON or lines out, exit 0, 1 or 2."""

from __future__ import annotations

import argparse
import errno
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from workbench import cli_backup
from workbench import cli_commands as commands
from workbench.cli_context import Context
from workbench.domain.errors import M_, Message, Unavailable, WorkbenchError
from workbench.domain.report import SOURCES
from workbench.messages import DEFAULT_LANGUAGE, LANGUAGES, render

Run = Callable[[Context, argparse.Namespace], int]


class _Parser(argparse.ArgumentParser):
    """Usage faults end with 2 and one line."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        print(f"{self.prog}: {message}", file=sys.stderr)
        raise SystemExit(2)


def _globals(top: bool) -> _Parser:
    """Options allowed before and after the command; after it they win."""
    missing = None if top else argparse.SUPPRESS
    options = _Parser(add_help=False, argument_default=missing)
    add = options.add_argument
    add("--store", metavar="URL", help="folder of the store")
    add("--set", metavar="KEY=VALUE", action="append", dest="sets", help="a setting for this run")
    add("--json", action="store_true", default=False if top else argparse.SUPPRESS)
    add("--quiet", action="store_true", default=False if top else argparse.SUPPRESS)
    add("--practice", action="store_true", default=False if top else argparse.SUPPRESS)
    add("--as", metavar="OFFICER", dest="acting", help="practice stores only")
    add("--officer", metavar="LOGIN", help="whose passphrase it is")
    add("--passphrase-file", metavar="FILE", help="unattended use")
    add("--lang", choices=LANGUAGES)
    return options


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = _Parser(prog="workbench", parents=[_globals(True)], allow_abbrev=False)
    places = top.add_subparsers(dest="command", metavar="COMMAND", parser_class=_Parser)
    shared = _globals(False)

    def command(
        name: str, run: Run, help_text: str, under: Any = None, **named: Any
    ) -> argparse.ArgumentParser:
        made: _Parser = (under or places).add_parser(
            name, parents=[shared], help=help_text, allow_abbrev=False, **named
        )
        made.set_defaults(run=run)
        return made

    def group(name: str, help_text: str) -> Any:
        made = places.add_parser(name, help=help_text, allow_abbrev=False)
        return made.add_subparsers(dest="act", metavar="ACT", required=True, parser_class=_Parser)

    setup = command("setup", commands.setup, "make a store: first officer, keys")
    for option, text in (
        ("--login", "login of the first officer"),
        ("--name", "name of the first officer"),
        ("--office", "prefix of the office, such as KGS"),
        ("--office-name", "name of the office"),
        ("--prefecture", "prefecture"),
        ("--contact", "telephone of the office"),
        ("--recovery-file", "write the recovery code to this file instead of showing it"),
    ):
        setup.add_argument(option, default="", help=text)
    login = command("login", commands.login, "leave a session for 8 hours")
    login.add_argument("login", nargs="?")
    command("logout", commands.logout, "end the session")
    command("whoami", commands.whoami, "the acting officer")

    officer = group("officer", "officers and roles")
    added = command("add", commands.officer_add, "add an officer", officer)
    added.add_argument("login")
    added.add_argument("--name", default="")
    added.add_argument("--role", action="append", default=[], dest="roles")
    added.add_argument("--new-passphrase-file")
    command("list", commands.officer_list, "every officer", officer)
    role = command("role", commands.officer_role, "give or take a role", officer)
    role.add_argument("login")
    role.add_argument("role")
    role.add_argument("--revoke", action="store_true")

    setting = group("setting", "security settings of the store")
    changed = command("set", commands.setting_set, "change one (administrator)", setting)
    changed.add_argument("name")
    changed.add_argument("value")
    changed.add_argument("--reason", required=True)
    command("list", commands.setting_list, "every setting and its value", setting)

    imported = command("import", commands.import_files, "register every row of files")
    imported.add_argument("files", nargs="+", metavar="FILE")
    imported.add_argument("--source", default="patrol", choices=SOURCES)
    imported.add_argument("--dry-run", action="store_true")
    register = command("register", commands.register, "register one URL")
    register.add_argument("url")
    register.add_argument("--screenshot", action="append", default=[], metavar="FILE")
    register.add_argument("--note", default="")
    register.add_argument("--search-words", default="")
    register.add_argument("--source", default="patrol", choices=SOURCES)
    capture = command("capture", commands.capture, "preserve what is waiting")
    capture.add_argument("ids", nargs="*", metavar="ID")
    capture.add_argument("--limit", type=_count, default=200)
    capture.add_argument("--witness", default="")
    capture.add_argument("--archive", metavar="FILE", help="a WARC of the page made elsewhere")
    assess = command("assess", commands.assess, "score what is waiting")
    assess.add_argument("ids", nargs="*", metavar="ID")
    assess.add_argument("--all", action="store_true")
    queue = command("queue", commands.queue, "the ranked queue")
    queue.add_argument("--limit", type=_count, default=50)
    queue.add_argument("--after", metavar="ID")
    queue.add_argument("--db", metavar="FILE", help="also as a database for other tools")
    statistics = command("statistics", commands.statistics, "monthly counts")
    statistics.add_argument("--month")
    statistics.add_argument("--db", metavar="FILE")
    priority = group("priority", "the order of work")
    band = command("set", commands.priority_set, "override a band", priority)
    band.add_argument("id")
    band.add_argument("--band", required=True)
    band.add_argument("--reason", required=True)
    claim = command("claim", commands.claim, "take a report into review")
    claim.add_argument("id", nargs="?")
    release = command("release", commands.release, "let it go")
    release.add_argument("id")
    decide = command("decide", commands.decide, "record a finding")
    decide.add_argument("id")
    decide.add_argument("--category", required=True)
    decide.add_argument("--reason", required=True)
    decide.add_argument("--measure", action="append", default=[], dest="measures")
    decide.add_argument("--level", help="handling level of the exhibits, S0 to S3")
    hold = group("hold", "no request leaves while an investigation needs the page")
    held = command("set", commands.hold_set, "set the hold", hold)
    held.add_argument("id")
    held.add_argument("--reason", required=True)
    cleared = command("clear", commands.hold_clear, "clear the hold", hold)
    cleared.add_argument("id")
    cleared.add_argument("--reason", default="")
    report = group("report", "reports")
    closed = command("close", commands.report_close, "end a report", report)
    closed.add_argument("id")
    closed.add_argument("--result", required=True)
    _removal(group("removal", "removal requests"), command)
    _case_and_referral(group, command)
    export = command("export", commands.export, "the package of an approved referral")
    export.add_argument("id", metavar="REFERRAL")
    export.add_argument("-o", "--output", required=True, metavar="DIR")
    verify = command("verify", commands.verify, "check a package; needs no store")
    verify.add_argument("package")
    verify.add_argument("--trust", action="append", default=[], metavar="FINGERPRINT")
    command("classify", commands.classify, "JSON Lines in, opinions out; needs no store")
    evaluate = command("evaluate", commands.evaluate, "measure the classifier on a file")
    evaluate.add_argument("file")
    train = command("train", commands.train, "train a model")
    train.add_argument("--corpus", action="append", required=True, metavar="PATH")
    train.add_argument("-o", "--output", required=True, metavar="DIR")
    audit = group("audit", "chains and seals")
    command("verify", commands.audit_verify, "check every chain and seal", audit)
    key = group("key", "the store's keys")
    recover = command("recover", commands.key_recover, "a new passphrase by recovery code", key)
    recover.add_argument("login")
    recover.add_argument("--code-file", required=True)
    recover.add_argument("--new-passphrase-file")
    rotate = command("rotate", commands.key_rotate, "a new recovery code", key)
    rotate.add_argument("--recovery-file", default="")
    backup = command("backup", cli_backup.backup, "the whole store in one file")
    backup.add_argument("file", metavar="FILE")
    restored = command("restore", cli_backup.restore, "a store anew from a backup")
    restored.add_argument("file", metavar="FILE")
    restored.add_argument(
        "--code-file", metavar="FILE", help="recovery code, instead of a passphrase"
    )
    command("health", commands.health, "store, disk and vault")
    command("self-check", commands.self_check, "libraries, fonts, disk, clock, model")
    return top


def _removal(acts: Any, command: Any) -> None:
    draft = command("draft", commands.removal_draft, "draft a request", acts)
    draft.add_argument("id", metavar="REPORT")
    draft.add_argument("--to", required=True, metavar="ADDRESSEE")
    draft.add_argument("--language", choices=LANGUAGES)
    _approval_acts(acts, command, "removal")
    issued = command("issue", commands.removal_issue, "freeze bytes and number", acts)
    issued.add_argument("id")
    record = command("record", commands.removal_record, "record what happened", acts)
    record.add_argument("id")
    record.add_argument("--event", required=True)
    record.add_argument("--note", default="")
    letter = command("letter", commands.removal_letter, "write the letter to a folder", acts)
    letter.add_argument("id")
    letter.add_argument("-o", "--output", required=True, metavar="DIR")
    command("list", commands.removal_list, "every request", acts)


def _case_and_referral(group: Any, command: Any) -> None:
    case = group("case", "reports that belong together")
    new = command("new", commands.case_new, "open a case", case)
    new.add_argument("--title", required=True)
    new.add_argument("--offence", default="")
    add = command("add", commands.case_add, "link reports", case)
    add.add_argument("id", metavar="CASE")
    add.add_argument("reports", nargs="+", metavar="REPORT")
    command("list", commands.case_list, "every case", case)
    refer = group("refer", "hand a case over")
    draft = command("draft", commands.refer_draft, "draft a referral", refer)
    draft.add_argument("id", metavar="CASE")
    draft.add_argument("--to", required=True, metavar="DIVISION")
    draft.add_argument("--offence", default="")
    draft.add_argument("--jurisdiction", default="")
    draft.add_argument("--request", default="")
    _approval_acts(refer, command, "refer")
    record = command("record", commands.refer_record, "record what happened", refer)
    record.add_argument("id")
    record.add_argument("--event", required=True)
    record.add_argument("--note", default="")
    record.add_argument("--result", default="")
    command("list", commands.refer_list, "every referral", refer)


def _approval_acts(acts: Any, command: Any, noun: str) -> None:
    for act, text in (
        ("submit", "put it before the approver"),
        ("approve", "approve it (supervisor)"),
        ("send-back", "return it to its author"),
    ):
        run = getattr(commands, f"{noun}_{act.replace('-', '_')}")
        made = command(act, run, text, acts)
        made.add_argument("id")
        if act == "send-back":
            made.add_argument("--reason", default="")


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def run(arguments: Sequence[str]) -> int:
    """Run one command: 0 done, 1 bad input or a failed check, 2 usage."""
    _say_utf8()
    try:
        options = parser().parse_args(arguments)
    except SystemExit as error:
        return error.code if isinstance(error.code, int) else 2
    language = options.lang or os.environ.get("WORKBENCH_UI_LANGUAGE", "")
    language = language if language in LANGUAGES else DEFAULT_LANGUAGE
    try:
        context = Context.of(options)
        language = context.language
        if options.command is None:
            return commands.window(context, options)
        found: int = options.run(context, options)
        return found
    except WorkbenchError as error:
        return _refuse(error.message, error.next_step, language)
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    except OSError as error:
        known = _os_error(error)
        if known is None:
            raise
        return _refuse(known.message, known.next_step, language)
    except KeyboardInterrupt:
        return _refuse(M_("Stopped. What was acknowledged is kept."), None, language)


def _refuse(message: Message, next_step: Message | None, language: str) -> int:
    parts = [render(part, language) for part in (message, next_step) if part is not None]
    print("workbench: " + " ".join(" ".join(parts).split()), file=sys.stderr)
    return 1


def _os_error(error: OSError) -> Unavailable | None:
    """The disk's own complaints in words; anything else is a bug and keeps its traceback."""
    path = str(error.filename or "")
    texts: dict[int, Message] = {
        errno.ENOSPC: M_("The disk is full. Nothing of this act was kept. {path}", path=path),
        errno.EDQUOT: M_("The disk is full. Nothing of this act was kept. {path}", path=path),
        errno.EROFS: M_("This place is read-only: {path}", path=path),
        errno.EACCES: M_("Access is refused: {path}", path=path),
        errno.EPERM: M_("Access is refused: {path}", path=path),
        errno.ENOENT: M_("There is no such file: {path}", path=path),
        errno.EISDIR: M_("This is a folder: {path}", path=path),
        errno.ENOTDIR: M_("This is not a folder: {path}", path=path),
        errno.EEXIST: M_("This is not a folder: {path}", path=path),
        errno.ENAMETOOLONG: M_("The name is too long: {path}", path=path[:80]),
        errno.EFBIG: M_("This disk cannot hold a file this large: {path}", path=path),
        errno.EIO: M_("The disk reports an error: {path}", path=path),
    }
    text = texts.get(error.errno or 0)
    return None if text is None else Unavailable(text)


def _say_utf8() -> None:
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")
