"""審査: the queue on the left, the report on the right, the bar that decides below it."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from workbench.desk.changes import Changes
from workbench.desk.queue import CLAIMABLE
from workbench.desk.ranking import BAND_NAMES
from workbench.domain.errors import M_, BadInput, Stale, WorkbenchError
from workbench.domain.officer import WORKING
from workbench.ui.design.icons import icon
from workbench.ui.design.language import t
from workbench.ui.design.pages import Pages, label
from workbench.ui.design.theme import tokens
from workbench.ui.review.deciding import DecidingBar, Finding, digit_of
from workbench.ui.review.model import QueueModel
from workbench.ui.review.queue import QueueTable
from workbench.ui.review.report import ReportView
from workbench.ui.work import DeskWork

_DWELL_MS = 250
_LEFT = 600
# Widths of the screen (without the rail) below which parts give way.
_NARROW = 1180 - 76
_WHY_IN_TAB = 1360 - 76
_BANDS = ("immediate", "same_day", "routine")
# A report as `desk.reports.show` gives it, and its row of the queue.
_Shown = tuple[dict[str, Any], list[dict[str, Any]]]


class ReviewScreen(QWidget):
    """One report at a time: claimed as it is opened, let go as it is left, decided by keys."""

    told = Signal(str)
    capture_wanted = Signal(str)
    register_wanted = Signal()

    def __init__(self, work: DeskWork) -> None:
        super().__init__()
        self._work = work
        self._desk = work.desk
        self.current: str | None = None
        self._claimed: str | None = None
        self._just_read: str | None = None
        self._last_decided: str | None = None
        self._offered: tuple[str | None, str | None] = (None, None)
        self._is_narrow = False
        self._laid_out = False
        self._counts: dict[str, int] = {}
        self.model = QueueModel(work)
        self.table = QueueTable(self.model)
        self.report = ReportView(work)
        self.report.capture_wanted.connect(self.capture_wanted.emit)
        self.bar = DecidingBar(work.desk.reference)
        self.bar.hide()
        self._split = split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self._left())
        split.addWidget(self._right())
        split.setStretchFactor(1, 1)
        split.setChildrenCollapsible(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(split)
        self._dwell = QTimer(self, singleShot=True, interval=_DWELL_MS)
        self._dwell.timeout.connect(self._take_current)
        minutes = self._desk.settings["lease.minutes"]
        self._heartbeat = QTimer(self, interval=max(15_000, minutes * 60_000 // 3))
        self._heartbeat.timeout.connect(self._renew)
        self._heartbeat.start()
        self.table.opened.connect(self.open_report)
        self.model.loaded.connect(self._loaded)
        self.model.failed.connect(self._failed)
        self.model.counted.connect(self._count)
        self.bar.decided.connect(self.decide)
        self.bar.review_asked.connect(self.decide)
        self.bar.skipped.connect(self.skip)
        self.bar.undone.connect(self.undo)
        work.changed.connect(self._changed)
        self._keys()
        self._watch_keys(self.table, self.report, self.bar)
        self._queue_pages.show_waiting()
        self.model.load()

    # --- what is where -----------------------------------------------------------------------

    def _left(self) -> QWidget:
        left = QFrame()
        left.setProperty("panel", "flat")
        left.setMinimumWidth(440)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(12, 10, 12, 8)
        head.setSpacing(8)
        head.addWidget(label(M_("Queue"), "strong"))
        self._total = label("", "caption")
        head.addWidget(self._total)
        head.addStretch(1)
        self._band_buttons: dict[str, QPushButton] = {}
        for band in _BANDS:
            shape = tokens()["bands"][band]
            button = QPushButton(icon(shape["icon"], shape["colour"]), t(BAND_NAMES[band]))
            button.setCheckable(True)
            button.toggled.connect(self._filter)
            self._band_buttons[band] = button
            head.addWidget(button)
        self._mine = QCheckBox(t(M_("Mine and free")))
        self._mine.toggled.connect(self._filter)
        head.addWidget(self._mine)
        column.addLayout(head)
        self._queue_pages = Pages(self.table)
        column.addWidget(self._queue_pages, 1)
        return left

    def _right(self) -> QWidget:
        right = QWidget()
        right.setProperty("fill", "window")
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(1)
        column.addWidget(self.report, 1)
        column.addWidget(self.bar)
        return right

    def _keys(self) -> None:
        for keys, act in (
            ("F2", self.bar.ask_review),
            ("F4", self.skip),
            ("Ctrl+Z", self._undo_key),
            ("Ctrl+Return", self.bar.decide),
            ("Alt+Up", lambda: self._step(-1)),
            ("Alt+Down", lambda: self._step(1)),
            ("Escape", self._escape),
        ):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)
        for place in range(5):
            shortcut = QShortcut(QKeySequence(f"Alt+{place + 1}"), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(lambda p=place: self.report.tabs.setCurrentIndex(p))

    def _watch_keys(self, *parts: QWidget) -> None:
        for part in parts:
            part.installEventFilter(self)
            for child in part.findChildren(QWidget):
                child.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Bare digits and Enter decide, but never while someone writes or an IME composes."""
        if event.type() == QEvent.Type.ChildAdded:
            child = event.child()
            if isinstance(child, QWidget):
                self._watch_keys(child)
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return super().eventFilter(watched, event)
        # A field passes on what it does not use: Enter there must not decide.
        writing = isinstance(QApplication.focusWidget(), QLineEdit | QComboBox)
        if event.isAutoRepeat() or writing:
            return super().eventFilter(watched, event)
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        digit = digit_of(event.text()) if plain else None
        if digit is not None and self.bar.is_ready and self.bar.isVisible():
            return self.bar.press_digit(digit)
        enter = plain and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and self.bar.finding() is not None and not isinstance(watched, QPushButton):
            self.bar.decide()
            return True
        return super().eventFilter(watched, event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._laid_out:
            self._laid_out = True
            left = min(_LEFT, round(self.width() * 0.42))
            self._split.setSizes([left, self.width() - left])

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.table.set_narrow(self.width() < _NARROW)
        self.report.set_narrow(self.width() < _WHY_IN_TAB)
        narrow = self.width() < _WHY_IN_TAB
        if narrow != self._is_narrow:
            self._is_narrow = narrow
            self.bar.set_narrow(narrow)
            self._name_bands()
        super().resizeEvent(event)

    # --- reading ------------------------------------------------------------------------------

    def _filter(self) -> None:
        bands = tuple(b for b, button in self._band_buttons.items() if button.isChecked())
        self.model.filter(bands, self._mine.isChecked())

    def _loaded(self) -> None:
        if self.model.rowCount() == 0:
            self._queue_pages.show_empty(
                M_("No report is waiting. Register one, or import a list."),
                M_("Go to Register"),
                self.register_wanted.emit,
                icon="mdi6.check-circle-outline",
            )
            if self.current is None:
                self.report.clear()
                self.bar.clear()
                self.bar.hide()
            return
        self._queue_pages.show_content()
        if self.current is None:
            first = self.model.id_at(0)
            if first is not None:
                self.open_report(first)
                self.table.setFocus()
        else:
            self.table.select_report(self.current)

    def _failed(self, error: WorkbenchError) -> None:
        self._queue_pages.show_error(error, self.model.load)

    def _count(self, counts: dict[str, int]) -> None:
        self._counts = counts
        self._total.setText(t(M_("{n} reports", n=f"{sum(counts.values()):,}")))
        self._name_bands()

    def _name_bands(self) -> None:
        for band, button in self._band_buttons.items():
            name = f"{t(BAND_NAMES[band])} {self._counts.get(band, 0):,}"
            shown = f"{self._counts.get(band, 0):,}" if self._is_narrow else name
            if button.text() != shown:
                button.setText(shown)
                button.setAccessibleName(name)
                button.setToolTip(name)
                button.setMinimumWidth(button.sizeHint().width())

    def open_report(self, report_id: str) -> None:
        """Show a report; it is claimed when it stays open for a moment and nobody holds it."""
        if report_id == self.current:
            return
        self.report.pictures.hide_pictures()
        self._let_go()
        self.current = report_id
        self.bar.clear()
        self.table.select_report(report_id)
        self._read_current()
        self._dwell.start()

    def _read_current(self) -> None:
        report_id = self.current
        if report_id is None:
            return

        self._work.read(
            lambda: self._read_report(report_id), self._show, self._unreadable, key="report"
        )

    def _show(self, found: _Shown) -> None:
        shown, (row,) = found
        if shown["report"]["id"] != self.current:
            return
        self.report.show_report(shown, row)
        self.bar.setVisible(self._desk.officer.has(*WORKING))
        self._offer(shown)
        lease = shown["lease"]
        free = lease is None or lease["owner"] == self._desk.officer.id
        if self._claimed != self.current and free and shown["report"]["state"] in CLAIMABLE:
            # Assessed or let go meanwhile: now it can be claimed.
            self._dwell.start()

    def _offer(self, shown: dict[str, Any]) -> None:
        """Fill the bar once the report is this officer's; what was typed stays."""
        assessment = shown["assessment"]
        offered = (self.current, None if assessment is None else assessment["id"])
        # A new assessment is offered too, unless the officer has begun to choose.
        again = self.bar.is_ready and (self.bar.begun or offered == self._offered)
        if self._claimed != self.current or again:
            return
        self._offered = offered
        pictures = any(e["role"] == "screenshot" for e in shown["exhibits"])
        labels = assessment["labels"] if assessment else []
        model = assessment["model_id"] if assessment else ""
        self.bar.offer(labels, bool(assessment and assessment["abstained"]), pictures, model)

    def _unreadable(self, error: WorkbenchError) -> None:
        self.report.pages.show_error(error, self._read_current)

    def _changed(self, changes: Changes[Any]) -> None:
        self.model.refresh(changes)
        # What deciding brought back was read after its own change.
        just_read, self._just_read = self._just_read, None
        if self.current in (None, just_read):
            return
        if changes.concerns("report", self.current):
            self._read_current()

    # --- claiming -----------------------------------------------------------------------------

    def _take_current(self) -> None:
        report = self.report.report
        if self.current is None or not self._desk.officer.has(*WORKING):
            return
        if report is None or report["id"] != self.current:
            # Still being read: look again in a moment.
            self._dwell.start()
            return
        if report["state"] not in CLAIMABLE:
            return
        report_id = self.current

        def taken(_: object) -> None:
            if self.current != report_id:
                self._release(report_id)
                return
            self._claimed = report_id
            self._read_current()

        self._work.write(lambda: self._desk.queue.claim(report_id), taken, self._held)

    def _held(self, error: WorkbenchError) -> None:
        """Another officer was first; nothing that was typed is thrown away."""
        more = t(M_("You can read it; the next free report is under Skip."))
        self.report.say(f"{t(error.message)} {more}", "wait")

    def _let_go(self) -> None:
        self._dwell.stop()
        if self._claimed is not None:
            self._release(self._claimed)
            self._claimed = None

    def _release(self, report_id: str) -> None:
        self._work.write(lambda: self._desk.queue.release(report_id), None, lambda _: None)

    def _renew(self) -> None:
        report_id = self._claimed
        if report_id is not None and report_id == self.current:
            self._work.write(lambda: self._desk.queue.claim(report_id), None, self._lost)

    def _lost(self, error: WorkbenchError) -> None:
        self._claimed = None
        self._held(error)

    # --- deciding -----------------------------------------------------------------------------

    def decide(self, finding: Finding) -> None:
        """Record the finding and go on to the next free report."""
        report_id = self.current
        if report_id is None or report_id != self._claimed:
            return
        self.report.pictures.hide_pictures()
        opened = list(self.report.pictures.opened)
        self.bar.set_ready(False)

        def call() -> Changes[tuple[dict[str, Any], _Shown | None]]:
            """Decide, take the next and read it in one go: one answer, one repaint."""
            decided = self._desk.reviews.decide(
                report_id,
                finding.category,
                finding.reason,
                finding.measures,
                level=finding.level,
                opened=opened,
            )
            following, touched = self._take_next()
            return Changes((decided.result, following), decided.touched | touched)

        def done(result: tuple[dict[str, Any], _Shown | None]) -> None:
            decided, following = result
            self._last_decided = report_id
            self._claimed = None
            name = t(self._desk.reference.categories[finding.category].name)
            text = M_("{number} decided: {name}", number=decided["number"], name=name)
            self.told.emit(t(text))
            self._show_next(following)

        self._work.write(call, done, self._not_decided)

    def _take_next(self) -> tuple[_Shown | None, frozenset[tuple[str, str]]]:
        """Claim the highest report nobody else holds and read it; None when none is waiting."""
        try:
            taken = self._desk.queue.claim()
        except BadInput:
            return None, frozenset()
        return self._read_report(taken.result["id"]), taken.touched

    def _read_report(self, report_id: str) -> _Shown:
        return self._desk.reports.show(report_id), self._desk.queue.rows([report_id])

    def _show_next(self, following: _Shown | None) -> None:
        self.bar.set_ready(False)
        if following is None:
            self.current = None
            self.report.clear()
            self.bar.clear()
            self.bar.hide()
            self.told.emit(t(M_("No assessed report is waiting.")))
            return
        self.current = self._claimed = self._just_read = following[0]["report"]["id"]
        self.table.select_report(self.current)
        self.table.setFocus()
        self._show(following)

    def _not_decided(self, error: WorkbenchError) -> None:
        self.bar.set_ready(True)
        if isinstance(error, Stale):
            self._claimed = None
        next_step = "" if error.next_step is None else " " + t(error.next_step)
        self.report.say(t(error.message) + next_step, "bad")

    def _next_free(self) -> None:
        """Claim the highest report nobody else holds and show it."""

        def call() -> Changes[_Shown | None]:
            following, touched = self._take_next()
            return Changes(following, touched)

        self._work.write(call, self._show_next)

    def skip(self) -> None:
        """Let this report go and open the next one down the list."""
        if self.current is None:
            self._next_free()
        else:
            self._step(1)

    def undo(self) -> None:
        """Take the last finding back into review, as long as nothing left the office."""
        report_id = self._last_decided
        if report_id is None:
            self.told.emit(t(M_("There is nothing to take back.")))
            return
        self._let_go()

        def back(_: object) -> None:
            self._last_decided = None
            self.current = report_id
            self._claimed = report_id
            self.bar.clear()
            self.told.emit(t(M_("Taken back into review.")))
            self._read_current()

        self._work.write(
            lambda: self._desk.queue.claim(report_id), back, lambda e: self.told.emit(t(e.message))
        )

    def _undo_key(self) -> None:
        focus = QApplication.focusWidget()
        if isinstance(focus, QLineEdit) and focus.isUndoAvailable():
            focus.undo()
        else:
            self.undo()

    def _step(self, by: int) -> None:
        place = None if self.current is None else self.model.place_of(self.current)
        following = self.model.id_at(by - 1 if place is None else place + by)
        if following is not None:
            self.open_report(following)

    def _escape(self) -> None:
        """Pictures away at once; else one step back."""
        self.report.pictures.hide_pictures()
        self.bar.step_back()

    def leave(self) -> None:
        """The window closes or another officer takes the seat."""
        self.report.pictures.hide_pictures()
        self._let_go()
