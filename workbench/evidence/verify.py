"""Verifying a package without any store: hashes, chains, seal, signature, stamps."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import struct
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.domain.clock import iso_text
from workbench.domain.custody import SUBJECT_KINDS, canonical_json, digest_of
from workbench.domain.errors import M_, BadInput, Message
from workbench.domain.signature import fingerprint_of, signature_fits
from workbench.evidence import merkle
from workbench.evidence.archive import overlap, strange_parts
from workbench.evidence.bag import BagFindings, Reader, check_bag, is_safe_path, read_small
from workbench.evidence.chains import Head, chain_problem, read_statement, seal_problem
from workbench.evidence.package import FORMAT, SIGNATURE_FORMAT, SIGNED

_CHUNK = 1 << 20
_MAX_MEMBERS = 200_000
# A stored member is as long as it says; a deflated one could unpack to anything.
_MAX_EXPANSION = 200
# What reading a JSON value of an unexpected shape may raise; rfc8785's refusals are ValueErrors.
_MISSHAPEN = (
    KeyError,
    TypeError,
    AttributeError,
    IndexError,
    ValueError,
    OverflowError,
    OSError,
    RecursionError,
)


@dataclass(frozen=True)
class Check:
    """One check: True holds, False does not, None was not checked."""

    check: str
    ok: bool | None
    detail: Message


@dataclass
class Verification:
    """All checks of a package; `ok` speaks of integrity, `signer` of whom to believe."""

    checks: list[Check] = field(default_factory=list)
    fingerprint: str | None = None
    trusted: bool = False
    trust_asked: bool = False

    @property
    def ok(self) -> bool:
        sound = all(check.ok is not False for check in self.checks)
        return sound and (self.trusted or not self.trust_asked)

    @property
    def signer(self) -> str:
        return "trusted" if self.trusted else "unknown"

    def add(self, check: str, ok: bool | None, detail: Message) -> None:
        self.checks.append(Check(check, ok, detail))

    def add_list(self, check: str, problems: list[str], good: Message) -> None:
        shown = "; ".join(problems[:20]) + (" …" if len(problems) > 20 else "")
        bad = M_("{count} problems: {problems}", count=len(problems), problems=shown)
        self.add(check, not problems, bad if problems else good)


def verify_package(path: Path, trust: frozenset[str] = frozenset()) -> Verification:
    """Verify the package file, or unpacked bag folder, at `path`.

    `trust` holds fingerprints (SHA-256 of public keys, hex) that the caller believes; when given,
    any other signer is not ok. BadInput when there is nothing to verify.
    """
    result = Verification(trust_asked=bool(trust))
    if path.is_dir():
        _verify_folder(path, result, trust)
    else:
        _verify_zip(path, result, trust)
    return result


def _verify_folder(path: Path, result: Verification, trust: frozenset[str]) -> None:
    root = path
    if not (root / "bagit.txt").exists():
        inner = [child for child in path.iterdir() if (child / "bagit.txt").is_file()]
        root = inner[0] if len(inner) == 1 else path
    names: list[str] = []
    for folder, folders, files in os.walk(root):
        for name in (*folders, *files):
            if Path(folder, name).is_symlink():
                result.add("archive", False, M_("{name} is a link.", name=name))
                return
        for name in files:
            file = Path(folder, name)
            if not file.is_file():
                # A pipe or device would be read for ever.
                problem = f"{name}: not a file"
                result.add_list("archive", [problem], M_("{n} members", n=len(names)))
                return
            names.append(file.relative_to(root).as_posix())

    def read(name: str) -> Iterator[bytes]:
        with (root / name).open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                yield chunk

    result.add("archive", None, M_("An unpacked folder: there is no archive to check."))
    _verify_bag(sorted(names), read, result, trust)


def _verify_zip(path: Path, result: Verification, trust: frozenset[str]) -> None:
    try:
        stream = path.open("rb")
    except FileNotFoundError as error:
        raise BadInput(M_("There is no file {path}.", path=os.fspath(path))) from error
    with stream:
        try:
            archive = zipfile.ZipFile(stream)
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
            if not stream.seekable() or os.fstat(stream.fileno()).st_size == 0:
                raise BadInput(M_("{path} is empty.", path=os.fspath(path))) from error
            result.add("archive", False, M_("Not a readable zip archive: {why}", why=str(error)))
            return
        with archive:
            infos = archive.infolist()
            length = os.fstat(stream.fileno()).st_size
            problems, prefix = _archive_problems(infos, length)
            if not problems:
                try:
                    strange = strange_parts(stream, infos, length)
                except (OSError, ValueError, OverflowError, struct.error) as error:
                    strange = [str(error)]
                if strange is None:
                    result.add(
                        "archive",
                        None,
                        M_("Packed again by another program; the contents are checked below."),
                    )
                else:
                    result.add_list("archive", strange, M_("{n} members", n=len(infos)))
            else:
                result.add_list("archive", problems, M_("{n} members", n=len(infos)))
                return
            by_name = {info.filename[len(prefix) :]: info for info in infos if not info.is_dir()}

            def read(name: str) -> Iterator[bytes]:
                try:
                    with archive.open(by_name[name]) as member:
                        while chunk := member.read(_CHUNK):
                            yield chunk
                except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
                    raise ValueError("cannot be read") from error
                except OSError as error:
                    # bz2 says so of a damaged stream, seek of a place before the file: no disk fault.
                    if error.errno in (None, errno.EINVAL):
                        raise ValueError("cannot be read") from error
                    raise
                except Exception as error:
                    # zlib and lzma each have an error of their own for damaged streams.
                    if type(error).__module__ in ("zlib", "_lzma", "lzma"):
                        raise ValueError("cannot be read") from error
                    raise

            _verify_bag(sorted(by_name), read, result, trust)


def _archive_problems(infos: list[zipfile.ZipInfo], length: int) -> tuple[list[str], str]:
    problems = []
    if len(infos) > _MAX_MEMBERS:
        return [f"more than {_MAX_MEMBERS} members"], ""
    names = [info.filename for info in infos]
    tops = {name.split("/", 1)[0] for name in names}
    if len(tops) != 1:
        return ["more than one top folder"] if tops else ["no members"], ""
    prefix = f"{tops.pop()}/"
    seen = set()
    for info in infos:
        name = info.filename
        inner = name.removesuffix("/")[len(prefix) :]
        if info.is_dir() and name == prefix:
            continue
        # orig_filename shows a name cut at a NUL, which other tools would read differently.
        if not is_safe_path(inner) or info.orig_filename != name:
            problems.append(f"{name!r}: unsafe name")
        # Some systems take names that differ in case or composition for the same file.
        folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
        if folded in seen:
            problems.append(f"{name}: twice")
        seen.add(folded)
        if (info.external_attr >> 28) == 0xA:
            problems.append(f"{name}: a link")
        if info.file_size > _MAX_EXPANSION * max(info.compress_size, 1 << 16):
            problems.append(f"{name}: unpacks to far more than it holds")
    sharing = overlap(infos, length)
    if sharing is not None:
        problems.append(f"{sharing}: shares bytes with another member")
    if sum(info.file_size for info in infos) > _MAX_EXPANSION * max(length, 1 << 20):
        problems.append("unpacks to far more than it holds")
    return problems, prefix


def _verify_bag(
    names: list[str], read: Reader, result: Verification, trust: frozenset[str]
) -> None:
    bag = check_bag(names, read)
    result.add_list("bag", bag.structure, M_("A BagIt bag"))
    result.add_list(
        "payload", bag.payload, M_("{n} files, every hash matches", n=bag.payload_files)
    )
    result.add_list("tags", bag.tags, M_("{n} files, every hash matches", n=bag.tag_files))
    _check_coverage(names, read, result)
    _check_signature(read, names, result, trust)
    documents = {}
    for path in (
        "data/content.json",
        "proof/approval.json",
        "proof/chains.json",
        "proof/seal.json",
        "proof/inclusion.json",
    ):
        documents[path] = _document(path, names, read, result)
    content, approval, chains, seal, inclusion = documents.values()
    if content is not None:
        _check_content(content, approval, bag, result)
    if chains is not None:
        _check_chains(chains, content, seal, inclusion, result)
    result.add("stamp", None, M_("No time stamp is in this package."))


def _check_coverage(names: list[str], read: Reader, result: Verification) -> None:
    """Every tag file but the signature must stand in the signed manifest."""
    try:
        text = read_small(SIGNED, read).decode() if SIGNED in names else ""
    except (ValueError, UnicodeDecodeError):
        text = ""
    covered = {line.split("  ", 1)[-1] for line in text.splitlines()}
    outside = [
        f"{name}: not covered by the signature"
        for name in names
        if not name.startswith("data/")
        and name not in covered
        and name not in (SIGNED, "signature.json")
    ]
    result.add_list("coverage", outside, M_("The signature covers every file"))


def _check_signature(
    read: Reader, names: list[str], result: Verification, trust: frozenset[str]
) -> None:
    good = M_("Ed25519 over {file}", file=SIGNED)
    if "signature.json" not in names or SIGNED not in names:
        result.add("signature", False, M_("signature.json: missing"))
        return
    try:
        raw = read_small("signature.json", read)
        signed = read_small(SIGNED, read)
        fields = json.loads(raw)
        # Written anew from its bytes: hex could be spelt in other ways as well.
        expected = {
            "algorithm": "Ed25519",
            "file": SIGNED,
            "fingerprint": fingerprint_of(fields["public_key"]),
            "format": SIGNATURE_FORMAT,
            "public_key": bytes.fromhex(fields["public_key"]).hex(),
            "sha256": hashlib.sha256(signed).hexdigest(),
            "signature": bytes.fromhex(fields["signature"]).hex(),
        }
        sound = canonical_json(expected) == raw
        sound = sound and signature_fits(fields["public_key"], signed, fields["signature"])
    except _MISSHAPEN:
        result.add("signature", False, M_("signature.json: not readable"))
        return
    result.add(
        "signature", sound, good if sound else M_("signature.json does not fit {file}", file=SIGNED)
    )
    if sound:
        result.fingerprint = expected["fingerprint"]
        result.trusted = expected["fingerprint"] in trust


def _document(path: str, names: list[str], read: Reader, result: Verification) -> Any:
    if path not in names:
        result.add("documents", False, M_("{path}: missing", path=path))
        return None
    try:
        document = json.loads(read_small(path, read))
    except (ValueError, RecursionError):
        document = None
    if document is None:
        # Also the value null: a document that says nothing is not one to pass over.
        result.add("documents", False, M_("{path}: not readable", path=path))
    return document


def _check_content(content: Any, approval: Any, bag: BagFindings, result: Verification) -> None:
    problems = []
    try:
        if content["format"] != FORMAT:
            problems.append("data/content.json: unknown format")
        for exhibit in content["exhibits"]:
            path = exhibit["path"]
            if path is not None and bag.sha256.get(f"data/{path}") != exhibit["sha256"]:
                problems.append(f"data/{path}: not the exhibit content.json names")
        if approval is None or approval["sha256"] != digest_of(content):
            problems.append("proof/approval.json: another content was approved")
    except _MISSHAPEN:
        problems.append("data/content.json: not understood")
    result.add_list("approval", problems, M_("What was approved is what is here"))


def _check_chains(
    chains: Any, content: Any, seal: Any, inclusion: Any, result: Verification
) -> None:
    problems: list[str] = []
    heads: list[Head] = []
    entries = 0
    named: set[str] = set()
    try:
        for chain in chains:
            kind, subject = chain["kind"], chain["subject"]
            rows = [(e["seq"], e["body"], e["previous"], e["hash"]) for e in chain["entries"]]
            if kind not in SUBJECT_KINDS or not isinstance(subject, str) or not rows:
                problems.append(f"{subject}: empty or unknown chain")
                continue
            found = chain_problem(kind, subject, rows)
            if found is not None:
                problems.append(f"proof/chains.json: {found}")
                continue
            heads.append(Head(subject, kind, rows[-1][0], rows[-1][3]))
            entries += len(rows)
            for row in rows:
                named |= {c["id"] + c["sha256"] for c in json.loads(row[1])["content"]}
    except _MISSHAPEN:
        problems.append("proof/chains.json: not understood")
    result.add_list(
        "chains", problems, M_("{n} chains, {entries} entries", n=len(heads), entries=entries)
    )
    if content is not None:
        _check_recorded(content, heads, named, result)
    if seal is not None:
        _check_seal(seal, inclusion, heads, result)


def _check_recorded(content: Any, heads: list[Head], named: set[str], result: Verification) -> None:
    """Every exhibit and decision handed over must be named in the chain of its report."""
    problems = []
    try:
        for exhibit in content["exhibits"]:
            if exhibit["id"] + exhibit["record_sha256"] not in named:
                problems.append(f"exhibit {exhibit['id']}: not in its report's chain")
            elif exhibit["record_sha256"] != digest_of(exhibit["record"]):
                problems.append(f"exhibit {exhibit['id']}: record differs")
            elif exhibit["sha256"] != exhibit["record"]["sha256"]:
                problems.append(f"exhibit {exhibit['id']}: another hash was recorded")
        subjects = {head.subject_id for head in heads}
        wanted = [content["referral"]["id"], content["case"]["id"]]
        wanted += [report["id"] for report in content["reports"]]
        problems += [f"{subject}: no chain" for subject in wanted if subject not in subjects]
    except _MISSHAPEN:
        problems.append("data/content.json: not understood")
    result.add_list("records", problems, M_("Every exhibit is named in its report's chain"))


def _check_seal(seal: Any, inclusion: Any, heads: list[Head], result: Verification) -> None:
    try:
        statement, signature = seal["statement"], seal["signature"]
        why = seal_problem(statement, signature)
        if why is not None:
            result.add("seal", False, M_("proof/seal.json: {why} does not hold", why=why))
            return
        fields = read_statement(statement)
        good = M_("Seal {n} of {at} over {subjects} subjects", n=fields["number"],
                  at=str(seal["at"]), subjects=fields["subjects"])  # fmt: skip
        consistent = (
            set(seal) == {"statement", "signature", "signer", "at"}
            and seal["signer"] == fingerprint_of(fields["public_key"])
            and seal["at"] == iso_text(fields["at_us"])
        )
        same_signer = result.fingerprint in (None, seal["signer"])
        result.add("seal", consistent and same_signer, good)
    except _MISSHAPEN:
        result.add("seal", False, M_("proof/seal.json: not understood"))
        return
    problems = []
    proofs = inclusion if isinstance(inclusion, dict) else {}
    if set(proofs) != {head.subject_id for head in heads}:
        problems.append("proof/inclusion.json: other subjects than the chains")
    for head in heads:
        try:
            proof = proofs[head.subject_id]
            path = [bytes.fromhex(step) for step in proof["path"]]
            index = proof["index"] if type(proof["index"]) is int else -1
            reached = merkle.root_from_proof(head.leaf(), index, fields["subjects"], path)
        except _MISSHAPEN:
            reached = None
        if reached is None or reached.hex() != fields["root"]:
            problems.append(f"{head.subject_id}: chain is not under the seal")
    result.add_list("inclusion", problems, M_("{n} chains under the seal", n=len(heads)))
