"""Today's order beside the order under trial weights, with lines between the two places."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea

from workbench.desk.ranking import BAND_NAMES
from workbench.desk.whatif import WhatIf
from workbench.domain.errors import M_
from workbench.domain.priority import BAND_RANK, BANDS
from workbench.ui.design.icons import pixmap
from workbench.ui.design.language import t
from workbench.ui.design.painting import paint_band, paint_text
from workbench.ui.design.theme import theme, tokens
from workbench.ui.review.model import QueueModel
from workbench.ui.work import DeskWork

ROW = 28
_HEAD = 30
_GUTTER = 72
_RIGHT = Qt.AlignmentFlag.AlignRight
_BAND_OF = {rank: band for band, rank in BAND_RANK.items()}


class MovesView(QAbstractScrollArea):
    """Painted for any length: only the rows in view are read and drawn."""

    wanted = Signal()

    def __init__(self, work: DeskWork, names: QueueModel) -> None:
        super().__init__()
        self._work, self._names = work, names
        self._what: WhatIf | None = None
        self._left = self._right = np.empty(0, dtype=np.int64)
        self._place_right = np.empty(0, dtype=np.int64)
        self._only_moved = False
        self._rows: dict[str, dict[str, Any]] = {}
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setAccessibleName(t(M_("Today's order beside the trial's")))
        self.verticalScrollBar().setSingleStep(ROW)

    def show_trial(self, what: WhatIf | None, *, only_moved: bool) -> None:
        """Show a trial; with `only_moved`, just the reports that change their place."""
        self._what, self._only_moved = what, only_moved
        if what is not None:
            self._left, self._right = what.now.order, what.trial.order
            if only_moved:
                moved = what.now.place != what.trial.place
                self._left = self._left[moved[self._left]]
                self._right = self._right[moved[self._right]]
            self._place_right = np.full(len(what.ids), -1, dtype=np.int64)
            self._place_right[self._right] = np.arange(len(self._right))
        self._measure()
        self._fetch()
        self.viewport().update()

    def forget_rows(self) -> None:
        """Reports changed: read what is in view again."""
        self._rows.clear()
        self._fetch()

    def as_text(self, most: int = 5_000) -> str:
        """The trial as a table of text: place now, place then, number, points now and then."""
        if self._what is None:
            return ""
        what = self._what
        lines = []
        for report in self._right[:most]:
            row = self._rows.get(what.ids[report], {})
            lines.append(
                "\t".join(
                    str(part)
                    for part in (
                        what.now.place[report] + 1,
                        what.trial.place[report] + 1,
                        row.get("number", what.ids[report]),
                        what.now.score[report],
                        what.trial.score[report],
                        t(BAND_NAMES[_BAND_OF[int(what.now.band_rank[report])]]),
                        t(BAND_NAMES[_BAND_OF[int(what.trial.band_rank[report])]]),
                    )
                )
            )
        return "\n".join(lines)

    def sizeHint(self) -> QSize:
        return QSize(700, 500)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._measure()
        self._fetch()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self._fetch()
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        bar = self.verticalScrollBar()
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self.as_text())
            return
        steps = {
            Qt.Key.Key_Up: -ROW,
            Qt.Key.Key_Down: ROW,
            Qt.Key.Key_PageUp: -bar.pageStep(),
            Qt.Key.Key_PageDown: bar.pageStep(),
        }
        if event.key() in steps:
            bar.setValue(bar.value() + steps[Qt.Key(event.key())])
        elif event.key() == Qt.Key.Key_Home:
            bar.setValue(0)
        elif event.key() == Qt.Key.Key_End:
            bar.setValue(bar.maximum())
        else:
            super().keyPressEvent(event)

    def _measure(self) -> None:
        room = max(1, self.viewport().height() - _HEAD)
        bar = self.verticalScrollBar()
        bar.setPageStep(room)
        bar.setRange(0, max(0, len(self._right) * ROW - room))

    def _visible(self) -> range:
        first = self.verticalScrollBar().value() // ROW
        count = self.viewport().height() // ROW + 2
        return range(first, min(len(self._right), first + count))

    def _fetch(self) -> None:
        if self._what is None:
            return
        ids = self._what.ids
        places = self._visible()
        wanted = {ids[self._left[p]] for p in places} | {ids[self._right[p]] for p in places}
        missing = [i for i in wanted if i not in self._rows]
        if missing:
            desk = self._work.desk
            self._work.read(lambda: desk.queue.rows(missing), self._arrived, key="moves")

    def _arrived(self, rows: list[dict[str, Any]]) -> None:
        if len(self._rows) > 4_000:
            self._rows.clear()
        self._rows |= {row["id"]: row for row in rows}
        self.viewport().update()
        self._fetch()

    # --- painting -----------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        look = theme()
        view = self.viewport()
        painter = QPainter(view)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(view.rect(), look.colour("surface"))
        if self._what is None:
            return
        width = view.width()
        left = round((width - _GUTTER) * 0.45)
        start = left + _GUTTER
        offset = self.verticalScrollBar().value()
        places = self._visible()
        painter.setClipRect(0, _HEAD, width, view.height() - _HEAD)
        for place in places:
            top = _HEAD + place * ROW - offset
            self._half(painter, QRect(0, top, left, ROW), place, int(self._left[place]), now=True)
            box = QRect(start, top, width - start, ROW)
            self._half(painter, box, place, int(self._right[place]), now=False)
        for place in places:
            self._line(painter, place, left, start, offset)
        painter.setClipping(False)
        self._heads(painter, left, start, width)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(look.colour("focus"), 2))
            painter.drawRect(view.rect().adjusted(1, 1, -1, -1))

    def _heads(self, painter: QPainter, left: int, start: int, width: int) -> None:
        look = theme()
        painter.fillRect(QRect(0, 0, width, _HEAD), look.colour("sunken"))
        painter.setPen(look.colour("line"))
        painter.drawLine(0, _HEAD - 1, width, _HEAD - 1)
        paint_text(
            painter,
            QRect(10, 0, left - 10, _HEAD),
            t(M_("Order now")),
            "text_2",
            "caption",
            bold=True,
        )
        centre = Qt.AlignmentFlag.AlignHCenter
        box = QRect(left, 0, _GUTTER, _HEAD)
        paint_text(painter, box, t(M_("Move")), "text_2", "caption", bold=True, align=centre)
        box = QRect(start + 4, 0, width - start, _HEAD)
        paint_text(painter, box, t(M_("Order in the trial")), "text_2", "caption", bold=True)

    def _half(self, painter: QPainter, box: QRect, place: int, report: int, *, now: bool) -> None:
        assert self._what is not None
        look = theme()
        what = self._what
        side = what.now if now else what.trial
        before, after = int(what.now.band_rank[report]), int(what.trial.band_rank[report])
        if not now and before != after:
            painter.fillRect(box, look.colour("accent_soft"))
        painter.setPen(look.colour("line"))
        painter.drawLine(box.bottomLeft(), box.bottomRight())
        band = _BAND_OF[int(side.band_rank[report])]
        row = self._rows.get(what.ids[report])
        x = box.left() + 4
        order = int(side.place[report]) + 1
        number_width = 44 if len(what.ids) < 10_000 else 60
        paint_text(
            painter, QRect(x, box.top(), number_width, ROW), f"{order:,}", "text_2", align=_RIGHT
        )
        x += number_width + 8
        paint_band(painter, x, box.center().y() + 1, band)
        x += 20
        if box.width() > 230:
            number = "" if row is None else row["number"].rsplit("-", 1)[-1].lstrip("0")
            room = 30 if len(number) <= 4 else 48
            paint_text(painter, QRect(x, box.top(), room, ROW), number, "text_2", "caption")
            x += room + 4
        tail = 0 if now else (170 if box.width() > 380 else 64)
        score = QRect(box.right() - tail - 40, box.top(), 36, ROW)
        if row is not None and row["labels"]:
            first = row["labels"][0]["label"]
            shape = tokens()["classes"][self._names.label_class(first)]
            room = score.left() - x - 6
            if room > 50:
                role = f"{shape['colour']}_text"
                ratio = painter.device().devicePixelRatioF()
                painter.drawPixmap(x, box.center().y() - 7, pixmap(shape["icon"], role, 15, ratio))
                text = QRect(x + 19, box.top(), room - 19, ROW)
                paint_text(painter, text, self._names.label_name(first), role)
        paint_text(painter, score, str(int(side.score[report])), bold=True, align=_RIGHT)
        if not now:
            self._tail(painter, box, report, before, after, tail)

    def _tail(
        self, painter: QPainter, box: QRect, report: int, before: int, after: int, tail: int
    ) -> None:
        assert self._what is not None
        by = int(self._what.now.place[report] - self._what.trial.place[report])
        text = "—" if by == 0 else f"{'↑' if by > 0 else '↓'} {abs(by):,}"
        role = "text_3" if by == 0 else "accent_text" if by > 0 else "sameday_text"
        move = QRect(box.right() - tail, box.top(), 60, ROW)
        paint_text(painter, move, text, role, bold=by != 0, align=_RIGHT)
        if before != after and tail > 66:
            change = QRect(box.right() - tail + 66, box.top(), tail - 66, ROW)
            old, new = (t(BAND_NAMES[_BAND_OF[rank]]) for rank in (before, after))
            paint_text(painter, change, f"{old}→{new}", "text", "caption", bold=True)

    def _line(self, painter: QPainter, place: int, left: int, start: int, offset: int) -> None:
        assert self._what is not None
        look = theme()
        report = int(self._left[place])
        other = int(self._place_right[report])
        if other < 0:
            return
        y1 = _HEAD + place * ROW - offset + ROW // 2
        y2 = _HEAD + other * ROW - offset + ROW // 2
        before = int(self._what.now.band_rank[report])
        after = int(self._what.trial.band_rank[report])
        if other == place:
            pen = QPen(look.colour("line_strong"), 1)
        elif other < place:
            pen = QPen(look.colour("accent"), 1.4)
        else:
            pen = QPen(look.colour("sameday"), 1.4, Qt.PenStyle.DashLine)
        if before != after:
            pen.setWidthF(3)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        path = QPainterPath(QPointF(left + 4, y1))
        bend = _GUTTER / 2
        # Far places end at the edge of the view, so that no curve crosses a million pixels.
        y2 = max(-200, min(self.viewport().height() + 200, y2))
        path.cubicTo(left + bend, y1, start - bend, y2, start - 4, y2)
        painter.drawPath(path)


def band_counts(what: WhatIf) -> list[tuple[str, int, int]]:
    """(band, reports now, reports in the trial), the most urgent first."""
    now, trial = what.now.counts(), what.trial.counts()
    return [(band, now[band], trial[band]) for band in BANDS]
