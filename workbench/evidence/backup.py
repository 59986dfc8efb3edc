"""The backup file: a tar that grows file by file, so that one cut off is gone on with.

It holds the vault's blobs as they lie there (encrypted), the database's snapshot (encrypted),
`keys.json` (the data key wrapped) and, last, `manifest.json` with size and SHA-256 of every file
and `signature.json` over it. Only plain files under known names are read; nothing else of the tar
format is understood, so nothing else can be smuggled in.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tarfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from workbench.domain.custody import canonical_json
from workbench.domain.errors import M_, BadInput, EvidenceDamaged, Unavailable
from workbench.domain.signature import fingerprint_of, signature_fits

FORMAT = "patrol-workbench-backup/1"
_FORMAT_FAMILY = "patrol-workbench-backup/"
SIGNATURE_FORMAT = "patrol-workbench-backup-signature/1"
ORIGIN, MANIFEST, SIGNATURE = "backup.json", "manifest.json", "signature.json"
_TAIL = (MANIFEST, SIGNATURE)
_BLOCK = 512
_PIECE = 1 << 20
# A manifest line is about 150 bytes: room for some three million files.
_LARGEST_MANIFEST = 512 << 20
_NAMES = re.compile(
    r"backup\.json|store\.db|keys\.json|practice\.key|settings\.toml|manifest\.json|signature\.json"
    r"|vault/([0-9a-f]{2})/\1[0-9a-f]{30}\.blob"
)


@dataclass(frozen=True)
class Entry:
    """One file of the archive: its path, where its bytes begin, how many they are."""

    path: str
    offset: int
    size: int

    @property
    def end(self) -> int:
        """Where the next entry begins."""
        return self.offset + -(-self.size // _BLOCK) * _BLOCK


@dataclass(frozen=True)
class Manifest:
    """What a finished backup says of itself, as signed."""

    fields: dict[str, Any]
    sha256: str
    signer: str

    @property
    def files(self) -> dict[str, tuple[int, str]]:
        """Size and SHA-256 by path."""
        return {f["path"]: (f["bytes"], f["sha256"]) for f in self.fields["files"]}

    @property
    def damaged(self) -> dict[str, str]:
        """Exhibits that were damaged or missing already when the backup was made."""
        return {d["exhibit"]: d["why"] for d in self.fields["damaged"]}


def blob_path(blob_id: str) -> str:
    """The path of a blob within the archive."""
    return f"vault/{blob_id[:2]}/{blob_id}.blob"


def append_entry(out: BinaryIO, path: str, size: int, pieces: Iterable[bytes]) -> Entry:
    """Write a file at the present end of the archive; `pieces` must come to `size` bytes.

    ValueError when they do not: the caller cuts the archive back.
    """
    head = tarfile.TarInfo(path)
    head.size, head.mode = size, 0o600
    out.write(head.tobuf(tarfile.GNU_FORMAT))
    entry = Entry(path, out.tell(), size)
    written = 0
    for piece in pieces:
        written += len(piece)
        if written > size:
            break
        out.write(piece)
    if written != size:
        raise ValueError(f"{path}: {written} bytes instead of {size}")
    out.write(bytes(entry.end - entry.offset - size))
    return entry


def end_archive(out: BinaryIO) -> None:
    """The two empty blocks that end a tar."""
    out.write(bytes(2 * _BLOCK))


def whole_entries(stream: BinaryIO) -> tuple[list[Entry], bool]:
    """The entries that are complete, in order, and whether the archive ends as it should.

    BadInput when the bytes are no backup at all.
    """
    length = os.fstat(stream.fileno()).st_size
    found: list[Entry] = []
    names: set[str] = set()
    place = 0
    while place + _BLOCK <= length:
        stream.seek(place)
        block = stream.read(_BLOCK)
        if block == bytes(_BLOCK) and found:
            rest = stream.read(_BLOCK + 1)
            return found, rest == bytes(_BLOCK)
        entry = _entry_of(block, place + _BLOCK)
        if entry is None or entry.path in names:
            if not found:
                raise _no_backup()
            return found, False
        if entry.end > length:
            break
        if not found and entry.path != ORIGIN:
            raise _no_backup()
        names.add(entry.path)
        found.append(entry)
        place = entry.end
    if not found:
        raise _no_backup()
    return found, False


def _entry_of(block: bytes, offset: int) -> Entry | None:
    try:
        head = tarfile.TarInfo.frombuf(block, "ascii", "strict")
    except (tarfile.HeaderError, ValueError):
        return None
    if head.type != tarfile.REGTYPE or head.size < 0 or not _NAMES.fullmatch(head.name):
        return None
    return Entry(head.name, offset, head.size)


def _no_backup() -> BadInput:
    return BadInput(M_("This is not a backup of this program."))


def not_whole() -> EvidenceDamaged:
    """What is said of a backup that ends early or was changed."""
    return EvidenceDamaged(
        M_("This backup is not whole: it ends early or was changed. Nothing was restored."),
        M_("Use another copy of it, or an earlier backup."),
    )


class Section:
    """The bytes of one entry, hashed as they are read."""

    def __init__(self, stream: BinaryIO, entry: Entry) -> None:
        self._stream, self._left, self._path = stream, entry.size, entry.path
        self._digest = hashlib.sha256()
        stream.seek(entry.offset)

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes; EvidenceDamaged when the file ends within the entry."""
        piece = self._stream.read(min(size, self._left))
        if not piece and self._left and size:
            raise not_whole()
        self._left -= len(piece)
        self._digest.update(piece)
        return piece

    def pieces(self) -> Iterator[bytes]:
        """What is left, in pieces."""
        while piece := self.read(_PIECE):
            yield piece

    def sha256(self) -> str:
        """The SHA-256 (hex) of the whole entry, reading what is left of it."""
        for _ in self.pieces():
            pass
        return self._digest.hexdigest()


