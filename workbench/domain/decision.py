"""Decision (判定): a person's finding; superseded, never edited."""

from __future__ import annotations

MEASURES = (
    "removal_request",
    "takedown",
    "referral",
    "warning_reply",
    "account_freeze_request",
    "ihc_report",
    "npa_report",
    "partner_notice",
    "protection",
    "guidance",
    "watch",
    "none",
)

RESULT_CODES = (
    "removed",
    "arrested",
    "sent_to_prosecutor",
    "other_prefecture",
    "not_a_case",
    "guidance_given",
    "no_action",
    "duplicate",
)

NEEDS_REVIEW = "needs_review"
NOT_APPLICABLE = "not_applicable"
