"""Tables of plain rows: a model, a table that looks like all others, and its page when empty."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from workbench.domain.errors import Message
from workbench.ui.design.language import t
from workbench.ui.design.pages import Pages
from workbench.ui.design.painting import paint_chip
from workbench.ui.design.theme import theme

Index = QModelIndex | QPersistentModelIndex
# A cell is a text, or a chip: (text, tone, icon).
Chipped = tuple[str, str, str]
Cell = str | Chipped
_TEXT_ROLES = (
    Qt.ItemDataRole.DisplayRole,
    Qt.ItemDataRole.AccessibleTextRole,
    Qt.ItemDataRole.ToolTipRole,
)
CellRole = Qt.ItemDataRole.UserRole + 1


class RowsModel(QAbstractTableModel):
    """Rows of cells under headings; `keys` name the thing each row is about."""

    def __init__(self, columns: Sequence[Message]) -> None:
        super().__init__()
        self._columns = tuple(columns)
        self.rows: list[Sequence[Cell]] = []
        self.keys: list[str] = []

    def take(self, rows: Sequence[Sequence[Cell]], keys: Sequence[str] = ()) -> None:
        """Show these rows instead."""
        self.beginResetModel()
        self.rows = list(rows)
        self.keys = list(keys) or [""] * len(self.rows)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._columns)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return t(self._columns[section])
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        cell = self.rows[index.row()][index.column()]
        if role == CellRole:
            return cell
        if role in _TEXT_ROLES:
            return cell if isinstance(cell, str) else cell[0]
        return None


def paint_ground(
    delegate: QStyledItemDelegate, painter: QPainter, option: QStyleOptionViewItem, index: Index
) -> None:
    """A cell without its text: stripes, selection, focus; the rest is the delegate's."""
    bare = QStyleOptionViewItem(option)
    delegate.initStyleOption(bare, index)
    bare.text = ""
    widget = option.widget
    style = widget.style() if widget is not None else QApplication.style()
    style.drawControl(QStyle.ControlElement.CE_ItemViewItem, bare, painter, widget)


class _CellDelegate(QStyledItemDelegate):
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        cell = index.data(CellRole)
        if isinstance(cell, str) or cell is None:
            super().paint(painter, option, index)
            return
        paint_ground(self, painter, option, index)
        text, tone, icon = cell
        box: QRect = option.rect
        if text:
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            paint_chip(
                painter, box.left() + 6, box.center().y() + 1, text, tone, icon, box.width() - 8
            )
            painter.restore()


class RowsTable(QWidget):
    """A table of rows with its empty page; `chosen` and `opened` carry the row's key."""

    chosen = Signal(str)
    opened = Signal(str)

    def __init__(
        self,
        name: Message,
        columns: Sequence[Message],
        widths: Sequence[int],
        empty: Message,
        *,
        stretch: int | None = None,
    ) -> None:
        """`widths` in pixels for the first columns; the last, or `stretch`, takes the rest."""
        super().__init__()
        self._empty = empty
        self.model = RowsModel(columns)
        self.table = _Table()
        self.table.setModel(self.model)
        self.table.setItemDelegate(_CellDelegate(self.table))
        self.table.setAccessibleName(t(name))
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setShowGrid(False)
        self.table.setAlternatingRowColors(True)
        self.table.setWordWrap(False)
        self.table.setTabKeyNavigation(False)
        self.table.verticalHeader().setVisible(False)
        self.table.verticalHeader().setDefaultSectionSize(theme().size("row"))
        header = self.table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        header.setAccessibleName(t(name))
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        for column, width in enumerate(widths):
            self.table.setColumnWidth(column, width)
        if stretch is None:
            header.setStretchLastSection(True)
        else:
            header.setSectionResizeMode(stretch, QHeaderView.ResizeMode.Stretch)
        self._pages = Pages(self.table)
        column_box = QVBoxLayout(self)
        column_box.setContentsMargins(0, 0, 0, 0)
        column_box.addWidget(self._pages)
        self.table.selectionModel().currentRowChanged.connect(self._moved)
        self.table.doubleClicked.connect(lambda index: self._open(index.row()))
        self.table.entered_row.connect(self._open)

    @property
    def pages(self) -> Pages:
        return self._pages

    @property
    def current(self) -> str:
        """The key of the selected row, empty when there is none."""
        place = self.table.currentIndex().row()
        return self.model.keys[place] if 0 <= place < len(self.model.keys) else ""

    def show_rows(self, rows: Sequence[Sequence[Cell]], keys: Sequence[str] = ()) -> None:
        """Show these rows; the one that was selected stays selected when it is still there."""
        before = self.current
        self.model.take(rows, keys)
        if rows:
            self._pages.show_content()
            self.select(before)
        else:
            self._pages.show_empty(self._empty)

    def select(self, key: str) -> bool:
        """Select the row of this key; False when there is none."""
        if not key or key not in self.model.keys:
            return False
        self.table.selectionModel().setCurrentIndex(
            self.model.index(self.model.keys.index(key), 0),
            QItemSelectionModel.SelectionFlag.ClearAndSelect
            | QItemSelectionModel.SelectionFlag.Rows,
        )
        return True

    def _moved(self, current: QModelIndex, previous: QModelIndex) -> None:
        if current.isValid() and self.model.keys[current.row()]:
            self.chosen.emit(self.model.keys[current.row()])

    def _open(self, place: int) -> None:
        if 0 <= place < len(self.model.keys) and self.model.keys[place]:
            self.opened.emit(self.model.keys[place])


class _Table(QTableView):
    """Enter opens a row; copying gives the row as text."""

    entered_row = Signal(int)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self.currentIndex().row()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and row >= 0:
            self.entered_row.emit(row)
        elif event.matches(QKeySequence.StandardKey.Copy) and row >= 0:
            model = self.model()
            cells = [str(model.index(row, c).data()) for c in range(model.columnCount())]
            QGuiApplication.clipboard().setText("\t".join(cells))
        else:
            super().keyPressEvent(event)
