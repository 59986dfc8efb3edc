"""A deterministic zip: the same members give the same bytes, on every machine and day.

Members are stored, not compressed: compressed bytes depend on the library's version, and most
evidence (PNG, PDF, WARC.gz) is compressed already. Layout follows PKWARE APPNOTE 6.3.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO

# 1980-01-01 00:00, the earliest moment a zip can name: packages say their times inside.
_DOS_DATE = 0x0021
_UTF8_FLAG = 0x0800
_MODE = 0o100644 << 16
_MAX_32 = 0xFFFFFFFF
_MAX_16 = 0xFFFF


@dataclass(frozen=True)
class Member:
    """One file of the archive and where its bytes come from."""

    name: str
    chunks: Iterable[bytes]


@dataclass(frozen=True)
class _Entry:
    name: bytes
    crc: int
    size: int
    offset: int


def write_archive(out: BinaryIO, members: Iterable[Member]) -> int:
    """Write `members` in the order given to the seekable `out`; returns how many."""
    entries = []
    for member in members:
        name = member.name.encode()
        offset = out.tell()
        out.write(_local_header(_Entry(name, 0, 0, offset)))
        crc = size = 0
        for chunk in member.chunks:
            crc = zlib.crc32(chunk, crc)
            size += len(chunk)
            out.write(chunk)
        entry = _Entry(name, crc, size, offset)
        end = out.tell()
        out.seek(offset)
        out.write(_local_header(entry))
        out.seek(end)
        entries.append(entry)
    out.write(_directory(entries, out.tell()))
    return len(entries)


def _local_header(entry: _Entry) -> bytes:
    # Sizes always stand in a zip64 field, so that a header's length never depends on the content.
    extra = struct.pack("<HHQQ", 1, 16, entry.size, entry.size)
    fixed = struct.pack(
        "<IHHHHHIIIHH",
        0x04034B50,
        45,
        _UTF8_FLAG,
        0,
        0,
        _DOS_DATE,
        entry.crc,
        _MAX_32,
        _MAX_32,
        len(entry.name),
        len(extra),
    )
    return fixed + entry.name + extra


def _directory(entries: list[_Entry], start: int) -> bytes:
    parts = []
    for entry in entries:
        large = [v for v in (entry.size, entry.size, entry.offset) if v >= _MAX_32]
        extra = struct.pack(f"<HH{len(large)}Q", 1, 8 * len(large), *large) if large else b""
        size = min(entry.size, _MAX_32)
        parts.append(
            struct.pack(
                "<IHHHHHHIIIHHHHHII",
                0x02014B50,
                (3 << 8) | 45,
                45,
                _UTF8_FLAG,
                0,
                0,
                _DOS_DATE,
                entry.crc,
                size,
                size,
                len(entry.name),
                len(extra),
                0,
                0,
                0,
                _MODE,
                min(entry.offset, _MAX_32),
            )
            + entry.name
            + extra
        )
    listing = b"".join(parts)
    count, size = len(entries), len(listing)
    tail = b""
    if count >= _MAX_16 or start >= _MAX_32:
        tail = struct.pack("<IQHHIIQQQQ", 0x06064B50, 44, 45, 45, 0, 0, count, count, size, start)
        tail += struct.pack("<IIQI", 0x07064B50, 0, start + size, 1)
    shown = min(count, _MAX_16)
    end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, shown, shown, size, min(start, _MAX_32), 0)
    return listing + tail + end


def strange_parts(stream: BinaryIO, infos: list[zipfile.ZipInfo], length: int) -> list[str] | None:
    """Which parts of an archive differ from what `write_archive` would have written.

    `infos` is the archive's directory as read, `length` its size in bytes. An empty list: byte for
    byte ours (the members' own bytes aside). Names of members: something in their headers was
    changed. None: written again by another program, so nothing can be said of the wrapping.
    """
    entries = [
        _Entry(info.filename.encode(), info.CRC, info.file_size, info.header_offset)
        for info in infos
    ]
    changed: list[str] = []
    ours = False
    for entry, info, offset in zip(entries, infos, _offsets(entries), strict=True):
        expected = _local_header(entry)
        stream.seek(info.header_offset)
        header = stream.read(len(expected))
        ours = ours or _same_form(header, expected)
        if info.header_offset != offset or header != expected:
            changed.append(info.filename)
    if not ours:
        return None
    end = _offsets(entries)[-1] + len(_local_header(entries[-1])) + entries[-1].size
    directory = _directory(
        [
            _Entry(e.name, e.crc, e.size, at)
            for e, at in zip(entries, _offsets(entries), strict=True)
        ],
        end,
    )
    stream.seek(end)
    if stream.read(len(directory) + 1) != directory or end + len(directory) != length:
        changed.append("(directory)")
    return changed


def _same_form(header: bytes, ours: bytes) -> bool:
    """Whether a local header is written as ours are, whatever it says of its member.

    No other program puts sizes into a zip64 field, at the first day of 1980, for small members.
    """
    return (header[:14], header[18:26], header[28:30]) == (ours[:14], ours[18:26], ours[28:30])


def overlap(infos: list[zipfile.ZipInfo], length: int) -> str | None:
    """The first member that shares bytes with another or lies outside the file, or None.

    Overlapping members unpack to far more than the file holds, whatever each one's own ratio.
    """
    end = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset < end:
            return info.filename
        # A local header is at least this long; what else it holds only moves the end further.
        end = info.header_offset + 30 + info.compress_size
        if end > length:
            return info.filename
    return None


def _offsets(entries: list[_Entry]) -> list[int]:
    found, offset = [], 0
    for entry in entries:
        found.append(offset)
        offset += len(_local_header(entry)) + entry.size
    return found
