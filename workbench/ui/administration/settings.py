"""設定: the store's security settings, changed with a reason and a custody entry."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from workbench.domain.errors import M_, WorkbenchError
from workbench.domain.officer import Role
from workbench.settings import SETTINGS, policy_path
from workbench.ui.design.language import t
from workbench.ui.design.pages import Notice, label, panel
from workbench.ui.design.tables import RowsTable
from workbench.ui.work import DeskWork


class SettingsSection(QWidget):
    """Every security setting with its meaning, its value and who fixes it."""

    told = Signal(str)

    def __init__(self, work: DeskWork) -> None:
        super().__init__()
        self._work, self._desk = work, work.desk
        self._may = work.desk.officer.has(Role.ADMINISTRATOR)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        frame, column, head = panel(
            M_("Security settings"),
            M_("they live in the store; no option or environment changes them"),
        )
        column.setContentsMargins(0, 10, 0, 12)
        head.setContentsMargins(14, 0, 14, 0)
        self.table = RowsTable(
            M_("Security settings"),
            (M_("Setting"), M_("Value"), M_("Usual"), M_("Fixed by"), M_("Meaning")),
            (220, 90, 90, 150),
            M_("No setting."),
        )
        self.table.chosen.connect(self._choose)
        column.addWidget(self.table, 1)
        row = QHBoxLayout()
        row.setContentsMargins(14, 0, 14, 0)
        self.name = label("", "strong")
        self.value = QLineEdit(placeholderText=t(M_("New value")))
        self.value.setAccessibleName(t(M_("New value")))
        self.value.setFixedWidth(120)
        self.reason = QLineEdit(
            placeholderText=t(M_("Reason for the change (kept in the audit trail)"))
        )
        self.reason.setAccessibleName(t(M_("Reason for the change (kept in the audit trail)")))
        self.button = QPushButton(t(M_("Change the setting")))
        self.button.clicked.connect(self.change)
        row.addWidget(self.name)
        row.addWidget(self.value)
        row.addWidget(self.reason, 1)
        row.addWidget(self.button)
        column.addLayout(row)
        self.notice = Notice()
        column.addWidget(self.notice)
        outer.addWidget(frame)
        self.load()

    def load(self) -> None:
        """Read the values anew."""
        names = [name for name, setting in SETTINGS.items() if setting.level == "security"]
        desk = self._desk
        self._work.read(
            lambda: [(name, desk.security(name)) for name in names],
            self._show,
            self.notice.say_error,
            key="settings",
        )

    def _show(self, values: list[tuple[str, Any]]) -> None:
        rows = []
        for name, value in values:
            setting = SETTINGS[name]
            fixed = str(policy_path()) if name in self._desk.policy else "—"
            rows.append((name, _word(value), _word(setting.default), fixed, t(setting.help)))
        before = self.table.current
        self.table.show_rows(rows, [name for name, _ in values])
        if not self.table.select(before) and values:
            self.table.select(values[0][0])
        self._choose(self.table.current)

    def _choose(self, name: str) -> None:
        self.name.setText(name)
        may = self._may and bool(name) and name not in self._desk.policy
        for part in (self.value, self.reason, self.button):
            part.setEnabled(may)

    def change(self) -> None:
        """Change the chosen setting."""
        name, value, reason = self.table.current, self.value.text().strip(), self.reason.text()

        def done(result: dict[str, Any]) -> None:
            self.value.clear()
            self.reason.clear()
            self.notice.say("")
            self.told.emit(f"{result['setting']} = {_word(result['value'])}")
            self.load()

        self._work.write(
            lambda: self._desk.officers.set_security(name, value, reason), done, self._failed
        )

    def _failed(self, error: WorkbenchError) -> None:
        self.notice.say_error(error)


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return t(M_("on")) if value else t(M_("off"))
    return str(value)
