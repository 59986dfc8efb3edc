"""The status bar: officer, what happened last, exposure today, network, store."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QRect, QSize, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QWidget,
)

from workbench.desk.changes import Changes
from workbench.desk.exposure import Exposure
from workbench.domain.errors import M_
from workbench.domain.officer import ROLE_NAMES, WORKING, Role
from workbench.ui.design.icons import icon, pixmap
from workbench.ui.design.language import t
from workbench.ui.design.pages import label
from workbench.ui.design.painting import paint_bar
from workbench.ui.design.theme import theme
from workbench.ui.jobs import Jobs
from workbench.ui.work import DeskWork

_SAID_MS = 6_000
_EXPOSURE_MS = 60_000


class _Share(QWidget):
    """How much of the day's guide is used."""

    def __init__(self) -> None:
        super().__init__()
        self._share = 0.0

    def show_share(self, share: float) -> None:
        self._share = share
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(64, 16)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        box = QRect(0, self.height() // 2 - 3, self.width(), 6)
        paint_bar(painter, box, self._share, "accent" if self._share < 1 else "bad")


class StatusBar(QFrame):
    """Always in view; `break_due` when the agency's setting suggests a break."""

    break_due = Signal(object)

    def __init__(self, work: DeskWork, jobs: Jobs) -> None:
        super().__init__()
        self._work = work
        self.setProperty("bar", "status")
        self.setFixedHeight(theme().size("status_bar"))
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 16, 0)
        row.setSpacing(8)
        officer = work.desk.officer
        roles = "・".join(t(ROLE_NAMES[role]) for role in Role if role in officer.roles)
        self._part(row, "mdi6.account-outline", label(f"{officer.name} ({roles})"))
        self._exposure = label("")
        self._share = _Share()
        self._share.setAccessibleName(t(M_("Share of the day's guide")))
        self._part(row, "mdi6.eye-outline", self._exposure)
        row.addWidget(self._share)
        row.addSpacing(10)
        self._said = label("")
        self._said.setAccessibleName(t(M_("What happened last")))
        self._said.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        row.addWidget(self._said, 1)
        self._forget = QTimer(self, singleShot=True, interval=_SAID_MS)
        self._forget.timeout.connect(lambda: self._said.setText(""))
        self._job = label("")
        self._progress = QProgressBar()
        self._progress.setTextVisible(False)
        self._progress.setFixedWidth(110)
        self._progress.setAccessibleName(t(M_("Progress of the work beside")))
        self.cancel_button = QPushButton(icon("mdi6.close-circle-outline"), "")
        self.cancel_button.setProperty("plain", "yes")
        self.cancel_button.setAccessibleName(t(M_("Cancel the work beside")))
        self.cancel_button.setToolTip(t(M_("Cancel the work beside")))
        self.cancel_button.clicked.connect(jobs.cancel)
        for part in (self._job, self._progress, self.cancel_button):
            row.addWidget(part)
            part.hide()
        self.online_button = QPushButton()
        self.online_button.setProperty("plain", "yes")
        self.online_button.setCheckable(True)
        self.online_button.setEnabled(officer.has(*WORKING))
        self.online_button.toggled.connect(jobs.set_online)
        row.addWidget(self.online_button)
        jobs.progressed.connect(self._show_job)
        jobs.idle.connect(self._end_job)
        jobs.told.connect(self.say)
        jobs.online_changed.connect(self._show_online)
        self._show_online(jobs.online)
        practice = work.desk.store.practice
        kind = label(M_("Practice store") if practice else M_("Encrypted store"))
        kind.setToolTip(str(work.desk.store.folder))
        self._part(row, "mdi6.database-lock-outline", kind)
        work.changed.connect(self._changed)
        self._again = QTimer(self, interval=_EXPOSURE_MS)
        self._again.timeout.connect(self._read)
        self._again.start()
        self._read()

    def say(self, text: str) -> None:
        """A line for a few seconds."""
        self._said.setText(text)
        self._said.setToolTip(text)
        self._forget.start()

    def _show_online(self, online: bool) -> None:
        text = M_("Online: pages are preserved") if online else M_("Offline: captures wait")
        self.online_button.setText(t(text))
        self.online_button.setIcon(icon("mdi6.wifi" if online else "mdi6.wifi-off"))
        self.online_button.setAccessibleName(t(text))
        hint = M_("Opens or ends an outside session; it is written down.")
        self.online_button.setToolTip(t(hint))
        self.online_button.setChecked(online)

    def _show_job(self, name: str, done: int, total: int) -> None:
        # As wide as at its end: nothing beside it moves while it counts.
        self._job.setText(f"{name} {total:,} / {total:,}")
        self._job.setFixedWidth(self._job.sizeHint().width())
        self._job.setText(f"{name} {done:,} / {total:,}")
        self._progress.setRange(0, max(1, total))
        self._progress.setValue(done)
        for part in (self._job, self._progress, self.cancel_button):
            part.show()

    def _end_job(self) -> None:
        for part in (self._job, self._progress, self.cancel_button):
            part.hide()

    def _part(self, row: QHBoxLayout, picture: str, text: QLabel) -> None:
        mark = QLabel()
        mark.setPixmap(pixmap(picture, "text_2", 14, self.devicePixelRatioF()))
        row.addWidget(mark)
        row.addWidget(text)
        row.addSpacing(10)

    def _changed(self, changes: Changes[Any]) -> None:
        if changes.concerns("exposure"):
            self._read()

    def _read(self) -> None:
        self._work.read(self._work.desk.exposure.today, self._show, lambda _: None, key="exposure")

    def _show(self, found: Exposure) -> None:
        minutes, seconds = divmod(round(found.counted), 60)
        time = f"{minutes}:{seconds:02}"
        if found.guide_seconds:
            text = M_(
                "Viewed today, S1 and above: {n} pictures, {time} / guide {guide} min",
                n=found.seen,
                time=time,
                guide=found.guide_seconds // 60,
            )
        else:
            text = M_("Viewed today, S1 and above: {n} pictures, {time}", n=found.seen, time=time)
        self._exposure.setText(t(text))
        self._share.setVisible(bool(found.guide_seconds))
        if found.guide_seconds:
            self._share.show_share(found.counted / found.guide_seconds)
        if found.over or found.break_due:
            self.break_due.emit(found)
