"""Custody chains and seals: making seals, and finding what does not fit."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.domain.custody import GENESIS, canonical_json
from workbench.domain.signature import fingerprint_of, signature_fits
from workbench.evidence import merkle

SEAL_FORMAT = "patrol-workbench-seal/1"


@dataclass(frozen=True)
class Head:
    """The last entry of one subject's chain."""

    subject_id: str
    subject_kind: str
    seq: int
    entry_hash: str

    def leaf(self) -> bytes:
        """The bytes the tree is built over."""
        return canonical_json(
            {
                "entry_hash": self.entry_hash,
                "kind": self.subject_kind,
                "seq": self.seq,
                "subject": self.subject_id,
            }
        )


@dataclass(frozen=True)
class Seal:
    """All chain heads at a moment: the signed statement and its signature."""

    number: int
    statement: str
    signature: str
    signer: str
    position: int
    root: str
    at_us: int


def make_seal(
    *,
    store: str,
    number: int,
    previous: str,
    position: int,
    at_us: int,
    heads: Iterable[Head],
    public: str,
    sign: Callable[[bytes], str],
) -> tuple[Seal, list[list[bytes]]]:
    """A seal over `heads` (all subjects) and the tree it stands on.

    `previous` is the SHA-256 of the previous seal's statement (GENESIS for the first), `position`
    the last custody entry covered.
    """
    ordered = sorted(heads, key=lambda head: head.subject_id)
    tree = merkle.levels([head.leaf() for head in ordered])
    root = merkle.root(tree).hex()
    statement = canonical_json(
        {
            "at_us": at_us,
            "format": SEAL_FORMAT,
            "number": number,
            "position": position,
            "previous": previous,
            "public_key": public,
            "root": root,
            "store": store,
            "subjects": len(ordered),
        }
    )
    seal = Seal(
        number,
        statement.decode(),
        sign(statement),
        fingerprint_of(public),
        position,
        root,
        at_us,
    )
    return seal, tree


def statement_digest(statement: str) -> str:
    """What the next seal names as its previous one."""
    return hashlib.sha256(statement.encode()).hexdigest()


def read_statement(statement: str) -> dict[str, Any]:
    """The statement's fields; ValueError when it is not canonical or not a seal."""
    fields = json.loads(statement)
    if not isinstance(fields, dict) or fields.get("format") != SEAL_FORMAT:
        raise ValueError("not a seal")
    if canonical_json(fields) != statement.encode():
        raise ValueError("not canonical")
    for name, kind in (
        ("at_us", int),
        ("number", int),
        ("position", int),
        ("previous", str),
        ("public_key", str),
        ("root", str),
        ("store", str),
        ("subjects", int),
    ):
        if type(fields.get(name)) is not kind:
            raise ValueError(name)
    return fields


def seal_problem(statement: str, signature: str) -> str | None:
    """Why the seal's own statement and signature do not hold, or None."""
    try:
        fields = read_statement(statement)
    except (ValueError, TypeError, RecursionError):
        return "statement"
    if not signature_fits(fields["public_key"], statement.encode(), signature):
        return "signature"
    return None


@dataclass(frozen=True)
class ChainProblem:
    """The first entry that does not fit, and why."""

    subject_id: str
    seq: int
    why: str

    def __str__(self) -> str:
        return f"{self.subject_id} #{self.seq}: {self.why}"


def chain_problem(
    subject_kind: str, subject_id: str, entries: Sequence[tuple[int, str, str, str]]
) -> ChainProblem | None:
    """Check one subject's whole chain, oldest first.

    `entries` are (seq, body, previous_hash, entry_hash). The body must be canonical, name this
    subject and place, and hold the hash of the entry before it.
    """
    previous = GENESIS
    for place, (seq, body, previous_hash, entry_hash) in enumerate(entries, start=1):

        def problem(why: str, at: int = place) -> ChainProblem:
            return ChainProblem(subject_id, at, why)

        if seq != place:
            return problem("missing or reordered")
        if hashlib.sha256(body.encode()).hexdigest() != entry_hash:
            return problem("hash differs")
        if previous_hash != previous:
            return problem("previous hash differs")
        try:
            fields = json.loads(body)
            canonical = canonical_json(fields) == body.encode()
        except (ValueError, TypeError, RecursionError):
            return problem("not readable")
        if not canonical or not isinstance(fields, dict):
            return problem("not canonical")
        subject = {"id": subject_id, "kind": subject_kind}
        if (fields.get("seq"), fields.get("previous"), fields.get("subject")) != (
            seq,
            previous,
            subject,
        ):
            return problem("names another place")
        previous = entry_hash
    return None
