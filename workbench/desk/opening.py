"""Making a store, and opening one: by session, by passphrase, or as practice."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import platformdirs

from workbench.desk.sessions import read_session, token_digest
from workbench.domain.clock import Clock, system_clock
from workbench.domain.errors import M_, BadInput, NotAllowed, Unavailable
from workbench.domain.ids import new_id
from workbench.domain.numbers import is_prefix
from workbench.domain.officer import Officer, Role
from workbench.files import write_durably
from workbench.keys.keyfile import KEYFILE_NAME, RECOVERY, KeyFile, read_keyfile, write_keyfile
from workbench.keys.signing import new_signing_key
from workbench.keys.wrapping import (
    MIN_PASSPHRASE,
    derive,
    new_key,
    new_recovery_code,
    passphrase_fits,
    passphrase_verifier,
    plain_code,
)
from workbench.store import officers as stored_officers
from workbench.store.store import DATABASE_NAME, Content, Store, Writing

PRACTICE_KEY_NAME = "practice.key"
PRACTICE_OFFICERS: tuple[tuple[str, str, tuple[Role, ...]], ...] = (
    ("officer", "練習 太郎", (Role.OFFICER,)),
    ("supervisor", "練習 花子", (Role.OFFICER, Role.SUPERVISOR)),
    ("admin", "練習 管理", (Role.ADMINISTRATOR,)),
    ("auditor", "練習 監査", (Role.AUDITOR,)),
)


@dataclass(frozen=True)
class OfficeFacts:
    """The office a new store belongs to."""

    prefix: str = "KGS"
    name: str = "サイバー犯罪対策課"
    prefecture: str = ""
    contact: str = ""


@dataclass(frozen=True)
class Opened:
    """An open store, who acts in it, and its data key."""

    store: Store
    officer: Officer
    data_key: bytes = field(repr=False)


def default_store_folder() -> Path:
    """The platform's data folder."""
    return Path(platformdirs.user_data_dir("patrol-workbench", appauthor=False)) / "store"


def store_exists(folder: Path) -> bool:
    return (folder / DATABASE_NAME).exists() or (folder / KEYFILE_NAME).exists()


def is_practice(folder: Path) -> bool:
    """Whether the folder holds a practice store (its key lies beside it)."""
    return (folder / PRACTICE_KEY_NAME).exists()


def make_store(
    folder: Path,
    office: OfficeFacts,
    login: str,
    name: str,
    passphrase: str,
    clock: Clock = system_clock,
) -> str:
    """Make a real store with its first officer; returns the recovery code, shown once.

    The first officer of a one-person desk holds every role.
    """
    check_passphrase(passphrase)
    check_login(login)
    code = new_recovery_code()
    people = [(login, name or login, tuple(Role))]
    _make(folder, office, people, False, clock, passphrase=passphrase, code=code)
    return code


def make_practice_store(folder: Path, clock: Clock = system_clock) -> None:
    """Make a practice store: four known officers, its key in a file beside it."""
    office = OfficeFacts("KGS", "サイバー犯罪対策課(練習)", "架空県", "099-000-0000(練習用)")
    _make(folder, office, PRACTICE_OFFICERS, True, clock)


def _make(
    folder: Path,
    office: OfficeFacts,
    people: Sequence[tuple[str, str, tuple[Role, ...]]],
    practice: bool,
    clock: Clock,
    passphrase: str = "",
    code: str = "",
) -> None:
    if store_exists(folder):
        raise BadInput(M_("There is already a store in {path}.", path=os.fspath(folder)))
    if not is_prefix(office.prefix):
        raise BadInput(
            M_(
                "{prefix} is no office prefix: two to eight capital letters or digits.",
                prefix=office.prefix,
            )
        )
    existed = folder.exists()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    (folder / "vault").mkdir(exist_ok=True, mode=0o700)
    data_key, store_id = new_key(), new_id()
    try:
        # Keys first: a store without its keys could never be opened again.
        keys = KeyFile(store_id)
        if practice:
            write_durably(folder / PRACTICE_KEY_NAME, data_key.hex().encode())
        else:
            keys = keys.with_wrap(data_key, passphrase, people[0][0])
            keys = keys.with_wrap(data_key, plain_code(code), RECOVERY)
        write_keyfile(folder, keys)
        facts = {"id": store_id, "practice": "yes" if practice else "no"}
        store = Store.create(folder, derive(data_key, "store"), facts)
        try:
            _first_rows(store, office, people, data_key, passphrase, clock())
        finally:
            store.close()
    except BaseException:
        _remove_half_made(folder, keep_folder=existed)
        raise


