"""The package: a deterministic zip of a BagIt bag that proves itself.

    NAME/bagit.txt bag-info.txt manifest-sha256.txt tagmanifest-sha256.txt
    NAME/data/…              what was approved: content.json, index.html, report.pdf, exhibits/…
    NAME/proof/…             approval.json, chains.json, seal.json, inclusion.json
    NAME/signature.json      Ed25519 over tagmanifest-sha256.txt, which covers all the rest

`content.json` is the content manifest an approval is bound to. Chains and seal stand outside it:
they are frozen at the first export and include that act itself.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.domain.custody import canonical_json
from workbench.domain.errors import M_, EvidenceDamaged
from workbench.domain.signature import fingerprint_of
from workbench.evidence.archive import Member, write_archive
from workbench.evidence.bag import BAGIT_TXT, bag_info, manifest
from workbench.files import sync_folder

FORMAT = "patrol-workbench-package/1"
SIGNATURE_FORMAT = "patrol-workbench-signature/1"
SIGNED = "tagmanifest-sha256.txt"


@dataclass(frozen=True)
class PayloadFile:
    """One file under `data/`; `sha256` and `size` are what the content must turn out to be."""

    path: str
    sha256: str
    size: int
    open_chunks: Callable[[], Iterable[bytes]]


@dataclass(frozen=True)
class Proof:
    """What stands outside the approved content, as JSON values."""

    approval: Any
    chains: Any
    seal: Any
    inclusion: Any


@dataclass(frozen=True)
class PackageFacts:
    """The finished file: its path, SHA-256, number of members and size."""

    path: Path
    sha256: str
    files: int
    size: int


def payload_of(path: str, content: bytes) -> PayloadFile:
    """A payload file from bytes at hand."""
    return PayloadFile(path, hashlib.sha256(content).hexdigest(), len(content), lambda: [content])


def write_package(
    target: Path,
    name: str,
    payload: list[PayloadFile],
    proof: Proof,
    info: Iterable[tuple[str, str]],
    public: str,
    sign: Callable[[bytes], str],
) -> PackageFacts:
    """Write the package `name` to `target` in one step and in constant memory.

    EvidenceDamaged when an exhibit's bytes are not those its hash names; OSError from the disk;
    either way no file is left.
    """
    files = sorted(payload, key=lambda file: file.path)
    oxum = f"{sum(file.size for file in files)}.{len(files)}"
    tags = {
        "bagit.txt": BAGIT_TXT,
        "bag-info.txt": bag_info([*info, ("Payload-Oxum", oxum)]),
        "manifest-sha256.txt": manifest((f"data/{file.path}", file.sha256) for file in files),
        "proof/approval.json": canonical_json(proof.approval),
        "proof/chains.json": canonical_json(proof.chains),
        "proof/inclusion.json": canonical_json(proof.inclusion),
        "proof/seal.json": canonical_json(proof.seal),
    }
    signed = manifest((path, hashlib.sha256(raw).hexdigest()) for path, raw in tags.items())
    signature = signature_document(signed, public, sign(signed))
    first = [*tags.items(), (SIGNED, signed), ("signature.json", signature)]

    def members() -> Iterator[Member]:
        for path, raw in first:
            yield Member(f"{name}/{path}", [raw])
        for file in files:
            yield Member(f"{name}/data/{file.path}", _checked(file))

    temporary = target.with_name(f".{target.name}.part")
    try:
        with temporary.open("w+b") as out:
            count = write_archive(out, members())
            out.flush()
            os.fsync(out.fileno())
            out.seek(0)
            digest = hashlib.file_digest(out, "sha256").hexdigest()
            size = os.fstat(out.fileno()).st_size
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(target.parent)
    return PackageFacts(target, digest, count, size)


def signature_document(signed: bytes, public: str, signature: str) -> bytes:
    """`signature.json`: canonical, every field of it checked by `verify`."""
    return canonical_json(
        {
            "algorithm": "Ed25519",
            "file": SIGNED,
            "fingerprint": fingerprint_of(public),
            "format": SIGNATURE_FORMAT,
            "public_key": public,
            "sha256": hashlib.sha256(signed).hexdigest(),
            "signature": signature,
        }
    )


def _checked(file: PayloadFile) -> Iterator[bytes]:
    digest = hashlib.sha256()
    for chunk in file.open_chunks():
        digest.update(chunk)
        yield chunk
    if digest.hexdigest() != file.sha256:
        raise EvidenceDamaged(
            M_(
                "{path} is not what its recorded hash names; no package was written.",
                path=file.path,
            )
        )
