"""A chip as a widget: tone, icon and word."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from workbench.ui.design.painting import CHIP_HEIGHT, chip_width, paint_chip


class Chip(QWidget):
    """Hidden while it has nothing to say."""

    def __init__(self) -> None:
        super().__init__()
        self._text, self._tone, self._icon = "", "muted", ""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.hide()

    def say(self, text: str, tone: str, icon: str = "") -> None:
        """Show a word in a tone (a token such as `good`, `urgent`, `cls_illegal`)."""
        self._text, self._tone, self._icon = text, tone, icon
        self.setAccessibleName(text)
        self.setVisible(bool(text))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(chip_width(self._text, with_icon=bool(self._icon)), CHIP_HEIGHT + 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = self.height() // 2
        paint_chip(painter, 0, middle, self._text, self._tone, self._icon, self.width())
