"""Steps of an act: done, current, next; painted with words, never by colour alone."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from workbench.domain.errors import Message
from workbench.ui.design.icons import pixmap
from workbench.ui.design.language import t
from workbench.ui.design.painting import paint_text
from workbench.ui.design.theme import theme


class Steps(QWidget):
    """A row of named steps."""

    def __init__(self, name: Message, steps: tuple[Message, ...]) -> None:
        super().__init__()
        self._steps = steps
        self._current = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(t(name))

    def show_current(self, current: int) -> None:
        """`current` counts from 0; equal to the number of steps when all are done."""
        self._current = current
        here = self._steps[min(current, len(self._steps) - 1)]
        self.setAccessibleDescription(f"{min(current + 1, len(self._steps))} {t(here)}")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(320, 48)

    def paintEvent(self, event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = self.width() // len(self._steps)
        ratio = self.devicePixelRatioF()
        for place, name in enumerate(self._steps):
            middle = place * width + width // 2
            if place:
                painter.setPen(QPen(look.colour("line_strong"), 1.5))
                painter.drawLine(middle - width + 14, 13, middle - 14, 13)
            if place < self._current:
                painter.drawPixmap(middle - 10, 3, pixmap("mdi6.check-circle", "good", 20, ratio))
            elif place == self._current:
                painter.setPen(QPen(look.colour("accent"), 2))
                painter.setBrush(look.colour("accent"))
                painter.drawEllipse(middle - 8, 5, 16, 16)
            else:
                painter.setPen(QPen(look.colour("line_strong"), 1.5))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawEllipse(middle - 8, 5, 16, 16)
            box = QRect(place * width, 26, width, 18)
            role = "accent_text" if place == self._current else "text_2"
            centre = Qt.AlignmentFlag.AlignHCenter
            paint_text(
                painter, box, t(name), role, "caption", bold=place == self._current, align=centre
            )