def _remove_half_made(folder: Path, keep_folder: bool) -> None:
    """A store that could not be finished holds nothing and would only block the next try."""
    for name in (
        KEYFILE_NAME,
        PRACTICE_KEY_NAME,
        *(DATABASE_NAME + s for s in ("", "-wal", "-shm")),
    ):
        (folder / name).unlink(missing_ok=True)
    try:
        (folder / "vault").rmdir()
        if not keep_folder:
            folder.rmdir()
    except OSError:
        # Something else lies there; it is not ours to remove.
        return


def _first_rows(
    store: Store,
    office: OfficeFacts,
    people: Sequence[tuple[str, str, tuple[Role, ...]]],
    data_key: bytes,
    passphrase: str,
    at_us: int,
) -> None:
    signing = new_signing_key()
    office_id = new_id()
    with store.write() as tx:
        tx.insert(
            "office",
            {
                "id": office_id,
                "prefix": office.prefix,
                "name": office.name,
                "prefecture": office.prefecture,
                "contact": office.contact,
                "sharing_scope": "office",
            },
        )
        first = None
        for login, name, roles in people:
            officer = Officer(new_id(), login, name, office_id, frozenset(roles))
            insert_officer(
                tx, officer, passphrase_verifier(passphrase) if passphrase else "", at_us
            )
            first = first or officer
        assert first is not None
        content = tx.insert(
            "signing_key",
            {
                "fingerprint": signing.fingerprint,
                "public_key": signing.public,
                "wrapped_key": signing.wrapped(derive(data_key, "signing")),
                "created_at": at_us,
                "retired_at": None,
            },
        )
        tx.append_custody(
            first,
            at_us,
            "store",
            store.id,
            "store_made",
            {
                "office": office.prefix,
                "officers": [login for login, _, _ in people],
                "practice": store.practice,
                "signing_key": signing.fingerprint,
            },
            [content],
        )


def insert_officer(tx: Writing, officer: Officer, verifier: str, at_us: int) -> Content:
    """Write an officer and their roles; returns how custody names the row."""
    content = tx.insert(
        "officer",
        {
            "id": officer.id,
            "login": officer.login,
            "name": officer.name,
            "office_id": officer.office_id,
            "child_protection": officer.child_protection,
            "active": officer.active,
            "verifier": verifier,
            "created_at": at_us,
        },
    )
    for role in sorted(officer.roles):
        stored_officers.grant(tx, officer.id, role)
    return content


def check_passphrase(passphrase: str) -> None:
    """BadInput for a passphrase that is too short to protect anything."""
    if len(passphrase) < MIN_PASSPHRASE:
        raise BadInput(M_("The passphrase needs at least {n} characters.", n=MIN_PASSPHRASE))


def check_login(login: str) -> None:
    """BadInput for a login that cannot be typed or would be taken for something else."""
    known = login.isascii() and login.replace("-", "").replace("_", "").replace(".", "").isalnum()
    if not known or len(login) > 64 or login == RECOVERY:
        raise BadInput(
            M_("{login} is no login name: letters, digits, - _ . only.", login=login[:80] or '""')
        )


def must_exist(folder: Path) -> None:
    """Unavailable, saying what to do, when there is no store."""
    if not store_exists(folder):
        raise Unavailable(
            M_("There is no store in {path}.", path=os.fspath(folder)),
            M_("Make one with `workbench setup`, or try with `--practice`."),
        )


