"""What waits for a supervisor: drafts before the approver, and days that come near."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from workbench.store import tables as t
from workbench.store.store import Reading, Row

_WAITING = "awaiting_approval"


def removals_waiting(tx: Reading) -> list[Row]:
    """Removal requests before the approver, the oldest first, with report and author."""
    removal, report, officer = t.removal, t.report, t.officer
    query = (
        sa.select(
            removal,
            report.c.number.label("report_number"),
            report.c.hold,
            officer.c.name.label("author"),
        )
        .join(report, report.c.id == removal.c.report_id)
        .join(officer, officer.c.id == removal.c.drafted_by)
        .where(removal.c.state == _WAITING)
        .order_by(removal.c.id)
    )
    return tx.all(query)


def referrals_waiting(tx: Reading) -> list[Row]:
    """Referrals before the approver, the oldest first, with case and author."""
    referral, case, officer = t.referral, t.case_file, t.officer
    query = (
        sa.select(
            referral,
            case.c.number.label("case_number"),
            case.c.title.label("case_title"),
            officer.c.name.label("author"),
        )
        .join(case, case.c.id == referral.c.case_id)
        .join(officer, officer.c.id == referral.c.drafted_by)
        .where(referral.c.state == _WAITING)
        .order_by(referral.c.id)
    )
    return tx.all(query)


def last_approval(tx: Reading, kind: str, subject_id: str) -> Row | None:
    """The approval given last, also one that no longer holds."""
    approval = t.approval
    query = (
        sa.select(approval)
        .where(approval.c.subject_kind == kind, approval.c.subject_id == subject_id)
        .order_by(approval.c.id.desc())
        .limit(1)
    )
    return tx.one(query)


def count_waiting(tx: Reading) -> int:
    """Drafts of both kinds before the approver."""
    return sum(
        tx.count(sa.select(sa.func.count()).select_from(table).where(table.c.state == _WAITING))
        for table in (t.removal, t.referral)
    )


def removals_due(tx: Reading, states: Sequence[str], until_day: str) -> list[Row]:
    """Requests without an end whose day for an answer (a guide) is `until_day` or earlier."""
    removal, report = t.removal, t.report
    query = (
        sa.select(
            removal.c.id,
            removal.c.number,
            removal.c.state,
            removal.c.addressee,
            removal.c.answer_by,
            report.c.number.label("report_number"),
        )
        .join(report, report.c.id == removal.c.report_id)
        .where(
            removal.c.state.in_(states),
            removal.c.answer_by.is_not(None),
            removal.c.answer_by <= until_day,
        )
        .order_by(removal.c.answer_by, removal.c.id)
        .limit(500)
    )
    return tx.all(query)


def urgent_unheld(tx: Reading, limit: int) -> list[Row]:
    """Open reports of the highest band that nobody holds, the longest waiting first."""
    report, lease = t.report, t.lease
    held = sa.select(lease.c.subject_id).where(
        lease.c.subject_kind == "report", lease.c.until > tx.now_us()
    )
    query = (
        sa.select(report.c.id, report.c.number, report.c.registered_at)
        .where(report.c.open.is_(True), report.c.band_rank == 2, report.c.id.not_in(held))
        .order_by(report.c.registered_at)
        .limit(limit)
    )
    return tx.all(query)
