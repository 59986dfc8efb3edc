"""Bytes of an untrusted file, unpacked and decoded line by line in constant memory."""

from __future__ import annotations

import codecs
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CHUNK = 1 << 18
MAX_LINE = 8 << 20
_PACKED = 1 << 16
_UTF8_KANJI_OR_KANA = re.compile(rb"[\xe3-\xe9][\x80-\xbf][\x80-\xbf]")


class Damaged(Exception):
    """The rest of a packed file cannot be unpacked; what came before it was handed out."""


class LongLine(str):
    """The beginning of a line longer than MAX_LINE; its rest was passed over."""

    __slots__ = ()


@dataclass(frozen=True)
class Source:
    """A file, or the bytes of an attachment, read from its beginning as often as needed."""

    name: str
    path: Path | None = None
    untrusted_bytes: bytes = b""
    packed: bool = False

    def chunks(self) -> Iterator[bytes]:
        """The unpacked bytes; raises Damaged when the gzip data ends early or is broken."""
        return _unpacked(self._stored()) if self.packed else self._stored()

    def _stored(self) -> Iterator[bytes]:
        size = _PACKED if self.packed else CHUNK
        if self.path is None:
            for start in range(0, len(self.untrusted_bytes), size):
                yield self.untrusted_bytes[start : start + size]
            return
        with self.path.open("rb") as stream:
            while chunk := stream.read(size):
                yield chunk


def _unpacked(packed_chunks: Iterator[bytes]) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(wbits=31)
    for chunk in packed_chunks:
        rest = chunk
        while rest:
            if unpacker.eof:
                # gzip files may be joined; zero bytes may pad the end.
                rest = rest.lstrip(b"\0")
                if not rest:
                    break
                unpacker = zlib.decompressobj(wbits=31)
            before = unpacker.copy()
            try:
                data = unpacker.decompress(rest, CHUNK)
            except zlib.error:
                yield from _bytewise(before, rest)
                raise Damaged from None
            if data:
                yield data
            rest = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
    while not unpacker.eof:
        # Input is at its end; what zlib still holds comes out now.
        data = unpacker.decompress(b"", CHUNK)
        if not data:
            break
        yield data
    if not unpacker.eof:
        raise Damaged


def _bytewise(unpacker: zlib._Decompress, rest: bytes) -> Iterator[bytes]:
    """Everything in front of the broken byte, which one large step would have lost."""
    for place in range(len(rest)):
        try:
            data = unpacker.decompress(rest[place : place + 1])
        except zlib.error:
            return
        if data:
            yield data


def text_lines(chunks: Iterator[bytes], encoding: str) -> Iterator[str]:
    """Physical lines without their ends (LF, CR LF or CR), in the order of the file.

    Bytes that the encoding does not allow are kept as lone surrogates (U+DC80 to U+DCFF), in their
    line only. A line of Shift_JIS or EUC-JP file that is UTF-8 is kept as such bytes too: read in
    the file's encoding it would become other letters without a word.
    """
    parts = (
        _sixteen_bit(chunks, encoding)
        if encoding.startswith("utf-16")
        else _byte_lines(chunks, encoding)
    )
    first = next(parts, None)
    if first is not None:
        yield first.removeprefix("\ufeff") if type(first) is str else first
        yield from parts


def _byte_lines(chunks: Iterator[bytes], encoding: str) -> Iterator[str]:
    pending = b""
    skipping = False
    damage: Damaged | None = None
    while True:
        try:
            chunk = next(chunks, b"")
        except Damaged as error:
            chunk, damage = b"", error
        data = pending + chunk
        if not chunk:
            if data and not skipping:
                yield from _decoded(data, encoding)
            if damage is not None:
                raise damage
            return
        # A CR at the very end may be half of a CR LF.
        cut = max(data.rfind(b"\n"), data.rfind(b"\r", 0, len(data) - 1)) + 1
        if skipping and cut:
            ends = [place for mark in (b"\n", b"\r") if (place := data.find(mark)) >= 0]
            start = min(ends) + 1
            if data[start - 1 : start + 1] == b"\r\n":
                start += 1
            skipping = False
        else:
            start = 0
        if cut > start:
            yield from _decoded(data[start:cut], encoding)
        pending = data[max(cut, start) :]
        if skipping:
            pending = pending[-1:]
        elif len(pending) > MAX_LINE:
            yield LongLine(pending[:20_000].decode(encoding, "surrogateescape"))
            skipping, pending = True, pending[-1:]


def _decoded(block: bytes, encoding: str) -> list[str]:
    eight_bit_japanese = encoding in ("cp932", "euc_jp")
    if not (eight_bit_japanese and _UTF8_KANJI_OR_KANA.search(block)):
        try:
            return _split(block.decode(encoding))
        except UnicodeDecodeError:
            pass
    lines = re.split(rb"\r\n|\n|\r", block)
    if not lines[-1]:
        lines.pop()
    return [_decoded_line(line, encoding, eight_bit_japanese) for line in lines]


def _decoded_line(line: bytes, encoding: str, eight_bit_japanese: bool) -> str:
    if eight_bit_japanese and _UTF8_KANJI_OR_KANA.search(line):
        try:
            line.decode("utf-8")
        except UnicodeDecodeError:
            pass
        else:
            return line.decode("ascii", "surrogateescape")
    return line.decode(encoding, "surrogateescape")


def _split(text: str) -> list[str]:
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    return lines


def _sixteen_bit(chunks: Iterator[bytes], encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)("surrogatepass")
    pending = ""
    skipping = False
    damage: Damaged | None = None
    last = False
    while not last:
        try:
            chunk = next(chunks, b"")
        except Damaged as error:
            chunk, damage = b"", error
        last = not chunk
        try:
            text = decoder.decode(chunk, last)
        except UnicodeDecodeError:
            # Half a character at the end of the file.
            text = "\udc80"
        data = pending + text
        keep = "" if last else data[max(data.rfind("\n"), data.rfind("\r", 0, -1)) + 1 :]
        lines = _split(data[: len(data) - len(keep)])
        if skipping and lines:
            lines.pop(0)
            skipping = False
        yield from lines
        pending = keep[-1:] if skipping else keep
        if len(pending) > MAX_LINE:
            yield LongLine(pending[:20_000])
            skipping, pending = True, pending[-1:]
    if damage is not None:
        raise damage
