"""Undoing the transfer and content encodings of a response, within limits."""

from __future__ import annotations

import zlib

from workbench.domain.errors import M_, Message

_STEP = 65536


def end_of_headers(raw: bytes | bytearray, start: int = 0) -> int | None:
    """Offset just after the empty line that ends a header block, or None."""
    ends = [
        at + len(mark)
        for mark in (b"\r\n\r\n", b"\n\n", b"\n\r\n")
        if (at := raw.find(mark, start)) >= 0
    ]
    return min(ends) if ends else None


def split_response(raw: bytes, header_end: int | None) -> tuple[list[tuple[str, str]], bytes]:
    """Header fields and untouched body of a raw response; no fields without a header end."""
    if header_end is None:
        return [], b""
    fields: list[tuple[str, str]] = []
    for line in raw[:header_end].splitlines()[1:]:
        text = _text(line)
        if text[:1] in (" ", "\t") and fields:
            name, value = fields[-1]
            fields[-1] = (name, f"{value} {text.strip()}")
            continue
        name, colon, value = text.partition(":")
        if colon and name.strip():
            fields.append((name.strip(), value.strip()))
    return fields, raw[header_end:]


def _text(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("latin-1")


def field(fields: list[tuple[str, str]], name: str) -> str | None:
    """The first value of a header field, or None."""
    return next((value for key, value in fields if key.lower() == name), None)


def unchunk(raw: bytes) -> bytes:
    """The content of a chunked body as far as it is whole; never raises."""
    out = bytearray()
    at = 0
    while True:
        end = raw.find(b"\n", at)
        if end < 0:
            return bytes(out)
        try:
            size = int(raw[at:end].split(b";")[0].strip() or b"x", 16)
        except ValueError:
            return bytes(out)
        if size <= 0:
            return bytes(out)
        out += raw[end + 1 : end + 1 + size]
        at = end + 1 + size
        at += 2 if raw[at : at + 2] == b"\r\n" else 1 if raw[at : at + 1] == b"\n" else 0


def decode_content(
    body: bytes, encoding: str | None, limit: int
) -> tuple[bytes, str, Message | None]:
    """Undo Content-Encoding; at most `limit` bytes.

    Returns content, a word (`whole`, `too_large`, `damaged`, `unknown`) and a text when not whole.
    """
    names = [name.strip().lower() for name in (encoding or "").split(",") if name.strip()]
    names = [name for name in names if name != "identity"]
    if len(names) > 3:
        return b"", "unknown", M_("The page is compressed too many times over.")
    content = body
    for name in reversed(names):
        if name not in ("gzip", "x-gzip", "deflate"):
            return (
                b"",
                "unknown",
                M_("The page is compressed in a way not asked for: {name}", name=name[:40]),
            )
        content, word, reason = _inflate(content, name, limit)
        if reason is not None:
            return content, word, reason
    if len(content) > limit:
        return content[:limit], "too_large", M_("The page is larger than allowed.")
    return content, "whole", None


def _inflate(body: bytes, name: str, limit: int) -> tuple[bytes, str, Message | None]:
    if not body:
        return b"", "whole", None
    if name == "deflate":
        zlib_wrapped = len(body) > 1 and body[0] & 15 == 8 and (body[0] * 256 + body[1]) % 31 == 0
        bits = zlib.MAX_WBITS if zlib_wrapped else -zlib.MAX_WBITS
    else:
        bits = zlib.MAX_WBITS | 16
    out = bytearray()
    rest = body
    while rest:
        inflater = zlib.decompressobj(bits)
        try:
            while not inflater.eof and len(out) <= limit:
                piece = inflater.decompress(rest, _STEP)
                rest = inflater.unconsumed_tail
                out += piece
                if not piece and not rest:
                    break
        except zlib.error:
            return bytes(out[:limit]), "damaged", M_("The compression of the page is damaged.")
        if len(out) > limit:
            return (
                bytes(out[:limit]),
                "too_large",
                M_("The page is larger than allowed once unpacked."),
            )
        if not inflater.eof:
            return bytes(out), "damaged", M_("The compressed page ends too early.")
        rest = inflater.unused_data if name != "deflate" else b""
        if rest[:2] != b"\x1f\x8b":
            break
    return bytes(out), "whole", None
