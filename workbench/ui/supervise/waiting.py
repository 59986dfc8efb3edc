"""決裁待ち and the clocks: what would leave, what changed since, approve or send back."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from workbench.domain.clock import jst_date
from workbench.domain.errors import M_, Message, WorkbenchError
from workbench.domain.officer import Role
from workbench.ui.design.chip import Chip
from workbench.ui.design.flow import FlowLayout
from workbench.ui.design.icons import icon
from workbench.ui.design.language import t
from workbench.ui.design.pages import Notice, Pages, label, panel
from workbench.ui.design.tables import RowsTable
from workbench.ui.review.queue import age_text
from workbench.ui.work import DeskWork

_KINDS: dict[str, tuple[Message, str]] = {
    "removal": (M_("Removal request"), "mdi6.file-remove-outline"),
    "referral": (M_("Referral"), "mdi6.folder-arrow-right-outline"),
}
_PARTS: dict[str, Message] = {
    "number": M_("number"),
    "addressee": M_("addressee"),
    "layer": M_("layer"),
    "letter_pdf_sha256": M_("letter (PDF)"),
    "letter_text_sha256": M_("letter (text)"),
    "facts_sha256": M_("facts in the letter"),
    "exhibits": M_("exhibits"),
    "reports": M_("reports"),
    "case": M_("case"),
    "referral": M_("referral"),
    "office": M_("office"),
    "identifiers": M_("identifiers"),
}


def leaving_text(one: dict[str, Any]) -> str:
    """What would leave, one line."""
    what = one["what"]
    if one["kind"] == "removal":
        return t(
            M_(
                "One letter (SHA-256 {sha}…), nothing attached.",
                sha=what["letter_pdf_sha256"][:12],
            )
        )
    reports, exhibits = len(what.get("reports", ())), len(what.get("exhibits", ()))
    return t(M_("{n} reports, {k} exhibits.", n=reports, k=exhibits))


class ApprovalCard(QFrame):
    """One draft before the approver."""

    def __init__(self, work: DeskWork, one: dict[str, Any], owner: WaitingColumn) -> None:
        super().__init__()
        self.setProperty("panel", "sunken")
        self._work, self._one, self._owner = work, one, owner
        name, picture = _KINDS[one["kind"]]
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 10, 8)
        column.setSpacing(5)
        head = QHBoxLayout()
        kind = Chip()
        kind.say(t(name), "muted", picture)
        head.addWidget(label(one["number"], "strong"))
        head.addWidget(kind)
        head.addStretch(1)
        column.addLayout(head)
        age = age_text(one["drafted_at"], work.desk.clock())
        column.addWidget(label(f"{one['author']} · {age}", "caption"))
        column.addWidget(label(M_("About {what}", what=one["about"]), "caption", wrap=True))
        column.addWidget(label(M_("To: {name}", name=one["to"]), wrap=True))
        column.addWidget(label(leaving_text(one), "hint", wrap=True))
        if one["changed"] is not None:
            parts = [t(_PARTS[p]) if p in _PARTS else p for p in one["changed"]]
            text = (
                M_("Changed since the last approval: {parts}", parts="、".join(parts))
                if parts
                else M_("The same as approved before.")
            )
            column.addWidget(label(text, tone="wait", wrap=True))
        if one["hold"]:
            hold = Chip()
            hold.say(t(M_("On hold: it cannot be issued")), "hold", "mdi6.pause-octagon")
            column.addWidget(hold)
        if one["own"]:
            own = Chip()
            own.say(t(M_("Your own draft: another approves it")), "wait", "mdi6.account-lock")
            column.addWidget(own)
        buttons = FlowLayout(6, 4)
        self.show_button = QPushButton(t(M_("Show all of it")))
        self.show_button.clicked.connect(self._show_all)
        self.back_button = QPushButton(icon("mdi6.undo-variant"), t(M_("Send back…")))
        self.back_button.clicked.connect(self._ask_reason)
        self.approve_button = QPushButton(icon("mdi6.stamper"), t(M_("Approve")))
        self.approve_button.setProperty("primary", "yes")
        self.approve_button.setIcon(icon("mdi6.stamper", "on_accent"))
        self.approve_button.setAccessibleName(f"{t(M_('Approve'))} {one['number']}")
        self.approve_button.clicked.connect(self.approve)
        may = work.desk.officer.has(Role.SUPERVISOR)
        self.approve_button.setEnabled(may and not one["own"])
        self.back_button.setEnabled(may)
        for button in (self.show_button, self.back_button, self.approve_button):
            buttons.addWidget(button)
        column.addLayout(buttons)
        self.reason = QLineEdit(placeholderText=t(M_("Reason, then Enter")))
        self.reason.setAccessibleName(t(M_("Reason for sending back")))
        self.reason.returnPressed.connect(self.send_back)
        self.reason.hide()
        column.addWidget(self.reason)
        self.notice = Notice()
        column.addWidget(self.notice)

    def approve(self) -> None:
        """Approve exactly what is shown; refused when it changed meanwhile."""
        part = self._part()
        number = self._one["number"]
        self.approve_button.setEnabled(False)
        self._work.write(
            lambda: part.approve(self._one["id"]),
            lambda _: self._owner.told.emit(t(M_("{number} approved.", number=number))),
            self._refused,
        )

    def send_back(self) -> None:
        """Back to the author, with the reason."""
        reason = self.reason.text().strip()
        if not reason:
            return
        part, number = self._part(), self._one["number"]
        self._work.write(
            lambda: part.send_back(self._one["id"], reason),
            lambda _: self._owner.told.emit(t(M_("{number} sent back.", number=number))),
            self._refused,
        )

    def _part(self) -> Any:
        desk = self._work.desk
        return desk.removals if self._one["kind"] == "removal" else desk.referrals

    def _refused(self, error: WorkbenchError) -> None:
        self.approve_button.setEnabled(True)
        self.notice.say_error(error)

    def _ask_reason(self) -> None:
        self.reason.show()
        self.reason.setFocus()

    def _show_all(self) -> None:
        one, desk = self._one, self._work.desk
        if one["kind"] == "removal":
            self._work.read(
                lambda: desk.removals.letter(one["id"])[2],
                lambda text: WholeText(self, one["number"], text).open(),
                self._refused,
            )
        else:
            WholeText(self, one["number"], manifest_text(one["what"])).open()


def manifest_text(what: dict[str, Any]) -> str:
    """A referral's content as lines: its reports and every exhibit with its hash."""
    lines = []
    for report in what.get("reports", ()):
        lines.append(str(report.get("number", "")))
    for exhibit in what.get("exhibits", ()):
        parts = [exhibit.get(name) for name in ("number", "path", "level", "size", "sha256")]
        lines.append("  ".join(str(part) for part in parts if part not in (None, "")))
    return "\n".join(lines)


