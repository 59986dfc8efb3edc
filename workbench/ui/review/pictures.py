"""画面保存: pictures as masked tiles; one is shown while its officer holds it open, and written down."""

from __future__ import annotations

import time
from typing import Any

from PySide6.QtCore import QEvent, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from workbench.desk.exhibits import Revealed
from workbench.domain.errors import M_, WorkbenchError
from workbench.ui.design.language import t
from workbench.ui.design.pages import Pages, label
from workbench.ui.design.painting import paint_masked, paint_text
from workbench.ui.design.theme import theme
from workbench.ui.design.words import role_name
from workbench.ui.work import DeskWork

_EDGE = 1600


class PictureTile(QWidget):
    """Masked until held (Space or mouse); the pixels live only while it is held."""

    opened = Signal(dict)

    def __init__(self, work: DeskWork) -> None:
        super().__init__()
        self._work = work
        self._exhibit: dict[str, Any] | None = None
        self._shown: QPixmap | None = None
        self._held = False
        self._since = 0.0
        self.reason = ""
        self.problem = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(140)
        self.setAccessibleName(t(M_("Masked picture: hold Space to see it")))

    def show_exhibit(self, exhibit: dict[str, Any] | None) -> None:
        """Put another picture here, masked."""
        self.hide_picture()
        self._exhibit = exhibit
        self.problem = ""
        self.update()

    @property
    def shows_picture(self) -> bool:
        """Whether pixels are in view now."""
        return self._shown is not None

    def hide_picture(self) -> None:
        """Mask at once."""
        self._held = False
        if self._shown is not None and self._exhibit is not None:
            seconds = time.monotonic() - self._since
            exhibit_id = self._exhibit["id"]
            self._work.write(lambda: self._work.desk.exhibits.hidden(exhibit_id, seconds))
            self.opened.emit(
                {
                    "exhibit": exhibit_id,
                    "level": self._exhibit["level"],
                    "ms": round(seconds * 1000),
                }
            )
        self._shown = None
        self.update()

    def _hold(self) -> None:
        if self._held or self._exhibit is None:
            return
        self._held = True
        self.problem = ""
        exhibit_id, reason = self._exhibit["id"], self.reason
        self._work.read(
            lambda: self._work.desk.exhibits.reveal(exhibit_id, reason, edge=_EDGE),
            self._arrived,
            self._refused,
            key="reveal",
        )
        self.update()

    def _arrived(self, revealed: Revealed) -> None:
        if self._exhibit is None or revealed.exhibit_id != self._exhibit["id"]:
            return
        if not self._held:
            # Released before it came: nothing was seen.
            self._work.write(lambda: self._work.desk.exhibits.hidden(revealed.exhibit_id, 0))
            return
        # Bare pixels from the limited process: nothing is decoded here.
        found = revealed.pixels
        image = QImage(
            found.rgb, found.width, found.height, 3 * found.width, QImage.Format.Format_RGB888
        )
        self._shown = QPixmap.fromImage(image.copy())
        self._since = time.monotonic()
        self.update()

    def _refused(self, error: WorkbenchError) -> None:
        self._held = False
        self.problem = t(error.message)
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self._hold()
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self.hide_picture()
        else:
            super().keyReleaseEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setFocus()
            self._hold()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.hide_picture()

    def focusOutEvent(self, event: QEvent) -> None:
        self.hide_picture()
        super().focusOutEvent(event)

    def hideEvent(self, event: QEvent) -> None:
        self.hide_picture()
        super().hideEvent(event)

    def sizeHint(self) -> QSize:
        return QSize(420, 300)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        box = self.rect()
        if self._exhibit is None:
            return
        if self._shown is not None:
            size = self._shown.size().scaled(box.size(), Qt.AspectRatioMode.KeepAspectRatio)
            place = QRect(0, 0, size.width(), size.height())
            place.moveCenter(box.center())
            painter.drawPixmap(place, self._shown)
            return
        level = self._exhibit["level"]
        if level == "S3":
            text = t(M_("Never shown (S3)"))
        elif self._held:
            text = t(M_("Opening…"))
        elif level == "S2" and not self.reason:
            text = t(M_("Masked (S2): give a reason below, then hold Space"))
        else:
            text = t(M_("Masked: hold Space to see it"))
        paint_masked(painter, box, level, text)
        if self.hasFocus():
            painter.setPen(theme().colour("focus"))
            painter.drawRoundedRect(box.adjusted(1, 1, -2, -2), 3, 3)
        if self.problem:
            line = QRect(12, box.bottom() - 30, box.width() - 24, 22)
            paint_text(painter, line, self.problem, "bad_text", align=Qt.AlignmentFlag.AlignHCenter)


