"""The ladder: whom a removal was asked of, from the page outwards, and who may be next."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from workbench.domain.errors import M_, Message
from workbench.domain.removal import LAYERS, REMOVAL_WORKFLOW
from workbench.ui.design.icons import pixmap
from workbench.ui.design.language import t
from workbench.ui.design.painting import paint_text
from workbench.ui.design.theme import theme, tokens

LAYER_NAMES: dict[str, Message] = {
    "page": M_("Page owner"),
    "platform": M_("Platform"),
    "host": M_("Host or CDN"),
    "registrar": M_("Registrar"),
    "search": M_("Search engine"),
    "app_store": M_("App store"),
    "ad_network": M_("Ad network"),
    "filter": M_("Filter"),
    "hotline": M_("Hotline"),
    "agency": M_("Agency"),
    "bank": M_("Bank"),
    "partner": M_("Partner"),
}
_ALWAYS = LAYERS[:5]


class Ladder(QWidget):
    """Painted steps; what they say is the accessible description."""

    def __init__(self) -> None:
        super().__init__()
        self._steps: list[tuple[str, dict[str, Any] | None]] = []
        self._current = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(t(M_("Steps of the request")))

    def show_requests(self, requests: list[dict[str, Any]], current: str) -> None:
        """Every request on one report; `current` is the id of the one in view."""
        asked: dict[str, dict[str, Any]] = {}
        for request in requests:
            # A withdrawn one gives way to any other at the same layer.
            if request["layer"] not in asked or asked[request["layer"]]["state"] == "withdrawn":
                asked[request["layer"]] = request
            if request["id"] == current:
                asked[request["layer"]] = request
        layers = [*_ALWAYS, *(layer for layer in asked if layer not in _ALWAYS)]
        self._steps = [(layer, asked.get(layer)) for layer in layers]
        self._current = current
        said = []
        for layer, request in self._steps:
            state = "—" if request is None else t(REMOVAL_WORKFLOW.names[request["state"]])
            said.append(f"{t(LAYER_NAMES[layer])}: {state}")
        self.setAccessibleDescription("\n".join(said))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(560, 84)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._steps:
            return
        look = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = self.width() // len(self._steps)
        ratio = self.devicePixelRatioF()
        for place, (layer, request) in enumerate(self._steps):
            left = place * width
            if place + 1 < len(self._steps):
                painter.setPen(QPen(look.colour("line_strong"), 1.5))
                painter.drawLine(left + 26, 12, left + width - 6, 12)
            here = request is not None and request["id"] == self._current
            if request is None:
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(look.colour("line_strong"), 1.5))
                painter.drawEllipse(left + 4, 4, 15, 15)
            else:
                shape = tokens()["states"]["removal"][request["state"]]
                role = f"{shape['tone']}_text"
                painter.drawPixmap(left + 2, 2, pixmap(shape["icon"], role, 20, ratio))
            box = QRect(left, 26, width - 8, 18)
            paint_text(painter, box, t(LAYER_NAMES[layer]), "text", bold=here)
            if request is None:
                waiting = t(M_("not asked"))
                paint_text(painter, QRect(left, 44, width - 8, 17), waiting, "text_3", "caption")
                continue
            number = request["number"].split("-", 1)[-1]
            paint_text(painter, QRect(left, 44, width - 8, 17), number, "text_2", "caption")
            name = t(REMOVAL_WORKFLOW.names[request["state"]])
            box = QRect(left, 61, width - 8, 18)
            paint_text(painter, box, name, role, "caption", bold=here)
