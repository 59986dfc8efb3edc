"""What stands where content is not: empty, waiting, failed. A reason and one next step each."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from workbench.domain.errors import M_, Message, Name, WorkbenchError
from workbench.ui.design.icons import pixmap
from workbench.ui.design.language import t


class Pages(QWidget):
    """A view with its pages for empty, waiting and failed."""

    def __init__(self, content: QWidget) -> None:
        super().__init__()
        self._stack = QStackedLayout(self)
        self._content = content
        self._stack.addWidget(content)
        self._notice = _Page()
        self._stack.addWidget(self._notice)

    def show_content(self) -> None:
        self._stack.setCurrentWidget(self._content)

    def show_waiting(self) -> None:
        self._notice.say("mdi6.timer-sand", "text_3", t(M_("Reading…")), "")
        self._stack.setCurrentWidget(self._notice)

    def show_empty(
        self,
        reason: Message,
        step: Message | None = None,
        act: Callable[[], object] | None = None,
        icon: str = "mdi6.inbox-outline",
    ) -> None:
        """Say why there is nothing and offer the one next step."""
        self._notice.say(icon, "text_3", t(reason), "", "" if step is None else t(step), act)
        self._stack.setCurrentWidget(self._notice)

    def show_error(self, error: WorkbenchError, act: Callable[[], object] | None = None) -> None:
        """Say what went wrong and offer to try again."""
        more = "" if error.next_step is None else t(error.next_step)
        again = t(M_("Try again")) if act else ""
        self._notice.say("mdi6.alert-circle-outline", "bad", t(error.message), more, again, act)
        self._stack.setCurrentWidget(self._notice)

    @property
    def shows_content(self) -> bool:
        return self._stack.currentWidget() is self._content


class _Page(QWidget):
    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.setSpacing(12)
        self._picture = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        self._text = QLabel(alignment=Qt.AlignmentFlag.AlignCenter, wordWrap=True)
        self._text.setProperty("kind", "strong")
        self._more = QLabel(alignment=Qt.AlignmentFlag.AlignCenter, wordWrap=True)
        self._more.setProperty("kind", "hint")
        self._button = QPushButton()
        self._act: Callable[[], object] | None = None
        self._button.clicked.connect(lambda: self._act and self._act())
        for widget in (self._picture, self._text, self._more):
            column.addWidget(widget)
        column.addWidget(self._button, alignment=Qt.AlignmentFlag.AlignCenter)

    def say(
        self,
        icon: str,
        role: str,
        text: str,
        more: str,
        button: str = "",
        act: Callable[[], object] | None = None,
    ) -> None:
        self._picture.setPixmap(pixmap(icon, role, 36, self.devicePixelRatioF()))
        self._text.setText(text)
        self._more.setText(more)
        self._more.setVisible(bool(more))
        self._button.setText(button)
        self._button.setAccessibleName(button)
        self._button.setVisible(bool(button))
        self._act = act


def label(
    text: str | Message | Name, kind: str = "", *, tone: str = "", wrap: bool = False
) -> QLabel:
    """A text label of a design kind; what it shows is never taken for markup."""
    made = QLabel(t(text), wordWrap=wrap)
    made.setTextFormat(Qt.TextFormat.PlainText)
    if kind:
        made.setProperty("kind", kind)
    if tone:
        made.setProperty("tone", tone)
    return made


def panel(
    title: Message | str, hint: Message | str = ""
) -> tuple[QFrame, QVBoxLayout, QHBoxLayout]:
    """A panel with its heading; returns it, its column, and the heading's row for buttons."""
    made = QFrame()
    made.setProperty("panel", "yes")
    column = QVBoxLayout(made)
    column.setContentsMargins(14, 10, 14, 12)
    column.setSpacing(8)
    head = QHBoxLayout()
    head.setSpacing(8)
    head.addWidget(label(title, "strong"))
    if hint:
        head.addWidget(label(hint, "caption"))
    head.addStretch(1)
    column.addLayout(head)
    return made, column, head


class Notice(QFrame):
    """A coloured line that says something, or is not there."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("notice", "yes")
        inside = QVBoxLayout(self)
        inside.setContentsMargins(10, 6, 10, 6)
        self._text = label("", wrap=True)
        inside.addWidget(self._text)
        self.hide()

    @property
    def text(self) -> str:
        return self._text.text()

    def say(self, text: str, tone: str = "bad") -> None:
        """Show a text in a tone (bad, wait, good, hold); an empty one takes it away."""
        if text:
            self._text.setText(text)
            if self.property("tone") != tone:
                self.setProperty("tone", tone)
                self.style().unpolish(self)
                self.style().polish(self)
        else:
            self._text.setText("")
        self.setVisible(bool(text))

    def say_error(self, error: WorkbenchError) -> None:
        """Show what went wrong and what to do."""
        more = "" if error.next_step is None else "\n" + t(error.next_step)
        self.say(t(error.message) + more)
