"""CustodyEntry (証拠の受渡し記録): who did what to which thing when, chained by hash.

An entry is canonical JSON (RFC 8785) and holds the SHA-256 of the previous entry of the same
subject, so one subject's chain can be verified alone. Content is named by digest only.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import rfc8785

SUBJECT_KINDS = ("report", "removal", "case", "referral", "store")
GENESIS = "0" * 64


def canonical_json(value: Any) -> bytes:
    """`value` as RFC 8785 bytes; integers beyond 2**53 and lone surrogates are refused."""
    return rfc8785.dumps(value)


def digest_of(value: Any) -> str:
    """SHA-256 (hex) of the canonical JSON of `value`."""
    return hashlib.sha256(canonical_json(value)).hexdigest()


@dataclass(frozen=True)
class CustodyEntry:
    """One link: `body` is the canonical JSON text, `entry_hash` its SHA-256 (hex)."""

    subject_kind: str
    subject_id: str
    seq: int
    body: str
    previous_hash: str
    entry_hash: str


def make_entry(
    *,
    store: str,
    subject_kind: str,
    subject_id: str,
    seq: int,
    previous_hash: str,
    at_us: int,
    officer_id: str,
    officer: str,
    workstation: str,
    action: str,
    facts: Mapping[str, Any],
    content: Iterable[Mapping[str, str]],
) -> CustodyEntry:
    """The next link of a subject's chain.

    `facts` are small JSON values; `content` names the rows written by the act, each as
    `{"table", "id", "sha256"}` over the row's canonical JSON.
    """
    body = canonical_json(
        {
            "action": action,
            "at_us": at_us,
            "content": list(content),
            "facts": dict(facts),
            "officer": officer,
            "officer_id": officer_id,
            "previous": previous_hash,
            "seq": seq,
            "store": store,
            "subject": {"id": subject_id, "kind": subject_kind},
            "workstation": workstation,
        }
    )
    return CustodyEntry(
        subject_kind,
        subject_id,
        seq,
        body.decode(),
        previous_hash,
        hashlib.sha256(body).hexdigest(),
    )
