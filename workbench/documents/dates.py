"""Dates as Japanese official papers write them, and business days with the country's holidays."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache

from workbench.domain.clock import JST

_ERAS = ((date(2019, 5, 1), "令和"), (date(1989, 1, 8), "平成"), (date(1926, 12, 25), "昭和"))


def era_date(day: date) -> str:
    """`令和8年11月26日`; the first year of an era is 元年."""
    for first, name in _ERAS:
        if day >= first:
            year = day.year - first.year + 1
            return f"{name}{'元' if year == 1 else year}年{day.month}月{day.day}日"
    raise ValueError(f"no era for {day}")


def english_date(day: date) -> str:
    """`26 November 2026`, whatever the computer's locale."""
    months = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ]
    return f"{day.day} {months[day.month - 1]} {day.year}"


def moment(at: datetime, language: str) -> str:
    """`令和8年11月26日 19:13:18 JST`, or the day as English papers write it; always Japan's time."""
    local = at.astimezone(JST)
    day = era_date(local.date()) if language == "ja" else english_date(local.date())
    return f"{day} {local:%H:%M:%S} JST"


def moment_of_text(text: str, language: str) -> str:
    """An RFC 3339 moment as `moment` prints it; a text that is none stays as it is."""
    try:
        at = datetime.fromisoformat(text)
        return text if at.tzinfo is None else moment(at, language)
    except (ValueError, OverflowError):
        return text


@lru_cache(maxsize=32)
def _holidays(year: int) -> frozenset[date]:
    import holidays

    return frozenset(holidays.country_holidays("JP", years=year))


def is_business_day(day: date) -> bool:
    """Neither weekend, holiday, nor the offices' year-end closing (行政機関の休日に関する法律1条)."""
    closed = (day.month, day.day) in ((12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (1, 3))
    return day.weekday() < 5 and not closed and day not in _holidays(day.year)


def add_business_days(day: date, count: int) -> date:
    """The `count`-th business day after `day`."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_business_day(day)
    return day
