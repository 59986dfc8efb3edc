"""Words several screens use for the same thing."""

from __future__ import annotations

from workbench.domain.errors import M_, Message
from workbench.ui.design.language import t

_ROLES: dict[str, Message] = {
    "screenshot": M_("Screenshot"),
    "warc": M_("Web archive (WARC)"),
    "letter_pdf": M_("Letter (PDF)"),
    "letter_text": M_("Letter (text)"),
}


def role_name(role: str) -> str:
    """What an exhibit is."""
    return t(_ROLES[role]) if role in _ROLES else role
