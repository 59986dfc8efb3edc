"""What pasted text would register, as a table."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from workbench.desk.imports import Checked
from workbench.domain.errors import M_, Message
from workbench.domain.report import REPORT_WORKFLOW
from workbench.domain.url import defang, lookalike
from workbench.ui.design.language import t

CheckedRole = Qt.ItemDataRole.UserRole + 1
COLUMNS = (M_("Row"), M_("Result"), M_("Canonical URL (made harmless)"), M_("Remarks"))
STATUSES: dict[str, tuple[Message, str, str]] = {
    "new": (M_("New"), "progress", "mdi6.plus-circle-outline"),
    "known": (M_("Known"), "muted", "mdi6.link-variant"),
    "again": (M_("Repeated"), "muted", "mdi6.content-copy"),
    "rejected": (M_("Rejected"), "bad", "mdi6.close-circle-outline"),
}
Index = QModelIndex | QPersistentModelIndex


class CheckModel(QAbstractTableModel):
    """Rows as `desk.imports.check_text` gives them."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[Checked] = []

    def take(self, rows: list[Checked]) -> None:
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def count(self, status: str) -> int:
        return sum(1 for row in self.rows if row.status == status)

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return t(COLUMNS[section])
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.rows[index.row()]
        if role == CheckedRole:
            return row
        if role in (
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.AccessibleTextRole,
            Qt.ItemDataRole.ToolTipRole,
        ):
            return _text(row, index.column())
        return None


def _text(row: Checked, column: int) -> str:
    if column == 0:
        return str(row.row)
    if column == 1:
        return t(STATUSES[row.status][0])
    if column == 2:
        return "—" if row.draft is None else defang(row.draft.url.canonical)[:2_000]
    return " · ".join(remarks(row))


def remarks(row: Checked) -> list[str]:
    """What an officer should know of the row before registering it."""
    if row.draft is None:
        return [t(row.reason)] if row.reason else []
    said = []
    if row.report is not None:
        state = REPORT_WORKFLOW.names[row.report["state"]]
        number = row.report["number"]
        said.append(t(M_("already known: {number} ({state})", number=number, state=state)))
    elif row.status == "again":
        said.append(t(M_("the same as row {row}", row=row.first_row)))
    signs = set(lookalike(row.draft.url.host).signs) - {"punycode"}
    if signs:
        said.append(t(M_("the host may imitate another")))
    if row.draft.url.is_ip:
        said.append(t(M_("a bare address without a name")))
    if row.draft.url.repairs:
        said.append(t(M_("spelling repaired")))
    return said
