"""The limited process: whatever breaks, loops or grows in it is ended, named and survived."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from typing import Any

import pytest

import workbench
from workbench.capture import child
from workbench.capture.isolate import MIB, Limits, run_isolated
from workbench.domain.errors import BadInput, Unavailable
from workbench.messages import render

# The child finds the package by its own path, and the tests beside it.
HOSTILE = "tests.capture.hostile_functions:behave"
SMALL = Limits(seconds=10, memory_bytes=400 * MIB, answer_bytes=64 * 1024)


def outcome(deed: bytes, limits: Limits = SMALL) -> dict[str, Any] | BadInput:
    (answer,) = run_isolated(HOSTILE, [deed], {}, limits)
    return answer


def reason(answer: dict[str, Any] | BadInput) -> str:
    assert isinstance(answer, BadInput), answer
    assert render(answer.message, "ja") != render(answer.message, "en")
    return str(answer)


def test_answers_come_in_order_with_the_options() -> None:
    inputs = [b"", b"a", b"b" * 3_000_000, b"\0\n\xff"]
    answers = run_isolated(HOSTILE, inputs, {"mark": "印"}, Limits(answer_bytes=8 * MIB))
    assert [a["size"] for a in answers if isinstance(a, dict)] == [0, 1, 3_000_000, 3]
    assert all(isinstance(a, dict) and a["mark"] == "印" for a in answers)
    assert run_isolated(HOSTILE, [], {}) == []


@pytest.mark.parametrize("deed", [b"loop", b"sleep"])
def test_what_never_ends_is_ended(deed: bytes) -> None:
    answer = outcome(deed, Limits(seconds=0.7, memory_bytes=400 * MIB))
    assert "longer than allowed" in reason(answer)


def test_the_processor_limit_says_the_same() -> None:
    assert "longer than allowed" in reason(outcome(b"crash 24"))


@pytest.mark.parametrize(
    "deed", [b"crash 11", b"crash 9", b"exit 0", b"exit 3", b"bug", b"recurse"]
)
def test_what_dies_is_reported(deed: bytes) -> None:
    assert "broke the reader" in reason(outcome(deed))


def test_memory_ends_at_its_limit() -> None:
    assert "more memory" in reason(outcome(b"allocate 900000000"))
    assert outcome(b"allocate 100000000") == {"size": 100_000_000}


@pytest.mark.parametrize("deed", [b"babble", b"forge", b"refuse no_such_word", b"flood 100000"])
def test_an_answer_that_makes_no_sense(deed: bytes) -> None:
    assert "broke the reader" in reason(outcome(deed))


def test_words_of_a_refusal_are_cut_and_not_filled_again() -> None:
    assert reason(outcome(b"refuse damaged_picture")) == "The picture is damaged: {why}"
    assert len(reason(outcome(b"refuse not_picture"))) < 300


def test_the_inputs_after_a_deadly_one_are_still_read() -> None:
    answers = run_isolated(
        HOSTILE, [b"one", b"crash", b"two", b"refuse empty", b"three"], {}, SMALL
    )
    assert [a["said"] if isinstance(a, dict) else "" for a in answers] == [
        *("one", "", "two", "", "three")
    ]
    assert str(answers[3]) == "The file is empty."


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
def test_the_child_has_nothing_of_ours(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("WORKBENCH_SECRET", "geheim")
    with (tmp_path / "open").open("wb") as held:
        os.set_inheritable(held.fileno(), True)
        found = outcome(b"surroundings")
    assert isinstance(found, dict)
    assert "WORKBENCH_SECRET" not in found["environment"]
    assert "HOME" not in found["environment"]
    # Its own three and the one that lists the folder.
    assert len(found["descriptors"]) == 4
    assert found["limits"] == [400 * MIB, 20, 0, 0]
    assert found["group"]
    assert found["flags"] == [1, 1]


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
def test_the_child_writes_no_file() -> None:
    assert outcome(b"write") == {"error": errno.EFBIG}


@pytest.mark.skipif(sys.platform == "win32", reason="fork")
def test_what_the_child_starts_ends_with_it() -> None:
    found = outcome(b"fork")
    assert isinstance(found, dict)
    assert ended(found["child"])


def ended(number: int) -> bool:
    """No such process, or one that waits to be reaped."""
    try:
        status = Path(f"/proc/{number}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return True
    return status.rpartition(")")[2].split()[0] in "ZX"


def test_no_child_can_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/no/such/interpreter")
    with pytest.raises(Unavailable, match="cannot be started"):
        run_isolated(HOSTILE, [b"x"], {})


def test_a_function_that_does_not_exist() -> None:
    (answer,) = run_isolated("workbench.capture.decoding:no_such", [b"x"], {}, SMALL)
    assert "broke the reader" in reason(answer)


def test_answers_as_they_go_to_the_parent() -> None:
    def full(untrusted: bytes) -> dict[str, Any]:
        raise MemoryError

    assert child.answer_one(full, b"", {})["refused"] == "memory"
    assert child.answer_one(lambda untrusted, x: {"x": x}, b"", {"x": 1}) == {"value": {"x": 1}}


def test_the_child_runs_the_same_package() -> None:
    """Also where another one is installed for the interpreter."""
    (answer,) = run_isolated("tests.capture.hostile_functions:own_package", [b""], {})
    assert isinstance(answer, dict)
    assert answer["path"] == workbench.__file__
