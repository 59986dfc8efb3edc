"""担当者: who works here, with which roles; one's own passphrase."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from workbench.domain.errors import M_, BadInput, WorkbenchError
from workbench.domain.officer import ROLE_NAMES, Role
from workbench.ui.design.flow import FlowLayout
from workbench.ui.design.icons import icon
from workbench.ui.design.language import t
from workbench.ui.design.pages import Notice, label, panel
from workbench.ui.design.tables import RowsTable
from workbench.ui.work import DeskWork


class OfficersSection(QWidget):
    """The list, the chosen officer's roles, a new officer."""

    told = Signal(str)

    def __init__(self, work: DeskWork) -> None:
        super().__init__()
        self._work, self._desk = work, work.desk
        self._may = work.desk.officer.has(Role.ADMINISTRATOR)
        self._officers: list[dict[str, Any]] = []
        self._filling = False
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        frame, column, head = panel(M_("Officers"))
        column.setContentsMargins(0, 10, 0, 0)
        head.setContentsMargins(14, 0, 14, 0)
        self.table = RowsTable(
            M_("Officers"),
            (M_("Login name"), M_("Name"), M_("Roles")),
            (150, 170),
            M_("No officer."),
        )
        self.table.chosen.connect(self._choose)
        column.addWidget(self.table, 1)
        row.addWidget(frame, 1)
        side = QVBoxLayout()
        side.setSpacing(12)
        side.addWidget(self._roles_panel())
        side.addWidget(self._new_panel())
        side.addWidget(self._own_panel())
        side.addStretch(1)
        holder = QWidget()
        holder.setFixedWidth(420)
        holder.setLayout(side)
        side.setContentsMargins(0, 0, 0, 0)
        row.addWidget(holder)
        self.load()

    def _roles_panel(self) -> QWidget:
        frame, column, _ = panel(M_("Roles"), M_("an administrator grants and takes them"))
        self.notice = Notice()
        column.addWidget(self.notice)
        self.who = label("", "strong")
        column.addWidget(self.who)
        flow = FlowLayout(14)
        self.roles: dict[Role, QCheckBox] = {}
        for role in Role:
            box = QCheckBox(t(ROLE_NAMES[role]))
            box.toggled.connect(lambda on, r=role: self._set_role(r, on))
            self.roles[role] = box
            flow.addWidget(box)
        column.addLayout(flow)
        return frame

    def _new_panel(self) -> QWidget:
        frame, column, _ = panel(M_("Add an officer"))
        form = QFormLayout()
        form.setSpacing(8)
        self.login = _field(form, M_("Login name"))
        self.name = _field(form, M_("Name"))
        self.secret = _field(form, M_("Passphrase"), hidden=True)
        self.again = _field(form, M_("Passphrase again"), hidden=True)
        if self._desk.store.practice:
            # A practice store has no passphrases.
            for field in (self.secret, self.again):
                form.setRowVisible(field, False)
        column.addLayout(form)
        self.add_button = QPushButton(icon("mdi6.account-plus-outline"), t(M_("Add")))
        self.add_button.clicked.connect(self.add)
        column.addWidget(self.add_button)
        for part in (self.login, self.name, self.secret, self.again, self.add_button):
            part.setEnabled(self._may)
        return frame

    def _own_panel(self) -> QWidget:
        frame, column, _ = panel(M_("Your own passphrase"))
        form = QFormLayout()
        form.setSpacing(8)
        self.own = _field(form, M_("New passphrase"), hidden=True)
        self.own_again = _field(form, M_("Passphrase again"), hidden=True)
        column.addLayout(form)
        self.own_button = QPushButton(t(M_("Change it")))
        self.own_button.clicked.connect(self.change_own)
        column.addWidget(self.own_button)
        frame.setVisible(not self._desk.store.practice)
        return frame

    def load(self) -> None:
        """Read the officers anew."""
        self._work.read(self._desk.officers.list, self._show, self.notice.say_error, key="officers")

    def _show(self, officers: list[dict[str, Any]]) -> None:
        self._officers = officers
        rows = [
            (
                o["login"],
                o["name"],
                "・".join(t(ROLE_NAMES[Role(role)]) for role in o["roles"]),
            )
            for o in officers
        ]
        before = self.table.current
        self.table.show_rows(rows, [o["login"] for o in officers])
        if not self.table.select(before) and officers:
            self.table.select(officers[0]["login"])
        self._choose(self.table.current)

    def _choose(self, login: str) -> None:
        officer = next((o for o in self._officers if o["login"] == login), None)
        self.who.setText("" if officer is None else f"{officer['name']} ({login})")
        self._filling = True
        for role, box in self.roles.items():
            box.setEnabled(self._may and officer is not None)
            box.setChecked(officer is not None and role.value in officer["roles"])
        self._filling = False

    def _set_role(self, role: Role, grant: bool) -> None:
        login = self.table.current
        if self._filling or not login:
            return

        def done(_: dict[str, Any]) -> None:
            self.notice.say("")
            self.told.emit(t(M_("Roles of {login} changed.", login=login)))
            self.load()

        self._work.write(
            lambda: self._desk.officers.set_role(login, role.value, grant=grant), done, self._failed
        )

    def add(self) -> None:
        """Add the officer that was typed."""
        if self.secret.text() != self.again.text():
            self.notice.say_error(BadInput(M_("The two passphrases differ.")))
            return
        given = (self.login.text().strip(), self.name.text().strip())
        secret = self.secret.text()

        def done(result: dict[str, Any]) -> None:
            for field in (self.login, self.name, self.secret, self.again):
                field.clear()
            self.notice.say("")
            self.told.emit(t(M_("{login} added.", login=result["login"])))
            self.load()

        self._work.write(
            lambda: self._desk.officers.add(*given, ["officer"], secret), done, self._failed
        )

    def change_own(self) -> None:
        """A new passphrase for oneself; other logins of this officer end."""
        if self.own.text() != self.own_again.text():
            self.notice.say_error(BadInput(M_("The two passphrases differ.")))
            return
        login, secret = self._desk.officer.login, self.own.text()

        def done(_: dict[str, Any]) -> None:
            self.own.clear()
            self.own_again.clear()
            self.notice.say(t(M_("Your passphrase is changed.")), "good")

        self._work.write(
            lambda: self._desk.officers.change_passphrase(login, secret), done, self._failed
        )

    def _failed(self, error: WorkbenchError) -> None:
        self.notice.say_error(error)
        self._choose(self.table.current)


def _field(form: QFormLayout, name: Any, *, hidden: bool = False) -> QLineEdit:
    field = QLineEdit()
    field.setAccessibleName(t(name))
    if hidden:
        field.setEchoMode(QLineEdit.EchoMode.Password)
    form.addRow(label(name), field)
    return field
