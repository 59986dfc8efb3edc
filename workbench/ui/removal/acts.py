"""What can be done with a request now, exactly as the workflow says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from workbench.domain.errors import M_, Message, WorkbenchError
from workbench.domain.removal import EVENTS, REMOVAL_WORKFLOW
from workbench.files import write_durably
from workbench.ui.design.flow import FlowLayout
from workbench.ui.design.icons import icon
from workbench.ui.design.language import t
from workbench.ui.design.pages import Notice, label
from workbench.ui.work import DeskWork

# In the order they are offered; the first that is possible is the primary one.
_ACTS: tuple[tuple[str, Message, str], ...] = (
    ("submit", M_("Submit for approval"), "mdi6.stamper"),
    ("approve", M_("Approve"), "mdi6.stamper"),
    ("issue", M_("Issue…"), "mdi6.email-fast-outline"),
    ("send_back", M_("Send back"), "mdi6.undo-variant"),
)
EVENT_NAMES: dict[str, Message] = {
    "sent": M_("Sent"),
    "acknowledged": M_("Acknowledged"),
    "claimed_removed": M_("Says it is removed"),
    "refused": M_("Refused"),
    "needs_more": M_("Asks for more"),
    "wrong_addressee": M_("Wrong addressee"),
    "reminded": M_("Reminded"),
    "confirmed_removed": M_("Removal confirmed"),
    "confirmed_blocked": M_("Blocked in Japan, confirmed"),
    "confirmed_present": M_("Still present, confirmed"),
    "withdrawn": M_("Withdrawn"),
}


class RemovalActs(QWidget):
    """Buttons of a request; everything that fails is said here and keeps what was typed."""

    told = Signal(str)

    def __init__(self, work: DeskWork) -> None:
        super().__init__()
        self._work = work
        self._shown: dict[str, Any] | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self.notice = Notice()
        column.addWidget(self.notice)
        self.note = QLineEdit(placeholderText=t(M_("Note or reason (kept)")))
        self.note.setAccessibleName(t(M_("Note or reason (kept)")))
        column.addWidget(self.note)
        self.events_title = label(M_("Record"), "caption")
        column.addWidget(self.events_title)
        events = FlowLayout(6, 6)
        self.events: dict[str, QPushButton] = {}
        for event in EVENTS:
            button = QPushButton(t(EVENT_NAMES[event]))
            button.clicked.connect(lambda _=False, e=event: self.record(e))
            self.events[event] = button
            events.addWidget(button)
        column.addLayout(events)
        row = QHBoxLayout()
        self.hold_button = QPushButton(icon("mdi6.pause-octagon"), "")
        self.hold_button.clicked.connect(self.toggle_hold)
        self.save_button = QPushButton(icon("mdi6.content-save-outline"), t(M_("Save letter…")))
        self.save_button.clicked.connect(self._choose_folder)
        row.addWidget(self.hold_button)
        row.addWidget(self.save_button)
        row.addStretch(1)
        self.acts: dict[str, QPushButton] = {}
        for action, name, picture in _ACTS:
            button = QPushButton(icon(picture), t(name))
            button.clicked.connect(lambda _=False, a=action: self.act(a))
            self.acts[action] = button
            row.addWidget(button)
        column.addLayout(row)

    def show_request(self, shown: dict[str, Any] | None) -> None:
        """Offer what may happen to this request."""
        before = None if self._shown is None else self._shown["id"]
        self._shown = shown
        if shown is None:
            self.hide()
            return
        self.show()
        if shown["id"] != before:
            self.note.clear()
            self.notice.say("")
        allowed = set(REMOVAL_WORKFLOW.actions(shown["state"], self._work.desk.officer))
        if "redraft" in allowed:
            # Submitting writes a draft that was sent back anew.
            allowed.add("submit")
        for action, button in self.acts.items():
            button.setVisible(action in allowed)
        possible = [event for event in EVENTS if event in allowed]
        for event, button in self.events.items():
            button.setVisible(event in possible)
        self.events_title.setVisible(bool(possible))
        self.save_button.setVisible(bool(shown["letter_sha256"]))
        hold = M_("Clear the hold") if shown["hold"] else M_("Hold for the investigation")
        self.hold_button.setText(t(hold))
        self.acts["issue"].setEnabled(not shown["hold"])

    def primary(self) -> None:
        """Ctrl+Enter: the first act that is possible."""
        for button in self.acts.values():
            if button.isVisible() and button.isEnabled():
                button.click()
                return

    def act(self, action: str) -> None:
        """Submit, approve, send back, or (after a look at what leaves) issue."""
        shown = self._shown
        if shown is None:
            return
        part, note = self._work.desk.removals, self.note.text().strip()
        if action == "issue":
            IssueDialog(self, shown, self._issue).open()
        elif action == "send_back":
            if not note:
                self._need(M_("Write the reason for sending back first."))
                return
            self._do(lambda: part.send_back(shown["id"], note))
        else:
            self._do(lambda: getattr(part, action)(shown["id"]))

    def record(self, event: str) -> None:
        """Record what a person did or learned, with the note."""
        shown, note = self._shown, self.note.text().strip()
        if shown is None:
            return
        if event in ("refused", "needs_more", "wrong_addressee", "withdrawn") and not note:
            self._need(M_("Write a note first: what was answered, or why."))
            return
        self._do(lambda: self._work.desk.removals.record(shown["id"], event, note))

    def toggle_hold(self) -> None:
        """Set the hold on the report (a reason is needed), or clear it."""
        shown, note = self._shown, self.note.text().strip()
        if shown is None:
            return
        reviews = self._work.desk.reviews
        if shown["hold"]:
            self._do(lambda: reviews.clear_hold(shown["report_id"], note))
        elif not note:
            self._need(M_("Write the reason for the hold first."))
        else:
            self._do(lambda: reviews.set_hold(shown["report_id"], note))

    def save_letter(self, folder: Path) -> None:
        """Write the letter's PDF and text into a folder."""
        shown = self._shown
        if shown is None:
            return

        def call() -> str:
            number, pdf, text = self._work.desk.removals.letter(shown["id"])
            write_durably(folder / f"{number}.pdf", pdf)
            write_durably(folder / f"{number}.txt", text.encode())
            return str(folder / number)

        self._work.read(
            call,
            lambda path: self.told.emit(t(M_("Saved: {path}", path=f"{path}.pdf / .txt"))),
            self.notice.say_error,
        )

    def _choose_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, t(M_("Save letter…")))
        if name:
            self.save_letter(Path(name))

    def _issue(self, removal_id: str) -> None:
        self._do(lambda: self._work.desk.removals.issue(removal_id))

    def _need(self, text: Message) -> None:
        self.notice.say(t(text), "wait")
        self.note.setFocus()

    def _do(self, call: Any) -> None:
        for button in (*self.acts.values(), *self.events.values()):
            button.setEnabled(False)

        def done(result: dict[str, Any]) -> None:
            self._enable()
            self.note.clear()
            self.notice.say("")
            state = result.get("state")
            if state in REMOVAL_WORKFLOW.names and result["number"]:
                name = REMOVAL_WORKFLOW.names[state]
                self.told.emit(t(M_("{number}: {state}", number=result["number"], state=name)))

        def failed(error: WorkbenchError) -> None:
            self._enable()
            self.notice.say_error(error)

        self._work.write(call, done, failed)

    def _enable(self) -> None:
        for button in (*self.acts.values(), *self.events.values()):
            button.setEnabled(True)
        if self._shown is not None:
            self.acts["issue"].setEnabled(not self._shown["hold"])


