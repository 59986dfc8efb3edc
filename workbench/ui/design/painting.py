"""Painting inside cells and tiles: chips, bars, band marks, masked pictures."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPen, QPolygonF

from workbench.ui.design.icons import pixmap
from workbench.ui.design.theme import theme, tokens

CHIP_HEIGHT = 20
_PAD = 6
_ICON = 14


def paint_text(
    painter: QPainter,
    box: QRect,
    text: str,
    role: str = "text",
    kind: str = "body",
    *,
    bold: bool = False,
    mono: bool = False,
    align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
    elide: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
) -> int:
    """One line, elided to the box; returns the width it took."""
    font = theme().font(kind, bold=bold, mono=mono)
    metrics = QFontMetrics(font)
    shown = metrics.elidedText(text, elide, max(0, box.width()))
    painter.setFont(font)
    painter.setPen(theme().colour(role))
    painter.drawText(box, int(align | Qt.AlignmentFlag.AlignVCenter), shown)
    return min(metrics.horizontalAdvance(shown), box.width())


def chip_width(text: str, *, with_icon: bool = True) -> int:
    """How wide a chip with this text is."""
    metrics = QFontMetrics(theme().font("caption"))
    return metrics.horizontalAdvance(text) + 2 * _PAD + (_ICON + 4 if with_icon else 0)


def paint_chip(
    painter: QPainter, left: int, middle: int, text: str, tone: str, icon: str = "", most: int = 400
) -> int:
    """A chip with its left edge and vertical middle; returns its width, at most `most`."""
    width = min(chip_width(text, with_icon=bool(icon)), most)
    box = QRect(left, middle - CHIP_HEIGHT // 2, width, CHIP_HEIGHT)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme().colour(f"{tone}_soft"))
    painter.drawRoundedRect(box, 3, 3)
    start = box.left() + _PAD
    if icon:
        ratio = painter.device().devicePixelRatioF()
        painter.drawPixmap(start, middle - _ICON // 2, pixmap(icon, f"{tone}_text", _ICON, ratio))
        start += _ICON + 4
    inner = QRect(start, box.top(), box.right() - _PAD - start + 2, CHIP_HEIGHT)
    paint_text(painter, inner, text, f"{tone}_text", "caption")
    return width


def paint_bar(painter: QPainter, box: QRect, share: float, role: str) -> None:
    """A flat bar filled to `share` (0 to 1)."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme().colour("line"))
    painter.drawRoundedRect(box, 2, 2)
    filled = QRect(box)
    filled.setWidth(round(box.width() * min(1.0, max(0.0, share))))
    if filled.width() > 0:
        painter.setBrush(theme().colour(role))
        painter.drawRoundedRect(filled, 2, 2)


def paint_running_bar(painter: QPainter, box: QRect, start: float, end: float, most: float) -> None:
    """A step of a running total from `start` to `end` on a scale of `most`."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme().colour("line"))
    painter.drawRoundedRect(box, 2, 2)
    low, high = sorted((start, end))
    scale = box.width() / most
    left = box.left() + round(max(0.0, low) * scale)
    right = box.left() + round(min(most, high) * scale)
    painter.setBrush(theme().colour("accent" if end >= start else "bad"))
    painter.drawRect(QRect(left, box.top(), max(2, right - left), box.height()))


def paint_band(painter: QPainter, left: int, middle: int, band: str) -> int:
    """The mark of a band by shape and colour; returns its width."""
    role = tokens()["bands"][band]["colour"]
    box = QRectF(left, middle - 6, 12, 12)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(theme().colour(role))
    painter.setPen(Qt.PenStyle.NoPen)
    if band == "immediate":
        cut = 3.5
        x, y, s = box.left(), box.top(), box.width()
        corners = (
            (cut, 0), (s - cut, 0), (s, cut), (s, s - cut),
            (s - cut, s), (cut, s), (0, s - cut), (0, cut),
        )  # fmt: skip
        painter.drawPolygon(QPolygonF([QPointF(x + a, y + b) for a, b in corners]))
        painter.setBrush(theme().colour("on_urgent"))
        painter.drawRect(QRectF(x + 5.2, y + 2.5, 1.6, 4.2))
        painter.drawRect(QRectF(x + 5.2, y + 8, 1.6, 1.6))
    elif band == "same_day":
        top, bottom = box.top() + 0.5, box.bottom() - 0.5
        points = [
            QPointF(box.center().x(), top),
            QPointF(box.right(), bottom),
            QPointF(box.left(), bottom),
        ]
        painter.drawPolygon(QPolygonF(points))
    else:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme().colour(role), 1.6))
        painter.drawEllipse(box.adjusted(1.5, 1.5, -1.5, -1.5))
    return 12


def paint_masked(painter: QPainter, box: QRect, level: str, caption: str = "") -> None:
    """A masked picture: a dashed box with a lock and the handling level, never pixels of it."""
    pen = QPen(theme().colour("line_strong"), 1, Qt.PenStyle.DashLine)
    painter.setPen(pen)
    painter.setBrush(theme().colour("sunken"))
    painter.drawRoundedRect(box.adjusted(0, 0, -1, -1), 3, 3)
    name = tokens()["handling"][level]["icon"]
    ratio = painter.device().devicePixelRatioF()
    text = caption or level
    width = QFontMetrics(theme().font("caption")).horizontalAdvance(text)
    left = box.center().x() - (16 + 4 + width) // 2
    painter.drawPixmap(left, box.center().y() - 8, pixmap(name, "text_2", 16, ratio))
    paint_text(
        painter, QRect(left + 20, box.top(), width + 2, box.height()), text, "text_2", "caption"
    )
