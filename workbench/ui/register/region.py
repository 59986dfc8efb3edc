"""A part of the screen as a picture: the officer draws a box over what is seen now."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QIODevice, QPoint, QRect, Qt, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QColor,
    QGuiApplication,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QScreen,
)
from PySide6.QtWidgets import QWidget

from workbench.domain.errors import M_
from workbench.ui.design.language import t
from workbench.ui.design.painting import paint_text
from workbench.ui.design.theme import theme

_LEAST = 4
_STEP = 8
_SHADE = QColor(0, 0, 0, 110)


def seen_now(screen: QScreen) -> QPixmap:
    """What the screen shows; a null picture where the window system forbids it (Wayland)."""
    return screen.grabWindow(0)


class RegionPicker(QWidget):
    """Covers one screen with what was seen on it; `taken` carries PNG bytes, Esc gives up.

    With the keyboard: arrows move the box, with Shift its far corner; Enter takes it.
    """

    taken = Signal(bytes)
    ended = Signal()

    def __init__(self, seen: QPixmap, where: QRect) -> None:
        super().__init__(None, Qt.WindowType.FramelessWindowHint | Qt.WindowType.Tool)
        self._seen = seen
        self._start: QPoint | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setGeometry(where)
        name = M_("Draw a box over the part to keep. Enter takes it, Esc gives up.")
        self._hint = t(name)
        self.setAccessibleName(self._hint)
        third = QRect(0, 0, where.width() // 3, where.height() // 3)
        third.moveCenter(self.rect().center())
        self.box = third

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._start = event.position().toPoint()
        self.box = QRect(self._start, self._start)
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._start is not None:
            self.box = QRect(self._start, event.position().toPoint()).normalized() & self.rect()
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.mouseMoveEvent(event)
        self._start = None
        if min(self.box.width(), self.box.height()) >= _LEAST:
            self._take()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        way = {
            Qt.Key.Key_Left: QPoint(-_STEP, 0),
            Qt.Key.Key_Right: QPoint(_STEP, 0),
            Qt.Key.Key_Up: QPoint(0, -_STEP),
            Qt.Key.Key_Down: QPoint(0, _STEP),
        }.get(Qt.Key(event.key()))
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._take()
        elif way is not None:
            moved = QRect(self.box)
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                moved.setBottomRight(moved.bottomRight() + way)
            else:
                moved.translate(way)
            moved &= self.rect()
            if min(moved.width(), moved.height()) >= _LEAST:
                self.box = moved
            self.update()
        else:
            super().keyPressEvent(event)

    def _take(self) -> None:
        ratio = self._seen.devicePixelRatio()
        box = self.box
        part = QRect(
            round(box.left() * ratio),
            round(box.top() * ratio),
            round(box.width() * ratio),
            round(box.height() * ratio),
        )
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        self._seen.copy(part).save(buffer, "PNG")
        self.taken.emit(bytes(buffer.data().data()))
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.ended.emit()
        super().closeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._seen)
        painter.fillRect(self.rect(), _SHADE)
        # What is inside the box is seen as it is.
        painter.setClipRect(self.box)
        painter.drawPixmap(0, 0, self._seen)
        painter.setClipping(False)
        painter.setPen(QPen(theme().colour("focus"), 2))
        painter.drawRect(self.box)
        bar = QRect(0, 0, self.width(), 36)
        painter.fillRect(bar, theme().colour("surface"))
        paint_text(painter, bar.adjusted(16, 0, -16, 0), self._hint, bold=True)
        painter.end()


def screen_of(widget: QWidget) -> QScreen:
    """The screen a widget is on."""
    return widget.screen() or QGuiApplication.primaryScreen()
