"""RemovalRequest (削除依頼): one voluntary request to one addressee, to its end."""

from __future__ import annotations

from workbench.domain.clock import DAY
from workbench.domain.errors import M_
from workbench.domain.officer import WORKING, Role
from workbench.domain.workflow import Workflow, moves

_APPROVERS = frozenset({Role.SUPERVISOR})
_WAITING = "sent acknowledged reminded"
_ANSWERED = "sent acknowledged reminded refused still_present"

EVENTS = (
    "sent",
    "acknowledged",
    "claimed_removed",
    "refused",
    "needs_more",
    "wrong_addressee",
    "reminded",
    "confirmed_removed",
    "confirmed_blocked",
    "confirmed_present",
    "withdrawn",
)

# `removed` is a person's finding on two checks at least this far apart.
CHECK_DISTANCE_US = DAY

# From the page outwards; a request to a later layer escalates the earlier ones.
LAYERS = ("page", "platform", "host", "registrar", "search", "app_store", "ad_network", "filter")

REMOVAL_WORKFLOW = Workflow(
    noun="removal",
    names={
        "drafted": M_("drafted"),
        "awaiting_approval": M_("awaiting approval"),
        "sent_back": M_("sent back"),
        "approved": M_("approved"),
        "issued": M_("issued"),
        "sent": M_("sent"),
        "acknowledged": M_("acknowledged"),
        "reminded": M_("reminded"),
        "removed": M_("removed"),
        "blocked_in_japan": M_("blocked in Japan"),
        "still_present": M_("still present"),
        "refused": M_("refused"),
        "withdrawn": M_("withdrawn"),
        "escalated": M_("escalated"),
        "reappeared": M_("reappeared"),
    },
    initial="drafted",
    transitions=(
        *moves("submit", "drafted", "awaiting_approval", WORKING, "removal submit"),
        *moves("approve", "awaiting_approval", "approved", _APPROVERS, "removal approve"),
        *moves("send_back", "awaiting_approval", "sent_back", _APPROVERS, "removal send-back"),
        *moves("redraft", "sent_back", "drafted", WORKING, "removal submit"),
        # What would leave is no longer what was approved.
        *moves("void", "approved awaiting_approval", "drafted", WORKING, "removal issue"),
        *moves("issue", "approved", "issued", WORKING, "removal issue"),
        *moves("sent", "issued", "sent", WORKING, "removal record"),
        *moves("acknowledged", "sent reminded", "acknowledged", WORKING, "removal record"),
        *moves("reminded", _WAITING, "reminded", WORKING, "removal record"),
        *moves("claimed_removed", _ANSWERED, "=", WORKING, "removal record"),
        *moves("needs_more", _WAITING, "=", WORKING, "removal record"),
        *moves("wrong_addressee", _WAITING, "=", WORKING, "removal record"),
        *moves("refused", _WAITING, "refused", WORKING, "removal record"),
        *moves("confirmed_removed", _ANSWERED, "removed", WORKING, "removal record"),
        *moves("confirmed_blocked", _ANSWERED, "blocked_in_japan", WORKING, "removal record"),
        *moves("confirmed_present", _WAITING, "still_present", WORKING, "removal record"),
        *moves(
            "withdrawn",
            "drafted awaiting_approval sent_back approved issued " + _ANSWERED,
            "withdrawn",
            WORKING,
            "removal record",
        ),
        *moves("escalate", _ANSWERED, "escalated", WORKING, "removal draft"),
        *moves("reappear", "removed blocked_in_japan", "reappeared", WORKING, "capture"),
    ),
)
