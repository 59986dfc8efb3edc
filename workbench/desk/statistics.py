"""Counts for the monthly report; sightings are counted, work is counted in reports."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

from workbench.desk.part import DeskPart
from workbench.domain.clock import JST, SECOND
from workbench.domain.errors import M_, BadInput
from workbench.store import statistics as stored


@dataclass(frozen=True)
class Waiting:
    """Hours from registration to decision: how many findings, the middle, and nine in ten."""

    count: int
    median: float
    ninth: float


class Statistics(DeskPart):
    """Monthly tables."""

    def course(self, months: Sequence[str]) -> dict[str, dict[str, int]]:
        """Sightings and findings of each of these months (oldest first)."""
        start, end = month_bounds(months[0])[0], month_bounds(months[-1])[1]
        with self.desk.store.read() as tx:
            days = {
                "sightings": stored.sightings_by_day(tx, start, end),
                "decisions": stored.decisions_by_day(tx, start, end),
            }
        found: dict[str, dict[str, int]] = {}
        for name, counts in days.items():
            found[name] = dict.fromkeys(months, 0)
            for day, count in counts.items():
                month = (date(1970, 1, 1) + timedelta(days=day)).strftime("%Y-%m")
                found[name][month] += count
        return found

    def waiting(self, month: str | None = None) -> Waiting:
        """How long findings of a month (or of all time) took after registration."""
        start, end = (0, 2**62) if month is None else month_bounds(month)
        with self.desk.store.read() as tx:
            hours = stored.hours_to_decision(tx, start, end)
        if not hours:
            return Waiting(0, 0.0, 0.0)
        ninth = hours[min(len(hours) - 1, int(0.9 * len(hours)))]
        return Waiting(len(hours), median(hours), ninth)

    def month(self, month: str | None = None) -> dict[str, Any]:
        """Counts of a month (`2026-11`, Asia/Tokyo), or of everything."""
        start, end = (0, 2**62) if month is None else month_bounds(month)
        with self.desk.store.read() as tx:
            return {
                "month": month,
                "sightings_by_source": stored.sightings_by_source(tx, start, end),
                "reports_registered": stored.reports_registered(tx, start, end),
                "decisions_by_category": stored.decisions_by_category(tx, start, end),
                "removals_by_state": stored.removals_by_state(tx, start, end),
                "referrals_by_state": stored.referrals_by_state(tx, start, end),
                "open_by_band": self.desk.queue.counts(),
            }


def months_back(today: date, count: int) -> list[str]:
    """The last `count` months up to this one, oldest first, as `2026-11`."""
    found = []
    year, month = today.year, today.month
    for _ in range(count):
        found.append(f"{year}-{month:02}")
        year, month = (year - 1, 12) if month == 1 else (year, month - 1)
    return found[::-1]


def month_bounds(month: str) -> tuple[int, int]:
    """First microsecond of the month and of the next, in UTC."""
    if re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month) is None:
        raise BadInput(M_("{month} is no month: write it like 2026-11.", month=month[:40]))
    year, number = int(month[:4]), int(month[5:])
    after = (year + 1, 1) if number == 12 else (year, number + 1)
    try:
        first = datetime(year, number, 1, tzinfo=JST)
        following = datetime(*after, 1, tzinfo=JST)
    except ValueError:
        raise BadInput(
            M_("{month} is no month: write it like 2026-11.", month=month[:40])
        ) from None
    return int(first.timestamp()) * SECOND, int(following.timestamp()) * SECOND
