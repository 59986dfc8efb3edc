"""The queue as a table model: any length, rows read in pages when they come into view."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from workbench.desk.changes import EVERYTHING, Changes
from workbench.desk.queue import Standing
from workbench.desk.rank_order import RankOrder, band_at
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
_FEW = 20

Index = QModelIndex | QPersistentModelIndex


class QueueModel(QAbstractTableModel):
    """Open reports in rank order.

    The order is a packed list of ids; the rows of a page of 64 are read when one of them is asked
    for, and shown as waiting until they arrive. The first page comes before the whole order does.
    A filter on bands cuts runs out of the whole order and asks the database nothing.
    """

    loaded = Signal()
    failed = Signal(object)
    counted = Signal(dict)

    def __init__(self, work: DeskWork) -> None:
        super().__init__()
        self._work = work
        self._whole = RankOrder(bytearray())
        self._counts: dict[str, int] = {}
        self._taken: set[str] = set()
        self._order = RankOrder(bytearray())
        # Places behind the first page are unknown until the whole order is there.
        self._known = 0
        self._rows: OrderedDict[str, dict[str, Any]] = OrderedDict()
        self._pending: set[int] = set()
        self._stale: set[str] = set()
        # Touched reports that were not put in their places yet.
        self._moving: set[str] = set()
        # The whole order is being read: it may be older than what was moved meanwhile.
        self._reading = False
        self._turn = 0
        self.bands: tuple[str, ...] = ()
        self.hide_held = False
        self.ready = False
        # Rows move by themselves now: what the view selects meanwhile is nobody's wish.
        self.settling = False

    def load(self) -> None:
        """Read the order anew; rows already known stay in view until they are read again."""
        queue = self._work.desk.queue
        self._reading = True
        if not self.ready:
            self._work.read(lambda: queue.top(_PAGE), self._take_top, self._fail, key="queue-top")
        hide = self.hide_held

        def call() -> tuple[RankOrder, dict[str, int], set[str]]:
            return *queue.whole(), set(queue.taken_by_others() if hide else ())

        def failed(error: WorkbenchError) -> None:
            self._reading = False
            self._fail(error)

        self._work.read(call, self._take, failed, key="queue")

    def filter(self, bands: tuple[str, ...], hide_held: bool) -> None:
        """Show these bands only (all when empty), without what others hold when asked."""
        ask = hide_held != self.hide_held or not self.ready
        self.bands, self.hide_held = bands, hide_held
        if ask:
            self.load()
        else:
            self._show()

    def refresh(self, changes: Changes[Any]) -> None:
        """Read again what a change touched: a few reports are moved, many are read anew."""
        ids = {i for kind, i in changes.touched if kind == "report"}
        self._moving |= ids
        if len(self._moving) > _FEW or changes.concerns(EVERYTHING):
            self._moving.clear()
            self._stale = set(self._rows)
            self.load()
        elif ids:
            self._stale |= ids & self._rows.keys()
            self._look_up_places()

    def _look_up_places(self) -> None:
        """Where the touched reports belong; always of all not yet moved, since a place is found
        by comparing with others that must stand right themselves."""
        if not self._moving or not self.ready:
            return
        queue, turn, ids = self._work.desk.queue, self._turn, sorted(self._moving)
        orders = (self._whole, self._order)

        def found(standings: dict[str, Standing | None]) -> None:
            if turn != self._turn:
                # The order changed while the places were looked up in it.
                self._look_up_places()
                return
            if not self._reading:
                self._moving.difference_update(ids)
            self._move(standings)

        self._work.read(lambda: queue.standings(ids, *orders), found, key="queue-places")

    def _move(self, standings: dict[str, Standing | None]) -> None:
        """Put single reports where they stand now."""
        self._turn += 1
        self._pending.clear()
        before: dict[str, int] = {}
        for report_id in standings:
            place = self._whole.place_of(report_id)
            if place is not None:
                self._counts[band_at(place, self._counts)] -= 1
                self._whole.remove(place)
            shown = self._order.place_of(report_id)
            if shown is not None:
                before[report_id] = shown
        wanted: dict[str, int] = {}
        there = [(i, stands) for i, stands in standings.items() if stands is not None]
        # In rank order: each one moves the ones behind it down by one.
        for extra, (report_id, stands) in enumerate(there):
            self._whole.insert(stands.places[0] + extra, report_id)
            self._counts[stands.band] += 1
            (self._taken.discard if stands.free else self._taken.add)(report_id)
            if self._lists(stands):
                wanted[report_id] = stands.places[1] + len(wanted)
        # A report whose place is the same stays where it is: nothing is laid out anew.
        if before != wanted:
            self.settling = True
            self._put(before, wanted)
            self.settling = False
        self._known = len(self._order)
        for place in wanted.values():
            self.dataChanged.emit(self.index(place, 0), self.index(place, len(COLUMNS) - 1))
        self.counted.emit(self._counts)
        self.loaded.emit()

    def _lists(self, stands: Standing) -> bool:
        """Whether a report belongs in what is shown."""
        return (not self.bands or stands.band in self.bands) and (not self.hide_held or stands.free)

    def _put(self, before: dict[str, int], wanted: dict[str, int]) -> None:
        """Take rows out and put them in where they are wanted."""
        for place in sorted(before.values(), reverse=True):
            self.beginRemoveRows(QModelIndex(), place, place)
            self._order.remove(place)
            self.endRemoveRows()
        for report_id, place in sorted(wanted.items(), key=lambda item: item[1]):
            self.beginInsertRows(QModelIndex(), place, place)
            self._order.insert(place, report_id)
            self.endInsertRows()

    def _take_top(self, found: tuple[RankOrder, dict[str, int]]) -> None:
        """The first places, and as many empty ones as the queue has more."""
        if self.ready or self.bands or self.hide_held:
            return
        top, counts = found
        self._known = len(top)
        self._replace(top.padded(max(len(top), sum(counts.values()))))
        self.counted.emit(counts)
        self.loaded.emit()

    def _take(self, found: tuple[RankOrder, dict[str, int], set[str]]) -> None:
        self._whole, self._counts, self._taken = found
        self._reading = False
        self.ready = True
        self._show()
        self._look_up_places()

    def _show(self) -> None:
        order = self._whole.bands(self.bands, self._counts)
        if self.hide_held:
            order = order.without(self._taken)
        self._known = len(order)
        self._replace(order)
        self.counted.emit(self._counts)
        self.loaded.emit()

    def _replace(self, order: RankOrder) -> None:
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
        return self._order[place] if 0 <= place < self._known else None

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
        if place >= self._known:
            return None
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
        here = self._order[page * _PAGE : min((page + 1) * _PAGE, self._known)]
        ids = [i for i in here if i not in self._rows or i in self._stale]

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
                first, last = page * _PAGE, min((page + 1) * _PAGE, len(self._order)) - 1
            else:
                # They stand elsewhere by now: whatever is in view is painted again.
                first, last = 0, len(self._order) - 1
            if last >= first:
                self.dataChanged.emit(self.index(first, 0), self.index(last, len(COLUMNS) - 1))

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
