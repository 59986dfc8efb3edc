"""The queue's table: one painted row a report."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from workbench.desk.ranking import BAND_NAMES
from workbench.domain.clock import SECOND
from workbench.domain.errors import M_
from workbench.domain.url import defang_host
from workbench.ui.design.language import t
from workbench.ui.design.painting import (
    paint_band,
    paint_bar,
    paint_chip,
    paint_masked,
    paint_text,
)
from workbench.ui.design.theme import theme, tokens
from workbench.ui.review.model import QueueModel

ROW_HEIGHT = 48
_PICTURES_KEPT = 600
_WIDTHS = (112, 72, 240, 116, 60, 76)
_CLOCKS = {
    "immediate": M_("At once"),
    "same_day": M_("Today"),
    "routine": M_("In order"),
}


def age_text(since_us: int, now_us: int) -> str:
    """How long ago, short: 12 min, 3 h 05, 4 days."""
    minutes = max(0, (now_us - since_us) // (60 * SECOND))
    if minutes < 60:
        return t(M_("{n} min", n=minutes))
    if minutes < 24 * 60:
        return t(M_("{hours} h {minutes}", hours=minutes // 60, minutes=f"{minutes % 60:02}"))
    return t(M_("{n} days", n=minutes // (24 * 60)))


class QueueDelegate(QStyledItemDelegate):
    """Paints everything inside a cell, and keeps what it painted.

    A report that is decided moves every row below it: painting them all again from their parts
    takes longer than the decision itself.
    """

    def __init__(self, model: QueueModel) -> None:
        super().__init__()
        self._model = model
        self._kept: OrderedDict[tuple[Any, ...], QPixmap] = OrderedDict()
        self._rows_of: dict[tuple[Any, ...], dict[str, Any]] = {}

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(_WIDTHS[index.column()], ROW_HEIGHT)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        box: QRect = option.rect
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        ground = "selected" if selected else "hover" if hovered else "surface"
        row = self._model.row_at(index.row())
        column = index.column()
        ratio = painter.device().devicePixelRatioF()
        # Rows are new objects whenever they are read again; ages change by the minute.
        minute = self._model.now_us() // (60 * SECOND)
        key = (id(row), column, box.width(), box.height(), ground, ratio, theme().scheme, minute)
        kept = self._kept.get(key)
        if kept is None:
            kept = QPixmap(round(box.width() * ratio), round(box.height() * ratio))
            kept.setDevicePixelRatio(ratio)
            own = QPainter(kept)
            own.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_all(own, QRect(0, 0, box.width(), box.height()), row, column, ground)
            own.end()
            if row is not None:
                # The row is kept with its picture, so that its identity is not given to another.
                self._kept[key] = kept
                self._rows_of[key] = row
                while len(self._kept) > _PICTURES_KEPT:
                    old, _ = self._kept.popitem(last=False)
                    self._rows_of.pop(old, None)
        painter.drawPixmap(box.topLeft(), kept)
        if selected:
            self._edge(painter, option, column, theme().colour("accent"))

    def _paint_all(
        self, painter: QPainter, box: QRect, row: dict[str, Any] | None, column: int, ground: str
    ) -> None:
        look = theme()
        painter.fillRect(box, look.colour(ground))
        painter.setPen(look.colour("line"))
        painter.drawLine(box.bottomLeft(), box.bottomRight())
        if row is not None:
            self._cell(painter, box, row, column)
            return
        bar = QRect(box.left() + 10, box.center().y() - 5, min(60, box.width() - 20), 10)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.colour("sunken"))
        painter.drawRoundedRect(bar, 3, 3)

    def _edge(
        self, painter: QPainter, option: QStyleOptionViewItem, column: int, colour: QColor
    ) -> None:
        """The selected row's frame; thicker while the table has the keyboard."""
        width = 2 if option.state & QStyle.StateFlag.State_Active else 1
        painter.setPen(QPen(colour, width))
        box = option.rect.adjusted(0, 1, -1, -1)
        painter.drawLine(box.topLeft(), box.topRight())
        painter.drawLine(box.bottomLeft(), box.bottomRight())
        if column == 0:
            painter.drawLine(box.topLeft(), box.bottomLeft())
        if column == self._model.columnCount() - 1:
            painter.drawLine(box.topRight(), box.bottomRight())

    def _cell(self, painter: QPainter, box: QRect, row: dict[str, Any], column: int) -> None:
        upper = QRect(box.left() + 10, box.top() + 4, box.width() - 14, 20)
        lower = QRect(box.left() + 10, box.top() + 24, box.width() - 14, 20)
        band = row["band"]
        role = tokens()["bands"][band]["colour"]
        if column == 0:
            painter.fillRect(
                QRect(box.left(), box.top(), 4, box.height() - 1), theme().colour(role)
            )
            upper.adjust(4, 0, 0, 0)
            lower.adjust(4, 0, 0, 0)
            paint_band(painter, upper.left(), upper.center().y() + 1, band)
            upper.adjust(18, 0, 0, 0)
            paint_text(painter, upper, t(BAND_NAMES[band]), f"{role}_text", bold=True)
            short = row["number"].split("-", 1)[-1]
            paint_text(painter, lower, short, "text_2", "caption", mono=True)
        elif column == 1:
            paint_text(painter, upper, str(row["score"]), "text", "title")
            bar = QRect(lower.left(), lower.center().y() - 2, min(48, lower.width()), 5)
            paint_bar(painter, bar, row["score"] / 100, role)
        elif column == 2:
            self._candidates(painter, upper, row)
            hidden = row["pictures"] and row["pictures"][-1] == "S3"
            host = t(M_("(not shown)")) if hidden else defang_host(row["host"])
            paint_text(painter, lower, host, "text_2", "caption", mono=True)
        elif column == 3:
            paint_text(painter, upper, t(_CLOCKS[band]), f"{role}_text", bold=band == "immediate")
            age = age_text(row["registered_at"], self._model.now_us())
            source = self._model.source_name(row["source"])
            paint_text(painter, lower, f"{age} · {source}", "text_2", "caption")
        elif column == 4:
            middle = box.adjusted(2, 0, -2, 0)
            owner = row["owner"].split()[0] if row["owner"] else "—"
            paint_text(
                painter,
                middle,
                owner,
                "accent_text" if row["mine"] else "text_2",
                align=Qt.AlignmentFlag.AlignHCenter,
                bold=row["mine"],
            )
        elif row["pictures"]:
            tile = QRect(box.left() + 8, box.top() + 8, min(60, box.width() - 16), 32)
            level = row["pictures"][-1]
            count = len(row["pictures"])
            paint_masked(painter, tile, level, level if count == 1 else f"{level} ×{count}")

    def _candidates(self, painter: QPainter, box: QRect, row: dict[str, Any]) -> None:
        middle = box.center().y() + 1
        if row["hold"]:
            taken = paint_chip(
                painter, box.left(), middle, t(M_("Hold")), "hold", "mdi6.pause-octagon"
            )
            box = box.adjusted(taken + 4, 0, 0, 0)
        if not row["labels"]:
            state = t(M_("Not assessed yet"))
            paint_chip(painter, box.left(), middle, state, "muted", "mdi6.timer-sand", box.width())
            return
        if row["abstained"]:
            text = t(M_("Not sure"))
            icon = "mdi6.help-circle-outline"
            taken = paint_chip(painter, box.left(), middle, text, "wait", icon, box.width())
            box = box.adjusted(taken + 4, 0, 0, 0)
        first = row["labels"][0]["label"]
        cls = self._model.label_class(first)
        shape = tokens()["classes"][cls]
        if box.width() > 72:
            name = self._model.label_name(first)
            paint_chip(
                painter, box.left(), middle, name, shape["colour"], shape["icon"], box.width()
            )


