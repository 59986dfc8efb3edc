"""First run: practice or real. Later: who is at the desk."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from workbench.desk.desk import Desk
from workbench.desk.opening import (
    PRACTICE_OFFICERS,
    OfficeFacts,
    Opened,
    make_practice_store,
    make_store,
    open_practice,
    open_with_passphrase,
)
from workbench.domain.errors import M_, BadInput, Message, WorkbenchError
from workbench.settings import Settings
from workbench.ui.design.icons import pixmap
from workbench.ui.design.language import t
from workbench.ui.design.pages import Notice, label
from workbench.ui.welcome.task import run_apart


class Welcome(QWidget):
    """The pages before there is a Desk; `opened` carries the store and who acts."""

    opened = Signal(object)

    def __init__(self, folder: Path, settings: Settings) -> None:
        super().__init__()
        self._folder, self._settings = folder, settings
        self.setProperty("fill", "window")
        self._stack = QStackedWidget()
        outer = QVBoxLayout(self)
        outer.addStretch(1)
        outer.addWidget(self._stack, alignment=Qt.AlignmentFlag.AlignHCenter)
        outer.addStretch(2)
        self._busy = False

    # --- which store --------------------------------------------------------------------------

    def choose_store(self) -> None:
        """First run: a practice store to learn on, or the real one."""
        page, column = _page(
            M_("Welcome to Patrol Workbench"),
            M_("There is no store on this computer yet. Which one shall be made?"),
        )
        row = QHBoxLayout()
        row.setSpacing(16)
        practice = self._card(
            "mdi6.school-outline",
            M_("Practice"),
            M_(
                "Invented reports and four ready officers. Nothing in it is real, and it says so everywhere."
            ),
            M_("Start a practice store"),
            self.make_practice,
        )
        real = self._card(
            "mdi6.shield-lock-outline",
            M_("Real work"),
            M_(
                "An encrypted store with its first officer, a passphrase and a printed recovery code."
            ),
            M_("Make a real store…"),
            self.ask_first_officer,
        )
        row.addWidget(practice)
        row.addWidget(real)
        column.addLayout(row)
        place = label(M_("Place: {path}", path=os.fspath(self._folder)), "caption", wrap=True)
        column.addWidget(place)
        self._problem_under(column)
        self._show(page)

    def _card(self, picture: str, name: Message, text: Message, act: Message, run) -> QFrame:  # type: ignore[no-untyped-def]
        card = QFrame()
        card.setProperty("panel", "yes")
        card.setFixedWidth(330)
        column = QVBoxLayout(card)
        column.setContentsMargins(20, 20, 20, 20)
        column.setSpacing(12)
        image = QLabel()
        image.setPixmap(pixmap(picture, "accent", 32, self.devicePixelRatioF()))
        column.addWidget(image)
        column.addWidget(label(name, "title"))
        column.addWidget(label(text, "hint", wrap=True), 1)
        button = QPushButton(t(act))
        button.setProperty("primary", "yes")
        button.setAccessibleName(t(act))
        button.clicked.connect(run)
        column.addWidget(button)
        return card

    def make_practice(self) -> None:
        """Make the practice store and sit down at it."""

        def call() -> Opened:
            make_practice_store(self._folder)
            return open_practice(self._folder, None)

        self._run(call, self.opened.emit)

    def ask_first_officer(self) -> None:
        """A real store needs an office, its first officer and a passphrase."""
        page, column = _page(
            M_("Make a real store"),
            M_("The first officer holds every role; add others afterwards in the administration."),
        )
        form = _form(column)
        office = _field(form, M_("Office prefix (2 to 8 capitals)"), "KGS")
        office_name = _field(form, M_("Office"), OfficeFacts.name)
        prefecture = _field(form, M_("Prefecture"), "")
        login = _field(form, M_("Login name"), "")
        name = _field(form, M_("Name"), "")
        secret = _field(form, M_("Passphrase"), "", hidden=True)
        again = _field(form, M_("Passphrase again"), "", hidden=True)

        def make() -> None:
            if secret.text() != again.text():
                self._problem.say_error(BadInput(M_("The two passphrases differ.")))
                return
            facts = OfficeFacts(
                office.text().strip() or "KGS",
                office_name.text().strip() or OfficeFacts.name,
                prefecture.text().strip(),
            )
            given = (login.text().strip(), name.text().strip(), secret.text())
            self._run(
                lambda: (make_store(self._folder, facts, *given), given),
                lambda made: self._show_code(made[0], made[1][0], made[1][2]),
            )

        self._buttons(column, M_("Make the store"), make, back=self.choose_store)
        self._show(page)
        login.setFocus()

    def _show_code(self, code: str, login: str, passphrase: str) -> None:
        page, column = _page(
            M_("Recovery code"),
            M_(
                "Shown once. Without it and without the passphrase nobody can open this store. Print it or write it down, lock it away, and keep no copy on this computer."
            ),
        )
        box = QPlainTextEdit(code, readOnly=True)
        box.setAccessibleName(t(M_("Recovery code")))
        box.setMaximumHeight(60)
        column.addWidget(box)
        kept = QCheckBox(t(M_("I have written it down or printed it.")))
        column.addWidget(kept)
        button = self._buttons(
            column,
            M_("Open the store"),
            lambda: self._run(lambda: self._login(login, passphrase), self.opened.emit),
        )
        button.setEnabled(False)
        kept.toggled.connect(button.setEnabled)
        self._show(page)

    # --- who ------------------------------------------------------------------------------------

    def ask_practice_officer(self) -> None:
        """A practice store knows its officers; choose one."""
        page, column = _page(M_("Practice store"), M_("Nothing here is real. Who are you today?"))
        form = _form(column)
        who = QComboBox()
        who.setAccessibleName(t(M_("Officer")))
        for login, name, _ in PRACTICE_OFFICERS:
            who.addItem(f"{name} ({login})", login)
        form.addRow(label(M_("Officer")), who)
        self._buttons(
            column,
            M_("Open"),
            lambda: self._run(
                lambda: open_practice(self._folder, who.currentData()), self.opened.emit
            ),
        )
        self._show(page)

    def ask_login(self, problem: WorkbenchError | None = None) -> None:
        """A real store: name and passphrase."""
        page, column = _page(
            M_("Log in"), M_("The passphrase opens the store and says who you are.")
        )
        form = _form(column)
        login = _field(form, M_("Login name"), "")
        secret = _field(form, M_("Passphrase"), "", hidden=True)

        def enter() -> None:
            given = (login.text().strip(), secret.text())
            secret.clear()
            self._run(lambda: self._login(*given), self.opened.emit)

        secret.returnPressed.connect(enter)
        self._buttons(column, M_("Log in"), enter)
        self._show(page)
        if problem is not None:
            self._problem.say_error(problem)
        login.setFocus()

    def _login(self, login: str, passphrase: str) -> Opened:
        opened = open_with_passphrase(self._folder, login or None, passphrase)
        try:
            Desk(opened, self._settings).officers.login()
        except BaseException:
            opened.store.close()
            raise
        return opened

    # --- common ---------------------------------------------------------------------------------

    def show_problem(self, error: WorkbenchError) -> None:
        """The store cannot be opened: say why; nothing was changed."""
        page, column = _page(M_("The store cannot be opened"), error.message)
        if error.next_step is not None:
            column.addWidget(label(error.next_step, "hint", wrap=True))
        column.addWidget(
            label(M_("Place: {path}", path=os.fspath(self._folder)), "caption", wrap=True)
        )
        self._show(page)

    def _buttons(self, column: QVBoxLayout, name: Message, run, back=None) -> QPushButton:  # type: ignore[no-untyped-def]
        self._problem_under(column)
        row = QHBoxLayout()
        if back is not None:
            other = QPushButton(t(M_("Back")))
            other.clicked.connect(lambda: back())
            row.addWidget(other)
        row.addStretch(1)
        button = QPushButton(t(name))
        button.setProperty("primary", "yes")
        button.setAccessibleName(t(name))
        button.setDefault(True)
        button.clicked.connect(lambda: run())
        row.addWidget(button)
        column.addLayout(row)
        return button

    def _problem_under(self, column: QVBoxLayout) -> None:
        self._problem = Notice()
        column.addWidget(self._problem)

    def _run(self, call, then) -> None:  # type: ignore[no-untyped-def]
        """Argon2 and disk away from the window's thread."""
        if self._busy:
            return
        self._busy = True
        self._stack.setEnabled(False)

        def home(value: object, error: BaseException | None) -> None:
            self._busy = False
            self._stack.setEnabled(True)
            if error is None:
                then(value)
            elif isinstance(error, WorkbenchError):
                self._problem.say_error(error)
            else:
                raise error

        run_apart(self, call, home)

    def _show(self, page: QWidget) -> None:
        old = self._stack.currentWidget()
        self._stack.addWidget(page)
        self._stack.setCurrentWidget(page)
        if old is not None:
            self._stack.removeWidget(old)
            old.deleteLater()


def _page(title: Message, text: Message) -> tuple[QWidget, QVBoxLayout]:
    page = QWidget()
    page.setFixedWidth(700)
    column = QVBoxLayout(page)
    column.setSpacing(14)
    heading = label(title, "figure")
    column.addWidget(heading)
    column.addWidget(label(text, "hint", wrap=True))
    return page, column


def _form(column: QVBoxLayout) -> QFormLayout:
    panel = QFrame()
    panel.setProperty("panel", "yes")
    form = QFormLayout(panel)
    form.setContentsMargins(20, 16, 20, 16)
    form.setSpacing(10)
    form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
    column.addWidget(panel)
    return form


def _field(form: QFormLayout, name: Message, value: str, *, hidden: bool = False) -> QLineEdit:
    field = QLineEdit(value)
    field.setAccessibleName(t(name))
    if hidden:
        field.setEchoMode(QLineEdit.EchoMode.Password)
    form.addRow(label(name), field)
    return field
