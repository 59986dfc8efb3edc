"""重みと試算: change a weight and see, before saving, how the queue would move."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from workbench.desk.changes import Changes
from workbench.desk.ranking import BAND_NAMES
from workbench.desk.whatif import QueueTable, WhatIf
from workbench.domain.clock import jst
from workbench.domain.errors import M_, WorkbenchError
from workbench.domain.officer import Role
from workbench.ui.design.chip import Chip
from workbench.ui.design.icons import icon
from workbench.ui.design.language import t
from workbench.ui.design.pages import Notice, Pages, label, panel
from workbench.ui.design.theme import tokens
from workbench.ui.review.model import QueueModel
from workbench.ui.supervise.editor import WeightEditor
from workbench.ui.supervise.moves import MovesView, band_counts
from workbench.ui.work import DeskWork

_TRY_MS = 60


class WeightsTab(QWidget):
    """Editor, trial, reason, saving; then the queue is ranked anew slice by slice."""

    told = Signal(str)

    def __init__(self, work: DeskWork, names: QueueModel) -> None:
        super().__init__()
        self._work, self._desk = work, work.desk
        self._table: QueueTable | None = None
        self._what: WhatIf | None = None
        self._shown = False
        self._stop = False
        self._versions: list[dict[str, Any]] = []
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self._left())
        row.addWidget(self._middle(names), 1)
        self._pause = QTimer(self, singleShot=True, interval=_TRY_MS)
        self._pause.timeout.connect(self._try)
        self._later = QTimer(self, singleShot=True, interval=1_000)
        self._later.timeout.connect(self._read_queue)
        self.editor.changed.connect(self._changed)
        work.changed.connect(self._outside)

    # --- what is where -----------------------------------------------------------------------

    def _left(self) -> QWidget:
        frame, column, head = panel(M_("Weights of the priority"))
        self._frame = frame
        frame.setFixedWidth(400)
        column.setContentsMargins(0, 10, 0, 12)
        head.setContentsMargins(14, 0, 14, 0)
        self.versions = QComboBox()
        self.versions.setAccessibleName(t(M_("Versions of the weights")))
        self.versions.setFixedWidth(170)
        self.versions.activated.connect(self._take_version)
        head.addWidget(self.versions)
        self.editor = WeightEditor(self._desk.reference)
        column.addWidget(self.editor, 1)
        foot = QVBoxLayout()
        foot.setContentsMargins(14, 4, 14, 0)
        foot.setSpacing(6)
        self.notice = Notice()
        foot.addWidget(self.notice)
        foot.addWidget(label(M_("Reason for the change (kept in the audit trail)"), "caption"))
        self.reason = QLineEdit()
        self.reason.setAccessibleName(t(M_("Reason for the change (kept in the audit trail)")))
        self.reason.textChanged.connect(self._show_buttons)
        foot.addWidget(self.reason)
        buttons = QHBoxLayout()
        self.discard = QPushButton(t(M_("Discard")))
        self.discard.clicked.connect(self.editor.reset)
        self.save_button = QPushButton(icon("mdi6.content-save-outline", "on_accent"), "")
        self.save_button.setText(t(M_("Save these weights")))
        self.save_button.setProperty("primary", "yes")
        self.save_button.clicked.connect(self.save)
        buttons.addWidget(self.discard)
        buttons.addStretch(1)
        buttons.addWidget(self.save_button)
        foot.addLayout(buttons)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(t(M_("Ranking the queue anew")))
        self.progress_text = label("", "caption")
        self.cancel = QPushButton(t(M_("Pause")))
        self.cancel.clicked.connect(self._halt)
        job = QHBoxLayout()
        job.addWidget(self.progress_text)
        job.addWidget(self.progress, 1)
        job.addWidget(self.cancel)
        self._job = QWidget()
        self._job.setLayout(job)
        job.setContentsMargins(0, 0, 0, 0)
        self._job.hide()
        foot.addWidget(self._job)
        column.addLayout(foot)
        return frame

    def _middle(self, names: QueueModel) -> QWidget:
        frame, column, head = panel(M_("Trial on the present queue"))
        self._hint = label(M_("the real order stays until you save"), "caption")
        head.insertWidget(1, self._hint)
        column.setContentsMargins(0, 10, 0, 8)
        head.setContentsMargins(14, 0, 14, 0)
        self.only_moved = QCheckBox(t(M_("Only what moves")))
        self.only_moved.toggled.connect(self._show_trial)
        copy = QPushButton(icon("mdi6.table"), t(M_("Copy as a table")))
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.moves.as_text()))
        head.addWidget(self.only_moved)
        head.addWidget(copy)
        counts = QGridLayout()
        counts.setContentsMargins(14, 2, 14, 4)
        counts.setHorizontalSpacing(14)
        counts.setVerticalSpacing(4)
        counts.addWidget(label(M_("Now"), "caption"), 0, 0)
        counts.addWidget(label(M_("Trial"), "caption"), 1, 0)
        self._counts: dict[str, tuple[QLabel, QLabel]] = {}
        for place, band in enumerate(("immediate", "same_day", "routine")):
            shape = tokens()["bands"][band]
            pair = []
            for line in (0, 1):
                chip = Chip()
                chip.say(t(BAND_NAMES[band]), shape["colour"], shape["icon"])
                figure = label("", "title")
                counts.addWidget(chip, line, 1 + 2 * place)
                counts.addWidget(figure, line, 2 + 2 * place)
                pair.append(figure)
            self._counts[band] = (pair[0], pair[1])
        counts.setColumnStretch(8, 1)
        column.addLayout(counts)
        self._effect = label("", "strong", wrap=True)
        self._effect.setContentsMargins(14, 0, 14, 4)
        column.addWidget(self._effect)
        self.moves = MovesView(self._work, names)
        self._pages = Pages(self.moves)
        column.addWidget(self._pages, 1)
        legend = label(
            M_("— rises   - - falls   thick: the band changes   tinted: new band"), "caption"
        )
        legend.setContentsMargins(14, 0, 14, 0)
        column.addWidget(legend)
        return frame

    def set_narrow(self, narrow: bool) -> None:
        """In a narrow window the editor leaves more room to the trial."""
        self._frame.setFixedWidth(330 if narrow else 400)
        self._hint.setVisible(not narrow)

    # --- reading and trying -------------------------------------------------------------------

    def showEvent(self, event: Any) -> None:
        super().showEvent(event)
        if not self._shown:
            self._shown = True
            self._read_weights()
        if self._table is None:
            self._read_queue()

    def _read_weights(self) -> None:
        desk = self._desk

        def call() -> tuple[dict[str, Any], list[dict[str, Any]], int]:
            return desk.weights.document(), desk.weights.history(), desk.weights.waiting()

        self._work.read(call, self._take_weights, self.notice.say_error, key="weights")

    def _take_weights(self, found: tuple[dict[str, Any], list[dict[str, Any]], int]) -> None:
        document, self._versions, waiting = found
        self.editor.take(document, editable=self._desk.officer.has(Role.SUPERVISOR))
        self.versions.clear()
        for version in self._versions:
            name = version["version"]
            if version["created_at"] is None:
                name += " " + t(M_("(as delivered)"))
            self.versions.addItem(name)
            when = (
                "" if version["created_at"] is None else f"{jst(version['created_at']):%m/%d %H:%M}"
            )
            told = " ".join(part for part in (when, version["officer"], version["reason"]) if part)
            self.versions.setItemData(self.versions.count() - 1, told, Qt.ItemDataRole.ToolTipRole)
        self.versions.setCurrentIndex(0)
        self._show_buttons()
        self._pause.start()
        if waiting:
            self.notice.say(
                t(M_("{n} reports still stand under older weights.", n=f"{waiting:,}")), "wait"
            )
            self._rank_on("", 0, waiting)

    def _take_version(self, place: int) -> None:
        self.editor.load(self._versions[place]["document"])
        if place and not self.reason.text():
            version = self._versions[place]["version"]
            self.reason.setText(t(M_("Back to version {version}", version=version)))

    def _read_queue(self) -> None:
        if self._table is None:
            self._pages.show_waiting()
        self._work.read(
            self._desk.weights.queue_table, self._take_queue, self._unreadable, key="queue table"
        )

    def _take_queue(self, table: QueueTable) -> None:
        self._table = table
        self.moves.forget_rows()
        if len(table) == 0:
            self._pages.show_empty(M_("The queue is empty."))
        else:
            self._pages.show_content()
        self._pause.start()

    def _unreadable(self, error: WorkbenchError) -> None:
        self._pages.show_error(error, self._read_queue)

    def _changed(self) -> None:
        self._show_buttons()
        self._pause.start()

    def _try(self) -> None:
        table, draft = self._table, self.editor.draft()
        if table is None or not draft:
            return
        self._work.read(
            lambda: table.what_if(self._desk.weights.read(draft)),
            self._tried,
            self.notice.say_error,
            key="trial",
        )

    def _tried(self, what: WhatIf) -> None:
        self._what = what
        if self.notice.property("tone") == "bad":
            self.notice.say("")
        self._show_trial()

    def _show_trial(self) -> None:
        what = self._what
        if what is None:
            return
        self.moves.show_trial(what, only_moved=self.only_moved.isChecked())
        for band, now, then in band_counts(what):
            first, second = self._counts[band]
            first.setText(f"{now:,}")
            by = then - now
            second.setText(f"{then:,}  ({by:+,})" if by else f"{then:,}")
        self._effect.setText(
            t(
                M_(
                    "{moved} of {n} reports move. Band up: {up}. Band down: {down}.",
                    moved=f"{what.moved:,}",
                    n=f"{len(what.ids):,}",
                    up=f"{what.risen:,}",
                    down=f"{what.fallen:,}",
                )
            )
        )

    def _show_buttons(self) -> None:
        may = self._desk.officer.has(Role.SUPERVISOR)
        self.reason.setEnabled(may)
        self.discard.setEnabled(may and self.editor.differs)
        self.save_button.setEnabled(
            may and self.editor.differs and bool(self.reason.text().strip())
        )

    # --- saving -------------------------------------------------------------------------------

    def save(self) -> None:
        """Put the draft in force, then rank the queue anew."""
        draft, reason = self.editor.draft(), self.reason.text()
        self.save_button.setEnabled(False)

        def saved(result: dict[str, Any]) -> None:
            self.reason.clear()
            self.told.emit(t(M_("Weights {version} are in force.", version=result["version"])))
            self._read_weights()

        self._work.write(lambda: self._desk.weights.save(draft, reason), saved, self._not_saved)

    def _not_saved(self, error: WorkbenchError) -> None:
        self.notice.say_error(error)
        self._show_buttons()

    def _rank_on(self, after: str, done: int, total: int) -> None:
        """One slice after the other, so that other writing comes between."""
        self._stop = False
        self._job.show()
        self.progress.setRange(0, max(total, 1))
        self.progress.setValue(done)
        self.progress_text.setText(f"{done:,} / {max(total, done):,}")

        def ranked(result: dict[str, Any]) -> None:
            further = done + result["ranked"]
            if result["after"] is None:
                self._job.hide()
                self.notice.say("")
                self.told.emit(t(M_("The queue is ranked anew: {n} reports.", n=f"{further:,}")))
                self._read_queue()
            elif self._stop:
                self._job.hide()
                self.notice.say(
                    t(M_("Ranking is paused; it goes on when this page opens.")), "wait"
                )
                self._shown = False
            else:
                self._rank_on(result["after"], further, total)

        self._work.write(
            lambda: self._desk.weights.rerank_slice(after), ranked, self.notice.say_error
        )

    def _halt(self) -> None:
        self._stop = True

    def _outside(self, changes: Changes[Any]) -> None:
        if changes.concerns("report") and not self._job.isVisible():
            self._table_is_old()

    def _table_is_old(self) -> None:
        if self.isVisible():
            self._later.start()
        else:
            self._table = None
