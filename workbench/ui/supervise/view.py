"""監督: tabs over the queue, workload and weights; approvals and clocks always beside them."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QTabWidget, QVBoxLayout, QWidget

from workbench.desk.changes import Changes
from workbench.domain.errors import M_
from workbench.domain.officer import Role
from workbench.ui.design.icons import icon
from workbench.ui.design.language import t
from workbench.ui.design.pages import Pages, panel
from workbench.ui.design.tables import RowsTable
from workbench.ui.review.model import QueueModel
from workbench.ui.supervise.queue import QueueTab
from workbench.ui.supervise.waiting import WaitingColumn
from workbench.ui.supervise.weights import WeightsTab
from workbench.ui.work import DeskWork

_SETTLE_MS = 300
_NARROW = 1180
_WIDE = 1400


class SuperviseScreen(QWidget):
    """For supervisors; others are told so."""

    told = Signal(str)
    report_wanted = Signal(str)

    def __init__(self, work: DeskWork) -> None:
        super().__init__()
        self._work = work
        self.setProperty("fill", "window")
        inner = QWidget()
        self._pages = Pages(inner)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._pages)
        if not work.desk.officer.has(Role.SUPERVISOR):
            self._pages.show_empty(
                M_("This screen is for supervisors."), icon="mdi6.account-supervisor-outline"
            )
            return
        self.model = QueueModel(work)
        row = QHBoxLayout(inner)
        row.setContentsMargins(12, 0, 12, 12)
        row.setSpacing(12)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.setAccessibleName(t(M_("Supervision")))
        self.queue = QueueTab(work, self.model)
        self.weights = WeightsTab(work, self.model)
        self.load = self._workload()
        for widget, name, picture in (
            (self.queue, M_("Queue"), "mdi6.format-list-numbered"),
            (self.load, M_("Workload"), "mdi6.account-group-outline"),
            (self.weights, M_("Weights and trial"), "mdi6.tune-variant"),
        ):
            page = QWidget()
            page.setProperty("fill", "window")
            inside = QVBoxLayout(page)
            inside.setContentsMargins(0, 10, 0, 0)
            inside.addWidget(widget)
            self.tabs.addTab(page, icon(picture), t(name))
        self.waiting = WaitingColumn(work)
        self.waiting.setFixedWidth(350)
        row.addWidget(self.tabs, 1)
        self._side = QVBoxLayout()
        self._side.setContentsMargins(0, 12, 0, 0)
        self._side.addWidget(self.waiting)
        row.addLayout(self._side)
        for part in (self.queue, self.weights, self.waiting):
            part.told.connect(self.told.emit)
        for part in (self.queue, self.waiting):
            part.report_wanted.connect(self.report_wanted.emit)
        # Many changes in a row (an import) are read once.
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settle.timeout.connect(self._read)
        work.changed.connect(self._changed)
        self.model.load()
        self._read()

    def _workload(self) -> QWidget:
        frame, column, head = panel(
            M_("Workload"), M_("what each officer has in hand; no order of merit")
        )
        column.setContentsMargins(0, 10, 0, 0)
        head.setContentsMargins(14, 0, 14, 0)
        self.officers = RowsTable(
            M_("Workload"),
            (M_("Officer"), M_("In hand now"), M_("Given, open"), M_("Decided today")),
            (260, 140, 140, 140),
            M_("No officer reviews here."),
        )
        column.addWidget(self.officers, 1)
        return frame

    def _read(self) -> None:
        self.waiting.load()
        self._work.read(
            self._work.desk.queue.workload, self._show_load, lambda _: None, key="workload"
        )

    def _show_load(self, officers: list[dict[str, Any]]) -> None:
        self.queue.show_officers(officers)
        self.officers.show_rows(
            [
                (
                    f"{officer['name']} ({officer['login']})",
                    str(officer["held"]),
                    str(officer["given"]),
                    str(officer["decided"]),
                )
                for officer in officers
            ],
            [officer["login"] for officer in officers],
        )

    def _changed(self, changes: Changes[Any]) -> None:
        self.model.refresh(changes)
        if any(changes.concerns(kind) for kind in ("report", "removal", "referral", "officer")):
            self._settle.start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._work.desk.officer.has(Role.SUPERVISOR):
            narrow = self.width() < _NARROW
            self.queue.table.set_narrow(self.width() < _WIDE)
            self.weights.set_narrow(narrow)
            self._put_waiting(in_tab=narrow)

    def _put_waiting(self, *, in_tab: bool) -> None:
        """In a narrow window approvals and clocks become a tab."""
        there = self.tabs.indexOf(self.waiting) >= 0
        if in_tab and not there:
            self.waiting.setMinimumWidth(0)
            self.waiting.setMaximumWidth(16_777_215)
            name = t(M_("Waiting for approval"))
            self.tabs.addTab(self.waiting, icon("mdi6.stamper"), name)
        elif not in_tab and there:
            self.tabs.removeTab(self.tabs.indexOf(self.waiting))
            self.waiting.setFixedWidth(350)
            self._side.addWidget(self.waiting)
            self.waiting.show()
