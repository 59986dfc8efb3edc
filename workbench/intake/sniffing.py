"""What a file is, from its bytes more than from its name."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from workbench.domain.errors import M_, BadInput, Unavailable
from workbench.intake.columns import field_of
from workbench.intake.sources import Corrupt, Damaged, Source, text_lines
from workbench.intake.tables import split_cells

MAX_UNPACKED = 1 << 30
_HEAD = 1 << 16
_VOTING = 4 << 20

_BINARY = (
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"%PDF", "PDF"),
    (b"\x7fELF", "ELF"),
    (b"MZ\x90", "EXE"),
    (b"7z\xbc\xaf", "7z"),
    (b"Rar!", "RAR"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"\x1f\x8b", "gzip"),
    (b"SQLite format 3", "SQLite"),
)
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_MAIL_HEAD = re.compile(
    rb"\A(?:[!-9;-~]{1,76}:[^\n]*\n(?:[ \t][^\n]*\n)*){2,}", re.DOTALL
)  # header lines as RFC 5322 writes them
_MAIL_NAMES = re.compile(rb"^(?:from|subject|received|message-id|mime-version|date):", re.I | re.M)


@dataclass(frozen=True)
class FileKind:
    """How a file is to be read.

    `format` is csv, tsv, txt, json, jsonl, xlsx or eml; `compression` is "" or "gz"; `encoding` is a
    Python codec name ("" for xlsx and eml, which say it themselves); `delimiter` is "" for one
    column and for what is no table; `size` is unpacked bytes as far as they were counted.
    """

    format: str
    compression: str
    encoding: str
    delimiter: str
    size: int


def sniff(path: Path, max_unpacked: int = MAX_UNPACKED) -> FileKind:
    """The kind of a file on disk.

    BadInput when it is missing, a folder, empty, too large unpacked, or nothing that is read here;
    Unavailable when the disk or the rights refuse.
    """
    return sniff_source(open_source(path), max_unpacked)


def open_source(path: Path) -> Source:
    """The file as a source; BadInput when there is no ordinary file."""
    try:
        if path.is_dir():
            raise BadInput(M_("{path} is a folder, not a file.", path=os.fspath(path)))
        if not path.exists():
            raise BadInput(M_("There is no file {path}.", path=os.fspath(path)))
        if not path.is_file():
            raise BadInput(M_("{path} is not an ordinary file.", path=os.fspath(path)))
        with path.open("rb") as stream:
            magic = stream.read(3)
    except ValueError as error:
        raise BadInput(M_("There is no file {path}.", path=repr(os.fspath(path)))) from error
    except OSError as error:
        raise Unavailable(M_("The file {path} cannot be read.", path=os.fspath(path))) from error
    return Source(path.name, path=path, packed=magic == b"\x1f\x8b\x08")


def sniff_source(source: Source, max_unpacked: int = MAX_UNPACKED) -> FileKind:
    """The kind of a source; errors as `sniff`."""
    sample, size = _sample(source, max_unpacked)
    head = sample[:_HEAD]
    compression = "gz" if source.packed else ""
    if not head:
        raise BadInput(M_("The file {name} is empty.", name=source.name))
    suffix = Path(source.name.lower().removesuffix(".gz")).suffix.lstrip(".")
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return FileKind("xlsx", compression, "", "", size)
    _refuse_binary(source.name, head)
    if suffix in ("eml", "mail") or (
        suffix not in ("csv", "tsv", "txt", "json", "jsonl", "ndjson") and _like_mail(head)
    ):
        return FileKind("eml", compression, "", "", size)
    encoding = _encoding(sample)
    filled = (line for line in text_lines(iter((sample,)), encoding) if line.strip())
    start = list(islice(filled, 60))
    text = start[0].strip() if start else ""
    if not text:
        raise BadInput(M_("The file {name} is empty.", name=source.name))
    if suffix in ("jsonl", "ndjson"):
        return FileKind("jsonl", compression, encoding, "", size)
    if suffix == "json" or (suffix not in ("csv", "tsv", "txt") and text[0] in "[{"):
        several = len([1 for line in start if re.match(r"\s*\{.*\}\s*\Z", line)]) > 1
        return FileKind("jsonl" if several else "json", compression, encoding, "", size)
    delimiter = _delimiter(start, suffix)
    named = any(field_of(cell) == "url" for cell in split_cells(text, delimiter) or [])
    if suffix == "tsv":
        return FileKind("tsv", compression, encoding, delimiter, size)
    if suffix == "csv" or named:
        return FileKind(
            "tsv" if delimiter == "\t" else "csv", compression, encoding, delimiter, size
        )
    if suffix != "txt" and delimiter:
        return FileKind(
            "tsv" if delimiter == "\t" else "csv", compression, encoding, delimiter, size
        )
    return FileKind("txt", compression, encoding, "", size)


def _sample(source: Source, max_unpacked: int) -> tuple[bytes, int]:
    """Bytes for judging, and the size; a packed file is measured to its end.

    The sample is the beginning and, where that is plain ASCII, the first part that is not.
    """
    parts: list[bytes] = []
    size = 0
    judged, plain = 0, True
    try:
        for chunk in source.chunks():
            ascii_still = plain and chunk.isascii()
            if judged < _VOTING or (plain and not ascii_still):
                # Behind an ASCII part a character begins in this one: it can be judged alone.
                parts.append(chunk)
                judged += len(chunk)
            plain = ascii_still
            size += len(chunk)
            if size > max_unpacked:
                raise BadInput(
                    M_(
                        "The file {name} unpacks to more than {limit} MiB and is not read.",
                        name=source.name,
                        limit=max_unpacked >> 20,
                    ),
                    M_("Divide it into smaller files."),
                )
            if judged >= _VOTING and not plain and not source.packed:
                break
    except Damaged as damage:
        if isinstance(damage, Corrupt):
            raise BadInput(
                M_(
                    "The compressed file {name} is damaged inside; none of its rows can be trusted.",
                    name=source.name,
                ),
                M_("Ask for the file again."),
            ) from None
        if not size:
            raise BadInput(
                M_(
                    "The compressed file {name} is damaged; nothing in it can be read.",
                    name=source.name,
                )
            ) from None
    except OSError as error:
        raise Unavailable(M_("The file {path} cannot be read.", path=source.name)) from error
    return b"".join(parts), size


def _refuse_binary(name: str, head: bytes) -> None:
    if head.startswith(_OLD_OFFICE):
        raise BadInput(
            M_("{name} is an old Excel or Outlook file (xls, msg), which is not read.", name=name),
            M_("Save it as xlsx or csv, or the mail as eml."),
        )
    for magic, kind in _BINARY:
        if head.startswith(magic):
            raise BadInput(
                M_("{name} is a {kind} file, not a list of addresses.", name=name, kind=kind)
            )
    if _sixteen_bit(head):
        return
    control = sum(head.count(bytes([c])) for c in range(32) if c not in (9, 10, 12, 13, 27))
    if control > len(head) // 10:
        raise BadInput(M_("{name} is not a text file.", name=name))


def _like_mail(head: bytes) -> bool:
    plain = head.replace(b"\r\n", b"\n")
    found = _MAIL_HEAD.match(plain)
    return found is not None and len(_MAIL_NAMES.findall(found[0])) >= 2


def _sixteen_bit(head: bytes) -> str:
    if head.startswith(b"\xff\xfe"):
        return "utf-16-le"
    if head.startswith(b"\xfe\xff"):
        return "utf-16-be"
    part = head[:4096]
    even, odd = part[::2].count(0), part[1::2].count(0)
    half = max(1, len(part) // 2)
    if odd > 0.25 * half and even < 0.05 * half:
        return "utf-16-le"
    if even > 0.25 * half and odd < 0.05 * half:
        return "utf-16-be"
    return ""


def _encoding(sample: bytes) -> str:
    """UTF-8, Shift_JIS (cp932), EUC-JP, ISO-2022-JP or UTF-16, by what most lines are."""
    if wide := _sixteen_bit(sample):
        return wide
    if sample.startswith(b"\xef\xbb\xbf"):
        return "utf-8"
    if sample.isascii():
        return "iso2022_jp" if b"\x1b$" in sample else "utf-8"
    votes = {"utf-8": 0, "cp932": 0, "euc_jp": 0}
    lines = re.split(rb"[\r\n]+", sample)
    if len(sample) >= _VOTING:
        lines.pop()
    for line in lines:
        if not line.isascii() and (vote := _vote(line)):
            votes[vote] += 1
    best = max(votes, key=lambda encoding: votes[encoding])
    return best if votes[best] else "utf-8"


def _vote(line: bytes) -> str:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        return "utf-8"
    costs: dict[str, int] = {}
    for encoding in ("cp932", "euc_jp"):
        try:
            text = line.decode(encoding)
        except UnicodeDecodeError:
            continue
        # Either encoding misread as the other shows half-width kana and private characters.
        costs[encoding] = sum("\uff61" <= c <= "\uff9f" or "\ue000" <= c <= "\uf8ff" for c in text)
    return min(costs, key=lambda encoding: costs[encoding]) if costs else ""


def _delimiter(filled: list[str], suffix: str) -> str:
    """The sign that cuts most lines into as many cells as the first one; "" for one column."""
    best, best_share = "", 0.0
    for sign in ("\t", ",", ";", "|") if suffix == "tsv" else (",", "\t", ";", "|"):
        first = split_cells(filled[0], sign)
        if first is None or len(first) < 2:
            continue
        widths = [len(cells) for line in filled if (cells := split_cells(line, sign)) is not None]
        share = sum(width == len(first) for width in widths) / len(filled)
        if any(field_of(cell) == "url" for cell in first):
            share += 1.0
        if share > best_share + 0.05:
            best, best_share = sign, share
    return best if best_share >= 0.5 or len(filled) < 3 else ""