class IssueDialog(QDialog):
    """What leaves the office, before it does."""

    def __init__(self, parent: QWidget, shown: dict[str, Any], issue: Any) -> None:
        super().__init__(parent)
        self.setWindowTitle(t(M_("Issue {number}", number=shown["number"])))
        self.setMinimumWidth(520)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(8)
        column.addWidget(label(M_("Issue {number}", number=shown["number"]), "title"))
        for text in (
            M_("To: {name}", name=shown["addressee_name"]),
            M_("About {what}", what=shown["report"]),
            M_("Letter SHA-256: {sha}", sha=shown["letter_sha256"]),
            M_("Nothing is attached."),
            M_("Date named for an answer (a guide): {day}", day=shown["answer_by"] or "—"),
        ):
            line = label(text, wrap=True)
            column.addWidget(line)
        hint = M_(
            "Issuing freezes the letter and its number. The program sends nothing: a person sends it and records the sending. The request is voluntary."
        )
        column.addWidget(label(hint, "hint", wrap=True))
        buttons = QDialogButtonBox()
        back = buttons.addButton(t(M_("Back")), QDialogButtonBox.ButtonRole.RejectRole)
        go = buttons.addButton(t(M_("Issue")), QDialogButtonBox.ButtonRole.AcceptRole)
        go.setProperty("primary", "yes")
        back.setAutoDefault(False)
        buttons.rejected.connect(self.reject)
        buttons.accepted.connect(self.accept)
        self.accepted.connect(lambda: issue(shown["id"]))
        column.addWidget(buttons)