def open_practice(folder: Path, login: str | None) -> Opened:
    """Open a practice store as one of its officers (default `officer`)."""
    must_exist(folder)
    try:
        data_key = bytes.fromhex((folder / PRACTICE_KEY_NAME).read_text().strip())
    except (OSError, ValueError) as error:
        raise Unavailable(
            M_(
                "The practice key {path} cannot be read.",
                path=os.fspath(folder / PRACTICE_KEY_NAME),
            )
        ) from error
    store = Store(folder, derive(data_key, "store"))
    try:
        if not store.practice:
            raise NotAllowed(M_("This is a real store: log in with `workbench login`."))
        return Opened(store, _known_officer(store, login or "officer"), data_key)
    except BaseException:
        store.close()
        raise


def _known_officer(store: Store, login: str) -> Officer:
    with store.read() as tx:
        officer = stored_officers.by_login(tx, login)
    if officer is None or not officer.active:
        raise BadInput(M_("There is no officer {login} here.", login=login))
    return officer


def open_with_passphrase(folder: Path, login: str | None, passphrase: str) -> Opened:
    """Open a real store; the passphrase says who acts. NotAllowed when it fits nobody."""
    must_exist(folder)
    keys = read_keyfile(folder)
    if login is None:
        login, data_key = keys.open_any(passphrase)
    else:
        data_key = keys.open_as(login, passphrase)
    store = Store(folder, derive(data_key, "store"))
    try:
        with store.read() as tx:
            officer = stored_officers.by_login(tx, login)
            # keys.json lies outside the store; only the store says whose passphrase this is.
            fits = officer is not None and passphrase_fits(
                stored_officers.verifier(tx, officer.id), passphrase
            )
        if officer is None or not fits or not officer.active:
            raise NotAllowed(M_("The name or the passphrase is wrong. Nothing was opened."))
        return Opened(store, officer, data_key)
    except BaseException:
        store.close()
        raise


def open_with_code(folder: Path, login: str, code: str) -> Opened:
    """Open a real store by the printed recovery code, as the officer of this login."""
    must_exist(folder)
    data_key = read_keyfile(folder).open_with_recovery_code(code)
    store = Store(folder, derive(data_key, "store"))
    try:
        return Opened(store, _known_officer(store, login), data_key)
    except BaseException:
        store.close()
        raise


def open_with_session(folder: Path, clock: Clock = system_clock) -> Opened | None:
    """Open a real store by the session a login left; None when there is none in force."""
    session = read_session(folder)
    if session is None:
        return None
    store = Store(folder, derive(session.data_key, "store"))
    try:
        with store.read() as tx:
            row = stored_officers.session(tx, token_digest(session.token))
            officer = stored_officers.by_id(tx, row["officer_id"]) if row else None
        if row is None or officer is None or not officer.active or row["ends_at"] <= clock():
            store.close()
            return None
        return Opened(store, officer, session.data_key)
    except BaseException:
        store.close()
        raise


def recover_passphrase(
    folder: Path, code: str, login: str, passphrase: str, clock: Clock = system_clock
) -> None:
    """Give an officer a new passphrase by the printed recovery code; the act is in the chain."""
    must_exist(folder)
    check_passphrase(passphrase)
    keys = read_keyfile(folder)
    data_key = keys.open_with_recovery_code(code)
    store = Store(folder, derive(data_key, "store"))
    try:
        officer = _known_officer(store, login)
        with store.write() as tx:
            tx.update("officer", officer.id, verifier=passphrase_verifier(passphrase))
            stored_officers.end_sessions_of(tx, officer.id)
            facts = {"login": login}
            tx.append_custody(officer, clock(), "store", store.id, "passphrase_recovered", facts)
            write_keyfile(folder, keys.with_wrap(data_key, passphrase, login))
    finally:
        store.close()
