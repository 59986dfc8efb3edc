"""Officers, offices, sessions, settings of the store, keys, and the access log."""

from __future__ import annotations

import sqlalchemy as sa

from workbench.domain.officer import Officer, Role
from workbench.store import tables as t
from workbench.store.store import Reading, Row, Writing


def by_login(tx: Reading, login: str) -> Officer | None:
    return _officer(tx, tx.one(sa.select(t.officer).where(t.officer.c.login == login)))


def by_id(tx: Reading, officer_id: str) -> Officer | None:
    return _officer(tx, tx.get("officer", officer_id))


def everyone(tx: Reading) -> list[Officer]:
    rows = tx.all(sa.select(t.officer).order_by(t.officer.c.login))
    return [officer for row in rows if (officer := _officer(tx, row)) is not None]


def _officer(tx: Reading, row: Row | None) -> Officer | None:
    if row is None:
        return None
    query = sa.select(t.officer_role.c.role).where(t.officer_role.c.officer_id == row["id"])
    roles = frozenset(Role(role) for role in tx.connection.execute(query).scalars())
    return Officer(
        row["id"],
        row["login"],
        row["name"],
        row["office_id"],
        roles,
        row["child_protection"],
        row["active"],
    )


def verifier(tx: Reading, officer_id: str) -> str:
    row = tx.get("officer", officer_id)
    return "" if row is None else str(row["verifier"])


def grant(tx: Writing, officer_id: str, role: Role) -> None:
    tx.connection.execute(sa.insert(t.officer_role).values(officer_id=officer_id, role=role.value))


def revoke(tx: Writing, officer_id: str, role: Role) -> None:
    there = t.officer_role
    tx.connection.execute(
        sa.delete(there).where(there.c.officer_id == officer_id, there.c.role == role.value)
    )


def the_office(tx: Reading, office_id: str) -> Row:
    row = tx.get("office", office_id)
    if row is None:
        raise LookupError(f"office {office_id}")
    return row


def session(tx: Reading, token_digest: str) -> Row | None:
    return tx.get("session", token_digest)


def end_session(tx: Writing, token_digest: str) -> None:
    tx.connection.execute(sa.delete(t.session).where(t.session.c.token_digest == token_digest))


def end_sessions_of(tx: Writing, officer_id: str) -> None:
    tx.connection.execute(sa.delete(t.session).where(t.session.c.officer_id == officer_id))


def end_all_sessions(tx: Writing) -> None:
    tx.connection.execute(sa.delete(t.session))


def settings(tx: Reading) -> dict[str, object]:
    """The security settings kept in the store."""
    rows = tx.connection.execute(sa.select(t.setting.c.name, t.setting.c.value))
    return {row.name: row.value for row in rows}


def put_setting(tx: Writing, name: str, value: object, at_us: int, officer_id: str) -> None:
    tx.connection.execute(sa.delete(t.setting).where(t.setting.c.name == name))
    tx.insert(
        "setting", {"name": name, "value": value, "changed_at": at_us, "changed_by": officer_id}
    )


def signing_key(tx: Reading) -> Row:
    """The key in use."""
    there = t.signing_key
    row = tx.one(
        sa.select(there).where(there.c.retired_at.is_(None)).order_by(there.c.created_at.desc())
    )
    if row is None:
        raise LookupError("no signing key")
    return row


def signing_keys(tx: Reading) -> list[Row]:
    return tx.all(sa.select(t.signing_key).order_by(t.signing_key.c.created_at))


def wrapped_keys(tx: Reading) -> list[tuple[str, str]]:
    """(exhibit id, wrapped key) of every exhibit that still has its key."""
    rows = tx.connection.execute(sa.select(t.exhibit_key.c.exhibit_id, t.exhibit_key.c.wrapped_key))
    return [(row.exhibit_id, row.wrapped_key) for row in rows]


def access_entries(tx: Reading, limit: int = 1_000) -> list[Row]:
    """The newest entries of the access log."""
    return tx.all(sa.select(t.access_log).order_by(t.access_log.c.id.desc()).limit(limit))
