"""Reads a hostile WARC strictly, record by record; runs inside the limited process only.

ISO 28500 (WARC/1.0, 1.1): whole records, one gzip member each, every digest compared. What other
tools repair silently is refused here, because an archive that is evidence must read the same
everywhere.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from workbench.capture.bodies import end_of_headers, split_response, unchunk
from workbench.capture.bodies import field as header_field
from workbench.capture.refused import Refused

_MAX_UNPACKED = 512 * 1024 * 1024
_MAX_HEADER = 64 * 1024
_MAX_TARGETS = 1_000
_VERSIONS = (b"WARC/1.0", b"WARC/1.1")
_GZIP = b"\x1f\x8b"
_ARC = re.compile(rb"filedesc://|[a-z][a-z0-9+.-]*:[^\s]+ [\d.:a-f]+ \d{14} ", re.I)
_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z")
_NAMED = frozenset(
    {"response", "request", "resource", "revisit", "metadata", "conversion", "continuation"}
)
# These name what they hold by a URI; of the other kinds only some records do.
_NAMED_ALWAYS = frozenset({"response", "resource", "request", "revisit"})
_ALGORITHMS = {"sha1": 20, "sha256": 32, "sha512": 64, "md5": 16}


@dataclass(frozen=True)
class _Record:
    place: int
    fields: list[tuple[str, str]]
    block: bytes

    def field(self, name: str) -> str | None:
        return header_field(self.fields, name)


def read_archive(untrusted: bytes) -> dict[str, Any]:
    """Counts and targets of a WARC whose every record is whole; refused with the first that is not.

    `records`, `responses`, `digests` (compared), `version`, `targets` (of responses and resources,
    each once), `first` and `last` (WARC-Date).
    """
    if not untrusted:
        raise Refused("empty")
    kinds: list[str] = []
    targets: dict[str, None] = {}
    dates: list[str] = []
    digests = 0
    for record in _records(untrusted):
        kind = record.field("warc-type") or ""
        kinds.append(kind)
        dates.append(record.field("warc-date") or "")
        digests += _compare_digests(record, kind)
        target = record.field("warc-target-uri")
        if kind in ("response", "resource") and target and len(targets) < _MAX_TARGETS:
            targets[target.removeprefix("<").removesuffix(">")[:4_096]] = None
    return {
        "records": len(kinds),
        "responses": kinds.count("response"),
        "digests": digests,
        "targets": list(targets),
        "first": min(dates),
        "last": max(dates),
    }


def _records(untrusted: bytes) -> Iterator[_Record]:
    if not untrusted.startswith(_GZIP):
        _must_be_warc(untrusted, 1)
        at = place = 0
        while at < len(untrusted):
            place += 1
            record, at = _record(untrusted, at, place, "archive_ends")
            yield record
        return
    rest, place, unpacked = untrusted, 0, 0
    while rest:
        place += 1
        member, rest = _member(rest, place, _MAX_UNPACKED - unpacked)
        unpacked += len(member)
        _must_be_warc(member, place)
        record, end = _record(member, 0, place, "archive_length")
        if end != len(member):
            raise Refused("archive_members", place=place)
        yield record


def _must_be_warc(content: bytes, place: int) -> None:
    if content.startswith(_VERSIONS):
        return
    if place == 1 and _ARC.match(content):
        raise Refused("archive_arc")
    raise Refused("archive_start", place=place)


def _member(rest: bytes, place: int, limit: int) -> tuple[bytes, bytes]:
    if not rest.startswith(_GZIP):
        raise Refused("archive_rubbish", place=place)
    inflater = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        member = inflater.decompress(rest, limit + 1)
    except zlib.error as error:
        raise Refused("archive_gzip", place=place) from error
    if len(member) > limit:
        raise Refused("archive_large")
    if not inflater.eof:
        raise Refused("archive_ends", place=place)
    return member, inflater.unused_data


def _record(content: bytes, at: int, place: int, too_short: str) -> tuple[_Record, int]:
    if not content.startswith(_VERSIONS, at):
        raise Refused("archive_start", place=place)
    end = content.find(b"\r\n\r\n", at, at + _MAX_HEADER)
    if end < 0:
        if len(content) - at < _MAX_HEADER:
            raise Refused(too_short, place=place)
        raise Refused("archive_header", place=place, what="its length")
    end += 4
    header = content[at:end]
    if b"\0" in header or re.search(rb"(?<!\r)\n|\r(?!\n)", header):
        raise Refused("archive_header", place=place, what="its line ends")
    fields, _body = split_response(header, len(header))
    length = header_field(fields, "content-length") or ""
    if not (length.isascii() and length.isdigit() and len(length) < 16):
        raise Refused("archive_header", place=place, what="Content-Length")
    block_end = end + int(length)
    if block_end + 4 > len(content):
        raise Refused(too_short, place=place)
    if content[block_end : block_end + 4] != b"\r\n\r\n":
        raise Refused("archive_length", place=place)
    record = _Record(place, fields, content[end:block_end])
    _check_fields(record)
    return record, block_end + 4


def _check_fields(record: _Record) -> None:
    """Fields that every record must have, or its kind (ISO 28500, 5.2 to 5.10)."""
    kind = record.field("warc-type") or ""
    if not kind:
        raise Refused("archive_header", place=record.place, what="WARC-Type")
    if not re.fullmatch(
        r"<[a-z][a-z0-9+.-]*:[^\s<>]+>", record.field("warc-record-id") or "", re.I
    ):
        raise Refused("archive_header", place=record.place, what="WARC-Record-ID")
    if not _DATE.fullmatch(record.field("warc-date") or ""):
        raise Refused("archive_header", place=record.place, what="WARC-Date")
    names = [name.lower() for name, _value in record.fields]
    for single in ("warc-type", "warc-record-id", "warc-date", "content-length", "warc-target-uri"):
        if names.count(single) > 1:
            raise Refused("archive_header", place=record.place, what=single)
    target = record.field("warc-target-uri")
    if target is None:
        if kind in _NAMED_ALWAYS:
            raise Refused("archive_header", place=record.place, what="WARC-Target-URI")
    elif kind in _NAMED and (not target or re.search(r"\s", target)):
        raise Refused("archive_header", place=record.place, what="WARC-Target-URI")


def _compare_digests(record: _Record, kind: str) -> int:
    compared = 0
    stated = record.field("warc-block-digest")
    if stated is not None:
        compared += _compare(record.place, stated, "WARC-Block-Digest", record.block)
    stated = record.field("warc-payload-digest")
    # The payload of a revisit stands in another record, that of a segment in several.
    if stated is not None and kind not in ("revisit", "continuation") and not _segment(record):
        compared += _compare(record.place, stated, "WARC-Payload-Digest", *_payloads(record, kind))
    return compared


def _segment(record: _Record) -> bool:
    return record.field("warc-segment-number") is not None


def _payloads(record: _Record, kind: str) -> tuple[bytes, ...]:
    """What may be meant by the payload: all behind the HTTP header, also without its chunks."""
    media = (record.field("content-type") or "").lower()
    if kind not in ("response", "request") or not media.startswith("application/http"):
        return (record.block,)
    end = end_of_headers(record.block)
    if end is None:
        return (b"", record.block)
    fields, body = split_response(record.block, end)
    coding = (header_field(fields, "transfer-encoding") or "").lower()
    return (body, unchunk(body)) if coding.endswith("chunked") else (body,)


def _compare(place: int, stated: str, what: str, *contents: bytes) -> int:
    """1 when the digest is that of one of the contents, 0 for an algorithm not known here."""
    algorithm, _colon, value = stated.strip().partition(":")
    algorithm = algorithm.lower().replace("-", "")
    size = _ALGORITHMS.get(algorithm)
    if size is None:
        return 0
    for content in contents:
        # S324: archives state what they state; nothing of ours rests on a SHA-1.
        if hashlib.new(algorithm, content, usedforsecurity=False).digest() == _raw(value, size):
            return 1
    raise Refused("archive_digest", place=place, what=what)


def _raw(value: str, size: int) -> bytes | None:
    """A digest written in base32 (usual), hexadecimal or base64."""
    try:
        if len(value) == 2 * size:
            return binascii.unhexlify(value)
        padded = value.rstrip("=")
        if len(padded) == -(-8 * size // 5):
            return base64.b32decode(padded.upper() + "=" * (-len(padded) % 8))
        return base64.b64decode(padded + "=" * (-len(padded) % 4), validate=True)
    except ValueError:
        return None
