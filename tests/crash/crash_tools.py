"""A store where every act is ready to be done, processes that are killed, and what must still hold."""

import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from workbench.capture.testsite import PAGES, TestSite, sample_screenshot
from workbench.desk.desk import Desk
from workbench.desk.opening import make_practice_store, open_practice
from workbench.desk.reports import Screenshot
from workbench.store import custody as stored_custody
from workbench.store import reports as stored
from workbench.store import tables as t

# Registered in this order by `ready_store`.
DECIDED, TO_CAPTURE, TO_DECIDE = "KGS-R8-000001", "KGS-R8-000002", "KGS-R8-000003"
REMOVAL, REFERRAL = "KGS-R8-D0001", "KGS-R8-H0001"
LIST_ROWS = 2_300
_LIST_NEW, _LIST_REJECTED = 2_000, 23


def ready_store(folder: Path, site: TestSite) -> Path:
    """A practice store: one report to capture, one to decide, a request to issue, a hand-over."""
    make_practice_store(folder)
    shots = [Screenshot("a.png", sample_screenshot(page)) for page in PAGES[:3]]
    with Desk(open_practice(folder, "supervisor")) as desk:
        desk.reports.register("https://decided.example.test/", shots)
        desk.reports.register(site.url(PAGES[0].path))
        desk.reports.register("https://waits.example.test/", shots[:1])
        desk.assessments.assess([DECIDED, TO_DECIDE])
        measures = ["removal_request", "referral"]
        desk.reviews.decide(DECIDED, "phishing_credential_request", "偽の画面", measures)
        desk.removals.draft(DECIDED, "hosting")
        desk.removals.submit(REMOVAL)
        desk.removals.approve(REMOVAL)
        case = desk.cases.new("偽の銀行").result["id"]
        desk.cases.add(case, [DECIDED])
        desk.referrals.draft(case, "cyber")
        desk.referrals.submit(REFERRAL)
        desk.referrals.approve(REFERRAL)
        # A last seal to check against after every crash.
        with desk.store.write() as tx:
            desk.audit.seal_in(tx)
    return folder


def write_list(path: Path) -> Path:
    """Rows that are new, met again, and of no use, all through the file."""
    rows = ["date,URL,description"]
    for number in range(LIST_ROWS):
        if number % 100 == 50:
            rows.append(f"2026/11/01 09:00:00,資料参照,{number}")
        else:
            host = f"r{number % _LIST_NEW}.example.test"
            rows.append(f"2026/11/01 09:00:00,https://{host}/login,架空 {number}")
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


@dataclass
class Attempt:
    """How one process ended: its exit code (None when killed) and what it had printed."""

    code: int | None
    out: str
    err: str

    @property
    def answer(self) -> Any:
        """What was acknowledged, or None."""
        try:
            return json.loads(self.out)
        except ValueError:
            return None

    @property
    def done(self) -> bool:
        """It ended well, or its answer was out before it was killed."""
        return self.code == 0 or (self.code is None and self.answer is not None)


@dataclass
class Bench:
    """A copy of the ready store, and the place where an act's files go."""

    store: Path
    out: Path
    site: TestSite
    list: Path
    saved: Path
    answers: list[Any] = field(default_factory=list)

    def command(self, *arguments: str | Path) -> list[str]:
        shared = ["--store", self.store, "--json", "--quiet", "--lang", "en"]
        return [sys.executable, "-m", "workbench", *map(str, (*shared, *arguments))]

    def environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("WORKBENCH_")}
        scratch = self.out.parent / "scratch"
        scratch.mkdir(exist_ok=True)
        home = {"HOME": str(scratch), "XDG_RUNTIME_DIR": str(scratch), "TMPDIR": str(scratch)}
        return kept | home

    def begin(self, *arguments: str | Path, before: tuple[str, ...] = ()) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*before, *self.command(*arguments)],
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def end(self, process: subprocess.Popen[str]) -> Attempt:
        out, err = process.communicate()
        with contextlib.suppress(ProcessLookupError):
            # Limited children the killed process had begun; the group is ours alone.
            os.killpg(process.pid, signal.SIGKILL)
        assert "Traceback" not in err, err
        killed = process.returncode in (-signal.SIGKILL, 128 + signal.SIGKILL)
        made = Attempt(None if killed else process.returncode, out, err)
        if made.answer is not None:
            self.answers.append(made.answer)
        return made

    def whole_run(self, *arguments: str | Path) -> Attempt:
        return self.end(self.begin(*arguments))

    def span(self, *arguments: str | Path) -> float:
        """How long the act lasts from opening its store to the end, in seconds."""
        process = self.begin(*arguments)
        self._wait_for_the_act(process)
        opened = time.monotonic()
        process.wait()
        assert self.end(process).code == 0
        return time.monotonic() - opened

    def killed_run(self, rng: random.Random, span: float, *arguments: str | Path) -> Attempt:
        """Kill the process at a random moment after it opened the store."""
        process = self.begin(*arguments)
        self._wait_for_the_act(process)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(rng.uniform(0, span))
        process.kill()
        return self.end(process)

    def _wait_for_the_act(self, process: subprocess.Popen[str]) -> None:
        """Loading the program takes longer than the act: no kill is to be wasted on it."""
        here = Path(f"/proc/{process.pid}/fd")
        if not here.parent.exists():
            return
        begun = {str(self.store / "store.db"), str(self.saved)}
        while process.poll() is None:
            with contextlib.suppress(OSError):
                if begun & {str(fd.readlink()) for fd in here.iterdir()}:
                    return
            time.sleep(0.001)


