"""What intake makes of one row: a draft of a report's sighting, or a rejection with its reason."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

from workbench.domain.clock import JST
from workbench.domain.errors import M_, BadInput, Message
from workbench.domain.url import UrlReading, read_url

# Longest part of a rejected row that is kept; the file itself keeps the rest.
RAW_KEPT = 16_000


@dataclass(frozen=True, slots=True)
class Draft:
    """One row understood: its URL and whatever else it said.

    `row` is the 1-based number among the data rows. `received_text` and `posted_text` are times as
    written; `received_at_us` is UTC microseconds (Asia/Tokyo where no offset is written), None when
    the text is no time. `extra` holds every other named cell; for files of lines also `line`, the
    physical line number.
    """

    row: int
    url: UrlReading
    note: str = ""
    brand: str = ""
    category_hint: str = ""
    receipt_number: str = ""
    received_text: str = ""
    received_at_us: int | None = None
    search_words: str = ""
    post_id: str = ""
    account_id: str = ""
    display_name: str = ""
    posted_text: str = ""
    extra: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rejection:
    """One row that cannot be used: why, and its text with unreadable bytes escaped (`\\x93`).

    `line` is the physical line number in files of lines, 0 elsewhere.
    """

    row: int
    reason: Message
    raw: str
    line: int = 0


def draft_of(
    row: int, cells: Mapping[str, str], extra: dict[str, str], raw: str, line: int = 0
) -> Draft | Rejection:
    """The draft of one row from its cells by field name (`url`, `note`, …), or its rejection."""
    try:
        url = read_url(cells.get("url", ""))
    except BadInput as error:
        return rejected(row, error.message, raw, line)
    received = cells.get("received_text", "")
    return Draft(
        row,
        url,
        cells.get("note", ""),
        cells.get("brand", ""),
        cells.get("category_hint", ""),
        cells.get("receipt_number", ""),
        received,
        read_time(received) if received else None,
        cells.get("search_words", ""),
        cells.get("post_id", ""),
        cells.get("account_id", ""),
        cells.get("display_name", ""),
        cells.get("posted_text", ""),
        extra,
    )


def rejected(row: int, reason: Message, raw: str, line: int = 0) -> Rejection:
    """A rejection whose raw text can be stored and shown anywhere."""
    return Rejection(row, reason, escaped(raw[:RAW_KEPT]), line)


_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def escaped(text: str) -> str:
    """The text with NUL and undecodable bytes written out, so that it can be stored and shown."""
    return _UNSTORABLE.sub(_written_out, text)


def _written_out(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code == 0:
        return "\\x00"
    return f"\\x{code - 0xDC00:02x}" if 0xDC80 <= code <= 0xDCFF else f"\\u{code:04x}"


_UNREADABLE = M_("Some characters of the row cannot be read in the encoding of the file.")
_NUL = M_("The row holds NUL bytes.")


def unusable(text: str) -> Message | None:
    """Why a row's text cannot be taken over as it is; None when it can."""
    found = None if text.isascii() and "\x00" not in text else _UNSTORABLE.search(text)
    if found is None:
        return None
    return _NUL if found[0] == "\x00" else _UNREADABLE


_ERA_START = {"令和": 2018, "R": 2018, "平成": 1988, "H": 1988}
_TIME = re.compile(
    r"(?:(?P<year>\d{4})|(?P<era>令和|平成|[RH])(?P<era_year>\d{1,2}|元))"
    r"(?:[-/.年])\s?(?P<month>\d{1,2})(?:[-/.月])\s?(?P<day>\d{1,2})日?"
    r"(?:\s*\([月火水木金土日]\))?"
    r"(?:[T\s]*(?P<hour>\d{1,2})(?::|時)\s?(?P<minute>\d{1,2})分?"
    r"(?::?\s?(?P<second>\d{1,2})秒?(?:[.,](?P<part>\d{1,9}))?)?"
    r"\s*(?P<zone>Z|UTC|JST|[+-]\d{2}:?\d{2})?)?",
    re.ASCII | re.IGNORECASE,
)


_USUAL = re.compile(r"\d{4}([-/])\d\d\1\d\d[ T]\d\d:\d\d:\d\d", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _usual(text: str) -> int | None:
    """`2019/01/04 10:12:00` in Asia/Tokyo, as nearly every row of a list writes it."""
    try:
        moment = datetime(
            int(text[:4]),
            int(text[5:7]),
            int(text[8:10]),
            int(text[11:13]),
            int(text[14:16]),
            int(text[17:]),
            tzinfo=JST,
        )
        return round((moment - _EPOCH).total_seconds()) * 1_000_000
    except (ValueError, OverflowError):
        return None


@lru_cache(maxsize=4_096)
def read_time(text: str) -> int | None:
    """UTC microseconds of a written time, Asia/Tokyo where no offset is written; None if it is none.

    Understands `2019/01/04 10:12:00`, ISO 8601, `2026年1月5日 10時12分`, `令和8年1月5日`, `R8.1.5`.
    """
    if len(text) == 19 and _USUAL.fullmatch(text):
        return _usual(text)
    found = _TIME.fullmatch(unicodedata.normalize("NFKC", text[:64]).strip())
    if found is None:
        return None
    if found["year"]:
        year = int(found["year"])
    else:
        count = 1 if found["era_year"] == "元" else int(found["era_year"])
        year = _ERA_START[found["era"].upper()] + count
    zone = (found["zone"] or "JST").upper()
    offset: timezone = JST
    if zone in ("Z", "UTC"):
        offset = UTC
    elif zone != "JST":
        digits = zone[1:].replace(":", "")
        minutes = int(digits[:2]) * 60 + int(digits[2:])
        if minutes >= 24 * 60:
            return None
        offset = timezone(timedelta(minutes=minutes if zone[0] == "+" else -minutes))
    try:
        moment = datetime(
            year,
            int(found["month"]),
            int(found["day"]),
            int(found["hour"] or 0),
            int(found["minute"] or 0),
            int(found["second"] or 0),
            int((found["part"] or "0")[:6].ljust(6, "0")),
            offset,
        )
        elapsed = moment - _EPOCH
    except (ValueError, OverflowError):
        return None
    return (elapsed.days * 86_400 + elapsed.seconds) * 1_000_000 + elapsed.microseconds
