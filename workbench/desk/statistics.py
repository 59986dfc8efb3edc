"""Counts for the monthly report; sightings are counted, work is counted in reports."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from workbench.desk.part import DeskPart
from workbench.domain.clock import JST, SECOND
from workbench.domain.errors import M_, BadInput
from workbench.store import statistics as stored


class Statistics(DeskPart):
    """Monthly tables."""

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