class PicturesTab(QWidget):
    """The list of a report's exhibits, one tile, and the reason asked for once."""

    def __init__(self, work: DeskWork) -> None:
        super().__init__()
        self.opened: list[dict[str, Any]] = []
        self.list = QListWidget()
        self.list.setAccessibleName(t(M_("Exhibits")))
        self.list.setFixedWidth(220)
        self.tile = PictureTile(work)
        self.tile.opened.connect(self.opened.append)
        self.reason = QLineEdit(placeholderText=t(M_("Reason for seeing this picture (kept)")))
        self.reason.setAccessibleName(t(M_("Reason for seeing this picture (kept)")))
        self.reason.textChanged.connect(self._reason_given)
        self.facts = label("", "caption", wrap=True)
        self.facts.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.facts.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        right = QVBoxLayout()
        right.setSpacing(8)
        right.addWidget(self.tile, 1)
        right.addWidget(self.reason)
        right.addWidget(self.facts)
        inner = QWidget()
        row = QHBoxLayout(inner)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self.list)
        row.addLayout(right, 1)
        self._pages = Pages(inner)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.addWidget(self._pages)
        self._exhibits: list[dict[str, Any]] = []
        self.list.currentRowChanged.connect(self._choose)

    def show_exhibits(self, exhibits: list[dict[str, Any]]) -> None:
        """Exhibits as the Desk shows them, each with its present level."""
        self.tile.show_exhibit(None)
        self.opened.clear()
        self.reason.clear()
        self._exhibits = exhibits
        self.list.clear()
        if not exhibits:
            self._pages.show_empty(M_("Nothing is preserved yet."), icon="mdi6.camera-outline")
            return
        for exhibit in exhibits:
            size = f"{exhibit['size'] / 1024:,.0f} KB"
            item = QListWidgetItem(f"{role_name(exhibit['role'])} · {exhibit['level']}\n{size}")
            item.setSizeHint(QSize(0, theme().size("row_two_line")))
            self.list.addItem(item)
        pictures = [i for i, e in enumerate(exhibits) if e["role"] == "screenshot"]
        self.list.setCurrentRow(pictures[0] if pictures else 0)
        self._pages.show_content()

    def hide_pictures(self) -> None:
        self.tile.hide_picture()

    def _choose(self, place: int) -> None:
        exhibit = self._exhibits[place] if 0 <= place < len(self._exhibits) else None
        picture = exhibit is not None and exhibit["role"] == "screenshot"
        self.tile.show_exhibit(exhibit if picture else None)
        self.tile.setVisible(picture)
        self.reason.setVisible(bool(picture and exhibit and exhibit["level"] == "S2"))
        if exhibit is not None:
            name = exhibit["original_name"] or "—"
            self.facts.setText(
                t(
                    M_(
                        "{name} · {kind} · {bytes} bytes · SHA-256 {sha}",
                        name=name,
                        kind=exhibit["media_type"],
                        bytes=f"{exhibit['size']:,}",
                        sha=exhibit["sha256"][:32] + "\u200b" + exhibit["sha256"][32:],
                    )
                )
            )

    def _reason_given(self, text: str) -> None:
        self.tile.reason = text.strip()
        QTimer.singleShot(0, self.tile.update)
