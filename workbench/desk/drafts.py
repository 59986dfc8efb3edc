"""Drafts (下書き): what an officer has typed and not yet sent survives a crash.

Kept in the encrypted store, seen by that officer only, and no part of any record.
"""

from __future__ import annotations

from typing import Any

from workbench.desk.part import DeskPart
from workbench.domain.officer import WORKING
from workbench.store import drafts as stored


class Drafts(DeskPart):
    """One draft a place and officer."""

    def kept(self, place: str) -> Any:
        """What was kept last at this place, None when nothing is."""
        with self.desk.store.read() as tx:
            return stored.kept(tx, self.desk.officer.id, place)

    def keep(self, place: str, content: Any) -> None:
        """Keep `content` (JSON), or nothing any more when it is None."""
        self.desk.officer.must_have(*WORKING)
        with self.desk.store.write() as tx:
            if content is None:
                stored.drop(tx, self.desk.officer.id, place)
            else:
                stored.keep(tx, self.desk.officer.id, place, content, self.desk.clock())
