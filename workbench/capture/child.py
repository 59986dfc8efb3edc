"""Entry point of the limited process: header and bytes on stdin, one JSON line an input on stdout.

Input: a four-byte big-endian length, a JSON header (function, options, sizes, limits), the inputs.
"""

from __future__ import annotations

import importlib
import json
import os
import struct
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

if __name__ == "__main__":
    # Started by path and without user paths. The package this file belongs to comes before any
    # other that is installed, and after the standard library.
    _ROOT = os.fspath(Path(__file__).resolve().parents[2])
    _INSTALLED = (n for n, entry in enumerate(sys.path) if Path(entry).name == "site-packages")
    sys.path.insert(next(_INSTALLED, len(sys.path)), _ROOT)

from workbench.capture.refused import Refused


def limit_this_process(memory_bytes: int, cpu_seconds: int) -> None:
    """No more memory, processor time, files or core dumps than this; POSIX only."""
    try:
        import resource
    except ImportError:
        return
    for kind, most in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        hard = resource.getrlimit(kind)[1]
        value = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (value, value))


def answer_one(
    function: Callable[..., dict[str, Any]], untrusted: bytes, options: Mapping[str, Any]
) -> dict[str, Any]:
    """The answer for one input as it goes to the parent."""
    try:
        return {"value": function(untrusted, **options)}
    except Refused as refused:
        return {"value": None, "refused": refused.word, "values": refused.values}
    except MemoryError:
        return {"value": None, "refused": "memory", "values": {}}


def main() -> int:
    """Answer everything on stdin; a bug or a limit ends the process, which the parent sees."""
    source: BinaryIO = sys.stdin.buffer
    size = struct.unpack(">I", source.read(4))[0]
    header = json.loads(source.read(size))
    limit_this_process(header["memory_bytes"], header["cpu_seconds"])
    module, _colon, name = header["function"].partition(":")
    function = getattr(importlib.import_module(module), name)
    for length in header["sizes"]:
        answer = answer_one(function, source.read(length), header["options"])
        sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n")
        sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
