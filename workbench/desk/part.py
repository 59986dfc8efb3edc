"""What every part of the Desk shares: finding things, time, custody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from workbench.domain.custody import CustodyEntry
from workbench.domain.errors import M_, BadInput, Message
from workbench.domain.ids import is_id
from workbench.domain.numbers import kind_of_number
from workbench.domain.workflow import Workflow
from workbench.store import actions
from workbench.store.store import Content, Reading, Row, Writing

if TYPE_CHECKING:
    from workbench.desk.desk import Desk

_TABLES = {"report": "report", "removal": "removal", "case": "case_file", "referral": "referral"}
_NOUNS: dict[str, Message] = {
    "report": M_("report"),
    "removal": M_("removal request"),
    "case": M_("case"),
    "referral": M_("referral"),
}


class DeskPart:
    """One noun's methods; each writing method is one transaction."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def find(self, tx: Reading, kind: str, token: str) -> Row:
        """The row of a noun by UUID or human number; BadInput when there is none."""
        text = token.strip()
        row = None
        if is_id(text):
            row = tx.get(_TABLES[kind], text.lower())
        elif kind_of_number(text) == kind:
            row = actions.by_number(tx, kind, text.upper())
        if row is None:
            raise BadInput(M_("There is no {noun} {id}.", noun=_NOUNS[kind], id=text[:80]))
        return row

    def advance(self, tx: Writing, workflow: Workflow, row: Row, action: str, **more: Any) -> str:
        """Move a row to the state after `action` (NotAllowed otherwise) and write it."""
        state = workflow.advance(row["state"], action, self.desk.officer)
        if state != row["state"] or more:
            tx.update(_TABLES[workflow.noun], row["id"], state=state, **more)
        return state

    def custody(
        self,
        tx: Writing,
        kind: str,
        subject_id: str,
        action: str,
        facts: Mapping[str, Any],
        content: Iterable[Content] = (),
    ) -> CustodyEntry:
        """Append to a subject's chain, as the acting officer, now."""
        return tx.append_custody(
            self.desk.officer, self.desk.clock(), kind, subject_id, action, facts, content
        )

    def log_access(
        self, tx: Writing, act: str, kind: str | None, subject_id: str | None, **details: Any
    ) -> None:
        """One line of the access log: a search, a reveal, an export, a login."""
        tx.insert(
            "access_log",
            {
                "at": self.desk.clock(),
                "officer_id": self.desk.officer.id,
                "act": act,
                "subject_kind": kind,
                "subject_id": subject_id,
                "details": details,
            },
        )


def required(text: str | None, what: Message) -> str:
    """A text that must say something; BadInput naming it otherwise."""
    clean = (text or "").strip()
    if not clean:
        raise BadInput(M_("{what} must be given.", what=what))
    return clean
