"""Exposure (閲覧負荷): how long an officer looked at pictures today, by handling level.

Shown to that officer only; nobody is ranked or compared. The day's guide and the reminder of a
break are the agency's settings.
"""

from __future__ import annotations

from dataclasses import dataclass

from workbench.desk.part import DeskPart
from workbench.domain.clock import jst_midnight
from workbench.domain.report import LEVELS
from workbench.store import exposure as stored

_STRICT = frozenset(LEVELS[1:])


@dataclass(frozen=True)
class Exposure:
    """One officer's day: seconds and pictures by level, and the agency's guide (0: none)."""

    seconds: dict[str, float]
    pictures: dict[str, int]
    guide_seconds: int
    since_break_seconds: float
    break_seconds: int

    @property
    def counted(self) -> float:
        """Seconds at S1 and above: what the guide is about."""
        return sum(s for level, s in self.seconds.items() if level in _STRICT)

    @property
    def seen(self) -> int:
        """Pictures at S1 and above."""
        return sum(n for level, n in self.pictures.items() if level in _STRICT)

    @property
    def over(self) -> bool:
        """Past the day's guide."""
        return bool(self.guide_seconds) and self.counted >= self.guide_seconds

    @property
    def break_due(self) -> bool:
        """A break is due: this long at S1 and above since the last pause."""
        return bool(self.break_seconds) and self.since_break_seconds >= self.break_seconds


class Exposures(DeskPart):
    """The acting officer's own exposure."""

    def today(self) -> Exposure:
        """The acting officer's exposure since midnight (Asia/Tokyo).

        A pause of `exposure.pause_minutes` without a picture counts as a break.
        """
        now = self.desk.clock()
        with self.desk.store.read() as tx:
            views = stored.views_since(tx, self.desk.officer.id, jst_midnight(now))
            guide = int(self.desk.security_in(tx, "exposure.guide_minutes")) * 60
            before_break = int(self.desk.security_in(tx, "exposure.break_after_minutes")) * 60
            pause_us = int(self.desk.security_in(tx, "exposure.pause_minutes")) * 60_000_000
        seconds: dict[str, float] = {}
        pictures: dict[str, int] = {}
        running, last = 0.0, None
        for at, level, ms in views:
            seconds[level] = seconds.get(level, 0.0) + ms / 1000
            pictures[level] = pictures.get(level, 0) + 1
            if level in _STRICT:
                if last is not None and at - ms * 1000 - last >= pause_us:
                    running = 0.0
                running += ms / 1000
                last = at
        if last is not None and now - last >= pause_us:
            running = 0.0
        return Exposure(seconds, pictures, guide, running, before_break)
