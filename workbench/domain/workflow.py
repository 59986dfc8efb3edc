"""What may happen: transition tables as data, asked by the Desk and by every button."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.domain.errors import M_, Message, NotAllowed
from workbench.domain.officer import Officer, Role, role_list


@dataclass(frozen=True)
class Transition:
    """`action` leads from `source` to `target` for officers holding one of `roles`."""

    action: str
    source: str
    target: str
    roles: frozenset[Role]
    command: str


@dataclass(frozen=True)
class Workflow:
    """The life of one noun: its states with their names, first state and transitions."""

    noun: str
    names: dict[str, Message]
    initial: str
    transitions: tuple[Transition, ...]

    def find(self, state: str, action: str) -> Transition | None:
        return next((t for t in self.transitions if t.source == state and t.action == action), None)

    def actions(self, state: str, officer: Officer) -> tuple[str, ...]:
        """What `officer` may do in `state`; screens enable their buttons from this."""
        return tuple(
            t.action for t in self.transitions if t.source == state and officer.has(*t.roles)
        )

    def advance(self, state: str, action: str, officer: Officer) -> str:
        """The state after `action`; NotAllowed when state or role forbids it."""
        found = self.find(state, action)
        if found is None:
            raise NotAllowed(
                M_(
                    "Not possible now: the state is {state} and {action} does not follow it.",
                    state=self.names[state],
                    action=ACTION_NAMES.get(action, M_(action)),
                )
            )
        if not officer.has(*found.roles):
            raise NotAllowed(
                M_(
                    "{officer} may not do this: {action} needs the role {roles}.",
                    officer=officer.login,
                    action=ACTION_NAMES.get(action, M_(action)),
                    roles=role_list(tuple(sorted(found.roles))),
                )
            )
        return found.target

    def diagram(self) -> str:
        """The table as a Mermaid state diagram; one arrow for all actions between two states."""
        lines = ["stateDiagram-v2", f"    [*] --> {self.initial}"]
        arrows: dict[tuple[str, str], list[str]] = {}
        for t in self.transitions:
            if t.source != t.target:
                arrows.setdefault((t.source, t.target), []).append(t.action)
        lines += [f"    {a} --> {b}: {', '.join(names)}" for (a, b), names in arrows.items()]
        return "\n".join(lines)

    def table(self) -> str:
        """The table as Markdown: action, from, to, roles, command."""
        rows: dict[tuple[str, str, tuple[str, ...], str], list[str]] = {}
        for t in self.transitions:
            target = "(unchanged)" if t.source == t.target else t.target
            key = (t.action, target, tuple(sorted(t.roles)), t.command)
            rows.setdefault(key, []).append(t.source)
        lines = ["| action | from | to | roles | command |", "|---|---|---|---|---|"]
        for (action, target, roles, command), sources in rows.items():
            lines.append(
                f"| {action} | {', '.join(sources)} | {target} | {', '.join(roles)} | `{command}` |"
            )
        return "\n".join(lines)


def moves(
    action: str, sources: str, target: str, roles: frozenset[Role], command: str
) -> tuple[Transition, ...]:
    """One action from several states (`sources` separated by blanks); target `=` keeps the state."""
    return tuple(
        Transition(action, source, source if target == "=" else target, roles, command)
        for source in sources.split()
    )


ACTION_NAMES: dict[str, Message] = {
    "preserve": M_("preserving"),
    "assess": M_("assessing"),
    "claim": M_("claiming"),
    "decide": M_("deciding"),
    "ask_review": M_("asking for review"),
    "act": M_("acting"),
    "close": M_("closing"),
    "reopen": M_("reopening"),
    "submit": M_("submitting"),
    "approve": M_("approving"),
    "send_back": M_("sending back"),
    "redraft": M_("drafting again"),
    "void": M_("voiding the approval"),
    "issue": M_("issuing"),
    "package": M_("packaging"),
    "sent": M_("recording that it was sent"),
    "acknowledged": M_("recording an acknowledgement"),
    "claimed_removed": M_("recording an answer that claims removal"),
    "refused": M_("recording a refusal"),
    "needs_more": M_("recording that more is asked for"),
    "wrong_addressee": M_("recording a wrong addressee"),
    "reminded": M_("recording a reminder"),
    "confirmed_removed": M_("confirming the removal"),
    "confirmed_blocked": M_("confirming that it is blocked in Japan"),
    "confirmed_present": M_("confirming that it is still present"),
    "withdrawn": M_("withdrawing"),
    "escalate": M_("escalating"),
    "reappear": M_("recording a re-appearance"),
    "delivered": M_("recording the delivery"),
    "received": M_("recording the receipt"),
    "returned": M_("recording the return"),
    "closed": M_("closing"),
}
