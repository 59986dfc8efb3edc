"""One call in a thread of its own, its outcome delivered in the window's thread."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal


class _Parcel(QObject):
    arrived = Signal(object, object)

    def __init__(self, owner: QObject, home: Callable[[Any, BaseException | None], None]) -> None:
        super().__init__(owner)
        self._home = home
        self.arrived.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def _deliver(self, value: Any, error: BaseException | None) -> None:
        self.deleteLater()
        self._home(value, error)


def run_apart(
    owner: QObject,
    call: Callable[[], Any],
    home: Callable[[Any, BaseException | None], None],
) -> None:
    """Run `call` apart; `home(value, error)` in the window's thread while `owner` lives."""
    parcel = _Parcel(owner, home)

    def run() -> None:
        value: Any = None
        error: BaseException | None = None
        try:
            value = call()
        except Exception as fault:
            error = fault
        try:
            parcel.arrived.emit(value, error)
        except RuntimeError:
            # The window was closed meanwhile; nobody waits for this any more.
            return

    threading.Thread(target=run, daemon=True).start()
