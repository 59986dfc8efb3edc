"""The shell: rail, search, screens, status bar."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMainWindow,
    QMenu,
    QPushButton,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from workbench.desk.exposure import Exposure
from workbench.documents.dates import era_date
from workbench.domain.clock import jst
from workbench.domain.errors import M_, Message, WorkbenchError
from workbench.ui.administration.view import AdministrationScreen
from workbench.ui.design.icons import icon, pixmap
from workbench.ui.design.language import language, t
from workbench.ui.design.pages import Notice, label
from workbench.ui.design.theme import theme, tokens
from workbench.ui.jobs import Jobs
from workbench.ui.keys import KeyMap
from workbench.ui.rail import RailButton
from workbench.ui.referral.view import ReferralScreen
from workbench.ui.register.view import RegisterScreen
from workbench.ui.removal.view import RemovalScreen
from workbench.ui.review.view import ReviewScreen
from workbench.ui.statistics.view import StatisticsScreen
from workbench.ui.status import StatusBar
from workbench.ui.supervise.view import SuperviseScreen
from workbench.ui.work import DeskWork


@dataclass(frozen=True)
class Place:
    """A screen of the rail."""

    id: str
    name: Message
    make: Callable[[DeskWork], QWidget]


PLACES = (
    Place("register", M_("Register"), RegisterScreen),
    Place("review", M_("Review"), ReviewScreen),
    Place("supervise", M_("Supervise"), SuperviseScreen),
    Place("removal", M_("Removal"), RemovalScreen),
    Place("referral", M_("Refer"), ReferralScreen),
    Place("statistics", M_("Statistics"), StatisticsScreen),
    Place("administration", M_("Admin"), AdministrationScreen),
)
_BADGES_MS = 1_200


class Window(QMainWindow):
    """One officer at one store."""

    language_wanted = Signal(str)
    scheme_wanted = Signal(str)
    left = Signal()
    closed = Signal()

    def __init__(self, work: DeskWork, jobs: Jobs) -> None:
        super().__init__()
        self.work = work
        self.setWindowTitle(t(M_("Patrol Workbench")))
        self.resize(1600, 1000)
        self.setMinimumSize(1024, 640)
        self.screens: dict[str, QWidget] = {}
        self.jobs = jobs
        self.status = StatusBar(work, jobs)
        self.status.break_due.connect(self._suggest_break)
        self._guide_told = self._break_told = False
        self._stack = QStackedWidget()
        body = QWidget()
        row = QHBoxLayout(body)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._rail())
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addWidget(self._top())
        self.break_notice = Notice()
        column.addWidget(self.break_notice)
        column.addWidget(self._stack, 1)
        column.addWidget(self.status)
        row.addLayout(column, 1)
        self.setCentralWidget(body)
        for number, place in enumerate(PLACES, start=1):
            shortcut = QShortcut(QKeySequence(f"Ctrl+{number}"), self)
            shortcut.activated.connect(lambda p=place.id: self.go(p))
        for keys, act in (
            ("Ctrl+F", self._find),
            ("F5", self._refresh),
            ("F1", self.show_keys),
        ):
            QShortcut(QKeySequence(keys), self).activated.connect(act)
        work.failed.connect(self.say_error)
        # Badges follow changes, but not each key press of an officer in full swing.
        self._badges = QTimer(self, singleShot=True, interval=_BADGES_MS)
        self._badges.timeout.connect(self._read_waiting)
        work.changed.connect(self._read_waiting_soon)
        self._badges.start()
        self._clock = QTimer(self, interval=10_000)
        self._clock.timeout.connect(self._show_time)
        self._clock.start()
        self._show_time()
        self.go("review")

    # --- what is where -----------------------------------------------------------------------

    def _rail(self) -> QFrame:
        rail = QFrame()
        rail.setProperty("bar", "rail")
        rail.setFixedWidth(theme().size("rail"))
        column = QVBoxLayout(rail)
        column.setContentsMargins(0, 10, 0, 10)
        column.setSpacing(4)
        mark = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        mark.setPixmap(pixmap("mdi6.shield-search", "accent", 28, self.devicePixelRatioF()))
        mark.setAccessibleName(t(M_("Patrol Workbench")))
        column.addWidget(mark)
        column.addSpacing(8)
        self._rail_group = QButtonGroup(self)
        self._rail_buttons: dict[str, RailButton] = {}
        for number, place in enumerate(PLACES, start=1):
            button = RailButton(place.id, place.name, number)
            button.clicked.connect(lambda _=False, p=place.id: self.go(p))
            self._rail_group.addButton(button)
            self._rail_buttons[place.id] = button
            column.addWidget(button)
        column.addStretch(1)
        return rail

    def _top(self) -> QFrame:
        bar = QFrame()
        bar.setProperty("bar", "top")
        bar.setFixedHeight(theme().size("top_bar"))
        row = QHBoxLayout(bar)
        row.setContentsMargins(16, 0, 16, 0)
        row.setSpacing(14)
        self._title = label("", "title")
        row.addWidget(self._title)
        self.search = QLineEdit()
        self.search.setPlaceholderText(t(M_("Report number or URL")) + "  (Ctrl+F)")
        self.search.setAccessibleName(t(M_("Search by report number or URL")))
        glass = self.search.addAction(
            icon("mdi6.magnify"), QLineEdit.ActionPosition.LeadingPosition
        )
        glass.setText(t(M_("Search")))
        glass.triggered.connect(self._look_up)
        for mark in self.search.findChildren(QToolButton):
            mark.setAccessibleName(t(M_("Search")))
        self.search.setFixedWidth(420)
        self.search.returnPressed.connect(self._look_up)
        row.addWidget(self.search)
        if self.work.desk.store.practice:
            banner = QFrame()
            banner.setProperty("tone", "practice")
            inside = QHBoxLayout(banner)
            inside.setContentsMargins(12, 4, 12, 4)
            picture = QLabel()
            ratio = self.devicePixelRatioF()
            picture.setPixmap(pixmap("mdi6.school-outline", "practice_text", 16, ratio))
            inside.addWidget(picture)
            inside.addWidget(label(M_("Practice: nothing here is a real record")))
            row.addWidget(banner, alignment=Qt.AlignmentFlag.AlignVCenter)
        row.addStretch(1)
        self._time = label("", "hint")
        row.addWidget(self._time)
        menu_button = QPushButton(icon("mdi6.dots-vertical"), "")
        menu_button.setProperty("plain", "yes")
        menu_button.setAccessibleName(t(M_("Menu")))
        menu_button.setToolTip(t(M_("Menu")))
        menu = QMenu(menu_button)
        if language() == "ja":
            menu.addAction("English").triggered.connect(lambda: self.language_wanted.emit("en"))
        else:
            menu.addAction("日本語").triggered.connect(lambda: self.language_wanted.emit("ja"))
        other = "light" if theme().scheme == "dark" else "dark"
        look = M_("Dark colours") if other == "dark" else M_("Light colours")
        menu.addAction(t(look)).triggered.connect(lambda: self.scheme_wanted.emit(other))
        menu.addAction(t(M_("Keys")) + "\tF1").triggered.connect(self.show_keys)
        menu.addSeparator()
        menu.addAction(t(M_("Change officer or lock"))).triggered.connect(self.left.emit)
        menu_button.setMenu(menu)
        row.addWidget(menu_button)
        return bar

    def _suggest_break(self, found: Exposure) -> None:
        """Once for each time it is due; it never stands in the way."""
        if found.over and not self._guide_told:
            self._guide_told = True
            self.break_notice.say(
                t(M_("Today's guide for viewing is reached. Hand on what can wait.")), "wait"
            )
        elif found.break_due and not self._break_told:
            self._break_told = True
            self.break_notice.say(t(M_("Time for a break from these pictures.")), "wait")
        if not found.break_due:
            self._break_told = False

    # --- moving about -------------------------------------------------------------------------

    def go(self, place_id: str) -> QWidget:
        """Show a screen, making it when it is first wanted."""
        place = next(p for p in PLACES if p.id == place_id)
        if place_id not in self.screens:
            screen = place.make(self.work)
            self.screens[place_id] = screen
            self._stack.addWidget(screen)
            screen.told.connect(self.say)
            if isinstance(screen, ReviewScreen):
                screen.register_wanted.connect(lambda: self.go("register"))
            registered = getattr(screen, "registered", None)
            if registered is not None:
                registered.connect(self.jobs.registered)
            capture = getattr(screen, "capture_wanted", None)
            if capture is not None:
                capture.connect(lambda report_id: self.jobs.capture([report_id]))
            lists = getattr(screen, "list_wanted", None)
            if lists is not None:
                lists.connect(self.jobs.import_list)
            wanted = getattr(screen, "report_wanted", None)
            if wanted is not None:
                wanted.connect(self.open_report)
        if place_id != "review" and "review" in self.screens:
            self.screens["review"].report.pictures.hide_pictures()
        self._stack.setCurrentWidget(self.screens[place_id])
        self._rail_buttons[place_id].setChecked(True)
        for name, button in self._rail_buttons.items():
            role = "accent_text" if name == place_id else "text_2"
            button.setIcon(icon(tokens()["screens"][name], role))
        self._title.setText(t(place.name))
        return self.screens[place_id]

    def _read_waiting_soon(self) -> None:
        if not self._badges.isActive():
            self._badges.start()

    def _read_waiting(self) -> None:
        self.work.read(
            self.work.desk.approvals.pressing, self._show_waiting, lambda _: None, key="badges"
        )

    def _show_waiting(self, found: dict[str, int]) -> None:
        for place, count in found.items():
            self._rail_buttons[place].show_waiting(count)

    def open_report(self, report_id: str) -> None:
        """Show a report on the review screen, whatever its state."""
        self.go("review").open_report(report_id)

    def _find(self) -> None:
        self.search.setFocus()
        self.search.selectAll()

    def _look_up(self) -> None:
        text = self.search.text()
        if text.strip():
            self.work.read(
                lambda: self.work.desk.reports.look_up(text),
                self.open_report,
                self.say_error,
                key="search",
            )

    def _refresh(self) -> None:
        review = self.screens.get("review")
        if review is not None:
            review.model.load()

    def show_keys(self) -> None:
        """The key map."""
        KeyMap(self).open()

    def say(self, text: str) -> None:
        """A line in the status bar for a few seconds."""
        self.status.say(text)

    def say_error(self, error: WorkbenchError) -> None:
        more = "" if error.next_step is None else " " + t(error.next_step)
        self.say(t(error.message) + more)

    def _show_time(self) -> None:
        now = jst(self.work.desk.clock())
        day = era_date(now.date()) if language() == "ja" else now.strftime("%Y-%m-%d")
        self._time.setText(f"{day} {now:%H:%M}")

    def leave(self) -> None:
        """Let go of what this officer holds."""
        for screen in self.screens.values():
            leave = getattr(screen, "leave", None)
            if leave is not None:
                leave()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.leave()
        self.closed.emit()
        super().closeEvent(event)
