"""The vault: one encrypted blob and one key for each Exhibit, verified on every read.

Blob layout, version 1: the header `PWBVAULT`, a version byte, then chunks of at most 1 MiB of plain
bytes, each AES-256-GCM sealed. Every chunk is bound to the exhibit, its place and whether it is
the last, so chunks cannot be exchanged, reordered or cut off. Nothing of the content is in the
file name; the SHA-256 of the plain bytes lives in the store.
"""

from __future__ import annotations

import hashlib
import io
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from workbench.domain.errors import M_, EvidenceDamaged
from workbench.files import sync_folder

_MAGIC = b"PWBVAULT\x01"
CHUNK_BYTES = 1 << 20
_TAG_BYTES = 16


@dataclass(frozen=True)
class BlobFacts:
    """What was written: random blob id, SHA-256 (hex) and size of the plain bytes."""

    blob_id: str
    sha256: str
    size: int


class Vault:
    """The blobs of one store, under its folder `vault/`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, exhibit_id: str, key: bytes, content: bytes | BinaryIO) -> BlobFacts:
        """Encrypt `content` durably under a new blob id, in constant memory.

        The file is complete, synced and renamed into place before this returns, so the row that
        names it may be committed. OSError when the disk refuses; no half blob stays.
        """
        stream = io.BytesIO(content) if isinstance(content, bytes) else content
        blob_id = secrets.token_hex(16)
        path = self.path_of(blob_id)
        self._make_folder(path.parent)
        temporary = path.with_suffix(".part")
        digest = hashlib.sha256()
        size = 0
        cipher = AESGCM(key)
        try:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as out:
                out.write(_MAGIC)
                chunk = stream.read(CHUNK_BYTES)
                number = 0
                while True:
                    following = stream.read(CHUNK_BYTES)
                    digest.update(chunk)
                    size += len(chunk)
                    last = not following
                    bound = _bound(exhibit_id, number, last)
                    out.write(cipher.encrypt(_nonce(number, last), chunk, bound))
                    if last:
                        break
                    chunk, number = following, number + 1
                out.flush()
                os.fsync(out.fileno())
            temporary.rename(path)
            sync_folder(path.parent)
        except BaseException:
            temporary.unlink(missing_ok=True)
            path.unlink(missing_ok=True)
            raise
        return BlobFacts(blob_id, digest.hexdigest(), size)

    def read(self, exhibit_id: str, key: bytes, facts: BlobFacts) -> Iterator[bytes]:
        """The plain bytes in chunks of up to 1 MiB.

        Every chunk is authenticated before it is given out; size and SHA-256 of the whole are
        checked at the end. EvidenceDamaged names the exhibit when anything differs.
        """
        try:
            stream = self.path_of(facts.blob_id).open("rb")
        except FileNotFoundError as error:
            raise EvidenceDamaged(
                M_("The file of exhibit {id} is missing from the vault.", id=exhibit_id)
            ) from error
        with stream:
            yield from checked_chunks(stream, exhibit_id, key, facts)

    def read_bytes(self, exhibit_id: str, key: bytes, facts: BlobFacts) -> bytes:
        """All plain bytes at once, given out only after the whole was checked."""
        return b"".join(self.read(exhibit_id, key, facts))

    def discard(self, blob_id: str) -> None:
        """Remove a blob whose row never came to be (the act failed after the write)."""
        self.path_of(blob_id).unlink(missing_ok=True)

    def blob_ids(self) -> Iterator[str]:
        """Every blob on disk, also those no row names."""
        for path in self.folder.glob("??/*.blob"):
            yield path.stem

    def half_written(self) -> int:
        """How many writes a crash cut off; what they left is never taken for a blob."""
        return sum(1 for _ in self.folder.glob("??/*.part"))

    def _make_folder(self, folder: Path) -> None:
        """A new folder's own name must be durable too, or its blobs are lost with it."""
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            sync_folder(folder.parent)

    def path_of(self, blob_id: str) -> Path:
        """Where a blob lies."""
        return self.folder / blob_id[:2] / f"{blob_id}.blob"


class Readable(Protocol):
    """What a blob is read from: a file, or its place within a backup."""

    def read(self, size: int, /) -> bytes: ...


def checked_chunks(
    stream: Readable, exhibit_id: str, key: bytes, facts: BlobFacts
) -> Iterator[bytes]:
    """The plain bytes of a blob wherever it lies, checked as `Vault.read` checks them."""
    digest = hashlib.sha256()
    size = 0
    try:
        for chunk in _open_chunks(stream, exhibit_id, key):
            digest.update(chunk)
            size += len(chunk)
            yield chunk
    except (InvalidTag, ValueError) as error:
        raise _damaged(exhibit_id) from error
    if digest.hexdigest() != facts.sha256 or size != facts.size:
        raise _damaged(exhibit_id)


def _open_chunks(stream: Readable, exhibit_id: str, key: bytes) -> Iterator[bytes]:
    if stream.read(len(_MAGIC)) != _MAGIC:
        raise ValueError("header")
    cipher = AESGCM(key)
    sealed = stream.read(CHUNK_BYTES + _TAG_BYTES)
    number = 0
    while True:
        following = stream.read(CHUNK_BYTES + _TAG_BYTES)
        last = not following
        bound = _bound(exhibit_id, number, last)
        yield cipher.decrypt(_nonce(number, last), sealed, bound)
        if last:
            return
        sealed, number = following, number + 1


def _nonce(number: int, last: bool) -> bytes:
    # The key belongs to one blob alone and a blob is written once, so a counter never repeats.
    return number.to_bytes(11, "big") + (b"\x01" if last else b"\x00")


def _bound(exhibit_id: str, number: int, last: bool) -> bytes:
    return _MAGIC + f"|{exhibit_id}|{number}|{int(last)}".encode()


def _damaged(exhibit_id: str) -> EvidenceDamaged:
    return EvidenceDamaged(
        M_("Exhibit {id} is damaged: its bytes are not those recorded.", id=exhibit_id),
        M_("Do not use it; restore it from a backup."),
    )
