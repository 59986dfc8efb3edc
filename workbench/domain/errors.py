"""What can go wrong that is not a bug: five kinds, each with a text for the user."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Message:
    """A text for the user before translation.

    `msgid` is the English text with `{name}` places (and the key of the catalogues);
    `values` fill the places. `workbench.messages.render` makes the text of one language.
    A value may itself be a Message.
    """

    msgid: str
    values: dict[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.msgid.format(**{name: str(value) for name, value in self.values.items()})


def M_(msgid: str, **values: object) -> Message:
    """Mark a text for translation and bind its values: `M_("No report {id}.", id=x)`."""
    return Message(msgid, values)


@dataclass(frozen=True)
class Name:
    """A name that reference data gives in both languages; a value of a Message or a text itself."""

    ja: str
    en: str

    def __str__(self) -> str:
        return self.en


class WorkbenchError(Exception):
    """Something the user can understand and act on; anything else is a bug."""

    def __init__(self, message: Message, next_step: Message | None = None) -> None:
        super().__init__(str(message))
        self.message = message
        self.next_step = next_step


class NotAllowed(WorkbenchError):
    """The rule, the role or the state forbids it."""


class Stale(WorkbenchError):
    """Another officer changed it, or what was approved is no longer what would leave."""


class Unavailable(WorkbenchError):
    """Disk, database, network or another outside thing cannot be used now."""


class EvidenceDamaged(WorkbenchError):
    """Stored bytes or chains are not what was recorded."""


class BadInput(WorkbenchError):
    """What was given cannot be read or is not valid."""
