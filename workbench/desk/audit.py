"""Seals over all chains, and checking everything the store holds against them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from workbench.desk.part import DeskPart
from workbench.domain.custody import GENESIS
from workbench.domain.errors import EvidenceDamaged
from workbench.domain.ids import new_id
from workbench.domain.officer import READING, Role
from workbench.evidence import merkle
from workbench.evidence.chains import (
    Head,
    chain_problem,
    make_seal,
    read_statement,
    seal_problem,
    statement_digest,
)
from workbench.store import custody as stored
from workbench.store import officers as stored_officers
from workbench.store import reports as stored_reports
from workbench.store.store import Reading, Row, Writing

_PAGE = 500


@dataclass(frozen=True)
class Sealed:
    """A seal just made, and the tree for inclusion proofs."""

    id: str
    tree: list[list[bytes]]
    places: dict[str, int]

    def proof(self, subject_id: str) -> dict[str, Any]:
        """Place and audit path (hex) of a subject's chain under the seal."""
        index = self.places[subject_id]
        path = [step.hex() for step in merkle.inclusion_proof(self.tree, index)]
        return {"index": index, "path": path}


def _head(row: Row) -> Head:
    return Head(row["subject_id"], row["subject_kind"], row["seq"], row["entry_hash"])


class Audit(DeskPart):
    """`audit verify` and the seals it checks against."""

    def access_log(self, limit: int = 1_000) -> list[Row]:
        """Who searched, opened and exported what: the newest entries first."""
        self.desk.officer.must_have(Role.AUDITOR, Role.SUPERVISOR, Role.ADMINISTRATOR)
        with self.desk.store.read() as tx:
            return stored_officers.access_entries(tx, limit)

    def access_shown(self, limit: int = 1_000) -> list[dict[str, Any]]:
        """The access log for a screen: with the officer's name and the report's number."""
        rows = self.access_log(limit)
        with self.desk.store.read() as tx:
            officers = {o.id: o.name for o in stored_officers.everyone(tx)}
            subjects: dict[str, str] = {}
            for kind, table in (("report", "report"), ("referral", "referral")):
                ids = {r["subject_id"] for r in rows if r["subject_kind"] == kind}
                found = tx.many(table, ids - {None})
                subjects |= {i: str(row["number"]) for i, row in found.items()}
        return [
            {
                "at": row["at"],
                "officer": officers.get(row["officer_id"], ""),
                "act": row["act"],
                "number": subjects.get(row["subject_id"] or "", ""),
                "details": row["details"],
            }
            for row in rows
        ]

    def seals(self) -> list[Row]:
        """Every seal, oldest first."""
        with self.desk.store.read() as tx:
            return stored.seals(tx)

    def seal_in(self, tx: Writing) -> Sealed:
        """Seal all chain heads as they stand in this transaction."""
        previous = stored.last_seal(tx)
        position = stored.last_position(tx)
        heads = [_head(row) for row in stored.heads_at(tx, position)]
        signing = self.desk.signing_key
        seal, tree = make_seal(
            store=self.desk.store.id,
            number=previous["number"] + 1 if previous else 1,
            previous=statement_digest(previous["statement"]) if previous else GENESIS,
            position=position,
            at_us=self.desk.clock(),
            heads=heads,
            public=signing.public,
            sign=signing.sign,
        )
        row: Row = {
            "id": new_id(),
            "number": seal.number,
            "statement": seal.statement,
            "signature": seal.signature,
            "signer": seal.signer,
            "position": seal.position,
            "root": seal.root,
            "at": seal.at_us,
        }
        tx.insert("seal", row)
        return Sealed(row["id"], tree, {head.subject_id: i for i, head in enumerate(heads)})

    def verify(
        self,
        progress: Callable[[int], None] | None = None,
        known_damaged: Collection[str] = (),
    ) -> dict[str, Any]:
        """Check the database, every chain, the rows they name, every seal and every exhibit.

        Returns {"ok", "entries", "seals", "exhibits", "first_bad"}; `first_bad` names the first
        thing found wrong, or is None. The bytes of exhibits in `known_damaged` are not asked for.
        """
        self.desk.officer.must_have(*sorted(READING))
        counts = {"entries": 0, "seals": 0, "exhibits": 0}
        try:
            first_bad = self._first_bad(counts, progress, known_damaged)
        except EvidenceDamaged as error:
            first_bad = str(error)
        return {"ok": first_bad is None, **counts, "first_bad": first_bad}

    def _first_bad(
        self,
        counts: dict[str, int],
        progress: Callable[[int], None] | None,
        known_damaged: Collection[str],
    ) -> str | None:
        problems = self.desk.store.problems()
        if problems:
            return f"store: {problems[0]}"
        with self.desk.store.read() as tx:
            return (
                self._bad_chain(tx, counts, progress)
                or self._bad_seal(tx, counts)
                or self._bad_exhibit(tx, counts, known_damaged)
            )

    def _bad_chain(
        self, tx: Reading, counts: dict[str, int], progress: Callable[[int], None] | None
    ) -> str | None:
        heads = []
        for kind, subject, entries in stored.entries_by_subject(tx):
            rows = [(e["seq"], e["body"], e["previous_hash"], e["entry_hash"]) for e in entries]
            problem = chain_problem(kind, subject, rows)
            if problem is not None:
                return str(problem)
            for entry in entries:
                why = stored.record_problem(tx, stored.named_rows(entry["body"]))
                if why is not None:
                    return f"{subject} #{entry['seq']}: {why}"
            heads.append((subject, entries[-1]["seq"], entries[-1]["entry_hash"]))
            counts["entries"] += len(entries)
            if progress is not None:
                progress(counts["entries"])
        kept = [(h["subject_id"], h["seq"], h["entry_hash"]) for h in stored.stored_heads(tx)]
        if kept != heads:
            odd = sorted(set(kept) ^ set(heads))
            return f"{odd[0][0]}: the chain does not end where it was left"
        return None

    def _bad_seal(self, tx: Reading, counts: dict[str, int]) -> str | None:
        keys = {row["fingerprint"]: row["public_key"] for row in stored_officers.signing_keys(tx)}
        previous = GENESIS
        for place, seal in enumerate(stored.seals(tx), start=1):
            name = f"seal {seal['number']}"
            why = seal_problem(seal["statement"], seal["signature"])
            if why is not None:
                return f"{name}: {why}"
            fields = read_statement(seal["statement"])
            if fields["number"] != place or seal["number"] != place:
                return f"{name}: missing or reordered"
            columns = (seal["at"], seal["root"], seal["position"])
            if columns != (fields["at_us"], fields["root"], fields["position"]):
                return f"{name}: its row does not say what was signed"
            if keys.get(seal["signer"]) != fields["public_key"]:
                return f"{name}: signed by an unknown key"
            if fields["previous"] != previous or fields["store"] != self.desk.store.id:
                return f"{name}: does not follow the one before"
            heads = [_head(row) for row in stored.heads_at(tx, fields["position"])]
            root = merkle.root(merkle.levels([head.leaf() for head in heads])).hex()
            if root != fields["root"] or len(heads) != fields["subjects"]:
                return f"{name}: the chains it covers have changed"
            previous = statement_digest(seal["statement"])
            counts["seals"] += 1
        return None

    def _bad_exhibit(
        self, tx: Reading, counts: dict[str, int], known_damaged: Collection[str]
    ) -> str | None:
        last = ""
        while page := stored_reports.exhibits_after(tx, last, _PAGE):
            for exhibit in page:
                if exhibit["id"] in known_damaged:
                    continue
                try:
                    self.desk.exhibits.check(tx, [exhibit])
                except EvidenceDamaged as error:
                    return f"exhibit {exhibit['id']}: {error}"
                counts["exhibits"] += 1
            last = page[-1]["id"]
        return None