class QueueTable(QTableView):
    """The queue: keyboard first, one selected row, fixed heights."""

    opened = Signal(str)

    def __init__(self, model: QueueModel) -> None:
        super().__init__()
        self._queue = model
        self._quiet = False
        self.setModel(model)
        self._painter = QueueDelegate(model)
        self.setItemDelegate(self._painter)
        self.setAccessibleName(t(M_("Queue")))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        rows = self.verticalHeader()
        rows.setVisible(False)
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(ROW_HEIGHT)
        rows.setMinimumSectionSize(ROW_HEIGHT)
        columns = self.horizontalHeader()
        columns.setHighlightSections(False)
        columns.setAccessibleName(t(M_("Queue")))
        columns.setFixedHeight(theme().size("header_row"))
        columns.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        columns.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        columns.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        for column, width in enumerate(_WIDTHS):
            if column != 2:
                self.setColumnWidth(column, width)
        self.selectionModel().currentRowChanged.connect(self._moved)

    def set_narrow(self, narrow: bool) -> None:
        """In a narrow window officer and picture give way to the rest."""
        self.setColumnHidden(4, narrow)
        self.setColumnHidden(5, narrow)

    def select_report(self, report_id: str) -> bool:
        """Select a report's row without opening it again; False when it is not in the list."""
        place = self._queue.place_of(report_id)
        if place is None:
            self.clearSelection()
            return False
        self._quiet = True
        self.setCurrentIndex(self._queue.index(place, 0))
        self._quiet = False
        return True

    def _moved(self, current: QModelIndex, previous: QModelIndex) -> None:
        report_id = self._queue.id_at(current.row()) if current.isValid() else None
        if report_id is not None and not self._quiet and not self._queue.settling:
            self.opened.emit(report_id)
