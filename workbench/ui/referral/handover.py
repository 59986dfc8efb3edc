"""One referral: to whom, exactly what, approval, the package and its checks, what came back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from workbench.desk.changes import Changes
from workbench.domain.case import EVENTS, REFERRAL_WORKFLOW
from workbench.domain.errors import M_, Message, WorkbenchError
from workbench.evidence.verify import Verification, verify_package
from workbench.ui.design.flow import FlowLayout
from workbench.ui.design.icons import icon
from workbench.ui.design.language import t
from workbench.ui.design.pages import Notice, Pages, label, panel
from workbench.ui.design.steps import Steps
from workbench.ui.design.tables import Cell, RowsTable
from workbench.ui.design.theme import tokens
from workbench.ui.design.words import role_name
from workbench.ui.work import DeskWork

_STEPS = (M_("Draft"), M_("Approval"), M_("Package"), M_("Delivery"), M_("End"))
_STEP_OF = {
    "drafted": 0,
    "sent_back": 0,
    "awaiting_approval": 1,
    "approved": 2,
    "packaged": 3,
    "delivered": 3,
    "received": 4,
    "closed": 5,
}
_EVENTS: dict[str, Message] = {
    "delivered": M_("Delivered"),
    "received": M_("Receipt came"),
    "returned": M_("Came back"),
    "closed": M_("Close with the result"),
}
_CHECKS: dict[str, Message] = {
    "archive": M_("Archive"),
    "bag": M_("Bag"),
    "payload": M_("Exhibits and documents"),
    "tags": M_("Tag files"),
    "coverage": M_("Nothing besides"),
    "signature": M_("Signature"),
    "documents": M_("Documents"),
    "approval": M_("As approved"),
    "records": M_("Exhibit records"),
    "chains": M_("Custody chains"),
    "seal": M_("Seal"),
    "inclusion": M_("Inclusion in the seal"),
    "stamp": M_("Time stamp"),
}


class Handover(QWidget):
    """The right side of 引継ぎ; every failure is said here and keeps what was typed."""

    told = Signal(str)

    def __init__(self, work: DeskWork) -> None:
        super().__init__()
        self._work, self._desk = work, work.desk
        self.shown: dict[str, Any] | None = None
        self.exported: dict[str, Any] | None = None
        frame, column, head = panel(M_("Hand-over"))
        self.state_text = label("", "caption")
        head.addWidget(self.state_text)
        self.steps = Steps(M_("Steps of the hand-over"), _STEPS)
        column.addWidget(self.steps)
        self.facts = label("", wrap=True)
        column.addWidget(self.facts)
        self.digest = label("", "caption", wrap=True)
        self.digest.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column.addWidget(self.digest)
        self.changed_notice = Notice()
        column.addWidget(self.changed_notice)
        self.contents = RowsTable(
            M_("What would leave"),
            (M_("No."), M_("Level"), M_("Exhibit"), M_("Bytes"), M_("SHA-256")),
            (58, 62, 96, 76),
            M_("No exhibit would leave."),
        )
        column.addWidget(self.contents, 3)
        self.checks = RowsTable(
            M_("Checks of the package"),
            (M_("Part"), M_("Result"), M_("Detail")),
            (130, 96),
            M_("The package is checked as soon as it is written."),
        )
        column.addWidget(self.checks, 2)
        self.notice = Notice()
        column.addWidget(self.notice)
        self.note = QLineEdit(placeholderText=t(M_("Note or reason (kept)")))
        self.note.setAccessibleName(t(M_("Note or reason (kept)")))
        column.addWidget(self.note)
        self.result = QComboBox()
        self.result.setAccessibleName(t(M_("Result")))
        for word in self._desk.reference.result_codes.values():
            self.result.addItem(t(word.name), word.id)
        column.addWidget(self.result)
        buttons = FlowLayout(6, 6)
        self.buttons: dict[str, QPushButton] = {}
        for action, name, picture in (
            ("send_back", M_("Send back"), "mdi6.undo-variant"),
            ("submit", M_("Submit for approval"), "mdi6.stamper"),
            ("approve", M_("Approve"), "mdi6.stamper"),
            ("package", M_("Write the package…"), "mdi6.package-variant-closed"),
        ):
            button = QPushButton(icon(picture), t(name))
            button.clicked.connect(lambda _=False, a=action: self.act(a))
            self.buttons[action] = button
            buttons.addWidget(button)
        for event in EVENTS:
            button = QPushButton(t(_EVENTS[event]))
            button.clicked.connect(lambda _=False, e=event: self.record(e))
            self.buttons[event] = button
            buttons.addWidget(button)
        column.addLayout(buttons)
        self._pages = Pages(frame)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._pages)
        self.show_none()

    def show_none(self) -> None:
        """The case has no referral yet."""
        self.shown = None
        self._pages.show_empty(
            M_("No hand-over of this case yet. Choose a division and draft one."),
            icon="mdi6.folder-arrow-right-outline",
        )

    def read(self, referral_id: str) -> None:
        """Show a referral."""
        self._work.read(
            lambda: self._desk.referrals.show(referral_id),
            self._show,
            self._pages.show_error,
            key="referral",
        )

    def _show(self, shown: dict[str, Any]) -> None:
        if self.shown is None or self.shown["id"] != shown["id"]:
            self.notice.say("")
            self.note.clear()
            self.exported = None
            self.checks.show_rows([])
        self.shown = shown
        self._pages.show_content()
        self.steps.show_current(_STEP_OF[shown["state"]])
        state = REFERRAL_WORKFLOW.names[shown["state"]]
        self.state_text.setText(f"{shown['number']} · {t(state)}")
        content = shown["content"]
        self.facts.setText(
            t(
                M_(
                    "To {division}: {n} reports, {k} exhibits.",
                    division=shown["division_name"],
                    n=len(content["reports"]),
                    k=len(content["exhibits"]),
                )
            )
        )
        half = shown["content_sha256"][:32] + "\u200b" + shown["content_sha256"][32:]
        self.digest.setText(t(M_("Content manifest SHA-256: {sha}", sha=half)))
        differs = shown["approved_sha256"] not in (None, shown["content_sha256"])
        changed = M_(
            "The content is no longer what was approved: exporting will void the approval."
        )
        self.changed_notice.say(t(changed) if differs else "", "wait")
        rows: list[list[Cell]] = []
        for exhibit in content["exhibits"]:
            handling = tokens()["handling"][exhibit["level"]]
            level: Cell = (exhibit["level"], handling["tone"], handling["icon"])
            name = role_name(exhibit["role"]) if exhibit["path"] else t(M_("number only"))
            rows.append(
                [
                    exhibit["number"],
                    level,
                    f"{exhibit['report'].rsplit('-', 1)[-1]} {name}",
                    f"{exhibit['bytes']:,}",
                    exhibit["sha256"],
                ]
            )
        self.contents.show_rows(rows)
        allowed = set(REFERRAL_WORKFLOW.actions(shown["state"], self._desk.officer))
        if "redraft" in allowed:
            # Submitting takes up again what was sent back.
            allowed.add("submit")
        for name, button in self.buttons.items():
            button.setVisible(name in allowed)
            button.setEnabled(True)
        self.result.setVisible("closed" in allowed)
        again = (
            t(M_("Write the package again…")) if shown["frozen"] else t(M_("Write the package…"))
        )
        self.buttons["package"].setText(again)

    def act(self, action: str) -> None:
        """Submit, approve, send back, or write the package."""
        shown, note = self.shown, self.note.text().strip()
        if shown is None:
            return
        part = self._desk.referrals
        if action == "package":
            name = QFileDialog.getExistingDirectory(self, t(M_("Folder for the package")))
            if name:
                self.export(Path(name))
        elif action == "send_back":
            if not note:
                self._need(M_("Write the reason for sending back first."))
                return
            self._do(lambda: part.send_back(shown["id"], note))
        else:
            self._do(lambda: getattr(part, action)(shown["id"]))

    def record(self, event: str) -> None:
        """Record delivery, receipt, return or the end."""
        shown, note = self.shown, self.note.text().strip()
        if shown is None:
            return
        if event == "returned" and not note:
            self._need(M_("Write a note first: what was answered, or why."))
            return
        result = self.result.currentData() if event == "closed" else ""
        self._do(lambda: self._desk.referrals.record(shown["id"], event, note, result))

    def export(self, folder: Path) -> None:
        """Write the package into `folder` and check it at once as a receiver would."""
        shown = self.shown
        if shown is None:
            return

        def call() -> Changes[tuple[dict[str, Any], Verification]]:
            made = self._desk.packages.export(shown["id"], folder)
            checked = verify_package(Path(made.result["package"]))
            return Changes((made.result, checked), made.touched)

        self.notice.say(t(M_("The package is being written and checked…")), "wait")
        self._busy(True)
        self._work.write(call, self._exported, self._failed)

    def _exported(self, found: tuple[dict[str, Any], Verification]) -> None:
        made, checked = found
        self.exported = made
        rows: list[list[Cell]] = []
        for check in checked.checks:
            kind = {True: "passed", False: "failed", None: "not_run"}[check.ok]
            words = {True: M_("passed"), False: M_("failed"), None: M_("not checked")}[check.ok]
            shape = tokens()["states"]["check"][kind]
            name = t(_CHECKS[check.check]) if check.check in _CHECKS else check.check
            rows.append([name, (t(words), shape["tone"], shape["icon"]), t(check.detail)])
        self.checks.show_rows(rows)
        self._busy(False)
        if checked.ok:
            size = f"{made['bytes']:,}"
            text = M_(
                "Written and intact: {path} ({files} files, {bytes} bytes, SHA-256 {sha}). Signer {signer}.",
                path=made["package"],
                files=made["files"],
                bytes=size,
                sha=made["sha256"][:16] + "…",
                signer=made["fingerprint"][:16],
            )
            self.notice.say(t(text), "good")
        else:
            self.notice.say(t(M_("The package does not verify.")), "bad")
        self.told.emit(t(M_("Package written: {path}", path=made["package"])))

    def _do(self, call: Any) -> None:
        self._busy(True)

        def done(result: dict[str, Any]) -> None:
            self._busy(False)
            self.note.clear()
            self.notice.say("")
            state = REFERRAL_WORKFLOW.names[result["state"]]
            self.told.emit(t(M_("{number}: {state}", number=result["number"], state=state)))

        self._work.write(call, done, self._failed)

    def _failed(self, error: WorkbenchError) -> None:
        self._busy(False)
        self.notice.say_error(error)
        if self.shown is not None:
            self.read(self.shown["id"])

    def _need(self, text: Message) -> None:
        self.notice.say(t(text), "wait")
        self.note.setFocus()

    def _busy(self, busy: bool) -> None:
        for button in self.buttons.values():
            button.setEnabled(not busy)