class WholeText(QDialog):
    """All of what would leave, to read before approving."""

    def __init__(self, parent: QWidget, title: str, text: str) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.resize(760, 640)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 14)
        column.addWidget(label(title, "title"))
        box = QPlainTextEdit(text, readOnly=True)
        box.setAccessibleName(t(M_("What would leave")))
        column.addWidget(box, 1)
        buttons = QDialogButtonBox()
        buttons.addButton(t(M_("Close")), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)


class WaitingColumn(QWidget):
    """The right side of 監督."""

    told = Signal(str)
    report_wanted = Signal(str)

    def __init__(self, work: DeskWork) -> None:
        super().__init__()
        self._work = work
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        frame, inside, head = panel(M_("Waiting for approval"))
        self._count = label("", "caption")
        head.addWidget(self._count)
        inside.setContentsMargins(10, 10, 10, 10)
        self._cards = QVBoxLayout()
        self._cards.setSpacing(8)
        self._cards.setAlignment(Qt.AlignmentFlag.AlignTop)
        holder = QWidget()
        holder.setLayout(self._cards)
        self._cards.setContentsMargins(0, 0, 0, 0)
        scroll = QScrollArea()
        scroll.setProperty("panel", "flat")
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(holder)
        scroll.setAccessibleName(t(M_("Waiting for approval")))
        self._pages = Pages(scroll)
        inside.addWidget(self._pages, 1)
        column.addWidget(frame, 3)
        frame, inside, head = panel(M_("Clocks running out"))
        head.addWidget(label(M_("guides, not statutory"), "caption"))
        inside.setContentsMargins(0, 10, 0, 0)
        head.setContentsMargins(14, 0, 14, 0)
        self.clocks = RowsTable(
            M_("Clocks running out"),
            (M_("Number"), M_("Clock"), M_("Left")),
            (122, 104),
            M_("No clock is running out."),
        )
        self.clocks.opened.connect(self._open)
        inside.addWidget(self.clocks, 1)
        column.addWidget(frame, 2)
        self.cards: list[ApprovalCard] = []
        self._reports: set[str] = set()

    def load(self) -> None:
        """Read both lists anew."""
        desk = self._work.desk
        self._work.read(
            lambda: (desk.approvals.waiting(), desk.approvals.clocks()),
            self._show,
            self._pages.show_error,
            key="waiting",
        )

    def _show(self, found: tuple[list[dict[str, Any]], list[dict[str, Any]]]) -> None:
        waiting, clocks = found
        writing = {
            card._one["id"]: card.reason.text() for card in self.cards if card.reason.isVisible()
        }
        while self._cards.count():
            widget = self._cards.takeAt(0).widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.cards = [ApprovalCard(self._work, one, self) for one in waiting]
        for card in self.cards:
            self._cards.addWidget(card)
            if card._one["id"] in writing:
                card.reason.setText(writing[card._one["id"]])
                card.reason.show()
        self._count.setText(t(M_("{n} drafts", n=len(waiting))))
        if waiting:
            self._pages.show_content()
        else:
            self._pages.show_empty(M_("Nothing waits for approval."), icon="mdi6.stamper")
        now = self._work.desk.clock()
        today = jst_date(now)
        rows = []
        for clock in clocks:
            if clock["kind"] == "report":
                text = t(M_("waiting {age}", age=age_text(clock["since"], now)))
                cell = (text, "urgent", "mdi6.alert-octagon")
                rows.append((clock["number"], t(M_("Urgent, nobody has it")), cell))
            else:
                days = (clock["day"] - today).days
                text = t(M_("{n} days", n=days)) if days >= 0 else t(M_("{n} days over", n=-days))
                tone = "bad" if days < 0 else "wait" if days <= 3 else "muted"
                cell = (text, tone, "mdi6.timer-sand")
                rows.append((clock["number"], t(M_("Answer (guide)")), cell))
        self._reports = {c["id"] for c in clocks if c["kind"] == "report"}
        self.clocks.show_rows(rows, [clock["id"] for clock in clocks])

    def _open(self, key: str) -> None:
        if key in self._reports:
            self.report_wanted.emit(key)
