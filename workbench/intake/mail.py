"""Mail (eml): each address found in its texts is one sighting; attachments are named, not opened."""

from __future__ import annotations

import email
import warnings
from collections.abc import Iterator
from email.errors import MessageError
from email.header import decode_header
from email.message import Message as Mail
from email.policy import compat32
from email.utils import parsedate_to_datetime

from bs4 import BeautifulSoup

from workbench.domain.errors import M_, BadInput
from workbench.domain.url import UrlReading, read_url
from workbench.intake.drafts import Draft, Rejection, escaped, rejected
from workbench.intake.pasted import find_urls
from workbench.intake.sources import Damaged, Source

MAX_MAIL = 64 << 20
MAX_PARTS = 1_000
_JAPANESE = ("utf-8", "cp932", "euc_jp", "iso2022_jp")


def mail_rows(source: Source, row_offset: int = 0) -> tuple[list[Draft | Rejection], list[Source]]:
    """(rows of the mail's own texts, its csv and txt attachments to be read as files).

    Subject becomes the note, Date the time of receipt; the same address in the plain and the HTML
    text is one sighting. BadInput when it is no mail or larger than MAX_MAIL.
    """
    untrusted_bytes = _whole(source)
    try:
        mail = email.message_from_bytes(untrusted_bytes, policy=compat32)
        parts = _parts(mail)
    except (ValueError, RecursionError, LookupError, TypeError, MessageError) as error:
        raise BadInput(M_("{name} is damaged or no mail.", name=source.name)) from error
    if not mail.keys():
        raise BadInput(M_("{name} is damaged or no mail.", name=source.name))
    found: dict[str, tuple[UrlReading, str]] = {}
    attachments: list[str] = []
    tables: list[Source] = []
    for part in parts:
        name = header(part.get_filename() or "")
        kind = part.get_content_type()
        attached = part.get_content_disposition() == "attachment" or bool(name)
        if attached:
            attachments.append(name or kind)
            plain = kind in ("text/csv", "text/plain", "text/tab-separated-values")
            if plain or name.lower().endswith((".csv", ".txt", ".tsv")):
                tables.append(Source(name or "attachment.txt", untrusted_bytes=_body(part)))
            continue
        if part.get_content_maintype() != "text":
            continue
        text = _text(part)
        for reading, shown in _of_html(text) if kind == "text/html" else _of_plain(text):
            known = found.get(reading.canonical)
            if known is None or (shown and not known[1]):
                found[reading.canonical] = (known[0] if known else reading, shown)
    subject, sent = header(mail.get("Subject")), header(mail.get("Date"))
    extra = {"subject": subject, "from": header(mail.get("From"))}
    extra["message_id"] = header(mail.get("Message-ID"))
    if attachments:
        extra["attachments"] = "; ".join(attachments[:100])
    extra = {name: text[:4_000] for name, text in extra.items() if text}
    rows: list[Draft | Rejection] = []
    for row, (reading, shown) in enumerate(found.values(), row_offset + 1):
        own = extra | ({"shown": shown} if shown else {})
        rows.append(
            Draft(
                row,
                reading,
                note=subject,
                received_text=sent,
                received_at_us=_sent_at(sent),
                extra=own,
            )
        )
    if not rows and not tables:
        rows.append(
            rejected(row_offset + 1, M_("There is no address in the mail."), subject or source.name)
        )
    return rows, tables


def _whole(source: Source) -> bytes:
    parts: list[bytes] = []
    size = 0
    try:
        for chunk in source.chunks():
            size += len(chunk)
            if size > MAX_MAIL:
                raise BadInput(
                    M_(
                        "The mail {name} is larger than {limit} MiB.",
                        name=source.name,
                        limit=MAX_MAIL >> 20,
                    )
                )
            parts.append(chunk)
    except Damaged:
        raise BadInput(
            M_(
                "The compressed file {name} is damaged; nothing in it can be read.",
                name=source.name,
            )
        ) from None
    return b"".join(parts)


def _parts(mail: Mail) -> list[Mail]:
    """Every leaf, those of nested messages included."""
    leaves: list[Mail] = []
    waiting: list[Mail] = [mail]
    seen = 0
    while waiting:
        part = waiting.pop()
        seen += 1
        if seen > MAX_PARTS:
            raise BadInput(M_("The mail has more than {limit} parts.", limit=MAX_PARTS))
        inner = part.get_payload()
        if isinstance(inner, list):
            waiting += [child for child in reversed(inner) if isinstance(child, Mail)]
        else:
            leaves.append(part)
    return leaves


def header(value: object) -> str:
    """A header as text; encoded words that cannot be read are kept escaped."""
    if value is None:
        return ""
    try:
        pieces = decode_header(str(value) if not isinstance(value, str) else value)
    except (ValueError, LookupError, MessageError):
        return escaped(str(value))
    texts = [
        piece if isinstance(piece, str) else _decoded(piece, charset) for piece, charset in pieces
    ]
    return escaped(" ".join("".join(texts).split()))


def _decoded(untrusted_bytes: bytes, charset: str | None) -> str:
    named = (charset or "").lower()
    # Mail that says ISO-2022-JP or Shift_JIS is often written with the vendor's letters.
    named = {"shift_jis": "cp932", "iso-2022-jp": "iso2022_jp_ext", "us-ascii": ""}.get(
        named, named
    )
    for encoding in (named, *_JAPANESE):
        if encoding:
            try:
                return untrusted_bytes.decode(encoding)
            except (UnicodeError, LookupError, ValueError):
                continue
    return untrusted_bytes.decode("utf-8", "backslashreplace")


def _body(part: Mail) -> bytes:
    try:
        body = part.get_payload(decode=True)
    except (ValueError, LookupError, AttributeError, MessageError):
        return b""
    return body if isinstance(body, bytes) else b""


def _text(part: Mail) -> str:
    try:
        charset = part.get_content_charset()
    except (ValueError, LookupError, MessageError):
        charset = None
    return _decoded(_body(part), charset)


def _of_plain(text: str) -> Iterator[tuple[UrlReading, str]]:
    for _, reading in find_urls(text):
        yield reading, ""


def _of_html(text: str) -> list[tuple[UrlReading, str]]:
    """(address, text shown for it where that is another) of links, forms and visible text."""
    found: list[tuple[UrlReading, str]] = []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            page = BeautifulSoup(text, "lxml")
        for tag in page.find_all(["a", "area", "form"]):
            target = tag.get("href") or tag.get("action")
            if not isinstance(target, str) or ":" not in target:
                continue
            try:
                reading = read_url(target)
            except BadInput:
                continue
            shown = " ".join(tag.get_text(" ").split())[:200] if tag.name == "a" else ""
            found.append((reading, "" if shown == target else escaped(shown)))
        found += _of_plain(page.get_text(" "))
    except RecursionError:
        found += _of_plain(text)
    return found


def _sent_at(text: str) -> int | None:
    try:
        moment = parsedate_to_datetime(text)
        return int(moment.timestamp()) * 1_000_000 if moment.tzinfo else None
    except (ValueError, TypeError, IndexError, OverflowError, OSError):
        return None