STRACE = ("strace", "-f", "-qq", "-o", "/dev/null")
WRITES = "fsync,fdatasync,pwrite64,rename,unlink"


def tracing_works() -> bool:
    """Whether strace is here and may look at processes."""
    if shutil.which("strace") is None:
        return False
    return subprocess.run([*STRACE, "true"], check=False).returncode == 0


def calls_made(bench: Bench, *arguments: str | Path) -> Counter[str]:
    """How often the command itself (not its children) makes each of `WRITES`."""
    log = bench.out.parent / "calls"
    tracing = ("strace", "-f", "-qq", "-s", "0", "-e", f"trace={WRITES}", "-o", str(log))
    made = bench.end(bench.begin(*arguments, before=tracing))
    assert made.code == 0, made.err
    calls = [line.split()[:2] for line in log.read_text(errors="replace").splitlines()]
    first = calls[0][0]
    return Counter(call.partition("(")[0] for who, call in calls if who == first and "(" in call)


def fresh(template: Path, folder: Path, like: Bench) -> Bench:
    """A bench with a new copy of the store in `template`."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(template, folder / "store")
    (folder / "out").mkdir()
    return Bench(folder / "store", folder / "out", like.site, like.list, like.saved)


def still_sound(bench: Bench) -> None:
    """After a kill: it opens, every chain, seal and exhibit verifies, no file is half of one."""
    with Desk(open_practice(bench.store, "auditor")) as desk:
        found = desk.audit.verify()
        assert found["ok"], found["first_bad"]
        assert found["seals"] >= 1
        with desk.store.read() as tx:
            named = stored.all_blob_ids(tx)
            heads = {h["subject_id"]: h["seq"] for h in stored_custody.stored_heads(tx)}
            entries = tx.count(sa.select(sa.func.count()).select_from(t.custody_entry))
        assert named <= set(desk.vault.blob_ids())
        assert sum(heads.values()) == entries


def rows(bench: Bench, statement: sa.Select[Any]) -> list[dict[str, Any]]:
    with Desk(open_practice(bench.store, "auditor")) as desk, desk.store.read() as tx:
        return tx.all(statement)


def chain_actions(bench: Bench, number: str, kind: str) -> list[str]:
    """The acts of one subject's chain, by its number."""
    with Desk(open_practice(bench.store, "auditor")) as desk, desk.store.read() as tx:
        subject = desk.reports.find(tx, kind, number)["id"]
        return [json.loads(e["body"])["action"] for e in stored_custody.chain(tx, subject)]


def store_actions(bench: Bench) -> list[str]:
    with Desk(open_practice(bench.store, "auditor")) as desk, desk.store.read() as tx:
        chain = stored_custody.chain(tx, desk.store.id)
    return [json.loads(e["body"])["action"] for e in chain]


@dataclass(frozen=True)
class Act:
    """A command, what must hold after every kill, and what once it was let finish."""

    name: str
    arguments: Callable[[Bench], list[str | Path]]
    holds: Callable[[Bench], None]
    finished: Callable[[Bench, Attempt], None]
