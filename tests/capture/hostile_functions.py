"""What a reader broken into might do; `run_isolated` starts these by name in its child."""

from __future__ import annotations

import os
import resource
import signal
import sys
import time
from typing import Any

from workbench.capture.refused import Refused


def behave(untrusted: bytes, **options: Any) -> dict[str, Any]:
    """Do what the input says; anything else comes back with its length."""
    word, _space, rest = untrusted.partition(b" ")
    deed = _DEEDS.get(word)
    if deed is not None:
        return deed(rest)
    return {"said": untrusted.decode("latin-1"), "size": len(untrusted), **options}


def _loop(_rest: bytes) -> dict[str, Any]:
    while True:
        pass


def _sleep(_rest: bytes) -> dict[str, Any]:
    time.sleep(60)
    return {}


def _allocate(rest: bytes) -> dict[str, Any]:
    return {"size": len(bytearray(int(rest)))}


def _crash(rest: bytes) -> dict[str, Any]:
    os.kill(os.getpid(), int(rest or signal.SIGSEGV))
    return {}


def _exit(rest: bytes) -> dict[str, Any]:
    os._exit(int(rest))


def _bug(_rest: bytes) -> dict[str, Any]:
    raise RuntimeError("a bug of the reader")


def _recurse(rest: bytes) -> dict[str, Any]:
    return _recurse(rest)


def _refuse(rest: bytes) -> dict[str, Any]:
    raise Refused(rest.decode(), why="{why}", width=1, height=2, kind="X" * 10_000)


def _babble(_rest: bytes) -> dict[str, Any]:
    os.write(1, b"this is no answer\n")
    return {}


def _forge(_rest: bytes) -> dict[str, Any]:
    os.write(1, b'{"value": null, "refused": "damaged_picture", "values": {}}\n')
    return {}


def _flood(rest: bytes) -> dict[str, Any]:
    return {"text": "x" * int(rest)}


def _write_file(_rest: bytes) -> dict[str, Any]:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    path = f"/tmp/limited-child-{os.getpid()}"
    try:
        with open(path, "wb") as stream:  # noqa: PTH123
            stream.write(b"x")
    except OSError as error:
        return {"error": error.errno}
    finally:
        os.unlink(path)  # noqa: PTH108
    return {"error": 0}


def _surroundings(_rest: bytes) -> dict[str, Any]:
    limits = (resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_FSIZE, resource.RLIMIT_CORE)
    return {
        "environment": dict(os.environ),
        "descriptors": sorted(int(name) for name in os.listdir("/proc/self/fd")),  # noqa: PTH208
        "limits": [resource.getrlimit(kind)[0] for kind in limits],
        "group": os.getpgrp() == os.getpid(),
        "flags": [sys.flags.isolated, sys.flags.dont_write_bytecode],
    }


def _leave_one_behind(_rest: bytes) -> dict[str, Any]:
    child = os.fork()
    if child == 0:
        time.sleep(60)
    return {"child": child}


_DEEDS = {
    b"loop": _loop,
    b"sleep": _sleep,
    b"allocate": _allocate,
    b"crash": _crash,
    b"exit": _exit,
    b"bug": _bug,
    b"recurse": _recurse,
    b"refuse": _refuse,
    b"babble": _babble,
    b"forge": _forge,
    b"flood": _flood,
    b"write": _write_file,
    b"surroundings": _surroundings,
    b"fork": _leave_one_behind,
}


def page_crash(untrusted: bytes, content_type: str | None, url: str) -> dict[str, Any]:
    return _crash(b"")


def page_of_nothing(untrusted: bytes, content_type: str | None, url: str) -> dict[str, Any]:
    return {"title": "x"}


def own_package(_untrusted: bytes) -> dict[str, Any]:
    """Where the child's package lies."""
    import workbench

    return {"path": workbench.__file__}
