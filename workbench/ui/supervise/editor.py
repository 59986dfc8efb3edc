"""The weight editor: every point with today's value, a draft and the difference."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QHBoxLayout,
    QScrollArea,
    QSizePolicy,
    QSlider,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from workbench.desk.ranking import BAND_NAMES
from workbench.domain.errors import M_, Message, Name
from workbench.reference.data import CLASSES, Reference
from workbench.ui.design.language import t
from workbench.ui.design.pages import label
from workbench.ui.design.theme import theme

_LEAST, _MOST = -50, 60

GROUPS: tuple[tuple[str, Message], ...] = (
    ("signals", M_("Circumstances")),
    ("sources", M_("Source")),
    ("class_points", M_("Class")),
    ("band_points", M_("Usual urgency of the category")),
    ("label_points", M_("Candidate of the classifier")),
    ("bounds", M_("Where the bands begin")),
)


def point_at(document: dict[str, Any], group: str, name: str) -> int:
    """One point of a weights document."""
    value = document[group][name]
    return int(value["points"] if group == "signals" else value)


def put_point(document: dict[str, Any], group: str, name: str, points: int) -> None:
    """Change one point of a weights document."""
    if group == "signals":
        document[group][name]["points"] = points
    else:
        document[group][name] = points


class _Track(QSlider):
    """A slider that also marks where today's value stands."""

    def __init__(self, now: int) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.now = now
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(60, 24)

    def paintEvent(self, event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle, inner = self.height() // 2, self.width() - 14
        line = QRect(7, middle - 2, inner, 4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.colour("line"))
        painter.drawRoundedRect(line, 2, 2)
        span = max(1, self.maximum() - self.minimum())

        def place(value: int) -> int:
            return 7 + round((value - self.minimum()) / span * inner)

        painter.setPen(QPen(look.colour("text_2"), 2))
        painter.drawLine(place(self.now), middle - 7, place(self.now), middle + 7)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.colour("accent" if self.isEnabled() else "line_strong"))
        painter.drawEllipse(place(self.value()) - 6, middle - 6, 12, 12)


class _PointRow(QWidget):
    changed = Signal()

    def __init__(self, name: Message | Name, now: int, least: int, most: int) -> None:
        super().__init__()
        self._now = now
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 1, 14, 1)
        row.setSpacing(8)
        self._name = label(name)
        self._name.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._name.setToolTip(t(name))
        self.track = _Track(now)
        self.box = QSpinBox()
        self.box.setAccessibleName(t(name))
        self.box.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
        self.box.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.box.setFixedWidth(52)
        self.difference = label("—", "caption")
        self.difference.setFixedWidth(30)
        self.difference.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        for part in (self.track, self.box):
            part.setRange(least, most)
        row.addWidget(self._name, 8)
        row.addWidget(self.track, 5)
        row.addWidget(self.box)
        row.addWidget(self.difference)
        self.set_point(now)
        self.track.valueChanged.connect(self.box.setValue)
        self.box.valueChanged.connect(self._moved)

    def set_point(self, points: int) -> None:
        self.box.setValue(points)
        self.track.setValue(points)
        self._show_difference()

    def _moved(self, points: int) -> None:
        self.track.setValue(points)
        self._show_difference()
        self.changed.emit()

    def _show_difference(self) -> None:
        by = self.box.value() - self._now
        self.difference.setText(f"{by:+}" if by else "—")
        tone = "bad" if by < 0 else "good" if by > 0 else ""
        for part in (self.difference, self._name):
            part.setProperty("kind", "strong" if by else "")
            part.setProperty("tone", tone if part is self.difference else "")
            part.style().unpolish(part)
            part.style().polish(part)


class WeightEditor(QScrollArea):
    """A draft of the weights; `changed` when any point moved."""

    changed = Signal()

    def __init__(self, reference: Reference) -> None:
        super().__init__()
        self._reference = reference
        self._rows: dict[tuple[str, str], _PointRow] = {}
        self._quiet = False
        self._draft: dict[str, Any] = {}
        self._now: dict[str, Any] = {}
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setProperty("panel", "flat")

    def take(self, document: dict[str, Any], *, editable: bool) -> None:
        """Start from the weights in force."""
        self._now = document
        self._draft = copy.deepcopy(document)
        self._rows = {}
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 4, 0, 8)
        column.setSpacing(1)
        for group, title in GROUPS:
            heading = label(title, "caption")
            heading.setContentsMargins(14, 10, 14, 2)
            column.addWidget(heading)
            for name, shown in self._names(group):
                now = point_at(document, group, name)
                least, most = (0, 100) if group == "bounds" else (min(_LEAST, now), max(_MOST, now))
                row = _PointRow(shown, now, least, most)
                row.setEnabled(editable)
                row.changed.connect(lambda g=group, n=name, r=row: self._moved(g, n, r))
                self._rows[group, name] = row
                column.addWidget(row)
        column.addStretch(1)
        self.setWidget(inner)

    def draft(self) -> dict[str, Any]:
        """The weights as they would be."""
        return copy.deepcopy(self._draft)

    def load(self, document: dict[str, Any]) -> None:
        """Make another version the draft, compared with what is in force."""
        self._quiet = True
        for (group, name), row in self._rows.items():
            if name in document[group]:
                points = point_at(document, group, name)
                put_point(self._draft, group, name, points)
                row.set_point(points)
        self._quiet = False
        self.changed.emit()

    def reset(self) -> None:
        """Back to the weights in force."""
        self.load(self._now)

    def box(self, group: str, name: str) -> QSpinBox:
        """The field of one point."""
        return self._rows[group, name].box

    @property
    def differs(self) -> bool:
        return self._draft != self._now

    def _moved(self, group: str, name: str, row: _PointRow) -> None:
        put_point(self._draft, group, name, row.box.value())
        if not self._quiet:
            self.changed.emit()

    def _names(self, group: str) -> Iterator[tuple[str, Message | Name]]:
        reference = self._reference
        for name in self._now[group]:
            if group == "signals":
                row = self._now[group][name]
                yield name, Name(row["ja"], row["en"])
            elif group == "sources":
                yield name, reference.sources[name].name
            elif group == "class_points":
                if name in CLASSES:
                    yield name, reference.class_name(name)
            elif group == "label_points":
                yield name, reference.labels[name].name
            else:
                yield name, BAND_NAMES[name]
