"""The application: which store, who, and the window while somebody is at the desk."""

from __future__ import annotations

import logging
import sys
import traceback
from pathlib import Path

from PySide6.QtCore import QLibraryInfo, QObject, Qt, QTranslator
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QMessageBox, QVBoxLayout, QWidget

from workbench.desk.desk import Desk
from workbench.desk.opening import (
    Opened,
    is_practice,
    open_practice,
    open_with_session,
    store_exists,
)
from workbench.domain.errors import M_, NotAllowed, WorkbenchError
from workbench.settings import Settings
from workbench.ui.design.language import language, t, use_language
from workbench.ui.design.theme import apply_theme, dress, system_scheme, theme
from workbench.ui.jobs import Jobs
from workbench.ui.welcome.view import Welcome
from workbench.ui.window import Window
from workbench.ui.work import DeskWork

_log = logging.getLogger("workbench.ui")


class Seat(QObject):
    """From the first page to the window and back: one officer at a time."""

    def __init__(
        self,
        application: QApplication,
        folder: Path,
        settings: Settings,
        acting: str | None = None,
    ) -> None:
        super().__init__()
        self._acting = acting
        self._application = application
        self._folder, self._settings = folder, settings
        self._translator = QTranslator()
        self.scheme = system_scheme()
        self.work: DeskWork | None = None
        self._jobs: Jobs | None = None
        self.window: Window | None = None
        self.front: QWidget | None = None
        use_language(settings["ui.language"])
        self._dress()
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._scheme_changed)

    def begin(self) -> None:
        """Show the first page that fits: choose a store, log in, or the window at once."""
        try:
            if not store_exists(self._folder):
                self._welcome().choose_store()
            elif is_practice(self._folder) and self._acting is not None:
                acting, self._acting = self._acting, None
                self.sit_down(open_practice(self._folder, acting))
            elif is_practice(self._folder):
                self._welcome().ask_practice_officer()
            elif self._acting is not None:
                raise NotAllowed(M_("--as works on practice stores only."))
            else:
                opened = open_with_session(self._folder)
                if opened is None:
                    self._welcome().ask_login()
                else:
                    self.sit_down(opened)
        except WorkbenchError as error:
            self._welcome().show_problem(error)

    def sit_down(self, opened: Opened) -> None:
        """Open the window for whoever opened the store."""
        try:
            desk = Desk(opened, self._settings)
        except WorkbenchError as error:
            opened.store.close()
            self._welcome().show_problem(error)
            return
        self.work = DeskWork(desk)
        self.work.broken.connect(self.show_crash)
        # Goes on when the window is made anew in another language or colours.
        self._jobs = Jobs(self.work)
        self._open_window()

    def stand_up(self) -> None:
        """Lock: let go, end the session, ask who is next."""
        work = self.work
        if work is None:
            return
        if self.window is not None:
            self.window.leave()
        if not work.desk.store.practice:
            work.write(work.desk.officers.logout)
        self._close_window()
        work.close()
        self.work = self._jobs = None
        self.begin()

    def end(self) -> None:
        """Close everything."""
        self._close_window()
        if self.front is not None:
            self.front.close()
        if self.work is not None:
            self.work.close()
            self.work = self._jobs = None

    def speak(self, wanted: str) -> None:
        """Go on in another language."""
        use_language(wanted)
        self._dress()
        self._rebuild()

    def wear(self, scheme: str) -> None:
        """Go on in light or dark."""
        self.scheme = scheme
        self._dress()
        self._rebuild()

    def show_crash(self, error: BaseException) -> None:
        """A bug: say so, with what to send on. The details hold no report's content."""
        box = QMessageBox(self.window)
        box.setIcon(QMessageBox.Icon.Critical)
        box.setWindowTitle(t(M_("Something went wrong in the program")))
        box.setText(t(M_("The program made a mistake. What was registered is kept.")))
        box.setDetailedText("".join(traceback.format_exception(error)))
        box.open()

    def _dress(self) -> None:
        apply_theme(self._application, self.scheme)
        self._application.removeTranslator(self._translator)
        self._translator = QTranslator()
        folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        if self._translator.load(f"qtbase_{language()}", folder):
            self._application.installTranslator(self._translator)

    def _rebuild(self) -> None:
        if self.work is not None:
            if self.window is not None:
                self.window.leave()
            self._close_window()
            self._open_window()
        elif self.front is not None:
            self.begin()

    def _scheme_changed(self, scheme: Qt.ColorScheme) -> None:
        wanted = system_scheme()
        if wanted != theme().scheme:
            self.wear(wanted)

    def _open_window(self) -> None:
        assert self.work is not None
        assert self._jobs is not None
        if self.front is not None:
            self.front.hide()
            self.front.deleteLater()
            self.front = None
        self.window = Window(self.work, self._jobs)
        self.window.language_wanted.connect(self.speak, Qt.ConnectionType.QueuedConnection)
        self.window.scheme_wanted.connect(self.wear, Qt.ConnectionType.QueuedConnection)
        self.window.left.connect(self.stand_up, Qt.ConnectionType.QueuedConnection)
        dress(self.window)
        self.window.show()

    def _close_window(self) -> None:
        window = self.window
        self.window = None
        if window is not None:
            window.hide()
            window.deleteLater()

    def _welcome(self) -> Welcome:
        old = self.front
        self.front = holder = QWidget()
        holder.setProperty("fill", "window")
        holder.setWindowTitle(t(M_("Patrol Workbench")))
        holder.resize(1000, 760)
        column = QVBoxLayout(holder)
        welcome = Welcome(self._folder, self._settings)
        welcome.opened.connect(self.sit_down)
        column.addWidget(welcome)
        dress(holder)
        holder.show()
        if old is not None:
            old.hide()
            old.deleteLater()
        return welcome


def make_application() -> QApplication:
    """The one QApplication of the process, made when there is none."""
    found = QApplication.instance()
    if isinstance(found, QApplication):
        return found
    application = QApplication(sys.argv[:1])
    application.setApplicationName("patrol-workbench")
    application.setDesktopFileName("patrol-workbench")
    return application


def run_window(folder: Path, settings: Settings, acting: str | None = None) -> int:
    """Open the window on the store in `folder` and stay until it is closed.

    `acting` is an officer of a practice store who sits down without being asked.
    """
    application = make_application()
    seat = Seat(application, folder, settings, acting)

    def crashed(_kind: type[BaseException], error: BaseException, _trace: object) -> None:
        _log.error("Unexpected fault", exc_info=error)
        seat.show_crash(error)

    sys.excepthook = crashed
    seat.begin()
    code = application.exec()
    seat.end()
    return code
