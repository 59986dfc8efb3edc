"""Reading removal requests, cases, referrals, approvals and packages."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from workbench.store import tables as t
from workbench.store.store import Reading, Row, Writing

_BY_KIND = {"report": t.report, "removal": t.removal, "case": t.case_file, "referral": t.referral}


def by_number(tx: Reading, kind: str, number: str) -> Row | None:
    """The row of a noun by its human number."""
    there = _BY_KIND[kind]
    return tx.one(sa.select(there).where(there.c.number == number))


def removals(tx: Reading, states: Sequence[str] | None = None, limit: int = 1_000) -> list[Row]:
    """Removal requests, newest first."""
    query = sa.select(t.removal).order_by(t.removal.c.id.desc()).limit(limit)
    return tx.all(query.where(t.removal.c.state.in_(states)) if states else query)


def removals_of(tx: Reading, report_id: str) -> list[Row]:
    return tx.all(
        sa.select(t.removal).where(t.removal.c.report_id == report_id).order_by(t.removal.c.id)
    )


def removal_events(tx: Reading, removal_id: str) -> list[Row]:
    there = t.removal_event
    return tx.all(sa.select(there).where(there.c.removal_id == removal_id).order_by(there.c.id))


def cases(tx: Reading, limit: int = 1_000) -> list[Row]:
    return tx.all(sa.select(t.case_file).order_by(t.case_file.c.id.desc()).limit(limit))


def reports_of_case(tx: Reading, case_id: str) -> list[Row]:
    """Reports of a case in the order of their numbers."""
    return tx.all(
        sa.select(t.report)
        .join(t.case_report, t.case_report.c.report_id == t.report.c.id)
        .where(t.case_report.c.case_id == case_id)
        .order_by(t.report.c.number)
    )


def cases_of_report(tx: Reading, report_id: str) -> list[Row]:
    return tx.all(
        sa.select(t.case_file)
        .join(t.case_report, t.case_report.c.case_id == t.case_file.c.id)
        .where(t.case_report.c.report_id == report_id)
        .order_by(t.case_file.c.number)
    )


def referrals(tx: Reading, limit: int = 1_000) -> list[Row]:
    return tx.all(sa.select(t.referral).order_by(t.referral.c.id.desc()).limit(limit))


def referrals_of_case(tx: Reading, case_id: str) -> list[Row]:
    there = t.referral
    return tx.all(sa.select(there).where(there.c.case_id == case_id).order_by(there.c.id))


def standing_approval(tx: Reading, kind: str, subject_id: str) -> Row | None:
    """The newest approval of a subject that nothing voided."""
    there, voided = t.approval, t.approval_void
    return tx.one(
        sa.select(there)
        .outerjoin(voided, voided.c.approval_id == there.c.id)
        .where(
            there.c.subject_kind == kind,
            there.c.subject_id == subject_id,
            voided.c.approval_id.is_(None),
        )
        .order_by(there.c.id.desc())
        .limit(1)
    )


def package_of(tx: Reading, referral_id: str) -> Row | None:
    return tx.one(sa.select(t.package).where(t.package.c.referral_id == referral_id))


def add_to_case(tx: Writing, case_id: str, report_id: str, at_us: int, officer_id: str) -> bool:
    """Link a report to a case; False when it is linked already."""
    there = t.case_report
    known = tx.one(
        sa.select(there).where(there.c.case_id == case_id, there.c.report_id == report_id)
    )
    if known is not None:
        return False
    tx.connection.execute(
        sa.insert(there).values(
            case_id=case_id, report_id=report_id, added_at=at_us, added_by=officer_id
        )
    )
    return True
