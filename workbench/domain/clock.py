"""Time as the desk keeps it: UTC microseconds; years and days are those of Asia/Tokyo."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone

JST = timezone(timedelta(hours=9), "JST")
SECOND = 1_000_000
DAY = 86_400 * SECOND

Clock = Callable[[], int]


def system_clock() -> int:
    """Now, in UTC microseconds since 1970-01-01."""
    return time.time_ns() // 1_000


def jst(at_us: int) -> datetime:
    """UTC microseconds as a Japanese wall clock time."""
    return datetime.fromtimestamp(at_us / SECOND, UTC).astimezone(JST)


def jst_date(at_us: int) -> date:
    """The Japanese calendar day of UTC microseconds."""
    return jst(at_us).date()


def jst_midnight(at_us: int) -> int:
    """The beginning of the Japanese day, in UTC microseconds."""
    day = jst(at_us).replace(hour=0, minute=0, second=0, microsecond=0)
    return int(day.timestamp()) * SECOND


def jst_text(at_us: int) -> str:
    """`2026-11-26 19:13:18 JST`, as lists and documents print a moment."""
    return jst(at_us).strftime("%Y-%m-%d %H:%M:%S JST")


def iso_text(at_us: int) -> str:
    """RFC 3339 in UTC with microseconds, as machine-readable outputs print a moment."""
    return datetime.fromtimestamp(at_us / SECOND, UTC).isoformat().replace("+00:00", "Z")
