"""Every table of the store, in portable column types.

Ids are UUID texts, times UTC microseconds (BIGINT), structured values canonical JSON texts.
Rows named in `APPEND_ONLY` are never changed or deleted; `triggers.py` makes the database refuse.
"""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator

from workbench.domain.custody import canonical_json


class Json(TypeDecorator[Any]):
    """A JSON value kept as canonical text, the same bytes on every engine."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> str | None:
        return None if value is None else canonical_json(value).decode()

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> Any:
        return None if value is None else json.loads(value)


metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _id() -> sa.Column[str]:
    return sa.Column("id", sa.String(36), primary_key=True)


def _ref(name: str, target: str, *, nullable: bool = False, index: bool = False) -> sa.Column[str]:
    return sa.Column(
        name, sa.String(36), sa.ForeignKey(f"{target}.id"), nullable=nullable, index=index
    )


def _time(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=nullable)


def _word(name: str, *, nullable: bool = False, index: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(64), nullable=nullable, index=index)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    if nullable:
        return sa.Column(name, sa.Text)
    return sa.Column(name, sa.Text, nullable=False, server_default="")


# --- the store itself ---------------------------------------------------------------------------

store_fact = sa.Table(
    "store_fact",
    metadata,
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)

setting = sa.Table(
    "setting",
    metadata,
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("value", Json, nullable=False),
    _time("changed_at"),
    _word("changed_by"),
)

number_counter = sa.Table(
    "number_counter",
    metadata,
    sa.Column("prefix", sa.String(8), primary_key=True),
    sa.Column("year", sa.String(8), primary_key=True),
    sa.Column("kind", sa.String(16), primary_key=True),
    sa.Column("last", sa.Integer, nullable=False),
)

office = sa.Table(
    "office",
    metadata,
    _id(),
    sa.Column("prefix", sa.String(8), nullable=False, unique=True),
    _text("name"),
    _text("prefecture"),
    _text("contact"),
    sa.Column("liaison_officer_id", sa.String(36)),
    sa.Column("sharing_scope", sa.String(16), nullable=False, server_default="office"),
)

officer = sa.Table(
    "officer",
    metadata,
    _id(),
    sa.Column("login", sa.String(64), nullable=False, unique=True),
    _text("name"),
    _ref("office_id", "office"),
    sa.Column("child_protection", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("active", sa.Boolean, nullable=False, server_default=sa.true()),
    # Argon2id of the passphrase: keys.json lies outside the store and may be exchanged, this not.
    _text("verifier"),
    _time("created_at"),
)

officer_role = sa.Table(
    "officer_role",
    metadata,
    sa.Column("officer_id", sa.String(36), sa.ForeignKey("officer.id"), primary_key=True),
    sa.Column("role", sa.String(16), primary_key=True),
)

session = sa.Table(
    "session",
    metadata,
    # SHA-256 of the token in the runtime file, so that reading the table opens no session.
    sa.Column("token_digest", sa.String(64), primary_key=True),
    _ref("officer_id", "officer"),
    _time("started_at"),
    _time("ends_at"),
)

access_log = sa.Table(
    "access_log",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    _time("at"),
    _ref("officer_id", "officer", nullable=True),
    _word("act", index=True),
    sa.Column("subject_kind", sa.String(16)),
    sa.Column("subject_id", sa.String(36)),
    sa.Column("details", Json, nullable=False),
)

signing_key = sa.Table(
    "signing_key",
    metadata,
    sa.Column("fingerprint", sa.String(64), primary_key=True),
    _text("public_key"),
    _text("wrapped_key"),
    _time("created_at"),
    _time("retired_at", nullable=True),
)

# --- reports ------------------------------------------------------------------------------------

import_batch = sa.Table(
    "import_batch",
    metadata,
    _id(),
    _text("file_name"),
    sa.Column("file_sha256", sa.String(64), nullable=False),
    _word("source"),
    _word("state"),
    # Rows read so far: an interrupted batch goes on behind this row.
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("rows", sa.Integer, nullable=False),
    sa.Column("new", sa.Integer, nullable=False),
    sa.Column("duplicate", sa.Integer, nullable=False),
    sa.Column("rejected", sa.Integer, nullable=False),
    _time("started_at"),
    _time("ended_at", nullable=True),
    _ref("officer_id", "officer"),
)

import_rejection = sa.Table(
    "import_rejection",
    metadata,
    sa.Column("batch_id", sa.String(36), sa.ForeignKey("import_batch.id"), primary_key=True),
    sa.Column("row", sa.Integer, primary_key=True),
    sa.Column("reason", Json, nullable=False),
    _text("raw"),
)

report = sa.Table(
    "report",
    metadata,
    _id(),
    sa.Column("origin_store", sa.String(36), nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("number", sa.String(32), nullable=False, unique=True),
    _text("url_entered"),
    _text("url_canonical"),
    # SHA-256 of the canonical URL: URLs can be longer than an index entry may be.
    sa.Column("url_digest", sa.String(64), nullable=False, unique=True),
    sa.Column("url_repairs", Json, nullable=False),
    sa.Column("host", sa.String(255), nullable=False, index=True),
    sa.Column("registrable_domain", sa.String(255), nullable=False, index=True),
    _text("note"),
    _text("brand"),
    _text("category_hint"),
    _text("post_id"),
    _text("account_id"),
    _text("display_name"),
    _text("posted_text"),
    _time("posted_at", nullable=True),
    sa.Column("viewing_environment", Json, nullable=False),
    _text("search_words"),
    _word("state"),
    sa.Column("hold", sa.Boolean, nullable=False, server_default=sa.false()),
    _text("hold_reason"),
    sa.Column("sightings", sa.Integer, nullable=False),
    sa.Column("score", sa.Integer, nullable=False),
    _word("band"),
    # What the queue is sorted by: (band rank, score, id), kept here so that a page is one index walk.
    sa.Column("band_rank", sa.SmallInteger, nullable=False),
    sa.Column("open", sa.Boolean, nullable=False),
    sa.Column("assessment_id", sa.String(36)),
    sa.Column("decision_id", sa.String(36)),
    sa.Column("priority_id", sa.String(36)),
    # What the priority rests on and whether a person set the band: kept here, so that a long
    # queue is weighed anew from one narrow index.
    _text("basis"),
    sa.Column("by_hand", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("result_code", sa.String(32)),
    _time("registered_at"),
    _ref("registered_by", "officer"),
    _ref("office_id", "office"),
    # Given to an officer by a supervisor; another officer's "next report" passes it over.
    _ref("assigned_to", "officer", nullable=True),
    sa.Index("ix_report_state", "state", "id"),
)

# Exactly the order of the queue, so that a page and the whole order are one walk of the index.
sa.Index(
    "ix_report_queue",
    report.c.open,
    report.c.band_rank.desc(),
    report.c.score.desc(),
    report.c.id,
    # Last, so that "the next free one" is found without leaving the index.
    report.c.state,
    report.c.assigned_to,
)

sa.Index(
    "ix_report_weighing",
    report.c.open,
    report.c.id,
    report.c.score,
    report.c.band_rank,
    report.c.by_hand,
    report.c.basis,
)

sighting = sa.Table(
    "sighting",
    metadata,
    _id(),
    _ref("report_id", "report", index=True),
    _word("source"),
    _text("receipt_number"),
    _text("received_text"),
    _time("received_at", nullable=True),
    _text("url_entered"),
    _text("note"),
    _text("brand"),
    _text("category_hint"),
    _text("search_words"),
    sa.Column("extra", Json, nullable=False),
    _ref("batch_id", "import_batch", nullable=True),
    sa.Column("batch_row", sa.Integer),
    _time("registered_at"),
    _ref("officer_id", "officer"),
    sa.Index("uq_sighting_batch_row", "batch_id", "batch_row", unique=True),
)

capture = sa.Table(
    "capture",
    metadata,
    _id(),
    _ref("report_id", "report", index=True),
    _word("outcome"),
    sa.Column("reason", Json),
    _text("requested_url"),
    _text("final_url"),
    sa.Column("status", sa.Integer),
    sa.Column("ip", sa.String(64)),
    sa.Column("certificate_sha256", sa.String(64)),
    sa.Column("headers", Json, nullable=False),
    sa.Column("hops", Json, nullable=False),
    _text("content_type"),
    _text("title"),
    _text("page_text"),
    _time("started_at"),
    _time("finished_at"),
    sa.Column("clock_offset_us", sa.BigInteger),
    _text("time_source"),
    _text("workstation"),
    _text("witness"),
    sa.Column("tools", Json, nullable=False),
    _ref("officer_id", "officer"),
)

exhibit = sa.Table(
    "exhibit",
    metadata,
    _id(),
    _ref("report_id", "report", index=True),
    _ref("capture_id", "capture", nullable=True, index=True),
    sa.Column("removal_id", sa.String(36), index=True),
    _word("role"),
    sa.Column("sha256", sa.String(64), nullable=False, index=True),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("media_type", sa.String(127), nullable=False),
    _text("original_name"),
    sa.Column("facts", Json, nullable=False),
    sa.Column("blob_id", sa.String(64), nullable=False, unique=True),
    _time("created_at"),
    _ref("officer_id", "officer"),
)

exhibit_key = sa.Table(
    "exhibit_key",
    metadata,
    sa.Column("exhibit_id", sa.String(36), sa.ForeignKey("exhibit.id"), primary_key=True),
    _text("wrapped_key"),
)

exhibit_level = sa.Table(
    "exhibit_level",
    metadata,
    _id(),
    _ref("exhibit_id", "exhibit", index=True),
    sa.Column("level", sa.String(2), nullable=False),
    _text("reason"),
    # Who: an officer's id, or "machine", which may only raise.
    _word("set_by"),
    _time("set_at"),
)

identifier = sa.Table(
    "identifier",
    metadata,
    _id(),
    _ref("report_id", "report", index=True),
    _ref("capture_id", "capture", nullable=True),
    _word("kind"),
    sa.Column("value", sa.String(512), nullable=False),
    _text("seen"),
    sa.Index("ix_identifier_kind_value", "kind", "value"),
    sa.Index("uq_identifier_report", "report_id", "kind", "value", unique=True),
)

assessment = sa.Table(
    "assessment",
    metadata,
    _id(),
    _ref("report_id", "report", index=True),
    _word("model_id"),
    # SHA-256 of the assessed text, so that spans are read against the text they were made for.
    sa.Column("text_digest", sa.String(64), nullable=False),
    _text("assessed_text"),
    sa.Column("labels", Json, nullable=False),
    sa.Column("abstained", sa.Boolean, nullable=False),
    sa.Column("grounds", Json, nullable=False),
    _time("created_at"),
)

priority = sa.Table(
    "priority",
    metadata,
    _id(),
    _ref("report_id", "report", index=True),
    sa.Column("score", sa.Integer, nullable=False),
    _word("computed_band"),
    _word("band"),
    sa.Column("factors", Json, nullable=False),
    # What the factors rest on, in one short line (`domain.priority.basis_of`).
    _text("basis"),
    _word("weights_version"),
    _text("override_reason"),
    _ref("officer_id", "officer", nullable=True),
    _time("created_at"),
)

# The weights the office set itself, newest last; without any, those of the reference data hold.
weights = sa.Table(
    "weights",
    metadata,
    _id(),
    _word("version"),
    sa.Column("document", Json, nullable=False),
    _text("reason"),
    _ref("officer_id", "officer"),
    _time("created_at"),
)

decision = sa.Table(
    "decision",
    metadata,
    _id(),
    _ref("report_id", "report", index=True),
    _word("category"),
    _word("legality"),
    _text("law"),
    _text("reason"),
    sa.Column("measures", Json, nullable=False),
    # What was opened before deciding, and how long the report was open.
    sa.Column("opened", Json, nullable=False),
    sa.Column("supersedes", sa.String(36)),
    _ref("officer_id", "officer"),
    _time("decided_at"),
)

lease = sa.Table(
    "lease",
    metadata,
    sa.Column("subject_kind", sa.String(16), primary_key=True),
    sa.Column("subject_id", sa.String(36), primary_key=True),
    _ref("owner", "officer"),
    _time("until"),
    sa.Column("fence", sa.BigInteger, nullable=False),
    sa.Index("ix_lease_owner", "owner", "until"),
)

# How many open reports stand in each band: kept by triggers (`store.triggers`), since counting a
# million takes longer than an officer waits.
queue_count = sa.Table(
    "queue_count",
    metadata,
    sa.Column("band_rank", sa.SmallInteger, primary_key=True, autoincrement=False),
    sa.Column("reports", sa.Integer, nullable=False),
)

# What an officer has typed and not sent yet: kept over a crash, no part of any record.
draft = sa.Table(
    "draft",
    metadata,
    sa.Column("officer_id", sa.String(36), sa.ForeignKey("officer.id"), primary_key=True),
    sa.Column("place", sa.String(32), primary_key=True),
    sa.Column("content", Json, nullable=False),
    _time("kept_at"),
)

# --- what leaves the office ---------------------------------------------------------------------

removal = sa.Table(
    "removal",
    metadata,
    _id(),
    sa.Column("origin_store", sa.String(36), nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("number", sa.String(32), nullable=False, unique=True),
    _ref("report_id", "report", index=True),
    _word("addressee"),
    _word("layer"),
    _word("kind"),
    _word("state", index=True),
    sa.Column("language", sa.String(2), nullable=False),
    sa.Column("letter", Json, nullable=False),
    _ref("letter_exhibit_id", "exhibit", nullable=True),
    _ref("text_exhibit_id", "exhibit", nullable=True),
    # The day the letter names for an answer: 目安, a voluntary request binds nobody.
    sa.Column("answer_by", sa.String(10)),
    sa.Column("next_step_of", sa.String(36)),
    _time("drafted_at"),
    _ref("drafted_by", "officer"),
    _time("issued_at", nullable=True),
    _time("ended_at", nullable=True),
)

removal_event = sa.Table(
    "removal_event",
    metadata,
    _id(),
    _ref("removal_id", "removal", index=True),
    _word("event"),
    _text("note"),
    sa.Column("details", Json, nullable=False),
    _time("at"),
    _ref("officer_id", "officer"),
)

approval = sa.Table(
    "approval",
    metadata,
    _id(),
    sa.Column("subject_kind", sa.String(16), nullable=False),
    sa.Column("subject_id", sa.String(36), nullable=False),
    # SHA-256 of the canonical JSON in `what`: exactly what leaves.
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("what", Json, nullable=False),
    _ref("officer_id", "officer"),
    _time("at"),
    sa.Index("ix_approval_subject", "subject_kind", "subject_id"),
)

approval_void = sa.Table(
    "approval_void",
    metadata,
    sa.Column("approval_id", sa.String(36), sa.ForeignKey("approval.id"), primary_key=True),
    sa.Column("reason", Json, nullable=False),
    _ref("officer_id", "officer"),
    _time("at"),
)

case_file = sa.Table(
    "case_file",
    metadata,
    _id(),
    sa.Column("origin_store", sa.String(36), nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("number", sa.String(32), nullable=False, unique=True),
    _text("title"),
    _text("suspected_offence"),
    _text("note"),
    _word("state"),
    _time("opened_at"),
    _ref("opened_by", "officer"),
    _time("closed_at", nullable=True),
)

case_report = sa.Table(
    "case_report",
    metadata,
    sa.Column("case_id", sa.String(36), sa.ForeignKey("case_file.id"), primary_key=True),
    sa.Column("report_id", sa.String(36), sa.ForeignKey("report.id"), primary_key=True, index=True),
    _time("added_at"),
    _ref("added_by", "officer"),
)

referral = sa.Table(
    "referral",
    metadata,
    _id(),
    sa.Column("origin_store", sa.String(36), nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("number", sa.String(32), nullable=False, unique=True),
    _ref("case_id", "case_file", index=True),
    _word("division"),
    _text("suspected_offence"),
    _text("jurisdiction_reason"),
    _text("request"),
    _word("state"),
    _text("result_code"),
    _time("drafted_at"),
    _ref("drafted_by", "officer"),
    _time("closed_at", nullable=True),
)

referral_event = sa.Table(
    "referral_event",
    metadata,
    _id(),
    _ref("referral_id", "referral", index=True),
    _word("event"),
    _text("note"),
    sa.Column("details", Json, nullable=False),
    _time("at"),
    _ref("officer_id", "officer"),
)

package = sa.Table(
    "package",
    metadata,
    _id(),
    # One row a referral: chains and seal are frozen at the first export and reused after.
    sa.Column(
        "referral_id", sa.String(36), sa.ForeignKey("referral.id"), nullable=False, unique=True
    ),
    _ref("approval_id", "approval"),
    sa.Column("content", Json, nullable=False),
    sa.Column("content_sha256", sa.String(64), nullable=False),
    sa.Column("chains", Json, nullable=False),
    _ref("seal_id", "seal"),
    sa.Column("proofs", Json, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    _ref("officer_id", "officer"),
)

# --- custody ------------------------------------------------------------------------------------

custody_entry = sa.Table(
    "custody_entry",
    metadata,
    # The order in which all entries were written; a seal covers all up to its position.
    sa.Column("position", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("subject_kind", sa.String(16), nullable=False),
    sa.Column("subject_id", sa.String(36), nullable=False),
    sa.Column("seq", sa.Integer, nullable=False),
    _text("body"),
    sa.Column("previous_hash", sa.String(64), nullable=False),
    sa.Column("entry_hash", sa.String(64), nullable=False),
    sa.Index("uq_custody_entry_subject_seq", "subject_id", "seq", unique=True),
)

custody_head = sa.Table(
    "custody_head",
    metadata,
    sa.Column("subject_id", sa.String(36), primary_key=True),
    sa.Column("subject_kind", sa.String(16), nullable=False),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("entry_hash", sa.String(64), nullable=False),
)

seal = sa.Table(
    "seal",
    metadata,
    _id(),
    sa.Column("number", sa.Integer, nullable=False, unique=True),
    # The signed statement as canonical JSON text, and its Ed25519 signature (hex).
    _text("statement"),
    _text("signature"),
    _word("signer"),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("root", sa.String(64), nullable=False),
    _time("at"),
)

APPEND_ONLY = (
    access_log,
    import_rejection,
    sighting,
    capture,
    exhibit,
    exhibit_level,
    assessment,
    priority,
    weights,
    decision,
    removal_event,
    referral_event,
    approval,
    approval_void,
    package,
    custody_entry,
    seal,
)

# Columns that append-only tables gained after rows had been named in custody, and the value that
# those rows have: at this value a column is no part of the digest (see `store.content_of`).
LATER_COLUMNS: dict[sa.Table, dict[str, object]] = {priority: {"basis": ""}}

# Columns of rows that do change which never may: what a thing is and where it came from.
FIXED_COLUMNS = {
    report: (
        "id",
        "origin_store",
        "number",
        "url_entered",
        "url_canonical",
        "url_digest",
        "registered_at",
        "registered_by",
    ),
    removal: ("id", "origin_store", "number", "report_id", "addressee", "drafted_at", "drafted_by"),
    case_file: ("id", "origin_store", "number", "opened_at", "opened_by"),
    referral: ("id", "origin_store", "number", "case_id", "drafted_at", "drafted_by"),
    signing_key: ("fingerprint", "public_key", "created_at"),
    officer: ("id", "login", "created_at"),
}
