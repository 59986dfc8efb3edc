"""A small package made from the evidence room alone, and ways to change one."""

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.domain.clock import iso_text
from workbench.domain.custody import GENESIS, CustodyEntry, digest_of, make_entry
from workbench.evidence import merkle
from workbench.evidence.chains import Head, Seal, make_seal
from workbench.evidence.package import FORMAT, PackageFacts, Proof, payload_of, write_package
from workbench.keys.signing import SigningKey, new_signing_key

AT = 1_795_707_018_000_000
STORE = "00000000-0000-4000-8000-00000000000f"
SUBJECTS = {
    kind: f"00000000-0000-4000-8000-{place:012d}"
    for place, kind in enumerate(("report", "case", "referral"))
}


def chain(kind: str, subject: str, contents: list[list[dict[str, str]]]) -> list[CustodyEntry]:
    """One entry for each list of named rows."""
    entries: list[CustodyEntry] = []
    for place, content in enumerate(contents, start=1):
        entries.append(
            make_entry(
                store=STORE,
                subject_kind=kind,
                subject_id=subject,
                seq=place,
                previous_hash=entries[-1].entry_hash if entries else GENESIS,
                at_us=AT + place,
                officer_id="o",
                officer="officer",
                workstation="desk-1",
                action=f"act_{place}",
                facts={},
                content=content,
            )
        )
    return entries


def rows(entries: list[CustodyEntry]) -> list[tuple[int, str, str, str]]:
    """Entries as `chain_problem` takes them."""
    return [(e.seq, e.body, e.previous_hash, e.entry_hash) for e in entries]


def head(kind: str, entries: list[CustodyEntry]) -> Head:
    return Head(entries[-1].subject_id, kind, entries[-1].seq, entries[-1].entry_hash)


def seal_over(
    heads: list[Head], key: SigningKey, number: int = 1, previous: str = GENESIS
) -> tuple[Seal, list[list[bytes]]]:
    return make_seal(
        store=STORE,
        number=number,
        previous=previous,
        position=9,
        at_us=AT,
        heads=heads,
        public=key.public,
        sign=key.sign,
    )


@dataclass
class Parts:
    """What a package is made of; tests change a part before it is written."""

    content: Any
    proof: Proof
    files: dict[str, bytes]
    key: SigningKey

    def write(self, target: Path, name: str = "KGS-R8-H0001") -> PackageFacts:
        payload = [payload_of(path, raw) for path, raw in self.files.items()]
        info = [("Source-Organization", "架空課")]
        return write_package(
            target, name, payload, self.proof, info, self.key.public, self.key.sign
        )


def parts(key: SigningKey | None = None) -> Parts:
    """A sound package of one report with one exhibit."""
    from workbench.domain.custody import canonical_json

    key = key or new_signing_key()
    picture = bytes(range(256)) * 2
    record = {"id": "e1", "sha256": payload_of("x", picture).sha256}
    exhibit = {
        "id": "e1",
        "path": "exhibits/E0001-screenshot.png",
        "sha256": record["sha256"],
        "record": record,
        "record_sha256": digest_of(record),
    }
    content = {
        "format": FORMAT,
        "exhibits": [exhibit],
        "referral": {"id": SUBJECTS["referral"]},
        "case": {"id": SUBJECTS["case"]},
        "reports": [{"id": SUBJECTS["report"]}],
    }
    named = [{"table": "exhibit", "id": "e1", "sha256": exhibit["record_sha256"]}]
    chains = {
        "report": chain("report", SUBJECTS["report"], [named, []]),
        "case": chain("case", SUBJECTS["case"], [[]]),
        "referral": chain("referral", SUBJECTS["referral"], [[], []]),
    }
    heads = [head(kind, entries) for kind, entries in chains.items()]
    seal, tree = seal_over(heads, key)
    places = sorted(h.subject_id for h in heads)
    proof = Proof(
        approval={"sha256": digest_of(content), "approved_at": iso_text(AT), "approver": "a"},
        chains=[
            {
                "kind": kind,
                "subject": SUBJECTS[kind],
                "entries": [
                    {"seq": s, "body": b, "previous": p, "hash": h} for s, b, p, h in rows(entries)
                ],
            }
            for kind, entries in chains.items()
        ],
        seal={
            "statement": seal.statement,
            "signature": seal.signature,
            "signer": seal.signer,
            "at": iso_text(seal.at_us),
        },
        inclusion={
            subject: {
                "index": index,
                "path": [step.hex() for step in merkle.inclusion_proof(tree, index)],
            }
            for index, subject in enumerate(places)
        },
    )
    files = {
        "content.json": canonical_json(content),
        "index.html": b"<!doctype html>",
        "report.pdf": b"%PDF-1.7",
        exhibit["path"]: picture,
    }
    return Parts(content, proof, files, key)


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist()}


def zipped(entries: list[tuple[str | zipfile.ZipInfo, bytes]]) -> bytes:
    """An ordinary zip written by another program; names may repeat."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, raw in entries:
            archive.writestr(name, raw)
    return out.getvalue()
