"""Bytes of an untrusted file, unpacked and decoded line by line in constant memory."""

from __future__ import annotations

import codecs
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from workbench.domain.errors import M_, Message

CHUNK = 1 << 18
MAX_LINE = 8 << 20
_PACKED = 1 << 16
# Python gives these bytes of cp932 a control or private character: no letter was written there.
_AS_BYTES = {0x80: 0xDC80, 0xF8F0: 0xDCA0, 0xF8F1: 0xDCFD, 0xF8F2: 0xDCFE, 0xF8F3: 0xDCFF}
_NO_LETTERS = re.compile("[\x80\uf8f0-\uf8f3]")
_UTF8_KANJI_OR_KANA = re.compile(rb"[\xe3-\xe9][\x80-\xbf][\x80-\xbf]")


class Damaged(Exception):
    """The rest of a packed file cannot be unpacked; what came before it was handed out."""


class Corrupt(Damaged):
    """Bytes inside the packed data were changed: what was unpacked so far may be wrong too."""


class UnreadLine(str):
    """A line of which only a part is known, so that it can be rejected but never read."""

    __slots__ = ()


class LongLine(UnreadLine):
    """The beginning of a line longer than MAX_LINE; its rest was passed over."""

    __slots__ = ()


class CutLine(UnreadLine):
    """What a damaged file still gave of the line in which it breaks off; always its last."""

    __slots__ = ()


def unread(line: str) -> Message | None:
    """Why a line is only a part; None for a whole line."""
    if not isinstance(line, UnreadLine):
        return None
    if isinstance(line, LongLine):
        return M_("The row is longer than {limit} MiB.", limit=MAX_LINE >> 20)
    return M_("The compressed file is damaged; the rows behind this place cannot be read.")


@dataclass(frozen=True)
class Source:
    """A file, or the bytes of an attachment, read from its beginning as often as needed."""

    name: str
    path: Path | None = None
    untrusted_bytes: bytes = b""
    packed: bool = False

    def chunks(self) -> Iterator[bytes]:
        """The unpacked bytes; Damaged when the gzip data ends early, Corrupt when it is changed."""
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
    given = False
    for chunk in packed_chunks:
        rest = chunk
        while rest:
            if unpacker.eof:
                # gzip files may be joined; zero bytes may pad the end.
                rest = rest.lstrip(b"\0")
                if not rest:
                    break
                unpacker = zlib.decompressobj(wbits=31)
                given = False
            try:
                data = unpacker.decompress(rest, CHUNK)
            except zlib.error:
                # Members in front of this one passed their check sum; of this one nothing is sure:
                # changed bits unpack to other letters long before zlib notices.
                raise (Corrupt if given else Damaged) from None
            if data:
                given = True
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


def text_lines(chunks: Iterator[bytes], encoding: str) -> Iterator[str]:
    """Physical lines without their ends (LF, CR LF or CR), in the order of the file.

    A file that breaks off ends with one CutLine. Bytes that the encoding does not allow are kept as lone surrogates (U+DC80 to U+DCFF), in their
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
            whole = damage is None or data[-1:] in (b"\r", b"\n")
            if data and not skipping and whole:
                yield from _decoded(data, encoding)
            if damage is not None:
                cut_off = "" if whole else "".join(_decoded(data, encoding))
                yield CutLine(cut_off)
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
            text = block.decode(encoding)
        except UnicodeDecodeError:
            pass
        else:
            if encoding != "cp932" or not _NO_LETTERS.search(text):
                return _split(text)
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
    try:
        text = line.decode(encoding, "surrogateescape")
    except UnicodeDecodeError:
        # The escape byte of ISO-2022-JP has no escaped form.
        return "".join(chr(byte) if byte < 0x80 else chr(0xDC00 + byte) for byte in line)
    return text.translate(_AS_BYTES) if encoding == "cp932" else text


def whole_text(source: Source, encoding: str) -> str:
    """The text of a whole source, lines of any length, bad bytes as `text_lines` keeps them."""
    data = b"".join(source.chunks())
    if encoding.startswith("utf-16"):
        return data.decode(encoding, "surrogatepass").removeprefix("\ufeff")
    return "\n".join(_decoded(data, encoding)).removeprefix("\ufeff")


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
    cut_off = ""
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
        keep = data[max(data.rfind("\n"), data.rfind("\r", 0, -1)) + 1 :]
        if last:
            cut_off, keep = (keep, keep) if damage is not None else ("", "")
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
        yield CutLine(cut_off)
