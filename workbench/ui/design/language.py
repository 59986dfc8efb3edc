"""The window's language: one place that turns a Message into text."""

from __future__ import annotations

from workbench.domain.errors import Message, Name
from workbench.messages import DEFAULT_LANGUAGE, render

_language = DEFAULT_LANGUAGE


def use_language(language: str) -> None:
    """Everything built after this speaks `language` (ja or en)."""
    global _language
    _language = language


def language() -> str:
    return _language


def t(message: Message | Name | str) -> str:
    """The text of a message; a text stays as it is."""
    return message if isinstance(message, str) else render(message, _language)
