"""The whole queue for a supervisor: a band set by hand, a report given to an officer."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from workbench.desk.ranking import BAND_NAMES
from workbench.domain.errors import M_
from workbench.domain.officer import Role
from workbench.domain.priority import BANDS
from workbench.domain.url import defang_host
from workbench.ui.design.icons import icon
from workbench.ui.design.language import t
from workbench.ui.design.pages import Notice, Pages, label, panel
from workbench.ui.design.theme import tokens
from workbench.ui.review.model import QueueModel
from workbench.ui.review.queue import QueueTable
from workbench.ui.review.why import WhyPanel
from workbench.ui.work import DeskWork


class QueueTab(QWidget):
    """Nothing is claimed here; every correction needs a reason or names an officer."""

    told = Signal(str)
    report_wanted = Signal(str)

    def __init__(self, work: DeskWork, model: QueueModel) -> None:
        super().__init__()
        self._work, self._desk, self._model = work, work.desk, model
        self._row: dict[str, Any] | None = None
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self._list())
        split.addWidget(self._corrections())
        split.setStretchFactor(0, 1)
        split.setChildrenCollapsible(False)
        split.setSizes([700, 340])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(split)
        self.table.opened.connect(self._choose)
        model.loaded.connect(self._loaded)
        model.failed.connect(lambda error: self._pages.show_error(error, model.load))
        self._pages.show_waiting()
        self._enable()

    def _list(self) -> QWidget:
        frame, column, head = panel(M_("Queue"), M_("double-click or Enter opens the report"))
        column.setContentsMargins(0, 10, 0, 0)
        head.setContentsMargins(14, 0, 14, 0)
        self.table = QueueTable(self._model)
        self.table.doubleClicked.connect(lambda index: self._open(index.row()))
        self._pages = Pages(self.table)
        column.addWidget(self._pages, 1)
        frame.setMinimumWidth(420)
        return frame

    def _corrections(self) -> QWidget:
        frame, column, _ = panel(M_("Correct the order"))
        frame.setMinimumWidth(300)
        self.title = label("", "strong")
        self.host = label("", "caption")
        column.addWidget(self.title)
        column.addWidget(self.host)
        self.notice = Notice()
        column.addWidget(self.notice)
        column.addWidget(label(M_("Band"), "caption"))
        bands = QHBoxLayout()
        self.bands: dict[str, QPushButton] = {}
        for band in BANDS:
            shape = tokens()["bands"][band]
            button = QPushButton(icon(shape["icon"], shape["colour"]), t(BAND_NAMES[band]))
            button.setCheckable(True)
            button.setAutoExclusive(True)
            button.toggled.connect(self._enable)
            self.bands[band] = button
            bands.addWidget(button)
        column.addLayout(bands)
        self.reason = QLineEdit(placeholderText=t(M_("Reason")))
        self.reason.setAccessibleName(t(M_("Reason for the band")))
        self.reason.textChanged.connect(self._enable)
        self.reason.returnPressed.connect(self.set_band)
        column.addWidget(self.reason)
        self.band_button = QPushButton(t(M_("Set the band")))
        self.band_button.clicked.connect(self.set_band)
        column.addWidget(self.band_button)
        rule = QFrame()
        rule.setProperty("rule", "h")
        column.addWidget(rule)
        column.addWidget(label(M_("Given to"), "caption"))
        self.officers = QComboBox()
        self.officers.setAccessibleName(t(M_("Given to")))
        column.addWidget(self.officers)
        self.give_button = QPushButton(t(M_("Give the report")))
        self.give_button.clicked.connect(self.give)
        column.addWidget(self.give_button)
        self.open_button = QPushButton(t(M_("Open the report")))
        self.open_button.clicked.connect(self._open_current)
        column.addWidget(self.open_button)
        self.why = WhyPanel()
        scroll = QScrollArea()
        scroll.setProperty("panel", "flat")
        scroll.setWidgetResizable(True)
        scroll.setWidget(self.why)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setAccessibleName(t(M_("Why this rank")))
        scroll.setMinimumSize(QSize(200, 60))
        column.addWidget(scroll, 1)
        return frame

    def show_officers(self, officers: list[dict[str, Any]]) -> None:
        """Who a report may be given to."""
        before = self.officers.currentData()
        self.officers.clear()
        self.officers.addItem(t(M_("(whoever comes first)")), None)
        for officer in officers:
            self.officers.addItem(f"{officer['name']} ({officer['login']})", officer["login"])
        self.officers.setCurrentIndex(max(0, self.officers.findData(before)))

    def _loaded(self) -> None:
        if self._model.rowCount() == 0:
            self._row = None
            self.why.show_row(None)
            self._pages.show_empty(M_("The queue is empty."))
        else:
            self._pages.show_content()
            if self._row is not None:
                self.table.select_report(self._row["id"])
                self._choose(self._row["id"])
            else:
                first = self._model.id_at(0)
                if first is not None:
                    self.table.select_report(first)
                    self._choose(first)
        self._enable()

    def _choose(self, report_id: str) -> None:
        self._work.read(
            lambda: self._desk.queue.rows([report_id]),
            self._show,
            self.notice.say_error,
            key="corrected",
        )

    def _show(self, rows: list[dict[str, Any]]) -> None:
        fresh = self._row is None or not rows or rows[0]["id"] != self._row["id"]
        self._row = rows[0] if rows else None
        if self._row is None:
            return
        hidden = bool(self._row["pictures"]) and self._row["pictures"][-1] == "S3"
        self.title.setText(self._row["number"])
        self.host.setText(t(M_("(not shown)")) if hidden else defang_host(self._row["host"]))
        self.bands[self._row["band"]].setChecked(True)
        self.why.show_row(self._row)
        if fresh:
            self.reason.clear()
            self.notice.say("")
        self._enable()

    def _enable(self) -> None:
        chosen = self._row is not None
        may = chosen and self._desk.officer.has(Role.SUPERVISOR)
        self.give_button.setEnabled(may)
        self.officers.setEnabled(may)
        self.open_button.setEnabled(chosen)
        changes = chosen and self._band() not in (None, self._row["band"])
        self.band_button.setEnabled(bool(may and changes and self.reason.text().strip()))

    def _band(self) -> str | None:
        return next((band for band, button in self.bands.items() if button.isChecked()), None)

    def set_band(self) -> None:
        """Override the band of the chosen report."""
        band, row, reason = self._band(), self._row, self.reason.text()
        if row is None or band is None or not self.band_button.isEnabled():
            return

        def done(result: dict[str, Any]) -> None:
            self.reason.clear()
            self.notice.say("")
            name = BAND_NAMES[result["band"]]
            self.told.emit(t(M_("{number}: band {band}.", number=result["number"], band=name)))

        self._work.write(
            lambda: self._desk.queue.set_band(row["id"], band, reason), done, self.notice.say_error
        )

    def give(self) -> None:
        """Give the chosen report to the chosen officer, or to nobody."""
        row, login = self._row, self.officers.currentData()
        if row is None:
            return

        def done(result: dict[str, Any]) -> None:
            self.notice.say("")
            to = result["assigned_to"] or t(M_("(whoever comes first)"))
            self.told.emit(t(M_("{number} given to {to}.", number=result["number"], to=to)))

        self._work.write(
            lambda: self._desk.queue.assign(row["id"], login), done, self.notice.say_error
        )

    def _open(self, place: int) -> None:
        report_id = self._model.id_at(place)
        if report_id is not None:
            self.report_wanted.emit(report_id)

    def _open_current(self) -> None:
        if self._row is not None:
            self.report_wanted.emit(self._row["id"])
