"""Renders every screen of the window in one language, scheme and scale, and says what is wrong.

Run as a program, since the scale of a process is fixed when it starts:
`python tests/ui/walk.py STORE OUT LANGUAGE SCHEME`, with QT_SCALE_FACTOR in the environment.
Prints a JSON list of complaints: cut texts, controls without a name, blank screens.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEventLoop, Qt
from PySide6.QtGui import QAccessible, QFontMetrics
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QTabWidget,
    QTextEdit,
    QToolButton,
    QWidget,
)

from workbench.desk.opening import open_practice
from workbench.settings import load_settings
from workbench.ui.application import Seat, make_application
from workbench.ui.window import PLACES

CONTROLS = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
)
# Inner parts of a control, named by the control itself.
INNER = ("qt_spinbox_lineedit", "qt_toolbar_ext_button", "ScrollLeftButton", "ScrollRightButton")


def settle(seat: Seat, seconds: float = 20) -> None:
    """Until the Desk has nothing more to deliver for a moment."""
    application = QApplication.instance()
    assert application is not None
    end = time.monotonic() + seconds
    quiet = 0
    while time.monotonic() < end and quiet < 25:
        application.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
        time.sleep(0.01)
        busy = seat.work is not None and seat.work.busy
        quiet = 0 if busy else quiet + 1


def cut_texts(window: QWidget) -> list[str]:
    """Visible texts that do not fit into their widget and are not meant to be shortened."""
    found = []
    for widget in window.findChildren(QWidget):
        if not widget.isVisible() or widget.visibleRegion().isEmpty():
            continue
        if isinstance(widget, QLabel) and widget.text() and not widget.wordWrap():
            if widget.sizePolicy().horizontalPolicy() == QSizePolicy.Policy.Ignored:
                continue
            needed = QFontMetrics(widget.font()).horizontalAdvance(widget.text())
            if needed > widget.contentsRect().width() + 2:
                found.append(f"label: {widget.text()}")
        elif isinstance(widget, QPushButton | QCheckBox | QToolButton):
            shortened = widget.sizePolicy().horizontalPolicy() == QSizePolicy.Policy.Ignored
            if not shortened and widget.sizeHint().width() > widget.width() + 4:
                found.append(f"button: {widget.text()}")
    return found


def nameless(window: QWidget) -> list[str]:
    """Controls that a screen reader could not name, or has no role for."""
    found = []
    for widget in window.findChildren(QWidget):
        if not isinstance(widget, CONTROLS) or not widget.isVisible():
            continue
        if widget.objectName() in INNER or isinstance(widget.parent(), QComboBox):
            continue
        inner = widget.parent().metaObject().className() in ("QTableView", "QTabBar")
        unfocused = widget.focusPolicy() == Qt.FocusPolicy.NoFocus
        if isinstance(widget, QAbstractButton) and unfocused and inner:
            continue
        told = QAccessible.queryAccessibleInterface(widget)
        name = told.text(QAccessible.Text.Name) if told is not None else ""
        if told is None or not name.strip() or told.role() == QAccessible.Role.NoRole:
            parents = []
            parent: Any = widget
            while parent is not None and len(parents) < 4:
                parents.append(type(parent).__name__)
                parent = parent.parent()
            found.append("/".join(reversed(parents)))
    return found


def is_blank(widget: QWidget) -> bool:
    picture = widget.grab().toImage().scaled(64, 64)
    colours = {picture.pixel(x, y) for x in range(64) for y in range(64)}
    return len(colours) < 6


def main(store: str, out: str, language: str, scheme: str) -> None:
    application = make_application()
    seat = Seat(application, Path(store), load_settings(None, {"ui.language": language}, {}))
    seat.wear(scheme)
    seat.sit_down(open_practice(Path(store), "supervisor"))
    assert seat.window is not None
    seat.window.resize(1600, 1000)
    complaints: list[str] = []

    def look(name: str) -> None:
        settle(seat)
        assert seat.window is not None
        seat.window.grab().save(f"{out}/{name}.png")
        complaints.extend(f"{name}: cut {text}" for text in cut_texts(seat.window))
        complaints.extend(f"{name}: no name {path}" for path in nameless(seat.window))
        if is_blank(seat.window):
            complaints.append(f"{name}: blank")

    for place in PLACES:
        screen = seat.window.go(place.id)
        look(place.id)
        for bar in screen.findChildren(QTabWidget):
            for number in range(1, bar.count()):
                bar.setCurrentIndex(number)
                look(f"{place.id}-{number + 1}")
    seat.end()
    print(json.dumps(complaints, ensure_ascii=False))


if __name__ == "__main__":
    main(*sys.argv[1:5])
