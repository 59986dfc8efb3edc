"""Who acts: officers and their roles."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from workbench.domain.errors import M_, Message, NotAllowed


class Role(StrEnum):
    """What an officer is trusted with; child-protection permission is a separate mark."""

    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    LIAISON = "liaison"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


ROLE_NAMES: dict[Role, Message] = {
    Role.OFFICER: M_("officer"),
    Role.SUPERVISOR: M_("supervisor"),
    Role.LIAISON: M_("liaison officer"),
    Role.ADMINISTRATOR: M_("administrator"),
    Role.AUDITOR: M_("auditor"),
}

WORKING = frozenset({Role.OFFICER, Role.SUPERVISOR})
READING = frozenset(Role)


@dataclass(frozen=True)
class Officer:
    """One person known to the store."""

    id: str
    login: str
    name: str
    office_id: str
    roles: frozenset[Role]
    child_protection: bool = False
    active: bool = True

    def has(self, *roles: Role) -> bool:
        return self.active and not self.roles.isdisjoint(roles)

    def must_have(self, *roles: Role) -> None:
        """Raise NotAllowed, naming the roles, unless the officer holds one of them."""
        if not self.has(*roles):
            raise NotAllowed(
                M_(
                    "{officer} may not do this: it needs the role {roles}.",
                    officer=self.login,
                    roles=role_list(roles),
                )
            )


def role_list(roles: tuple[Role, ...]) -> Message:
    """Roles as one text: a, b or c."""
    names = [ROLE_NAMES[role] for role in roles]
    text = names[0]
    for name in names[1:]:
        text = M_("{first} or {second}", first=text, second=name)
    return text
