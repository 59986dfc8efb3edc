"""The queue as a table model: any length, rows read in pages when they come into view."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from workbench.desk.changes import EVERYTHING, Changes
from workbench.desk.queue import RankOrder
from workbench.desk.ranking import BAND_NAMES
from workbench.domain.errors import M_, WorkbenchError
from workbench.domain.url import defang_host
from workbench.ui.design.language import t
from workbench.ui.work import DeskWork

COLUMNS = (
    M_("Band"),
    M_("Priority"),
    M_("Candidates / host"),
    M_("Clock / age"),
    M_("Officer"),
    M_("Picture"),
)
_PAGE = 64
_KEPT = 4_000
# More changed reports than this at once, and the whole order is read again.
_FEW = 100

Index = QModelIndex | QPersistentModelIndex


class QueueModel(QAbstractTableModel):
    """Open reports in rank order.

    The order is a packed list of ids; the rows of a page of 64 are read when one of them is asked
    for, and shown as waiting until they arrive.
    """

    loaded = Signal()
    failed = Signal(object)
    counted = Signal(dict)

    def __init__(self, work: DeskWork) -> None:
        super().__init__()
        self._work = work
        self._order = RankOrder(b"")
        self._rows: OrderedDict[str, dict[str, Any]] = OrderedDict()
        self._pending: set[int] = set()
        self._stale: set[str] = set()
        self._turn = 0
        self.bands: tuple[str, ...] = ()
        self.hide_held = False
        self.ready = False
        # Rows move by themselves now: what the view selects meanwhile is nobody's wish.
        self.settling = False

    def load(self) -> None:
        """Read the order anew; rows already known stay in view until they are read again."""
        desk = self._work.desk

        def call() -> tuple[RankOrder, dict[str, int]]:
            return desk.queue.order(self.bands, hide_held=self.hide_held), desk.queue.counts()

        self._work.read(call, self._take, self._fail, key="queue")

    def filter(self, bands: tuple[str, ...], hide_held: bool) -> None:
        """Show these bands only (all when empty), without what others hold when asked."""
        self.bands, self.hide_held = bands, hide_held
        self.load()

    def refresh(self, changes: Changes[Any]) -> None:
        """Read again what a change touched: a few reports are moved, many are read anew."""
        ids = [i for kind, i in changes.touched if kind == "report"]
        if len(ids) > _FEW or changes.concerns(EVERYTHING):
            self._stale = set(self._rows)
            self.load()
        elif ids:
            self._stale |= set(ids) & self._rows.keys()
            desk = self._work.desk
            bands, hide = self.bands, self.hide_held
            self._work.read(
                lambda: (desk.queue.places(ids, bands, hide_held=hide), desk.queue.counts()),
                lambda found: self._move(*found, (bands, hide)),
                self._fail,
            )

    def _move(
        self, places: dict[str, int | None], counts: dict[str, int], listed: tuple[Any, bool]
    ) -> None:
        """Put single reports where they stand now."""
        if listed != (self.bands, self.hide_held):
            # Another list is being read meanwhile.
            return
        self.settling = True
        for report_id in places:
            before = self._order.place_of(report_id)
            if before is not None and places[report_id] != before:
                self.beginRemoveRows(QModelIndex(), before, before)
                self._order.remove(before)
                self.endRemoveRows()
        for report_id, place in sorted(
            ((i, p) for i, p in places.items() if p is not None), key=lambda item: item[1]
        ):
            if self._order.place_of(report_id) is None:
                place = min(place, len(self._order))
                self.beginInsertRows(QModelIndex(), place, place)
                self._order.insert(place, report_id)
                self.endInsertRows()
        self.settling = False
        self._pending.clear()
        self._turn += 1
        for place in places.values():
            if place is not None and place < len(self._order):
                self.dataChanged.emit(self.index(place, 0), self.index(place, len(COLUMNS) - 1))
        self.counted.emit(counts)
        self.loaded.emit()

    def _take(self, found: tuple[RankOrder, dict[str, int]]) -> None:
        order, counts = found
        self.ready = True
        self._turn += 1
        self._pending.clear()
        if len(order) == len(self._order):
            # Nothing to lay out anew: the view keeps its place.
            self._order = order
            self.dataChanged.emit(self.index(0, 0), self.index(len(order) - 1, len(COLUMNS) - 1))
        else:
            self.beginResetModel()
            self._order = order
            self.endResetModel()
        self.counted.emit(counts)
        self.loaded.emit()

    def _fail(self, error: WorkbenchError) -> None:
        self.failed.emit(error)

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._order)

    def columnCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return t(COLUMNS[section])
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            row = self.row_at(index.row())
            return "" if row is None else _spoken(row, index.column(), self)
        return None

    def id_at(self, place: int) -> str | None:
        """The report id at a row."""
        return self._order[place] if 0 <= place < len(self._order) else None

    def place_of(self, report_id: str) -> int | None:
        return self._order.place_of(report_id)

    def now_us(self) -> int:
        return self._work.desk.clock()

    def label_name(self, label: str) -> str:
        """A classifier label in words."""
        return t(self._work.desk.reference.labels[label].name)

    def label_class(self, label: str) -> str:
        """The class of the category a label proposes first."""
        return self._work.desk.reference.categories_of_label(label)[0].cls

    def source_name(self, source: str) -> str:
        known = self._work.desk.reference.sources.get(source)
        return t(known.name) if known else source

    def row_at(self, place: int) -> dict[str, Any] | None:
        """The row at a place, asked for when it is not there yet (None until it is)."""
        report_id = self._order[place]
        row = self._rows.get(report_id)
        if row is None or report_id in self._stale:
            self._ask(place // _PAGE)
        return row

    def _ask(self, page: int) -> None:
        if page in self._pending:
            return
        self._pending.add(page)
        turn = self._turn
        ids = self._order[page * _PAGE : (page + 1) * _PAGE]

        def arrived(rows: list[dict[str, Any]]) -> None:
            for row in rows:
                # An equal row stays the object it was: what was painted of it is still good.
                if self._rows.get(row["id"]) != row:
                    self._rows[row["id"]] = row
                self._rows.move_to_end(row["id"])
                self._stale.discard(row["id"])
            while len(self._rows) > _KEPT:
                self._rows.popitem(last=False)
            if turn == self._turn:
                self._pending.discard(page)
                last = min((page + 1) * _PAGE, len(self._order)) - 1
                self.dataChanged.emit(
                    self.index(page * _PAGE, 0), self.index(last, len(COLUMNS) - 1)
                )

        self._work.read(lambda: self._work.desk.queue.rows(ids), arrived, self._fail)


def _spoken(row: dict[str, Any], column: int, model: QueueModel) -> str:
    """A cell as text: for the screen reader and for copying."""
    if column == 0:
        return f"{t(BAND_NAMES[row['band']])} {row['number']}"
    if column == 1:
        return str(row["score"])
    if column == 2:
        labels = [model.label_name(item["label"]) for item in row["labels"][:1]]
        host = "" if row["pictures"] and row["pictures"][-1] == "S3" else defang_host(row["host"])
        return " ".join([*labels, host])
    if column == 3:
        return model.source_name(row["source"])
    if column == 4:
        return str(row["owner"])
    return str(row["pictures"][-1]) if row["pictures"] else ""
