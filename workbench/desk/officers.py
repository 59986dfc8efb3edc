"""Officers: adding, roles, login and logout, keys, and the store's security settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from workbench.desk.changes import Changes, changed
from workbench.desk.opening import check_login, check_passphrase, insert_officer
from workbench.desk.part import DeskPart, required
from workbench.desk.sessions import (
    SessionFile,
    forget_session,
    new_token,
    read_session,
    token_digest,
    write_session,
)
from workbench.domain.errors import M_, BadInput, NotAllowed
from workbench.domain.ids import new_id
from workbench.domain.officer import Officer, Role
from workbench.keys.keyfile import RECOVERY, read_keyfile, write_keyfile
from workbench.keys.wrapping import new_recovery_code, passphrase_verifier, plain_code
from workbench.settings import find_setting, read_value
from workbench.store import officers as stored

_HOUR_US = 3_600_000_000


class Officers(DeskPart):
    """Who works here and what they may do."""

    def whoami(self) -> dict[str, Any]:
        """The acting officer."""
        return self._shown(self.desk.officer)

    def list(self) -> list[dict[str, Any]]:
        """Every officer and their roles."""
        with self.desk.store.read() as tx:
            return [self._shown(officer) for officer in stored.everyone(tx)]

    def _shown(self, officer: Officer) -> dict[str, Any]:
        shown = asdict(officer)
        shown["roles"] = sorted(role.value for role in officer.roles)
        shown["practice"] = self.desk.store.practice
        return shown

    def add(
        self, login: str, name: str, roles: Sequence[str], passphrase: str
    ) -> Changes[dict[str, Any]]:
        """Add an officer; on a real store with the passphrase that is also the login."""
        self.desk.officer.must_have(Role.ADMINISTRATOR)
        check_login(login)
        chosen = frozenset(read_role(role) for role in roles) or frozenset({Role.OFFICER})
        if not self.desk.store.practice:
            check_passphrase(passphrase)
        officer = Officer(new_id(), login, name or login, self.desk.officer.office_id, chosen)
        verifier = passphrase_verifier(passphrase) if passphrase else ""
        with self.desk.store.write() as tx:
            if stored.by_login(tx, login) is not None:
                raise BadInput(M_("There is already an officer {login}.", login=login))
            content = insert_officer(tx, officer, verifier, self.desk.clock())
            facts = {"login": login, "roles": sorted(r.value for r in chosen)}
            self.custody(tx, "store", self.desk.store.id, "officer_added", facts, [content])
            # Within the transaction: an officer without a key could never log in.
            if passphrase:
                keys = read_keyfile(self.desk.store.folder)
                write_keyfile(
                    self.desk.store.folder, keys.with_wrap(self.desk.data_key, passphrase, login)
                )
        return changed(self._shown(officer), ("officer", officer.id))

    def set_role(self, login: str, role: str, *, grant: bool) -> Changes[dict[str, Any]]:
        """Give or take a role; the last administrator cannot be taken."""
        self.desk.officer.must_have(Role.ADMINISTRATOR)
        wanted = read_role(role)
        with self.desk.store.write() as tx:
            officer = stored.by_login(tx, login)
            if officer is None:
                raise BadInput(M_("There is no officer {login} here.", login=login))
            if grant and wanted not in officer.roles:
                stored.grant(tx, officer.id, wanted)
            elif not grant and wanted in officer.roles:
                others = [o for o in stored.everyone(tx) if o.id != officer.id and o.has(wanted)]
                if wanted is Role.ADMINISTRATOR and not others:
                    raise NotAllowed(M_("The last administrator cannot be removed."))
                stored.revoke(tx, officer.id, wanted)
            action = "role_granted" if grant else "role_revoked"
            facts = {"login": login, "role": wanted.value}
            self.custody(tx, "store", self.desk.store.id, action, facts)
            officer = stored.by_login(tx, login)
            assert officer is not None
        return changed(self._shown(officer), ("officer", officer.id))

    def login(self) -> dict[str, Any]:
        """Leave a session for this officer on this computer."""
        token = new_token()
        now = self.desk.clock()
        ends = now + self.desk.security("session.hours") * _HOUR_US
        with self.desk.store.write() as tx:
            tx.insert(
                "session",
                {
                    "token_digest": token_digest(token),
                    "officer_id": self.desk.officer.id,
                    "started_at": now,
                    "ends_at": ends,
                },
            )
            self.log_access(tx, "login", None, None)
        write_session(self.desk.store.folder, SessionFile(self.desk.data_key, token))
        return {**self.whoami(), "until": ends}

    def logout(self) -> None:
        """End the session left on this computer."""
        session = read_session(self.desk.store.folder)
        if session is not None:
            with self.desk.store.write() as tx:
                stored.end_session(tx, token_digest(session.token))
                self.log_access(tx, "logout", None, None)
        forget_session(self.desk.store.folder)

    def change_passphrase(self, login: str, passphrase: str) -> Changes[dict[str, Any]]:
        """Give an officer a new passphrase: their own, or by an administrator."""
        if login != self.desk.officer.login:
            self.desk.officer.must_have(Role.ADMINISTRATOR)
        check_passphrase(passphrase)
        with self.desk.store.write() as tx:
            officer = stored.by_login(tx, login)
            if officer is None:
                raise BadInput(M_("There is no officer {login} here.", login=login))
            tx.update("officer", officer.id, verifier=passphrase_verifier(passphrase))
            stored.end_sessions_of(tx, officer.id)
            facts = {"login": login}
            self.custody(tx, "store", self.desk.store.id, "passphrase_changed", facts)
            keys = read_keyfile(self.desk.store.folder)
            write_keyfile(
                self.desk.store.folder, keys.with_wrap(self.desk.data_key, passphrase, login)
            )
        return changed(self._shown(officer), ("officer", officer.id))

    def new_recovery_code(self) -> str:
        """Replace the recovery code; the old one opens nothing any more. Shown once."""
        self.desk.officer.must_have(Role.ADMINISTRATOR)
        code = new_recovery_code()
        with self.desk.store.write() as tx:
            self.custody(tx, "store", self.desk.store.id, "recovery_code_replaced", {})
            keys = read_keyfile(self.desk.store.folder)
            wrapped = keys.with_wrap(self.desk.data_key, plain_code(code), RECOVERY)
            write_keyfile(self.desk.store.folder, wrapped)
        return code

    def set_security(self, name: str, value: str, reason: str) -> Changes[dict[str, Any]]:
        """Change a security setting of the store: an administrator's act, in the chain."""
        self.desk.officer.must_have(Role.ADMINISTRATOR)
        setting = find_setting(name)
        if setting.level != "security":
            raise BadInput(M_("{name} is no security setting.", name=name))
        if name in self.desk.policy:
            raise NotAllowed(M_("{name} is fixed by this computer's policy file.", name=name))
        reason = required(reason, M_("A reason"))
        new = read_value(setting, value)
        old = self.desk.security(name)
        with self.desk.store.write() as tx:
            stored.put_setting(tx, name, new, self.desk.clock(), self.desk.officer.id)
            facts = {"setting": name, "from": old, "to": new, "reason": reason}
            self.custody(tx, "store", self.desk.store.id, "setting_changed", facts)
        return changed({"setting": name, "value": new}, ("setting", name))


def read_role(text: str) -> Role:
    """A role by its word; BadInput listing the known ones."""
    try:
        return Role(text)
    except ValueError:
        raise BadInput(
            M_("{role} is no role.", role=text[:40]),
            M_("Known: {names}", names=", ".join(r.value for r in Role)),
        ) from None
