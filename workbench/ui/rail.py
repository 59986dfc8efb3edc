"""The rail's buttons: where one can go, and how much waits there."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolButton

from workbench.domain.errors import M_, Message
from workbench.ui.design.icons import icon
from workbench.ui.design.language import t
from workbench.ui.design.painting import paint_text
from workbench.ui.design.theme import theme, tokens

_BADGE_HEIGHT = 17
_MOST = 99
WAITING = {
    "review": M_("{n} urgent reports are open"),
    "supervise": M_("{n} drafts wait for approval"),
    "removal": M_("{n} requests are past the day named for an answer"),
}


class RailButton(QToolButton):
    """One place of the rail."""

    def __init__(self, place: str, name: Message, number: int) -> None:
        super().__init__()
        self._place, self._name = place, t(name)
        self._keys = f"Ctrl+{number}"
        self._waiting = 0
        self.setCheckable(True)
        self.setText(self._name)
        self.setIcon(icon(tokens()["screens"][place]))
        self.setIconSize(QSize(22, 22))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        self.setFixedSize(theme().size("rail") - 1, 62)
        self.show_waiting(0)

    @property
    def waiting(self) -> int:
        """What the badge says."""
        return self._waiting

    def show_waiting(self, count: int) -> None:
        """Say how much waits: painted, and in words for the reader and the pointer."""
        self._waiting = count
        words = t(M_(WAITING[self._place].msgid, n=f"{count:,}")) if count else ""
        self.setAccessibleName(self._name)
        self.setAccessibleDescription(words)
        self.setToolTip("\n".join(part for part in (f"{self._name}  {self._keys}", words) if part))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._waiting:
            return
        text = str(self._waiting) if self._waiting <= _MOST else f"{_MOST}+"
        metrics = QFontMetrics(theme().font("caption", bold=True))
        width = max(_BADGE_HEIGHT, metrics.horizontalAdvance(text) + 9)
        left = min(self.width() // 2 + 6, self.width() - width - 3)
        box = QRect(left, 4, width, _BADGE_HEIGHT)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().colour("accent"))
        painter.drawRoundedRect(box, _BADGE_HEIGHT / 2, _BADGE_HEIGHT / 2)
        centre = Qt.AlignmentFlag.AlignHCenter
        paint_text(
            painter,
            box,
            text,
            "on_accent",
            "caption",
            bold=True,
            align=centre,
            elide=Qt.TextElideMode.ElideNone,
        )
        painter.end()
