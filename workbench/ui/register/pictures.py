"""The pictures of the first URL: dropped, pasted, added or taken from the screen; never opened here."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QMimeData, QSize, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QListWidget,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from workbench.desk.reports import Screenshot
from workbench.domain.clock import Clock, jst
from workbench.domain.errors import M_
from workbench.ui.design.icons import icon
from workbench.ui.design.language import t
from workbench.ui.design.pages import Pages, label, panel
from workbench.ui.register.region import RegionPicker, screen_of, seen_now

PICTURE_ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff")
_LARGEST = 200 << 20
_HIDDEN_MS = 300


class PicturesPanel(QWidget):
    """Bytes and names only: what is in them is looked at in a process of its own, later."""

    changed = Signal()
    told = Signal(str)

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self.taken: list[Screenshot] = []
        self._region: RegionPicker | None = None
        frame, column, head = panel(M_("Pictures"), M_("first URL"))
        region = QPushButton(icon("mdi6.monitor-screenshot"), "")
        region.setAccessibleName(t(M_("Take a part of the screen")))
        region.setToolTip(t(M_("Take a part of the screen")))
        region.clicked.connect(self.take_region)
        paste = QPushButton(icon("mdi6.content-paste"), t(M_("Paste")))
        paste.clicked.connect(self.paste)
        add = QPushButton(icon("mdi6.image-plus-outline"), t(M_("Add…")))
        add.clicked.connect(self._choose)
        for button in (region, paste, add):
            head.addWidget(button)
        self.list = QListWidget()
        self.list.setAccessibleName(t(M_("Pictures")))
        self._pages = Pages(self.list)
        column.addWidget(self._pages, 1)
        foot = QHBoxLayout()
        foot.addWidget(
            label(
                M_("Pictures are opened in a process of their own and stay masked."),
                "caption",
                wrap=True,
            ),
            1,
        )
        self._remove_button = QPushButton(icon("mdi6.close"), t(M_("Remove")))
        self._remove_button.clicked.connect(self._remove)
        foot.addWidget(self._remove_button)
        column.addLayout(foot)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(frame)
        self._show()

    def paste(self) -> None:
        """Take the picture in the clipboard, as its bytes when they are there."""
        content = QGuiApplication.clipboard().mimeData() or QMimeData()
        for kind, ending in (("image/png", "png"), ("image/jpeg", "jpg"), ("image/bmp", "bmp")):
            if content.hasFormat(kind):
                self._add(Screenshot(f"clipboard.{ending}", bytes(content.data(kind))))
                return
        # A bitmap handed over by the window system: pixels already, nothing to decode.
        image = QGuiApplication.clipboard().image()
        if image.isNull():
            self.told.emit(t(M_("There is no picture in the clipboard.")))
            return
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        image.save(buffer, "PNG")
        self._add(Screenshot("clipboard.png", bytes(buffer.data())))

    def take_region(self) -> None:
        """Hide the window, look at its screen, and let the officer draw a box over it."""
        self.window().hide()
        # The window system takes a moment to show what lay below.
        QTimer.singleShot(_HIDDEN_MS, self._pick_region)

    def _pick_region(self) -> None:
        screen = screen_of(self)
        seen = seen_now(screen)
        if seen.isNull():
            self.window().show()
            self.told.emit(
                t(M_("This desktop does not let a program see the screen. Use the clipboard."))
            )
            return
        self._region = picker = RegionPicker(seen, screen.geometry())
        stamp = jst(self._clock()).strftime("%Y%m%d-%H%M%S")
        picker.taken.connect(lambda png: self._add(Screenshot(f"screen-{stamp}.png", png)))
        picker.ended.connect(self.window().show)
        picker.show()
        picker.activateWindow()
        picker.setFocus()

    def add_files(self, paths: Sequence[Path]) -> None:
        """Take files as they are; they are looked at when they are registered."""
        for path in paths:
            try:
                if path.stat().st_size > _LARGEST:
                    self.told.emit(t(M_("{name} is larger than {n} MB.", name=path.name, n=200)))
                    continue
                self._add(Screenshot(path.name, path.read_bytes()))
            except OSError:
                self.told.emit(t(M_("The file {path} cannot be read.", path=str(path))))

    def give_back(self, kept: Sequence[Screenshot]) -> None:
        """The pictures of an unsent draft, when no others were taken meanwhile."""
        if not self.taken:
            self.taken = list(kept)
            self._show()

    def clear(self) -> None:
        """Take none any more: they were registered."""
        self.taken = []
        self._show()
        self.changed.emit()

    def _choose(self) -> None:
        endings = " ".join(f"*{ending}" for ending in PICTURE_ENDINGS)
        names, _ = QFileDialog.getOpenFileNames(
            self, t(M_("Pictures")), "", f"{t(M_('Pictures'))} ({endings})"
        )
        self.add_files([Path(name) for name in names])

    def _add(self, picture: Screenshot) -> None:
        self.taken.append(picture)
        self._show()
        self.changed.emit()

    def _remove(self) -> None:
        place = self.list.currentRow()
        if 0 <= place < len(self.taken):
            del self.taken[place]
            self._show()
            self.changed.emit()

    def _show(self) -> None:
        self.list.clear()
        for picture in self.taken:
            size = f"{len(picture.untrusted_bytes) / 1024:,.0f} KB"
            self.list.addItem(f"{picture.name}\n{size}")
            item = self.list.item(self.list.count() - 1)
            item.setIcon(icon("mdi6.eye-lock-outline"))
            item.setSizeHint(QSize(0, 44))
        self._remove_button.setEnabled(bool(self.taken))
        if self.taken:
            self.list.setCurrentRow(len(self.taken) - 1)
            self._pages.show_content()
        else:
            self._pages.show_empty(
                M_("Drop pictures here, paste one, or add files."), icon="mdi6.image-plus-outline"
            )
