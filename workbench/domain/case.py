"""Case (事件) and Referral (引継ぎ): linked reports, and one hand-over of them."""

from __future__ import annotations

from workbench.domain.errors import M_
from workbench.domain.officer import WORKING, Role
from workbench.domain.workflow import Workflow, moves

_APPROVERS = frozenset({Role.SUPERVISOR})
_CARRIERS = WORKING | {Role.LIAISON}

EVENTS = ("delivered", "received", "returned", "closed")

CASE_WORKFLOW = Workflow(
    noun="case",
    names={"open": M_("open"), "closed": M_("closed")},
    initial="open",
    transitions=(*moves("close", "open", "closed", WORKING, "refer record --event closed"),),
)

REFERRAL_WORKFLOW = Workflow(
    noun="referral",
    names={
        "drafted": M_("drafted"),
        "awaiting_approval": M_("awaiting approval"),
        "sent_back": M_("sent back"),
        "approved": M_("approved"),
        "packaged": M_("packaged"),
        "delivered": M_("delivered"),
        "received": M_("received"),
        "closed": M_("closed"),
    },
    initial="drafted",
    transitions=(
        *moves("submit", "drafted", "awaiting_approval", WORKING, "refer submit"),
        *moves("approve", "awaiting_approval", "approved", _APPROVERS, "refer approve"),
        *moves("send_back", "awaiting_approval", "sent_back", _APPROVERS, "refer send-back"),
        *moves("redraft", "sent_back", "drafted", WORKING, "refer submit"),
        *moves("void", "approved awaiting_approval", "drafted", WORKING, "export"),
        *moves("package", "approved", "packaged", WORKING, "export"),
        # The same package may be written out again: its chains and seal are frozen.
        *moves("package", "packaged delivered received closed", "=", WORKING, "export"),
        *moves("delivered", "packaged", "delivered", _CARRIERS, "refer record"),
        *moves("received", "delivered", "received", _CARRIERS, "refer record"),
        *moves("returned", "delivered received", "packaged", _CARRIERS, "refer record"),
        *moves("closed", "received", "closed", _CARRIERS, "refer record"),
    ),
)
