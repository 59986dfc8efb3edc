"""Approval (決裁): bound to the SHA-256 of exactly what leaves; any change voids it."""

from __future__ import annotations

from typing import Any

from workbench.desk.part import DeskPart
from workbench.domain.custody import digest_of
from workbench.domain.errors import M_, Message, NotAllowed
from workbench.domain.ids import new_id
from workbench.store import actions
from workbench.store.store import Content, Row, Writing


class Approvals(DeskPart):
    """Approvals of removal requests and referrals."""

    def give(
        self, tx: Writing, kind: str, subject_id: str, drafted_by: str, what: dict[str, Any]
    ) -> tuple[str, Content]:
        """Record this officer's approval of `what`; returns its digest and custody content.

        NotAllowed under 四眼 (approval.four_eyes) when the officer drafted it.
        """
        if drafted_by == self.desk.officer.id and self.four_eyes(tx):
            raise NotAllowed(M_("Nobody approves what they drafted themselves on this desk."))
        digest = digest_of(what)
        content = tx.insert(
            "approval",
            {
                "id": new_id(),
                "subject_kind": kind,
                "subject_id": subject_id,
                "sha256": digest,
                "what": what,
                "officer_id": self.desk.officer.id,
                "at": self.desk.clock(),
            },
        )
        return digest, content

    def four_eyes(self, tx: Writing) -> bool:
        return bool(self.desk.security_in(tx, "approval.four_eyes"))

    def standing(self, tx: Writing, kind: str, subject_id: str) -> Row:
        """The approval in force; NotAllowed when there is none."""
        found = actions.standing_approval(tx, kind, subject_id)
        if found is None:
            raise NotAllowed(M_("It is not approved."))
        return found

    def void(self, tx: Writing, approval: Row, reason: Message) -> Content:
        """Record that an approval no longer holds."""
        return tx.insert(
            "approval_void",
            {
                "approval_id": approval["id"],
                "reason": {"msgid": reason.msgid},
                "officer_id": self.desk.officer.id,
                "at": self.desk.clock(),
            },
        )
