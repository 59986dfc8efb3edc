"""One translation for window, command line and documents: gettext catalogues, ja and en.

The msgid is the English text, so `en` needs no entries; `ja` must be complete
(`tests/test_messages.py` compares it with every marked text in the source).
"""

from __future__ import annotations

import gettext
from functools import cache
from pathlib import Path

from workbench.domain.errors import Message, Name

LANGUAGES = ("ja", "en")
DEFAULT_LANGUAGE = "ja"
_CATALOGUES = Path(__file__).parent


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation("workbench", _CATALOGUES, [language], fallback=language == "en")


def render(message: Message | Name, language: str = DEFAULT_LANGUAGE) -> str:
    """The text of `message` in `language` (`ja` or `en`)."""
    if isinstance(message, Name):
        return message.ja if language == "ja" else message.en
    text = _catalogue(language).gettext(message.msgid)
    values = {
        name: render(value, language) if isinstance(value, Message | Name) else value
        for name, value in message.values.items()
    }
    return text.format(**values)
