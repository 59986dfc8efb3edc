"""Durable writes: a crash leaves the old file or the new one, never half of one."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


def write_durably(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Write a file in one step, by default readable by its owner only."""
    _put_in_place(path, [content], mode)


def copy_durably(source: Path, path: Path, mode: int = 0o600) -> None:
    """Copy a file of any size in one step, readable by its owner only."""
    with source.open("rb") as stream:
        _put_in_place(path, iter(lambda: stream.read(1 << 20), b""), mode)


def copy_pieces_durably(pieces: Iterable[bytes], path: Path, mode: int = 0o600) -> None:
    """Write a file of any size in one step from its pieces, readable by its owner only."""
    _put_in_place(path, pieces, mode)


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


@contextmanager
def held_alone(path: Path) -> Iterator[BinaryIO]:
    """A file held by this process alone until it ends, however it ends.

    BlockingIOError when another process holds it.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+b") as stream:
        _lock(stream)
        yield stream


_IN_USE = ".in-use"
# Its owner may be about to take hold of it.
_YOUNG_SECONDS = 60


@contextmanager
def scratch_folder(prefix: str) -> Iterator[Path]:
    """A folder for plain bytes that must not outlive this process.

    A killed process cannot clean up: what it left under the same prefix is taken away first.
    """
    for left in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
        _take_away(left)
    with tempfile.TemporaryDirectory(prefix=prefix) as name:
        with held_alone(Path(name) / _IN_USE):
            yield Path(name)


def _take_away(left: Path) -> None:
    """Remove a scratch folder of ours that no process holds any more."""
    try:
        if left.is_symlink() or (os.name == "posix" and left.lstat().st_uid != os.getuid()):
            return
        young = time.time() - left.lstat().st_mtime < _YOUNG_SECONDS
        if not young and (left / _IN_USE).exists():
            with held_alone(left / _IN_USE):
                pass
            shutil.rmtree(left)
    except OSError:
        # In use, or taken away by another process meanwhile.
        return


if sys.platform != "win32":
    import fcntl

    def _lock(stream: BinaryIO) -> None:
        fcntl.flock(stream.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)

else:
    import msvcrt

    def _lock(stream: BinaryIO) -> None:
        try:
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError as error:
            raise BlockingIOError(str(error)) from error
