"""Durable writes: a crash leaves the old file or the new one, never half of one."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path


def write_durably(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Write a file in one step, by default readable by its owner only."""
    _put_in_place(path, [content], mode)


def copy_durably(source: Path, path: Path, mode: int = 0o600) -> None:
    """Copy a file of any size in one step, readable by its owner only."""
    with source.open("rb") as stream:
        _put_in_place(path, iter(lambda: stream.read(1 << 20), b""), mode)


def _put_in_place(path: Path, pieces: Iterable[bytes], mode: int) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}.new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            for piece in pieces:
                stream.write(piece)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make a rename in `folder` durable (a no-op where folders cannot be opened)."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
