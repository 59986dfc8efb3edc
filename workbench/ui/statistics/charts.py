"""Charts that carry their figures: bars with names and counts, columns by month."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from workbench.ui.design.painting import paint_text
from workbench.ui.design.theme import theme

_ROW = 26
_RIGHT = Qt.AlignmentFlag.AlignRight
_CENTRE = Qt.AlignmentFlag.AlignHCenter


class BarChart(QWidget):
    """One bar a name, longest first as given; the count stands at its end."""

    def __init__(self, name: str, role: str = "chart_1") -> None:
        super().__init__()
        self._rows: list[tuple[str, int]] = []
        self._role = role
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)

    def show_counts(self, rows: list[tuple[str, int]]) -> None:
        self._rows = rows
        self.setAccessibleDescription("\n".join(f"{name} {count:,}" for name, count in rows))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(360, max(1, len(self._rows)) * _ROW + 6)

    minimumSizeHint = sizeHint

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        most = max((count for _, count in self._rows), default=1) or 1
        names = round(self.width() * 0.42)
        room = self.width() - names - 64
        for place, (name, count) in enumerate(self._rows):
            top = 3 + place * _ROW
            paint_text(painter, QRect(0, top, names - 10, _ROW), name, align=_RIGHT)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().colour(self._role))
            width = max(2 if count else 0, round(room * count / most))
            painter.drawRoundedRect(QRect(names, top + 6, width, _ROW - 12), 2, 2)
            box = QRect(names + width + 6, top, 60, _ROW)
            paint_text(painter, box, f"{count:,}", bold=True)


class MonthChart(QWidget):
    """Two columns a month: the first filled, the second hatched; each with its count."""

    def __init__(self, name: str, first: str, second: str) -> None:
        super().__init__()
        self._names = (first, second)
        self._months: list[tuple[str, int, int]] = []
        self.setAccessibleName(name)
        self.setMinimumHeight(190)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_months(self, months: list[tuple[str, int, int]]) -> None:
        """(month as it is written, first count, second count), oldest first."""
        self._months = months
        said = [f"{m} {self._names[0]} {a:,} {self._names[1]} {b:,}" for m, a, b in months]
        self.setAccessibleDescription("\n".join(said))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._months:
            return
        look = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        bottom, top = self.height() - 24, 44
        most = max(max(a, b) for _, a, b in self._months) or 1
        step = self.width() / len(self._months)
        painter.setPen(look.colour("line_strong"))
        painter.drawLine(0, bottom, self.width(), bottom)
        for place, (month, *counts) in enumerate(self._months):
            left = round(place * step)
            box = QRect(left, bottom + 3, round(step), 18)
            paint_text(painter, box, month, "text_2", "caption", align=_CENTRE)
            width = max(6, round(step * 0.3))
            for number, count in enumerate(counts):
                height = round((bottom - top) * count / most)
                x = left + round(step / 2) + (-width - 1 if number == 0 else 1)
                bar = QRect(x, bottom - height, width, height)
                role = "chart_1" if number == 0 else "chart_2"
                painter.setPen(look.colour(role))
                brush = painter.brush()
                brush.setColor(look.colour(role))
                pattern = Qt.BrushStyle.SolidPattern if number == 0 else Qt.BrushStyle.BDiagPattern
                brush.setStyle(pattern)
                painter.setBrush(brush)
                painter.drawRect(bar)
                painter.setBrush(Qt.BrushStyle.NoBrush)
                if count:
                    text = QRect(x - 14, bar.top() - 18, width + 28, 16)
                    paint_text(painter, text, f"{count:,}", "text_2", "caption", align=_CENTRE)
        for number, name in enumerate(self._names):
            role = "chart_1" if number == 0 else "chart_2"
            x = 4 + number * 150
            brush = painter.brush()
            brush.setColor(look.colour(role))
            brush.setStyle(
                Qt.BrushStyle.SolidPattern if number == 0 else Qt.BrushStyle.BDiagPattern
            )
            painter.setPen(look.colour(role))
            painter.setBrush(brush)
            painter.drawRect(QRect(x, 6, 14, 12))
            paint_text(painter, QRect(x + 20, 2, 126, 20), name, "text_2", "caption")
