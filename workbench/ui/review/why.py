"""Why this rank: the factors of the priority with the points that add up to the score."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from workbench.desk.ranking import BAND_NAMES
from workbench.domain.errors import M_
from workbench.ui.design.language import t
from workbench.ui.design.painting import paint_chip, paint_running_bar, paint_text
from workbench.ui.design.theme import theme, tokens

_ROW = 44
_HEAD = 74


class WhyPanel(QWidget):
    """Painted; what it says is also its accessible description."""

    def __init__(self) -> None:
        super().__init__()
        self._row: dict[str, Any] | None = None
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self.setAccessibleName(t(M_("Why this rank")))

    def show_row(self, row: dict[str, Any] | None) -> None:
        """A row as the queue gives it: score, band, factors with text and points."""
        self._row = row
        if row is not None:
            said = [f"{t(f['text'])} {f['points']:+}" for f in row["factors"]]
            self.setAccessibleDescription("\n".join([*said, str(row["score"])]))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        count = 0 if self._row is None else len(self._row["factors"])
        more = 52 if self._row and self._row["override_reason"] else 0
        return QSize(250, _HEAD + _ROW * count + 44 + more)

    minimumSizeHint = sizeHint

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._row is None:
            return
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme().colour("surface"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        row = self._row
        left, width = 12, self.width() - 24
        paint_text(painter, QRect(left, 8, width, 22), t(M_("Why this rank")), bold=True)
        shape = tokens()["bands"][row["band"]]
        name = t(BAND_NAMES[row["band"]])
        taken = paint_chip(painter, left, 50, name, shape["colour"], shape["icon"])
        figure = QRect(left + taken + 8, 36, 60, 28)
        used = paint_text(painter, figure, str(row["score"]), kind="figure")
        rest = QRect(figure.left() + used + 6, 40, width - taken - used, 24)
        paint_text(painter, rest, "/ 100", "text_2", "caption")
        top, total = _HEAD, 0.0
        bar_width = 72
        for factor in row["factors"]:
            points = factor["points"]
            name_box = QRect(left, top, width - bar_width - 52, 40)
            self._wrapped(painter, name_box, t(factor["text"]))
            bar = QRect(left + width - bar_width - 44, top + 12, bar_width, 7)
            paint_running_bar(painter, bar, total, total + points, 100.0)
            total += points
            value = QRect(left + width - 42, top + 4, 42, 22)
            paint_text(
                painter,
                value,
                f"{points:+}",
                "text" if points >= 0 else "bad_text",
                bold=True,
                align=Qt.AlignmentFlag.AlignRight,
            )
            top += _ROW
            painter.setPen(theme().colour("line"))
            painter.drawLine(left, top - 3, left + width, top - 3)
        paint_text(painter, QRect(left, top + 4, 120, 24), t(M_("Total")), bold=True)
        paint_text(
            painter,
            QRect(left + width - 60, top + 4, 60, 24),
            str(row["score"]),
            bold=True,
            align=Qt.AlignmentFlag.AlignRight,
        )
        if row["override_reason"]:
            text = t(M_("Band set by hand: {reason}", reason=row["override_reason"]))
            self._wrapped(painter, QRect(left, top + 36, width, 48), text)

    def _wrapped(self, painter: QPainter, box: QRect, text: str) -> None:
        painter.setFont(theme().font("caption"))
        painter.setPen(theme().colour("text"))
        painter.drawText(
            box,
            int(Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignTop),
            text,
        )
