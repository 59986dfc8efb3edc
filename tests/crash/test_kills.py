"""`kill -9` at random moments: the store opens, all of it verifies, nothing is lost or doubled.

What was printed was acknowledged. The seed of every run is printed; CRASH_SEED repeats one.
"""

import os
import random
import shutil
import subprocess
import sys

import pytest
from acts import ACTS
from crash_tools import (
    STRACE,
    Act,
    Attempt,
    Bench,
    calls_made,
    fresh,
    still_sound,
    tracing_works,
)

pytestmark = pytest.mark.skipif(os.name != "posix", reason="kill -9 is a signal of POSIX systems")

_SEED = int(os.environ.get("CRASH_SEED") or random.SystemRandom().randrange(1 << 32))
# Seven acts: at least 238 kills in the long run.
_LONG = 34


def again(bench: Bench) -> Bench:
    """The same place with a store as it was."""
    folder = bench.store.parent
    return fresh(folder.parent / "template", folder, bench)


def check(act: Act, bench: Bench) -> None:
    still_sound(bench)
    act.holds(bench)


def let_finish(act: Act, bench: Bench) -> Attempt:
    last = bench.whole_run(*act.arguments(bench))
    check(act, bench)
    act.finished(bench, last)
    return last


def kills(act: Act, bench: Bench, wanted: int, rng: random.Random, span: float) -> dict[str, int]:
    """Kill an act so many times, letting it finish now and then; counts how the attempts ended."""
    counted = {"killed": 0, "too late": 0, "answered": 0}
    in_a_row = 0
    while counted["killed"] < wanted:
        attempt = bench.killed_run(rng, span, *act.arguments(bench))
        counted["killed" if attempt.code is None else "too late"] += 1
        counted["answered"] += attempt.answer is not None
        check(act, bench)
        in_a_row += 1
        told = attempt.answer is not None
        if told:
            # Whoever has the answer does not ask again.
            act.finished(bench, attempt)
        elif attempt.code is not None or in_a_row == 3 or counted["killed"] == wanted:
            let_finish(act, bench)
            told = True
        if told and counted["killed"] < wanted:
            bench, in_a_row = again(bench), 0
        assert counted["too late"] <= 3 * wanted + 10
    return counted


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.name)
def test_one_kill(act: Act, bench: Bench) -> None:
    shutil.copytree(bench.store, bench.store.parent.parent / "template")
    print(f"CRASH_SEED={_SEED}")
    kills(act, bench, 1, random.Random(f"{_SEED}/{act.name}"), span=0.3)


@pytest.mark.release
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.name)
def test_many_kills(act: Act, bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    print(f"CRASH_SEED={_SEED}")
    shutil.copytree(bench.store, bench.store.parent.parent / "template")
    span = bench.span(*act.arguments(bench))
    bench = again(bench)
    counted = kills(act, bench, _LONG, random.Random(f"{_SEED}/{act.name}"), span)
    done = subprocess.run(
        bench.command("--as", "auditor", "audit", "verify"),
        env=bench.environment(),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    with capsys.disabled():
        print(f"\n{act.name}: {counted}, CRASH_SEED={_SEED}", file=sys.stderr)


@pytest.mark.release
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.name)
def test_kills_at_every_kind_of_write(act: Act, bench: Bench) -> None:
    """Just as the system is asked to write, sync, rename or remove: the first, the last, another."""
    if not tracing_works():
        pytest.skip("strace is not on this machine, or tracing is not permitted here")
    rng = random.Random(f"{_SEED}/{act.name}/calls")
    print(f"CRASH_SEED={_SEED}")
    shutil.copytree(bench.store, bench.store.parent.parent / "template")
    counted = calls_made(bench, *act.arguments(bench))
    assert counted["fdatasync"] + counted["fsync"] >= 2
    for call, times in counted.items():
        for at in sorted({1, rng.randint(1, times), times}):
            bench = again(bench)
            inject = ("-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={at}")
            attempt = bench.end(bench.begin(*act.arguments(bench), before=(*STRACE, *inject)))
            assert attempt.code is None, (call, at)
            check(act, bench)
            if attempt.answer is None:
                let_finish(act, bench)
            else:
                act.finished(bench, attempt)
