"""What stands on the registering screen, kept while it is typed and given back after a crash."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit

from workbench.desk.reports import Screenshot
from workbench.domain.officer import WORKING
from workbench.ui.work import DeskWork

_TEXT, _PICTURES = "register", "register-pictures"
_PAUSE_MS = 800
# More than this is not written down beside the text: an officer adds it again.
_MOST_BYTES = 16 << 20


class RegisterDraft(QObject):
    """Watches the text and the fields; `found` brings back the pictures of an unsent draft."""

    found = Signal(list)

    def __init__(
        self, work: DeskWork, text: QPlainTextEdit, fields: Mapping[str, QLineEdit]
    ) -> None:
        super().__init__(text)
        self._work, self._text, self._fields = work, text, dict(fields)
        self._changed_pictures: list[Screenshot] | None = None
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self.keep_now)
        # Who may not register has nothing to send.
        self._may = work.desk.officer.has(*WORKING)
        if not self._may:
            return
        text.textChanged.connect(self._pause.start)
        for field in self._fields.values():
            field.textChanged.connect(self._pause.start)
        drafts = work.desk.drafts
        # Behind the writes before it: a window made anew finds what the last one kept as it went.
        work.write(
            lambda: (drafts.kept(_TEXT), drafts.kept(_PICTURES)), self._give_back, lambda _: None
        )

    def _give_back(self, kept: tuple[dict[str, str] | None, list[Any] | None]) -> None:
        written, pictures = kept
        if written is not None and not self._content():
            self._text.setPlainText(written.get("text", ""))
            for name, field in self._fields.items():
                field.setText(written.get(name, ""))
        if pictures:
            self.found.emit(
                [Screenshot(one["name"], base64.b64decode(one["bytes"])) for one in pictures]
            )

    def _content(self) -> dict[str, str]:
        """What is typed now, without the empty fields."""
        typed = {name: field.text() for name, field in self._fields.items()}
        typed["text"] = self._text.toPlainText()
        return {name: value for name, value in typed.items() if value.strip()}

    def keep_now(self) -> None:
        """Write down what stands there, or that nothing does."""
        self._pause.stop()
        drafts, content = self._work.desk.drafts, self._content() or None
        self._work.write(lambda: drafts.keep(_TEXT, content))
        if self._changed_pictures is not None:
            pictures, self._changed_pictures = self._changed_pictures, None
            self._work.write(lambda: drafts.keep(_PICTURES, _plain(pictures) or None))

    def leave(self) -> None:
        """Keep at once what waits for its pause."""
        if self._pause.isActive():
            self.keep_now()

    def keep_pictures(self, pictures: Sequence[Screenshot]) -> None:
        """The pictures are these now; written down with the text, after a pause."""
        if self._may:
            self._changed_pictures = list(pictures)
            self._pause.start()


def _plain(pictures: Sequence[Screenshot]) -> list[dict[str, str]]:
    if sum(len(picture.untrusted_bytes) for picture in pictures) > _MOST_BYTES:
        return []
    return [
        {"name": p.name, "bytes": base64.b64encode(p.untrusted_bytes).decode()} for p in pictures
    ]
