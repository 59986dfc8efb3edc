"""削除依頼: every request, its ladder, its letter, its history, and what may be done next."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QSplitter,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from workbench.desk.changes import Changes
from workbench.documents.letter_pages import PagePixels, letter_pages
from workbench.domain.clock import jst, jst_date
from workbench.domain.errors import M_, Message
from workbench.domain.removal import REMOVAL_WORKFLOW
from workbench.domain.url import defang, defang_host
from workbench.ui.design.chip import Chip
from workbench.ui.design.icons import icon
from workbench.ui.design.language import t
from workbench.ui.design.letter import LetterPages
from workbench.ui.design.pages import Notice, Pages, label
from workbench.ui.design.tables import Cell, RowsTable
from workbench.ui.design.theme import theme, tokens
from workbench.ui.removal.acts import EVENT_NAMES, RemovalActs
from workbench.ui.removal.draft import DraftDialog
from workbench.ui.removal.ladder import LAYER_NAMES, Ladder
from workbench.ui.work import DeskWork

_GROUPS: tuple[tuple[Message, tuple[str, ...]], ...] = (
    (M_("All"), ()),
    (M_("To do here"), ("drafted", "sent_back", "approved", "issued")),
    (M_("Waiting for approval"), ("awaiting_approval",)),
    (M_("Waiting for an answer"), ("sent", "acknowledged", "reminded")),
    (M_("Not removed"), ("refused", "still_present", "reappeared", "escalated")),
    (M_("Ended"), ("removed", "blocked_in_japan", "withdrawn")),
)
_ENDED = ("removed", "blocked_in_japan", "withdrawn", "escalated")
_SETTLE_MS = 200
_PAGE_WIDTH = 620
_ACTS: dict[str, Message] = {
    "drafted": M_("drafted"),
    "letter_written": M_("letter written"),
    "submitted": M_("submitted"),
    "approved": M_("approved"),
    "sent_back": M_("sent back"),
    "redrafted": M_("drafted again"),
    "issued": M_("issued"),
    "recorded": M_("recorded"),
    "approval_voided": M_("approval void"),
    "escalated": M_("escalated"),
}


class RemovalScreen(QWidget):
    """A table of requests and one of them in full."""

    told = Signal(str)
    report_wanted = Signal(str)

    def __init__(self, work: DeskWork) -> None:
        super().__init__()
        self._work, self._desk = work, work.desk
        self._rows: list[dict[str, Any]] = []
        self._wanted: list[dict[str, Any]] = []
        self.shown: dict[str, Any] | None = None
        self._letter_of = ""
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self._left())
        split.addWidget(self._right())
        split.setStretchFactor(1, 1)
        split.setChildrenCollapsible(False)
        self._split = split
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(split)
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settle.timeout.connect(self.load)
        work.changed.connect(self._changed)
        primary = QShortcut(QKeySequence("Ctrl+Return"), self)
        primary.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        primary.activated.connect(self.acts.primary)
        self.load()

    # --- what is where -----------------------------------------------------------------------

    def _left(self) -> QWidget:
        left = QFrame()
        left.setProperty("panel", "flat")
        left.setMinimumWidth(420)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(12, 10, 12, 6)
        self.group = QComboBox()
        self.group.setAccessibleName(t(M_("States shown")))
        self.group.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        for name, _ in _GROUPS:
            self.group.addItem(t(name))
        self.group.currentIndexChanged.connect(self._list)
        self.filter = QLineEdit(placeholderText=t(M_("Number, host or addressee")))
        self.filter.setAccessibleName(t(M_("Number, host or addressee")))
        self.filter.textChanged.connect(self._list)
        self.draft_button = QPushButton(icon("mdi6.file-document-plus-outline"), t(M_("New…")))
        self.draft_button.clicked.connect(lambda: self.new_draft())
        head.addWidget(self.group)
        head.addWidget(self.filter, 1)
        head.addWidget(self.draft_button)
        column.addLayout(head)
        self.summary = label("", "caption")
        self.summary.setContentsMargins(12, 0, 12, 6)
        self.summary.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        column.addWidget(self.summary)
        self.table = RowsTable(
            M_("Removal requests"),
            (M_("Number"), M_("State"), M_("Layer"), M_("Host"), M_("Answer (guide)")),
            (92, 128, 104, 150, 104),
            M_(
                "No removal request fits. Decide a report with the measure 削除依頼, then draft one."
            ),
            stretch=3,
        )
        self.table.chosen.connect(self.open_request)
        column.addWidget(self.table, 1)
        foot = label(
            M_("Days for an answer are guides to a voluntary request, not statutory periods."),
            "caption",
        )
        foot.setContentsMargins(12, 6, 12, 6)
        foot.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        column.addWidget(foot)
        return left

    def _right(self) -> QWidget:
        right = QFrame()
        right.setProperty("panel", "flat")
        column = QVBoxLayout(right)
        column.setContentsMargins(16, 10, 16, 12)
        column.setSpacing(6)
        first = QHBoxLayout()
        self.number = label("", "title")
        self.number.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.state, self.hold = Chip(), Chip()
        self.addressee = label("")
        first.addWidget(self.number)
        first.addWidget(self.state)
        first.addWidget(self.hold)
        first.addWidget(self.addressee, 1)
        self.next_button = QPushButton(icon("mdi6.stairs-up"), t(M_("Ask the next…")))
        self.next_button.clicked.connect(self._ask_next)
        self.report_button = QPushButton(t(M_("Open the report")))
        self.report_button.clicked.connect(self._open_report)
        first.addWidget(self.next_button)
        first.addWidget(self.report_button)
        column.addLayout(first)
        self.url = label("")
        self.url.setFont(theme().font(mono=True))
        self.url.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        column.addWidget(self.url)
        self.hold_notice = Notice()
        column.addWidget(self.hold_notice)
        self.ladder = Ladder()
        column.addWidget(self.ladder)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.setAccessibleName(t(M_("The request's parts")))
        self.letter = LetterPages()
        self.letter_text = QPlainTextEdit(readOnly=True)
        self.letter_text.setAccessibleName(t(M_("Letter as text")))
        self.events = RowsTable(
            M_("Answers and acts"),
            (M_("When"), M_("Officer"), M_("Act"), M_("Note")),
            (150, 120, 180),
            M_("Nothing has happened yet."),
        )
        for widget, name, picture in (
            (self.letter, M_("Letter"), "mdi6.file-document-outline"),
            (self.letter_text, M_("As text"), "mdi6.text"),
            (self.events, M_("History"), "mdi6.history"),
        ):
            self.tabs.addTab(widget, icon(picture), t(name))
        column.addWidget(self.tabs, 1)
        self.acts = RemovalActs(self._work)
        self.acts.told.connect(self.told.emit)
        column.addWidget(self.acts)
        self.pages = Pages(right)
        self.pages.show_empty(M_("Choose a request in the list."), icon="mdi6.file-remove-outline")
        return self.pages

    # --- reading ------------------------------------------------------------------------------

    def load(self) -> None:
        """Read the list anew, and the request in view."""
        desk = self._desk
        self._work.read(
            lambda: (*desk.removals.overview(), desk.removals.wanted()),
            self._take,
            self.table.pages.show_error,
            key="removals",
        )
        if self.shown is not None:
            self._read(self.shown["id"])

    def _take(
        self, found: tuple[list[dict[str, Any]], dict[str, int], list[dict[str, Any]]]
    ) -> None:
        self._rows, counts, self._wanted = found
        parts = [f"{t(REMOVAL_WORKFLOW.names[s])} {n:,}" for s, n in counts.items() if n]
        if self._wanted:
            parts.insert(0, t(M_("Reports without a request: {n}", n=len(self._wanted))))
        self.summary.setText("   ".join(parts))
        self.summary.setToolTip(self.summary.text())
        self._list()
        if self.shown is None and self._rows:
            self.table.select(self._rows[0]["id"])

    def _list(self) -> None:
        states = _GROUPS[self.group.currentIndex()][1]
        wanted = self.filter.text().strip().lower().replace("[.]", ".")
        rows: list[list[Cell]] = []
        keys = []
        for row in self._rows:
            if states and row["state"] not in states:
                continue
            name = t(row["addressee_name"])
            host = t(M_("(not shown)")) if row["restricted"] else row["host"]
            if wanted and not any(
                wanted in text.lower() for text in (row["number"], row["report"], host, name)
            ):
                continue
            shape = tokens()["states"]["removal"][row["state"]]
            state: Cell = (t(REMOVAL_WORKFLOW.names[row["state"]]), shape["tone"], shape["icon"])
            if row["hold"] and row["state"] not in _ENDED:
                state = (t(M_("Hold")), "hold", "mdi6.pause-octagon")
            rows.append(
                [
                    row["number"].split("-", 1)[-1],
                    state,
                    t(LAYER_NAMES[row["layer"]]),
                    host if row["restricted"] else defang_host(row["host"]),
                    self._answer(row),
                ]
            )
            keys.append(row["id"])
        self.table.show_rows(rows, keys)

    def _answer(self, row: dict[str, Any]) -> Cell:
        if row["answer_by"] is None or row["state"] not in ("sent", "acknowledged", "reminded"):
            return "—"
        left = (date.fromisoformat(row["answer_by"]) - jst_date(self._desk.clock())).days
        text = t(M_("{n} days", n=left)) if left >= 0 else t(M_("{n} days over", n=-left))
        return (text, "bad" if left < 0 else "wait" if left <= 2 else "muted", "mdi6.timer-sand")

    def open_request(self, removal_id: str) -> None:
        """Show one request."""
        self._read(removal_id)

    def _read(self, removal_id: str) -> None:
        self._work.read(
            lambda: self._desk.removals.show(removal_id),
            self._show,
            self.pages.show_error,
            key="removal",
        )

    def _show(self, shown: dict[str, Any]) -> None:
        self.shown = shown
        self.pages.show_content()
        self.number.setText(shown["number"])
        shape = tokens()["states"]["removal"][shown["state"]]
        self.state.say(t(REMOVAL_WORKFLOW.names[shown["state"]]), shape["tone"], shape["icon"])
        self.hold.say(t(M_("Hold")) if shown["hold"] else "", "hold", "mdi6.pause-octagon")
        self.addressee.setText(f"{t(LAYER_NAMES[shown['layer']])}: {t(shown['addressee_name'])}")
        url = t(M_("(not shown)")) if shown["restricted"] else defang(shown["url"])
        self.url.setText(f"{url}   {shown['report']}")
        self.url.setToolTip(url[:2_000])
        held = M_("Removal is on hold: {reason}", reason=shown["hold_reason"])
        self.hold_notice.say(t(held) if shown["hold"] else "", "hold")
        self.ladder.show_requests(shown["siblings"], shown["id"])
        can_go_on = "escalate" in REMOVAL_WORKFLOW.actions(shown["state"], self._desk.officer)
        self.next_button.setVisible(can_go_on)
        self.events.show_rows(self._history(shown))
        self.acts.show_request(shown)
        if shown["letter_sha256"] != self._letter_of:
            self._letter_of = shown["letter_sha256"]
            self._read_letter(shown["id"])

    def _read_letter(self, removal_id: str) -> None:
        def call() -> tuple[list[PagePixels], str]:
            _, pdf, text = self._desk.removals.letter(removal_id)
            return letter_pages(pdf, _PAGE_WIDTH), text

        def arrived(found: tuple[list[PagePixels], str]) -> None:
            self.letter.show_pages(found[0])
            self.letter_text.setPlainText(found[1])

        self._work.read(call, arrived, self.acts.notice.say_error, key="letter")

    def _history(self, shown: dict[str, Any]) -> list[list[Cell]]:
        rows: list[tuple[int, list[Cell]]] = []
        for event in shown["events"]:
            when = jst(event["at"]).strftime("%Y-%m-%d %H:%M:%S")
            name = t(EVENT_NAMES[event["event"]])
            rows.append((event["at"], [when, event["officer"], name, event["note"]]))
        for entry in shown["history"]:
            body = json.loads(entry["body"])
            if body["action"] == "recorded":
                continue
            when = jst(body["at_us"]).strftime("%Y-%m-%d %H:%M:%S")
            act = body["action"]
            name = t(_ACTS[act]) if act in _ACTS else act
            note = str(body["facts"].get("reason", ""))
            who = shown["officers"].get(body["officer"], body["officer"])
            rows.append((body["at_us"], [when, who, name, note]))
        return [row for _, row in sorted(rows, key=lambda item: item[0])]

    def _changed(self, changes: Changes[Any]) -> None:
        if changes.concerns("removal") or changes.concerns("report"):
            self._settle.start()

    # --- acting -------------------------------------------------------------------------------

    def new_draft(self, report: str = "") -> DraftDialog:
        """Ask for report and addressee of a new request."""
        dialog = DraftDialog(self, self._work, self._wanted, self._drafted, report)
        dialog.open()
        return dialog

    def _drafted(self, result: dict[str, Any]) -> None:
        self.told.emit(t(M_("{number} drafted.", number=result["number"])))
        self.open_request(result["id"])

    def _ask_next(self) -> None:
        if self.shown is not None:
            self.new_draft(self.shown["report"])

    def _open_report(self) -> None:
        if self.shown is not None:
            self.report_wanted.emit(self.shown["report_id"])

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() <= 0:
            left = min(700, round(self.width() * 0.46))
            self._split.setSizes([left, self.width() - left])
