"""Work that goes on beside the officer: preserving pages, assessing reports, importing lists.

Nothing leaves the computer unless an officer opened an outside session here or asked for one
report by name.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from workbench.desk.changes import Changes, changed_outside
from workbench.desk.imports import ImportRun
from workbench.domain.errors import M_, Message, WorkbenchError
from workbench.domain.officer import WORKING
from workbench.ui.design.language import t
from workbench.ui.work import DeskWork

_WAITING_TAKEN = 500
_ASSESSED_AT_ONCE = 20
# While a list comes in, screens are told of it this often: each time they read the queue anew.
_TOLD_EVERY_S = 3.0


class Jobs(QObject):
    """Captures and assessments in a queue of this window; what was not done is found again."""

    progressed = Signal(str, int, int)
    idle = Signal()
    told = Signal(str)
    online_changed = Signal(bool)

    def __init__(self, work: DeskWork) -> None:
        super().__init__()
        self._work, self._desk = work, work.desk
        self._may = work.desk.officer.has(*WORKING)
        self._captures: deque[str] = deque()
        self._assessments: deque[str] = deque()
        self._running = False
        self._done = self._total = 0
        self.online = False
        self._lists: deque[tuple[Path, str, int]] = deque()
        self._importing = self._stop = False

    def import_list(self, path: Path, source: str, rows: int) -> None:
        """Bring in a list of so many rows, a slice at a time between the officer's own acts."""
        self._lists.append((path, source, rows))
        if not self._importing:
            self._next_list()

    def _next_list(self) -> None:
        self._importing, self._stop = bool(self._lists), False
        if not self._lists:
            self._end_when_idle()
            return
        path, source, rows = self._lists.popleft()
        imports = self._desk.imports
        self._work.write(
            # Killed before the officer was told, the same file tells it again and doubles nothing.
            lambda: imports.begin(path, source, answer_later=True),
            lambda run: self._step(run, path, rows, time.monotonic()),
            self._not_imported,
        )

    def _step(self, run: ImportRun, path: Path, rows: int, told_at: float) -> None:
        if self._stop:
            self._next_list()
            return
        name = t(M_("Importing {name}", name=path.name))
        self.progressed.emit(name, run.rows, max(rows, run.rows))
        due = time.monotonic() - told_at > _TOLD_EVERY_S

        def step() -> Changes[None] | None:
            run.step()
            return changed_outside() if due or run.summary is not None else None

        def stepped(_: object) -> None:
            if run.summary is None:
                self._step(run, path, rows, time.monotonic() if due else told_at)
                return
            self._say_imported(path, run.summary)
            self._next_list()

        self._work.write(step, stepped, self._not_imported)

    def _say_imported(self, path: Path, done: dict[str, Any]) -> None:
        text = M_(
            "{name} imported: {new} new, {more} known, {rejected} rejected.",
            name=path.name,
            new=f"{done['new']:,}",
            more=f"{done['duplicate']:,}",
            rejected=f"{len(done['rejected']):,}",
        )
        self.told.emit(t(text))
        self._work.write(lambda: self._desk.imports.answered(done["batch"]))

    def _not_imported(self, error: WorkbenchError) -> None:
        self._say(error)
        self._next_list()

    def set_online(self, online: bool) -> None:
        """Open or end an outside session; opened, waiting pages are preserved."""
        if not self._may or online == self.online:
            return
        self.online = online
        self._work.write(lambda: self._desk.captures.session(online))
        self.online_changed.emit(online)
        if not online:
            self._captures.clear()
            return
        self._work.read(
            lambda: self._desk.captures.waiting(_WAITING_TAKEN), self.capture, self._say, key="due"
        )

    def registered(self, report_ids: Sequence[str]) -> None:
        """New reports: preserved when a session is open, assessed in any case."""
        if self.online:
            self.capture(report_ids)
        else:
            self.assess(report_ids)

    def capture(self, report_ids: Sequence[str]) -> None:
        """Preserve these pages (an officer's own act, or within an open session)."""
        fresh = [i for i in report_ids if i not in self._captures]
        self._captures.extend(fresh)
        self._total += len(fresh)
        self._next()

    def assess(self, report_ids: Sequence[str]) -> None:
        """Assess these reports; nothing leaves for that."""
        self._assessments.extend(i for i in report_ids if i not in self._assessments)
        self._total += len(report_ids)
        self._next()

    def cancel(self) -> None:
        """Leave what has not begun; it stays waiting."""
        self._captures.clear()
        self._assessments.clear()
        self._lists.clear()
        if self._importing:
            self._stop = True
            self.told.emit(
                t(M_("Import stopped. What came in stays; the same file goes on where it stopped."))
            )
            return
        self.told.emit(t(M_("Cancelled. What was not done stays waiting.")))

    def _next(self) -> None:
        if self._running or not self._may:
            return
        if self._captures:
            report_id = self._captures.popleft()
            self._begin(
                M_("Preserving"), lambda: self._desk.captures.capture([report_id]), self._captured
            )
        elif self._assessments:
            count = min(_ASSESSED_AT_ONCE, len(self._assessments))
            ids = [self._assessments.popleft() for _ in range(count)]
            self._begin(
                M_("Assessing"), lambda: self._desk.assessments.assess(ids), lambda _: None, count
            )
        else:
            self._done = self._total = 0
            self._end_when_idle()

    def _end_when_idle(self) -> None:
        if not self._importing and not self._running:
            self.idle.emit()

    def _begin(self, name: Message, call: Any, then: Any, count: int = 1) -> None:
        self._running = True
        self.progressed.emit(t(name), self._done, max(self._total, self._done + count))

        def finished(result: Any) -> None:
            self._running = False
            self._done += count
            then(result)
            self._next()

        def failed(error: WorkbenchError) -> None:
            self._running = False
            self._done += count
            self._say(error)
            self._next()

        # Beside the writing thread: a slow page must not hold up a decision. Each writes only
        # at its end, in one short transaction under the store's own lock.
        self._work.read(call, finished, failed)

    def _captured(self, results: list[dict[str, Any]]) -> None:
        for one in results:
            if one["reason"] is not None:
                reason = one["reason"]
                text = M_("{number}: not preserved. {why}", number=one["number"], why=reason)
                self.told.emit(t(text))
            else:
                self.told.emit(t(M_("{number}: page preserved.", number=one["number"])))
            self.assess([one["id"]])

    def _say(self, error: WorkbenchError) -> None:
        self.told.emit(t(error.message))
