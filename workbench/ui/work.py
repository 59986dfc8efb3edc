"""Work away from the window's thread: one thread writes, a small pool reads; results come home."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from shiboken6 import isValid

from workbench.desk.changes import Changes, changed_outside
from workbench.desk.desk import Desk
from workbench.domain.errors import WorkbenchError

_WATCH_MS = 1_500
_SWITCH_S = 0.001
_log = logging.getLogger("workbench.ui")

Then = Callable[[Any], object]
Failed = Callable[[WorkbenchError], object]


class DeskWork(QObject):
    """Runs Desk calls in their threads and gives results back in the window's.

    `changed` carries the Changes of every write here, and an empty one when another process has
    written. `failed` carries errors nobody else took; `broken` anything that is a bug.
    """

    changed = Signal(object)
    failed = Signal(object)
    broken = Signal(object)
    idle = Signal()
    _home = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        # The window's thread must get its turn soon while others compute.
        sys.setswitchinterval(_SWITCH_S)
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="desk-write")
        self._readers = ThreadPoolExecutor(3, thread_name_prefix="desk-read")
        self._newest: dict[str, int] = {}
        self._count = 0
        self._waiting = 0
        self._closed = False
        self._home.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._version: int | None = None
        self._watch = QTimer(self, interval=_WATCH_MS)
        self._watch.timeout.connect(self._look_outside)
        self._watch.start()

    def read(
        self,
        call: Callable[[], Any],
        then: Then,
        failed: Failed | None = None,
        key: str = "",
    ) -> None:
        """Run a reading call; with a `key`, only the newest call of that key is delivered."""
        self._start(self._readers, call, then, failed, key)

    def write(
        self, call: Callable[[], Any], then: Then | None = None, failed: Failed | None = None
    ) -> None:
        """Run a writing call after the ones before it; Changes are also sent to every screen."""
        self._start(self._writer, call, then or (lambda _: None), failed, "")

    def close(self) -> None:
        """Finish the writes that were begun, then close the Desk."""
        self._closed = True
        self._watch.stop()
        self._writer.shutdown(wait=True)
        self._readers.shutdown(wait=True, cancel_futures=True)
        self.desk.close()

    @property
    def busy(self) -> bool:
        """Whether anything is still to be delivered."""
        return self._waiting > 0

    def _start(
        self,
        pool: ThreadPoolExecutor,
        call: Callable[[], Any],
        then: Then,
        failed: Failed | None,
        key: str,
    ) -> None:
        if self._closed:
            return
        self._count += 1
        turn = self._count
        if key:
            self._newest[key] = turn
        self._waiting += 1

        def run() -> None:
            value: Any = None
            error: BaseException | None = None
            try:
                value = call()
            except Exception as fault:
                error = fault
            if not self._closed:
                self._home.emit((then, failed, key, turn, value, error))

        pool.submit(run)

    def _deliver(self, parcel: tuple[Any, ...]) -> None:
        then, failed, key, turn, value, error = parcel
        self._waiting -= 1
        try:
            if self._closed or (key and self._newest.get(key) != turn):
                return
            if error is None:
                if not _is_gone(then):
                    then(value.result if isinstance(value, Changes) else value)
                if isinstance(value, Changes):
                    self.changed.emit(value)
            elif isinstance(error, WorkbenchError):
                (failed or self.failed.emit)(error)
            else:
                _log.error("A call to the Desk failed", exc_info=error)
                self.broken.emit(error)
        finally:
            if self._waiting == 0:
                self.idle.emit()

    def _look_outside(self) -> None:
        def seen(version: int) -> None:
            if self._version is not None and version != self._version:
                self.changed.emit(changed_outside())
            self._version = version

        # The watch itself is no work anyone waits for.
        if not self.busy:
            self.read(self.desk.store.outside_writes, seen, lambda _: None, key="outside")


def _is_gone(then: Then) -> bool:
    """Whether it belonged to a window that was made anew meanwhile (language, colours)."""
    owner = getattr(then, "__self__", None)
    return isinstance(owner, QObject) and not isValid(owner)
