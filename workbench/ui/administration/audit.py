"""保管・監査: health of the store, the recovery code, every chain and seal, who looked at what."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QTabWidget, QVBoxLayout, QWidget

from workbench.desk.checks import Finding, health
from workbench.domain.clock import jst
from workbench.domain.errors import M_, Message
from workbench.domain.officer import Role
from workbench.ui.design.icons import icon
from workbench.ui.design.language import t
from workbench.ui.design.pages import Notice, label, panel
from workbench.ui.design.tables import Cell, RowsTable
from workbench.ui.design.theme import tokens
from workbench.ui.work import DeskWork

_CHECKS: dict[str, Message] = {
    "store": M_("Database"),
    "reports": M_("Reports"),
    "vault": M_("Vault"),
    "orphans": M_("Left-over blobs"),
    "disk": M_("Disk"),
}
_ACTS: dict[str, Message] = {
    "login": M_("Login"),
    "logout": M_("Logout"),
    "reveal": M_("Picture opened"),
    "hidden": M_("Picture closed"),
    "export": M_("Package written"),
    "search": M_("Search"),
}


class AuditSection(QWidget):
    """Checks run when asked for; nothing here can be changed, only the recovery code renewed."""

    told = Signal(str)

    def __init__(self, work: DeskWork) -> None:
        super().__init__()
        self._work, self._desk = work, work.desk
        officer = work.desk.officer
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(12)
        frame, column, _ = panel(M_("Storage and audit"))
        column.addWidget(label(M_("Store: {path}", path=str(work.desk.store.folder)), "caption"))
        row = QHBoxLayout()
        self.health_button = QPushButton(icon("mdi6.stethoscope"), t(M_("Check the storage")))
        self.health_button.clicked.connect(self.check_health)
        self.verify_button = QPushButton(
            icon("mdi6.shield-check-outline"), t(M_("Verify every chain and seal"))
        )
        self.verify_button.clicked.connect(self.verify)
        self.code_button = QPushButton(icon("mdi6.key-change"), t(M_("New recovery code")))
        self.code_button.clicked.connect(self.renew_code)
        self.code_button.setVisible(not work.desk.store.practice)
        self.code_button.setEnabled(officer.has(Role.ADMINISTRATOR))
        for button in (self.health_button, self.verify_button, self.code_button):
            row.addWidget(button)
        row.addStretch(1)
        column.addLayout(row)
        self.notice = Notice()
        column.addWidget(self.notice)
        self.checks = RowsTable(
            M_("Checks of the storage"),
            (M_("Part"), M_("Result"), M_("Detail")),
            (180, 110),
            M_("Not checked yet."),
        )
        column.addWidget(self.checks)
        outer.addWidget(frame, 2)
        frame, column, head = panel(M_("Seals and access"))
        reload_button = QPushButton(icon("mdi6.refresh"), t(M_("Read again")))
        reload_button.clicked.connect(self.load)
        head.addWidget(reload_button)
        tabs = QTabWidget()
        tabs.setDocumentMode(True)
        tabs.setAccessibleName(t(M_("Seals and access")))
        self.seals = RowsTable(
            M_("Seals"),
            (M_("No."), M_("When"), M_("Entries covered"), M_("Merkle root")),
            (60, 170, 150),
            M_("No seal yet: the first is made with the first package."),
        )
        self.log = RowsTable(
            M_("Access log"),
            (M_("When"), M_("Officer"), M_("Act"), M_("About"), M_("Facts")),
            (170, 150, 130, 140),
            M_("Nothing is written down yet."),
        )
        tabs.addTab(self.seals, t(M_("Seals")))
        tabs.addTab(self.log, t(M_("Access log")))
        column.addWidget(tabs, 1)
        outer.addWidget(frame, 3)
        self._may_log = officer.has(Role.AUDITOR, Role.SUPERVISOR, Role.ADMINISTRATOR)
        if not self._may_log:
            self.log.pages.show_empty(
                M_("The access log is for auditors, supervisors and administrators."),
                icon="mdi6.shield-lock-outline",
            )
        self.load()

    def load(self) -> None:
        """Read seals and access log anew."""
        audit = self._desk.audit

        def call() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
            return audit.seals(), audit.access_shown(500) if self._may_log else []

        self._work.read(call, self._show, self.notice.say_error, key="audit")

    def _show(self, found: tuple[list[dict[str, Any]], list[dict[str, Any]]]) -> None:
        seals, log = found
        self.seals.show_rows(
            [
                (
                    str(seal["number"]),
                    jst(seal["at"]).strftime("%Y-%m-%d %H:%M:%S"),
                    f"{seal['position']:,}",
                    seal["root"],
                )
                for seal in seals
            ]
        )
        if self._may_log:
            self.log.show_rows(
                [
                    (
                        jst(row["at"]).strftime("%Y-%m-%d %H:%M:%S"),
                        row["officer"],
                        t(_ACTS[row["act"]]) if row["act"] in _ACTS else row["act"],
                        row["number"],
                        " ".join(f"{k}={v}" for k, v in row["details"].items() if v not in ("", 0)),
                    )
                    for row in log
                ]
            )

    def check_health(self) -> None:
        """Database pages, vault and disk."""
        self.health_button.setEnabled(False)

        def done(findings: list[Finding]) -> None:
            self.health_button.setEnabled(True)
            rows: list[list[Cell]] = []
            for one in findings:
                shape = tokens()["states"]["check"]["passed" if one.ok else "failed"]
                word = t(M_("passed") if one.ok else M_("failed"))
                name = t(_CHECKS[one.check]) if one.check in _CHECKS else one.check
                rows.append([name, (word, shape["tone"], shape["icon"]), t(one.detail)])
            self.checks.show_rows(rows)

        self._work.read(lambda: health(self._desk), done, self._failed)

    def verify(self) -> None:
        """`audit verify`: every chain, seal and exhibit."""
        self.verify_button.setEnabled(False)
        self.notice.say(t(M_("Every chain, seal and exhibit is being read…")), "wait")

        def done(found: dict[str, Any]) -> None:
            self.verify_button.setEnabled(True)
            if found["ok"]:
                text = M_(
                    "Everything verifies: {entries} entries, {seals} seals.",
                    entries=f"{found['entries']:,}",
                    seals=found["seals"],
                )
                self.notice.say(t(text), "good")
            else:
                first = found["first_bad"]
                self.notice.say(t(M_("Damaged. The first thing wrong: {what}", what=first)), "bad")

        self._work.read(self._desk.audit.verify, done, self._failed)

    def renew_code(self) -> None:
        """Make a new recovery code; the old one opens nothing any more."""

        def done(code: str) -> None:
            text = M_(
                "New recovery code, shown once: {code}. Print it, lock it away; the old one opens nothing any more.",
                code=code,
            )
            self.notice.say(t(text), "wait")

        self._work.write(self._desk.officers.new_recovery_code, done, self._failed)

    def _failed(self, error: Any) -> None:
        self.health_button.setEnabled(True)
        self.verify_button.setEnabled(True)
        self.notice.say_error(error)
