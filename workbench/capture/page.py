"""The page reader: text, title, links and identifiers, read in a limited process."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.capture.identifiers import IdentifierFound
from workbench.capture.isolate import run_isolated
from workbench.domain.errors import M_, BadInput

_READ = "workbench.capture.reading:read_html"


# Kinds of fields whose answer opens an account or pays.
_SECRETS = frozenset(
    {"password", "current-password", "new-password", "one-time-code", "cc-number", "cc-csc"}
)


@dataclass(frozen=True)
class PageForm:
    """A form of a page; `fields` are the kinds a reader fills in (`text`, `password`, `cc-number`).

    Fields that belong to no form come as one with empty action and method.
    """

    action: str
    method: str
    fields: tuple[str, ...]

    @property
    def asks_secret(self) -> bool:
        """Whether it asks for a password, a one-time code or a card."""
        return not _SECRETS.isdisjoint(self.fields)


@dataclass(frozen=True)
class PageReading:
    """What a page says; identifiers' offsets are code points in title, line break, text.

    `charset` is empty when it was no page; `refresh` is where it sends its reader by itself.
    """

    title: str
    text: str
    language: str
    charset: str
    meta_description: str
    links: tuple[str, ...]
    forms: tuple[PageForm, ...]
    identifiers: tuple[IdentifierFound, ...]
    refresh: str = ""


def read_page(untrusted_body: bytes, content_type: str | None, url: str) -> PageReading:
    """Read a page's bytes; BadInput when it breaks its reader. Kinds other than text give none."""
    options = {"content_type": content_type, "url": url}
    (answer,) = run_isolated(_READ, [untrusted_body], options)
    if isinstance(answer, BadInput):
        raise answer
    try:
        return PageReading(
            str(answer["title"]),
            str(answer["text"]),
            str(answer["language"]),
            str(answer["charset"]),
            str(answer["meta_description"]),
            tuple(str(link) for link in answer["links"]),
            tuple(
                PageForm(
                    str(f["action"]), str(f["method"]), tuple(str(kind) for kind in f["fields"])
                )
                for f in answer["forms"]
            ),
            tuple(
                IdentifierFound(str(kind), str(value), str(seen), int(start), int(end))
                for kind, value, seen, start, end in answer["identifiers"]
            ),
            str(answer["refresh"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise BadInput(M_("The page broke its reader.")) from error
