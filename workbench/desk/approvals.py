"""Approval (決裁): bound to the SHA-256 of exactly what leaves; any change voids it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from workbench.desk.handover import handover_content
from workbench.desk.part import DeskPart
from workbench.domain.clock import jst_date
from workbench.domain.custody import digest_of
from workbench.domain.errors import M_, Message, NotAllowed
from workbench.domain.ids import new_id
from workbench.domain.officer import Role
from workbench.store import actions
from workbench.store import approvals as stored
from workbench.store.queue import counts_by_band
from workbench.store.store import Content, Reading, Row, Writing

# States of a request that wait for somebody outside.
_UNANSWERED = ("sent", "acknowledged", "reminded", "still_present")


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

    def waiting(self) -> list[dict[str, Any]]:
        """Drafts before the approver, the longest waiting first: what would leave, what changed.

        `changed` names the parts that differ from the approval given last, None when there was
        none; `own` says that this desk forbids this officer's approval.
        """
        found: list[dict[str, Any]] = []
        mine = self.desk.officer.id
        with self.desk.store.read() as tx:
            forbids = bool(self.desk.security_in(tx, "approval.four_eyes"))
            for row in stored.removals_waiting(tx):
                what = self.desk.removals.what_leaves(tx, row)
                found.append(
                    {
                        **_common(row, "removal", row["drafted_by"] == mine and forbids),
                        "about": row["report_number"],
                        "hold": row["hold"],
                        "to": what["addressee"]["name"],
                        "what": what,
                        "changed": _changed_parts(tx, "removal", row["id"], what),
                    }
                )
            for row in stored.referrals_waiting(tx):
                what = handover_content(self.desk, tx, row)
                division = self.desk.reference.divisions.get(row["division"])
                found.append(
                    {
                        **_common(row, "referral", row["drafted_by"] == mine and forbids),
                        "about": f"{row['case_number']} {row['case_title']}",
                        "hold": False,
                        "to": row["division"] if division is None else division.name,
                        "what": what,
                        "changed": _changed_parts(tx, "referral", row["id"], what),
                    }
                )
        return sorted(found, key=lambda one: int(one["drafted_at"]))

    def pressing(self) -> dict[str, int]:
        """How much presses at each place: urgent open reports (review), drafts this officer may
        approve (supervise), requests past the day named for an answer (removal)."""
        today = jst_date(self.desk.clock()).isoformat()
        approves = self.desk.officer.has(Role.SUPERVISOR)
        with self.desk.store.read() as tx:
            return {
                "review": counts_by_band(tx)["immediate"],
                "supervise": stored.count_waiting(tx) if approves else 0,
                "removal": len(stored.removals_due(tx, _UNANSWERED, today)),
            }

    def clocks(self, days: int = 14) -> list[dict[str, Any]]:
        """What runs out soon: urgent reports nobody holds, and days named for an answer (目安)."""
        today = jst_date(self.desk.clock())
        until = (today + timedelta(days=days)).isoformat()
        with self.desk.store.read() as tx:
            urgent = stored.urgent_unheld(tx, 50)
            due = stored.removals_due(tx, _UNANSWERED, until)
        found = [
            {
                "kind": "report",
                "id": row["id"],
                "number": row["number"],
                "since": row["registered_at"],
                "day": None,
            }
            for row in urgent
        ]
        return found + [
            {
                "kind": "removal",
                "id": row["id"],
                "number": row["number"],
                "since": None,
                "day": date.fromisoformat(row["answer_by"]),
            }
            for row in due
        ]

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


def _common(row: Row, kind: str, own: bool) -> dict[str, Any]:
    return {
        "kind": kind,
        "id": row["id"],
        "number": row["number"],
        "author": row["author"],
        "drafted_at": row["drafted_at"],
        "own": own,
    }


def _changed_parts(
    tx: Reading, kind: str, subject_id: str, what: dict[str, Any]
) -> list[str] | None:
    before = stored.last_approval(tx, kind, subject_id)
    if before is None:
        return None
    names = [*before["what"], *(name for name in what if name not in before["what"])]
    return [name for name in names if before["what"].get(name) != what.get(name)]
