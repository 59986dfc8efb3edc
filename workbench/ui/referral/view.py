"""引継ぎ: the list of cases, one case with its reports, and its hand-over."""

from __future__ import annotations

import json
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QSplitter,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from workbench.desk.changes import Changes
from workbench.domain.case import CASE_WORKFLOW, REFERRAL_WORKFLOW
from workbench.domain.clock import jst
from workbench.domain.errors import M_, Message, WorkbenchError
from workbench.domain.officer import WORKING
from workbench.domain.report import REPORT_WORKFLOW
from workbench.domain.url import defang_host
from workbench.ui.design.chip import Chip
from workbench.ui.design.icons import icon
from workbench.ui.design.language import t
from workbench.ui.design.pages import Notice, Pages, label
from workbench.ui.design.tables import Cell, RowsTable
from workbench.ui.design.theme import tokens
from workbench.ui.design.words import role_name
from workbench.ui.referral.handover import Handover
from workbench.ui.review.report import KINDS
from workbench.ui.work import DeskWork

_SETTLE_MS = 200
_ACTS: dict[str, Message] = {
    "opened": M_("opened"),
    "report_added": M_("report added"),
    "referral_drafted": M_("hand-over drafted"),
    "closed": M_("closed"),
}


class ReferralScreen(QWidget):
    """Cases on the left, one in the middle, its hand-over on the right."""

    told = Signal(str)
    report_wanted = Signal(str)

    def __init__(self, work: DeskWork) -> None:
        super().__init__()
        self._work, self._desk = work, work.desk
        self.shown: dict[str, Any] | None = None
        self._wanted = ""
        self._may = work.desk.officer.has(*WORKING)
        self.handover = Handover(work)
        self.handover.told.connect(self.told.emit)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self._cases())
        split.addWidget(self._case())
        right = QWidget()
        right.setProperty("fill", "window")
        column = QVBoxLayout(right)
        column.setContentsMargins(10, 10, 10, 10)
        column.addWidget(self.handover)
        right.setMinimumWidth(330)
        split.addWidget(right)
        split.setStretchFactor(1, 1)
        split.setChildrenCollapsible(False)
        self._split = split
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(split)
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settle.timeout.connect(self.load)
        work.changed.connect(self._changed)
        self.load()

    # --- what is where -----------------------------------------------------------------------

    def _cases(self) -> QWidget:
        left = QFrame()
        left.setProperty("panel", "flat")
        left.setMinimumWidth(270)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 10, 0, 0)
        column.setSpacing(6)
        head = QHBoxLayout()
        head.setContentsMargins(12, 0, 12, 0)
        head.addWidget(label(M_("Cases"), "strong"))
        self.count = label("", "caption")
        head.addWidget(self.count)
        head.addStretch(1)
        column.addLayout(head)
        new = QHBoxLayout()
        new.setContentsMargins(12, 0, 12, 0)
        self.title = QLineEdit(placeholderText=t(M_("Title of a new case")))
        self.title.setAccessibleName(t(M_("Title of a new case")))
        self.title.setEnabled(self._may)
        self.title.returnPressed.connect(self.new_case)
        self.title.textChanged.connect(self._enable)
        self.new_button = QPushButton(icon("mdi6.plus"), t(M_("Open a case")))
        self.new_button.clicked.connect(self.new_case)
        new.addWidget(self.title, 1)
        new.addWidget(self.new_button)
        column.addLayout(new)
        self.cases = RowsTable(
            M_("Cases"),
            (M_("Number"), M_("Hand-over"), M_("Title")),
            (84, 108),
            M_("No case yet. Give one a title and open it."),
        )
        self.cases.chosen.connect(self.open_case)
        column.addWidget(self.cases, 1)
        return left

    def _case(self) -> QWidget:
        middle = QFrame()
        middle.setProperty("panel", "flat")
        column = QVBoxLayout(middle)
        column.setContentsMargins(16, 10, 16, 10)
        column.setSpacing(8)
        head = QHBoxLayout()
        self.number = label("", "title")
        self.state = Chip()
        self.name = label("", "title")
        self.name.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        head.addWidget(self.number)
        head.addWidget(self.state)
        head.addWidget(self.name, 1)
        column.addLayout(head)
        self.notice = Notice()
        column.addWidget(self.notice)
        adding = QHBoxLayout()
        self.numbers = QLineEdit(placeholderText=t(M_("Report numbers, separated by blanks")))
        self.numbers.setAccessibleName(t(M_("Report numbers, separated by blanks")))
        self.numbers.returnPressed.connect(self.add_reports)
        self.numbers.textChanged.connect(self._enable)
        self.add_button = QPushButton(icon("mdi6.link-variant-plus"), t(M_("Add reports")))
        self.add_button.clicked.connect(self.add_reports)
        adding.addWidget(self.numbers, 1)
        adding.addWidget(self.add_button)
        column.addLayout(adding)
        tabs = QTabWidget()
        tabs.setDocumentMode(True)
        tabs.setAccessibleName(t(M_("The case's parts")))
        self.tabs = tabs
        self.reports = RowsTable(
            M_("Reports"),
            (M_("Report"), M_("Host"), M_("Category"), M_("State"), M_("Exhibits")),
            (124, 170, 150, 112),
            M_("The case holds no report yet."),
        )
        self.reports.opened.connect(self.report_wanted.emit)
        self.exhibits = RowsTable(
            M_("Exhibits"),
            (M_("Report"), M_("Level"), M_("Kind"), M_("Bytes"), M_("SHA-256")),
            (124, 66, 140, 86),
            M_("Nothing is preserved yet."),
        )
        self.identifiers = RowsTable(
            M_("Identifiers"),
            (M_("Kind"), M_("Value"), M_("Reports")),
            (130, 240),
            M_("No identifiers were found on the pages."),
        )
        self.history = RowsTable(
            M_("History"),
            (M_("When"), M_("Officer"), M_("Act"), M_("Facts")),
            (150, 110, 140),
            M_("Nothing has happened yet."),
        )
        for widget, name, picture in (
            (self.reports, M_("Reports"), "mdi6.clipboard-text-outline"),
            (self.exhibits, M_("Exhibits"), "mdi6.camera-outline"),
            (self.identifiers, M_("Identifiers"), "mdi6.fingerprint"),
            (self.history, M_("History"), "mdi6.history"),
        ):
            tabs.addTab(widget, icon(picture), t(name))
        column.addWidget(tabs, 1)
        draft = QHBoxLayout()
        self.division = QComboBox()
        self.division.setAccessibleName(t(M_("Division")))
        self.draft_button = QPushButton(
            icon("mdi6.folder-arrow-right-outline"), t(M_("Draft the hand-over"))
        )
        self.draft_button.clicked.connect(self.draft)
        self.referrals = QComboBox()
        self.referrals.setAccessibleName(t(M_("Hand-overs of the case")))
        self.referrals.setMinimumContentsLength(20)
        self.referrals.activated.connect(self._choose_referral)
        draft.addWidget(label(M_("Division"), "strong"))
        draft.addWidget(self.division, 1)
        draft.addWidget(self.draft_button)
        draft.addWidget(self.referrals)
        column.addLayout(draft)
        self.pages = Pages(middle)
        self.pages.show_empty(M_("Choose a case in the list."), icon="mdi6.folder-outline")
        return self.pages

    # --- reading ------------------------------------------------------------------------------

    def load(self) -> None:
        """Read the list anew, and the case in view."""
        self._work.read(
            self._desk.cases.overview, self._take, self.cases.pages.show_error, key="cases"
        )
        if self.shown is not None:
            self._read(self.shown["case"]["id"])

    def _take(self, cases: list[dict[str, Any]]) -> None:
        rows: list[list[Cell]] = []
        for case in cases:
            state: Cell = "—"
            if case["referral_state"] is not None:
                shape = tokens()["states"]["referral"][case["referral_state"]]
                name = t(REFERRAL_WORKFLOW.names[case["referral_state"]])
                state = (name, shape["tone"], shape["icon"])
            rows.append([case["number"].split("-", 1)[-1], state, case["title"]])
        self.cases.show_rows(rows, [case["id"] for case in cases])
        self.count.setText(t(M_("{n} cases", n=len(cases))))
        if self._wanted:
            self.cases.select(self._wanted)
            self._wanted = ""
        elif self.shown is None and cases:
            self.cases.select(cases[0]["id"])
        self._enable()

    def open_case(self, case_id: str) -> None:
        """Show a case."""
        if self.shown is None or self.shown["case"]["id"] != case_id:
            self.notice.say("")
            self.numbers.clear()
            self.handover.show_none()
            self.shown = None
        self._read(case_id)

    def _read(self, case_id: str) -> None:
        self._work.read(
            lambda: self._desk.cases.show(case_id), self._show, self.pages.show_error, key="case"
        )

    def _show(self, shown: dict[str, Any]) -> None:
        fresh = self.shown is None or self.shown["case"]["id"] != shown["case"]["id"]
        self.shown = shown
        case = shown["case"]
        self.pages.show_content()
        self.number.setText(case["number"])
        self.name.setText(case["title"])
        tone = "progress" if case["state"] == "open" else "muted"
        self.state.say(t(CASE_WORKFLOW.names[case["state"]]), tone, "mdi6.folder-outline")
        self._show_parts(shown)
        self._show_divisions(shown)
        self._show_referrals(shown, fresh)
        self._enable()

    def _show_parts(self, shown: dict[str, Any]) -> None:
        rows: list[list[Cell]] = []
        for report in shown["reports"]:
            shape = tokens()["states"]["report"][report["state"]]
            state = t(REPORT_WORKFLOW.names[report["state"]])
            host = t(M_("(not shown)")) if report["restricted"] else defang_host(report["host"])
            category = "—" if report["category"] is None else t(report["category"])
            cell: Cell = (state, shape["tone"], shape["icon"])
            rows.append([report["number"], host, category, cell, str(report["exhibits"])])
        self.reports.show_rows(rows, [report["id"] for report in shown["reports"]])
        rows = []
        for exhibit in shown["exhibits"]:
            handling = tokens()["handling"][exhibit["level"]]
            level: Cell = (exhibit["level"], handling["tone"], handling["icon"])
            size = f"{exhibit['size']:,}"
            rows.append(
                [exhibit["report"], level, role_name(exhibit["role"]), size, exhibit["sha256"]]
            )
        self.exhibits.show_rows(rows, [e["id"] for e in shown["exhibits"]])
        self.identifiers.show_rows(
            [
                [
                    t(KINDS.get(i["kind"], M_("Other"))),
                    i["value"],
                    f"{len(i['reports'])}: {' '.join(i['reports'])}",
                ]
                for i in shown["identifiers"]
            ]
        )
        rows = []
        for entry in shown["history"]:
            body = json.loads(entry["body"])
            facts = body["facts"]
            said = [str(facts[n]) for n in ("report", "number", "referral", "title") if n in facts]
            act = t(_ACTS[body["action"]]) if body["action"] in _ACTS else body["action"]
            who = shown["officers"].get(body["officer"], body["officer"])
            when = jst(body["at_us"]).strftime("%Y-%m-%d %H:%M:%S")
            rows.append([when, who, act, " ".join(said)])
        self.history.show_rows(rows)

    def _show_divisions(self, shown: dict[str, Any]) -> None:
        before = self.division.currentData()
        self.division.clear()
        divisions = self._desk.reference.divisions
        order = [*shown["suggested_divisions"]]
        order += [name for name in divisions if name not in order]
        for name in order:
            mark = t(M_(" (unconfirmed)")) if divisions[name].unconfirmed else ""
            usual = t(M_("usual: ")) if name in shown["suggested_divisions"] else ""
            self.division.addItem(f"{usual}{t(divisions[name].name)}{mark}", name)
        place = self.division.findData(before) if before else 0
        self.division.setCurrentIndex(max(0, place))

    def _show_referrals(self, shown: dict[str, Any], fresh: bool) -> None:
        before = None if fresh else self.referrals.currentData()
        self.referrals.clear()
        for referral in shown["referrals"]:
            state = t(REFERRAL_WORKFLOW.names[referral["state"]])
            self.referrals.addItem(f"{referral['number']} {state}", referral["id"])
        self.referrals.setVisible(bool(shown["referrals"]))
        if not shown["referrals"]:
            self.handover.show_none()
            return
        place = self.referrals.findData(before) if before else -1
        self.referrals.setCurrentIndex(place if place >= 0 else self.referrals.count() - 1)
        self.handover.read(self.referrals.currentData())

    def _choose_referral(self, place: int) -> None:
        self.handover.read(self.referrals.itemData(place))

    def _changed(self, changes: Changes[Any]) -> None:
        if any(changes.concerns(kind) for kind in ("case", "referral", "report")):
            self._settle.start()

    def _enable(self) -> None:
        is_open = self.shown is not None and self.shown["case"]["state"] == "open"
        self.new_button.setEnabled(self._may and bool(self.title.text().strip()))
        self.numbers.setEnabled(self._may and is_open)
        self.add_button.setEnabled(self._may and is_open and bool(self.numbers.text().strip()))
        filled = is_open and bool(self.shown and self.shown["reports"])
        self.draft_button.setEnabled(self._may and filled)

    # --- acting -------------------------------------------------------------------------------

    def new_case(self) -> None:
        """Open a case under the title that was typed."""
        title = self.title.text().strip()
        if not title:
            return

        def done(result: dict[str, Any]) -> None:
            self.title.clear()
            self._wanted = result["id"]
            self.told.emit(t(M_("{number} opened.", number=result["number"])))

        self._work.write(lambda: self._desk.cases.new(title), done, self._failed)

    def add_reports(self) -> None:
        """Link the reports that were named to the case."""
        numbers = self.numbers.text().replace(",", " ").replace("、", " ").split()
        shown = self.shown
        if shown is None or not numbers:
            return

        def done(_: dict[str, Any]) -> None:
            self.numbers.clear()
            self.notice.say("")

        self._work.write(
            lambda: self._desk.cases.add(shown["case"]["id"], numbers), done, self._failed
        )

    def draft(self) -> None:
        """Draft a hand-over of the case to the chosen division."""
        shown, division = self.shown, self.division.currentData()
        if shown is None:
            return

        def done(result: dict[str, Any]) -> None:
            self.notice.say("")
            self.told.emit(t(M_("{number} drafted.", number=result["number"])))

        self._work.write(
            lambda: self._desk.referrals.draft(shown["case"]["id"], division), done, self._failed
        )

    def _failed(self, error: WorkbenchError) -> None:
        self.notice.say_error(error)
        if not self.pages.shows_content:
            self.told.emit(t(error.message))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() <= 0:
            left, right = round(self.width() * 0.21), round(self.width() * 0.31)
            self._split.setSizes([left, self.width() - left - right, right])
