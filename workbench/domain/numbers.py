"""Human numbers with the office's prefix and the era's calendar year: `KGS-R8-000123`."""

from __future__ import annotations

import re
from datetime import date

# Imperial eras still met in records; the first day of each (Cabinet orders naming the eras).
_ERAS = ((date(2019, 5, 1), "R"), (date(1989, 1, 8), "H"), (date(1926, 12, 25), "S"))

_LETTER = {"report": "", "removal": "D", "case": "J", "referral": "H"}
_WIDTH = {"report": 6, "removal": 4, "case": 4, "referral": 4}
_PREFIX = re.compile(r"[A-Z][A-Z0-9]{1,7}")
_NUMBER = re.compile(
    r"(?P<prefix>[A-Z][A-Z0-9]{1,7})-(?P<year>[RHS]\d{1,2})-(?P<letter>[DJH]?)\d{4,}"
)


def era_year(day: date) -> str:
    """`R8` for a day of 2026; the era's year is the calendar year, not the fiscal year."""
    for first, letter in _ERAS:
        if day >= first:
            return f"{letter}{day.year - first.year + 1}"
    raise ValueError(f"no era for {day}")


def human_number(prefix: str, year: str, kind: str, value: int) -> str:
    """The number officers read and quote; `kind` is report, removal, case or referral."""
    return f"{prefix}-{year}-{_LETTER[kind]}{value:0{_WIDTH[kind]}d}"


def kind_of_number(text: str) -> str | None:
    """Which noun a human number names, or None when it is not one."""
    found = _NUMBER.fullmatch(text.strip().upper())
    if found is None:
        return None
    return next(kind for kind, letter in _LETTER.items() if letter == found["letter"])


def is_prefix(text: str) -> bool:
    """Whether `text` may be an office's prefix: two to eight capitals or digits, a letter first."""
    return _PREFIX.fullmatch(text) is not None
