"""Icons by token name (`mdi6.…`), in a colour role."""

from __future__ import annotations

from functools import cache

import qtawesome
from PySide6.QtGui import QIcon, QPixmap

from workbench.ui.design.theme import theme


def icon(name: str, role: str = "text_2") -> QIcon:
    """The icon in a colour role of the theme in use."""
    return _icon(name, theme().hex(role))


def pixmap(name: str, role: str, size: int, ratio: float) -> QPixmap:
    """The icon as a pixmap of `size` logical pixels at a device pixel ratio."""
    return _pixmap(name, theme().hex(role), size, ratio)


@cache
def _icon(name: str, colour: str) -> QIcon:
    return qtawesome.icon(name, color=colour)


@cache
def _pixmap(name: str, colour: str, size: int, ratio: float) -> QPixmap:
    from PySide6.QtCore import QSize

    return _icon(name, colour).pixmap(QSize(size, size), ratio)
