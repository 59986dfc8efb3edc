"""本文: the assessed text with the classifier's grounds marked, and the grounds as a list."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QColor, QPainter, QTextBlockFormat, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from workbench.domain.errors import M_
from workbench.ui.design.language import t
from workbench.ui.design.pages import Pages, label
from workbench.ui.design.painting import paint_bar, paint_text
from workbench.ui.design.tables import paint_ground
from workbench.ui.design.theme import theme

_COLUMNS = (M_("#"), M_("Ground"), M_("Candidate"), M_("Weight"))
_MOST = 60
Index = QModelIndex | QPersistentModelIndex


def utf16_place(text: str, place: int) -> int:
    """A code point offset as Qt counts: characters beyond the basic plane are two."""
    return place + sum(1 for letter in text[:place] if ord(letter) > 0xFFFF)


class GroundsModel(QAbstractTableModel):
    """Grounds by weight, the strongest first."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[dict[str, Any]] = []
        self.text = ""

    def take(self, text: str, grounds: list[dict[str, Any]]) -> None:
        self.beginResetModel()
        self.text = text
        self.rows = sorted(grounds, key=lambda g: -abs(g["weight"]))[:_MOST]
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(_COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return t(_COLUMNS[section])
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return None
        row = self.rows[index.row()]
        return (
            str(index.row() + 1),
            self.text[row["start"] : row["end"]],
            row["name"],
            f"{row['weight']:+.2f}",
        )[index.column()]


class _WeightDelegate(QStyledItemDelegate):
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        paint_ground(self, painter, option, index)
        box: QRect = option.rect
        rows = index.model().rows
        top = max((abs(r["weight"]) for r in rows), default=1.0) or 1.0
        painter.save()
        bar = QRect(box.left() + 8, box.center().y() - 3, max(20, box.width() - 70), 6)
        paint_bar(painter, bar, abs(rows[index.row()]["weight"]) / top, "ground_line")
        text = QRect(bar.right() + 6, box.top(), 52, box.height())
        paint_text(painter, text, str(index.data()), align=Qt.AlignmentFlag.AlignRight)
        painter.restore()


class TextTab(QWidget):
    """The text on a reading column; grounds in three strengths."""

    def __init__(self) -> None:
        super().__init__()
        self.caption = label("", "caption")
        self.body = QTextEdit(readOnly=True, acceptRichText=False)
        self.body.setProperty("reading", "yes")
        self.body.setAccessibleName(t(M_("Text of the page")))
        self.body.setTabChangesFocus(True)
        self.body.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._grounds = GroundsModel()
        self.table = QTableView()
        self.table.setModel(self._grounds)
        self.table.setAccessibleName(t(M_("Grounds of the proposal")))
        self.table.setItemDelegateForColumn(3, _WeightDelegate(self.table))
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setShowGrid(False)
        self.table.setTabKeyNavigation(False)
        self.table.verticalHeader().setVisible(False)
        self.table.verticalHeader().setDefaultSectionSize(theme().size("row"))
        header = self.table.horizontalHeader()
        header.setAccessibleName(self.table.accessibleName())
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        for column, width in ((0, 36), (2, 170), (3, 130)):
            self.table.setColumnWidth(column, width)
        self.table.setMaximumHeight(190)
        self.table.selectionModel().currentRowChanged.connect(self._go_to)
        inner = QWidget()
        inside = QVBoxLayout(inner)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(8)
        inside.addWidget(self.caption)
        inside.addWidget(self.body, 1)
        inside.addWidget(self.table)
        self._pages = Pages(inner)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 10, 16, 10)
        column.addWidget(self._pages)

    def show_text(self, text: str, grounds: list[dict[str, Any]], caption: str) -> None:
        """`grounds` hold start and end in code points, weight, label and its name."""
        if not text.strip():
            self._pages.show_empty(M_("There is no text yet: the page was not preserved."))
            return
        self.caption.setText(caption)
        self.body.setPlainText(text)
        lines = QTextBlockFormat()
        lines.setLineHeight(25, QTextBlockFormat.LineHeightTypes.FixedHeight.value)
        everything = QTextCursor(self.body.document())
        everything.select(QTextCursor.SelectionType.Document)
        everything.mergeBlockFormat(lines)
        self._grounds.take(text, grounds)
        self.table.setVisible(bool(grounds))
        self._mark()
        self._pages.show_content()

    def _mark(self) -> None:
        look = theme()
        top = max((abs(g["weight"]) for g in self._grounds.rows), default=0.0)
        marks = []
        for ground in self._grounds.rows:
            if ground["weight"] <= 0 or top <= 0:
                continue
            share = ground["weight"] / top
            strength = 3 if share > 0.66 else 2 if share > 0.33 else 1
            mark = QTextEdit.ExtraSelection()
            cursor = QTextCursor(self.body.document())
            cursor.setPosition(utf16_place(self._grounds.text, ground["start"]))
            cursor.setPosition(
                utf16_place(self._grounds.text, ground["end"]), QTextCursor.MoveMode.KeepAnchor
            )
            mark.cursor = cursor
            form = QTextCharFormat()
            form.setBackground(look.colour(f"ground_{strength}"))
            form.setForeground(look.colour("ground_text"))
            form.setUnderlineStyle(QTextCharFormat.UnderlineStyle.SingleUnderline)
            form.setUnderlineColor(QColor(look.colour("ground_line")))
            mark.format = form
            marks.append(mark)
        self.body.setExtraSelections(marks)

    def _go_to(self, current: QModelIndex, previous: QModelIndex) -> None:
        if current.isValid():
            ground = self._grounds.rows[current.row()]
            cursor = self.body.textCursor()
            cursor.setPosition(utf16_place(self._grounds.text, ground["start"]))
            self.body.setTextCursor(cursor)
            self.body.ensureCursorVisible()
