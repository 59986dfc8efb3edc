"""The Qt binding keeps count of Python's own None, True and False.

PySide6 6.12.0 did not (before Python 3.12, where they cannot be lost): every signal and every
painted cell took one away, until the program died.
"""

import sys
from collections.abc import Callable

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Signal
from PySide6.QtWidgets import QApplication, QTableView
from pytestqt.qtbot import QtBot


class Empty(QAbstractTableModel):
    def rowCount(self, parent: QModelIndex | None = None) -> int:
        return 3

    def columnCount(self, parent: QModelIndex | None = None) -> int:
        return 3

    def data(self, index: QModelIndex, role: int = 0) -> object:
        return None


class Sender(QObject):
    sent = Signal(object)


def lost(act: Callable[[], object]) -> int:
    """How many references to None, True and False a hundred calls took away."""
    kept = (None, True, False)
    before = [sys.getrefcount(one) for one in kept]
    for _ in range(100):
        act()
    return max(b - sys.getrefcount(one) for b, one in zip(before, kept, strict=True))


def test_nothing_is_lost(qtbot: QtBot) -> None:
    sender, model, table = Sender(), Empty(), QTableView()
    qtbot.addWidget(table)
    table.setModel(model)
    table.show()
    sender.sent.connect(lambda value: None)
    index = model.index(0, 0)

    def paint() -> None:
        table.viewport().update()
        QApplication.processEvents()

    for act in (
        lambda: sender.sent.emit(None),
        lambda: index.data(300),
        lambda: table.property("unknown"),
        paint,
    ):
        assert lost(act) < 20
