"""A list that was opened: what it would bring, before anything is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout

from workbench.domain.errors import M_
from workbench.ui.design.icons import icon
from workbench.ui.design.language import t
from workbench.ui.design.pages import label

SHOWN_ROWS = 1_000


class OpenedList(QFrame):
    """Stands where the pasted text stands, while a list is open; `closed` puts it away."""

    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.path: Path | None = None
        self.summary: dict[str, Any] | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        head = QHBoxLayout()
        self._name = label("", "strong")
        head.addWidget(self._name)
        head.addStretch(1)
        close = QPushButton(icon("mdi6.close"), t(M_("Close the list")))
        close.clicked.connect(self.close_list)
        head.addWidget(close)
        column.addLayout(head)
        self._said = label("", wrap=True)
        column.addWidget(self._said)
        column.addWidget(
            label(
                M_("Every row is kept or rejected with its reason. An interrupted import goes on."),
                "caption",
                wrap=True,
            )
        )
        column.addStretch(1)
        self.hide()

    @property
    def usable(self) -> int:
        """Rows that can be registered."""
        return 0 if self.summary is None else self.summary["new"] + self.summary["duplicate"]

    def begin(self, path: Path) -> None:
        """Say that the list is being read."""
        self.path, self.summary = path, None
        self._name.setText(path.name)
        self._said.setText(t(M_("Reading the list…")))
        self.show()

    def take(self, summary: dict[str, Any]) -> None:
        """Say what `desk.imports.preview` found."""
        self.summary = summary
        said = t(
            M_(
                "{rows} rows: {new} new, {more} known or repeated, {rejected} rejected.",
                rows=f"{summary['rows']:,}",
                new=f"{summary['new']:,}",
                more=f"{summary['duplicate']:,}",
                rejected=f"{len(summary['rejected']):,}",
            )
        )
        if summary["rows"] > SHOWN_ROWS:
            said += " " + t(
                M_("Below: the first {n} rows and the rejected ones.", n=f"{SHOWN_ROWS:,}")
            )
        self._said.setText(said)

    def close_list(self) -> None:
        """Put the list away; nothing was written."""
        self.path = self.summary = None
        self.hide()
        self.closed.emit()
