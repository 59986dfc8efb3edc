"""The key map, as F1 shows it. No bare letters: they belong to the input method."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QVBoxLayout, QWidget

from workbench.domain.errors import M_
from workbench.ui.design.language import t
from workbench.ui.design.pages import label

KEYS = (
    ("1–9", M_("Choose a candidate, then a reason")),
    ("0", M_("Find another category")),
    ("Enter", M_("Decide")),
    ("Ctrl+Enter", M_("Decide from a text field; register")),
    ("F2", M_("Needs review")),
    ("F4", M_("Skip")),
    ("Ctrl+Z", M_("Undo")),
    ("Alt+↑ ↓", M_("Previous or next report")),
    ("Alt+1…5", M_("Part of the report")),
    ("Space", M_("Hold to see the picture")),
    ("Esc", M_("Hide pictures; one step back")),
    ("Ctrl+1…7", M_("Screen")),
    ("Ctrl+F", M_("Search")),
    ("F5", M_("Read again")),
    ("F1", M_("This list")),
)


class KeyMap(QDialog):
    """Keys and what they do."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(t(M_("Keys")))
        self.setMinimumWidth(440)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(12)
        column.addWidget(label(M_("Keys"), "title"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(28)
        grid.setVerticalSpacing(7)
        for row, (keys, act) in enumerate(KEYS):
            grid.addWidget(label(keys, "strong"), row, 0)
            grid.addWidget(label(act), row, 1)
        grid.setColumnStretch(1, 1)
        column.addLayout(grid)
        buttons = QDialogButtonBox()
        close = buttons.addButton(t(M_("Close")), QDialogButtonBox.ButtonRole.RejectRole)
        close.setAccessibleName(t(M_("Close")))
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)
