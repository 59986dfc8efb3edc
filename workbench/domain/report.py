"""Report (案件): one suspicious URL, and its life from registration to closing."""

from __future__ import annotations

from workbench.domain.errors import M_
from workbench.domain.officer import WORKING
from workbench.domain.workflow import Workflow, moves

SOURCES = (
    "patrol",
    "ihc",
    "consultation",
    "volunteer",
    "public",
    "other_prefecture",
    "npa",
    "station",
)

OPEN_STATES = ("registered", "preserved", "assessed", "in_review", "needs_review")
DECIDED_STATES = ("decided", "in_action")

# Handling levels, mildest first (DESIGN: S3 is never displayed, thumbnailed, learned from, exported).
LEVELS = ("S0", "S1", "S2", "S3")
UNDECIDED_LEVEL = "S2"

REPORT_WORKFLOW = Workflow(
    noun="report",
    names={
        "registered": M_("registered"),
        "preserved": M_("preserved"),
        "assessed": M_("assessed"),
        "in_review": M_("in review"),
        "needs_review": M_("needs review"),
        "decided": M_("decided"),
        "in_action": M_("in action"),
        "closed": M_("closed"),
    },
    initial="registered",
    transitions=(
        *moves("preserve", "registered", "preserved", WORKING, "capture"),
        # A later capture (re-check, second look) adds evidence and leaves the state alone.
        *moves(
            "preserve",
            "preserved assessed in_review needs_review decided in_action",
            "=",
            WORKING,
            "capture",
        ),
        *moves("assess", "registered preserved", "assessed", WORKING, "assess"),
        *moves("assess", "assessed in_review needs_review", "=", WORKING, "assess"),
        *moves("claim", "assessed needs_review", "in_review", WORKING, "claim"),
        *moves("claim", "in_review", "=", WORKING, "claim"),
        *moves(
            "ask_review", "in_review", "needs_review", WORKING, "decide --category needs_review"
        ),
        *moves("decide", "in_review", "decided", WORKING, "decide"),
        *moves("act", "decided", "in_action", WORKING, "removal draft, refer draft"),
        *moves("act", "in_action", "=", WORKING, "removal draft, refer draft"),
        *moves("close", "decided in_action", "closed", WORKING, "report close"),
        # A finding is superseded, never edited: new facts lead back to review.
        *moves("reopen", "decided in_action closed", "in_review", WORKING, "claim"),
    ),
)


def stricter(first: str, second: str) -> str:
    """The stricter of two handling levels."""
    return max(first, second, key=LEVELS.index)
