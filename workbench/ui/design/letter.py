"""The pages of a letter on white paper, as they will be printed."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QLabel, QScrollArea, QVBoxLayout, QWidget

from workbench.documents.letter_pages import PagePixels
from workbench.domain.errors import M_
from workbench.ui.design.language import t


class LetterPages(QScrollArea):
    """Pixels of our own PDF: nothing from outside is decoded here. Paper stays white in the dark."""

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setAccessibleName(t(M_("Letter as it would leave")))
        self._column = QVBoxLayout()
        self._column.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        holder = QWidget()
        holder.setProperty("fill", "window")
        holder.setLayout(self._column)
        self.setWidget(holder)

    def show_pages(self, pages: list[PagePixels]) -> None:
        """Show these pages instead."""
        while self._column.count():
            widget = self._column.takeAt(0).widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for number, page in enumerate(pages, start=1):
            image = QImage(
                page.rgb, page.width, page.height, 3 * page.width, QImage.Format.Format_RGB888
            )
            paper = QLabel()
            paper.setPixmap(QPixmap.fromImage(image.copy()))
            paper.setAccessibleName(t(M_("Page {n} of {count}", n=number, count=len(pages))))
            self._column.addWidget(paper)