def read_entry(stream: BinaryIO, entry: Entry, most: int = 1 << 20) -> bytes:
    """All bytes of a small entry; EvidenceDamaged when it is larger than `most`."""
    if entry.size > most:
        raise not_whole()
    return b"".join(Section(stream, entry).pieces())


def origin_of(stream: BinaryIO, entries: list[Entry]) -> str:
    """The id of the store an archive, finished or not, was begun for.

    BadInput when it is no backup, Unavailable when a newer program wrote it.
    """
    try:
        fields = json.loads(read_entry(stream, entries[0]))
        kind, store = str(fields["format"]), str(fields["store"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _no_backup() from error
    if kind == FORMAT:
        return store
    if kind.startswith(_FORMAT_FAMILY):
        raise Unavailable(
            M_("This backup was written by a newer version of the program ({kind}).", kind=kind),
            M_("Install the newer version; nothing was changed."),
        )
    raise _no_backup()


def origin_document(store: str) -> bytes:
    """The first file of an archive: whose it is."""
    return canonical_json({"format": FORMAT, "store": store})


def sign_manifest(
    fields: Mapping[str, Any], public: str, sign: Callable[[bytes], str]
) -> tuple[bytes, bytes]:
    """`manifest.json` and `signature.json`."""
    manifest = canonical_json({**fields, "format": FORMAT})
    return manifest, canonical_json(
        {
            "algorithm": "Ed25519",
            "file": MANIFEST,
            "fingerprint": fingerprint_of(public),
            "format": SIGNATURE_FORMAT,
            "public_key": public,
            "sha256": hashlib.sha256(manifest).hexdigest(),
            "signature": sign(manifest),
        }
    )


def read_manifest(stream: BinaryIO, entries: list[Entry], whole: bool) -> Manifest:
    """The signed manifest of a finished backup, compared with the entries that are there.

    EvidenceDamaged when the archive ends early, the signature does not fit, or a file is missing,
    added or of another size. The files' bytes are for the caller to check (`Section.sha256`), and
    so is whether `signer` is a key of the store.
    """
    if not whole or tuple(e.path for e in entries[-2:]) != _TAIL:
        raise not_whole()
    raw = read_entry(stream, entries[-2], _LARGEST_MANIFEST)
    try:
        signature = json.loads(read_entry(stream, entries[-1]))
        fields = json.loads(raw)
        found = Manifest(fields, hashlib.sha256(raw).hexdigest(), signature["fingerprint"])
        public = signature["public_key"]
        expected = sign_manifest(fields, public, lambda _: signature["signature"])
        sound = (
            expected == (raw, canonical_json(signature))
            and signature_fits(public, raw, signature["signature"])
            and _types_fit(fields)
        )
        listed = {path: size for path, (size, _) in found.files.items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise not_whole() from error
    if not sound or listed != {e.path: e.size for e in entries[:-2]}:
        raise not_whole()
    return found


def _types_fit(fields: dict[str, Any]) -> bool:
    kinds: dict[str, type] = {
        "at_us": int,
        "damaged": list,
        "exhibits": int,
        "files": list,
        "officer": str,
        "position": int,
        "practice": bool,
        "program": str,
        "schema": str,
        "seal": dict,
        "store": str,
    }
    texts = [f[name] for f in fields["files"] for name in ("path", "sha256")]
    texts += [d[name] for d in fields["damaged"] for name in ("exhibit", "why")]
    return (
        all(type(fields[name]) is kind for name, kind in kinds.items())
        and all(type(text) is str for text in texts)
        and all(type(f["bytes"]) is int for f in fields["files"])
    )
