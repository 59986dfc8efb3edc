"""Runs a named function on hostile bytes in a limited process of its own.

The child gets the bytes through a pipe and answers in JSON; it has no inherited descriptors, an
almost empty environment and limits on memory, processor and wall time (on Windows: wall time). It
shares nothing with the parent but the answer, which the caller checks like any input.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from workbench.domain.errors import M_, BadInput, Message, Unavailable

MIB = 1024 * 1024
# A frozen program has no interpreter to start: its main module answers to this argument.
CHILD_ARGUMENT = "--isolated-child"
_CHILD = Path(__file__).with_name("child.py")

# The child names a reason by its word; the texts stay on this side.
_REASONS: dict[str, Message] = {
    "memory": M_("It needs more memory than allowed."),
    "empty": M_("The file is empty."),
    "not_picture": M_("This is not a picture but {kind}."),
    "unknown_picture": M_(
        "This is not a picture of a known kind (PNG, JPEG, WebP, GIF, BMP, TIFF)."
    ),
    "truncated_picture": M_("The picture ends too early."),
    "damaged_picture": M_("The picture is damaged: {why}"),
    "picture_pixels": M_("The picture has too many pixels ({width} x {height})."),
    "picture_frames": M_("The picture has too many frames or pages."),
    "damaged_page": M_("The page cannot be read: {why}"),
    "archive_arc": M_("This is an archive of the older ARC format, not a WARC."),
    "archive_start": M_("Record {place} does not begin like a WARC record."),
    "archive_ends": M_("The archive ends within record {place}."),
    "archive_header": M_("The header of record {place} is damaged: {what}"),
    "archive_length": M_("Record {place} is not as long as it says."),
    "archive_digest": M_("Record {place} was changed: {what} does not hold."),
    "archive_members": M_("Member {place} of the gzip file holds more than one record."),
    "archive_rubbish": M_("There are foreign bytes before record {place}."),
    "archive_gzip": M_("The compression of record {place} is damaged."),
    "archive_large": M_("The archive is larger than allowed once unpacked."),
}


@dataclass(frozen=True)
class Limits:
    """What one child may take; `seconds` (wall time) is for one input and for starting up."""

    seconds: float = 20.0
    memory_bytes: int = 1536 * MIB
    answer_bytes: int = 64 * MIB


@dataclass(frozen=True)
class _Died:
    message: Message


def run_isolated(
    function: str,
    untrusted_inputs: Sequence[bytes],
    options: Mapping[str, Any],
    limits: Limits | None = None,
) -> list[dict[str, Any] | BadInput]:
    """Answers of `module:function` (called with bytes and options), one an input, in order.

    An input that is refused, or that kills its child, has a BadInput in its place; the inputs
    after it run in a new child. Raises Unavailable when no child can be started.
    """
    limits = limits or Limits()
    answers: list[dict[str, Any] | BadInput] = []
    while len(answers) < len(untrusted_inputs):
        for answer in _one_child(function, untrusted_inputs[len(answers) :], options, limits):
            answers.append(BadInput(answer.message) if isinstance(answer, _Died) else answer)
    return answers


def child_command() -> list[str]:
    """How a child is started: the interpreter without user paths, or the frozen program."""
    if getattr(sys, "frozen", False):
        return [sys.executable, CHILD_ARGUMENT]
    return [sys.executable, "-I", "-B", "-X", "utf8", os.fspath(_CHILD)]


def _environment() -> dict[str, str]:
    kept = ("SYSTEMROOT", "TEMP", "TMP") if os.name == "nt" else ()
    return {name: os.environ[name] for name in kept if name in os.environ}


def _one_child(
    function: str, inputs: Sequence[bytes], options: Mapping[str, Any], limits: Limits
) -> Iterator[dict[str, Any] | BadInput | _Died]:
    try:
        child = subprocess.Popen(  # noqa: S603 (our own interpreter and module)
            child_command(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            close_fds=True,
            start_new_session=os.name == "posix",
        )
    except OSError as error:
        raise Unavailable(
            M_("The reader's own process cannot be started: {why}", why=error.strerror or "")
        ) from error
    assert child.stdin is not None
    assert child.stdout is not None
    header = {
        "function": function,
        "options": dict(options),
        "sizes": [len(content) for content in inputs],
        "memory_bytes": limits.memory_bytes,
        "cpu_seconds": max(1, round(limits.seconds * (len(inputs) + 1))),
    }
    lines: queue.Queue[bytes | None] = queue.Queue()
    feeding = threading.Thread(target=_feed, args=(child.stdin, header, inputs), daemon=True)
    hearing = threading.Thread(
        target=_hear, args=(child.stdout, lines, limits.answer_bytes), daemon=True
    )
    feeding.start()
    hearing.start()
    try:
        for _content in inputs:
            try:
                line = lines.get(timeout=limits.seconds)
            except queue.Empty:
                yield _Died(M_("Reading it took longer than allowed."))
                return
            if line is None:
                _kill(child)
                yield _Died(_cause_of_death(child.wait()))
                return
            answer = _answer(line)
            yield answer
            if isinstance(answer, _Died):
                return
    finally:
        _kill(child)
        child.wait()
        feeding.join()
        hearing.join()
        child.stdout.close()


def _kill(child: subprocess.Popen[bytes]) -> None:
    """End the child and whatever it started: it leads a process group of its own."""
    if sys.platform != "win32" and child.returncode is None:
        # Not yet waited for, so the number is still its own.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
    child.kill()


def _feed(pipe: BinaryIO | Any, header: Mapping[str, Any], inputs: Sequence[bytes]) -> None:
    try:
        text = json.dumps(header).encode()
        pipe.write(struct.pack(">I", len(text)) + text)
        for content in inputs:
            pipe.write(content)
        pipe.flush()
    except OSError:
        pass  # the child died; its answers say so
    finally:
        with contextlib.suppress(OSError):
            pipe.close()


def _hear(pipe: BinaryIO | Any, lines: queue.Queue[bytes | None], limit: int) -> None:
    left = limit
    while left > 0:
        line = pipe.readline(left)
        if not line.endswith(b"\n"):
            break
        left -= len(line)
        lines.put(line)
    lines.put(None)


def _cause_of_death(code: int) -> Message:
    if os.name == "posix" and code == -24:  # SIGXCPU
        return M_("Reading it took longer than allowed.")
    return M_("It broke the reader (its process ended with {code}).", code=code)


def _answer(line: bytes) -> dict[str, Any] | BadInput | _Died:
    try:
        found = json.loads(line)
        if isinstance(found["value"], dict):
            return found["value"]
        template = _REASONS[found["refused"]]
        values: dict[str, object] = {
            str(name): str(value)[:200] for name, value in found["values"].items()
        }
        message = Message(template.msgid, values)
        str(message)
        return BadInput(message)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return _Died(M_("It broke the reader (its answer makes no sense)."))
