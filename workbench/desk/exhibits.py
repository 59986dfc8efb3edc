"""Exhibits: bytes into the vault before their row, and out of it only when they are as recorded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from workbench.capture.picture_pixels import PicturePixels, picture_pixels
from workbench.desk.changes import Changes, changed
from workbench.desk.part import DeskPart
from workbench.domain.errors import M_, BadInput, EvidenceDamaged, NotAllowed
from workbench.domain.ids import new_id
from workbench.domain.officer import WORKING
from workbench.domain.report import UNDECIDED_LEVEL
from workbench.evidence.vault import BlobFacts
from workbench.keys.wrapping import WrongSecret, new_key, open_bytes, seal_bytes
from workbench.store import reports as stored
from workbench.store.store import Content, Reading, Row, Writing

# What shows the page; a letter does not.
EVIDENCE_ROLES = ("screenshot", "warc")
# Made by the office itself, never evidence of a page.
LETTER_ROLES = ("letter_pdf", "letter_text")


@dataclass(frozen=True)
class Prepared:
    """Bytes that lie in the vault and wait for their row."""

    id: str
    key: bytes = field(repr=False)
    blob: BlobFacts
    role: str
    media_type: str
    original_name: str
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Revealed:
    """A picture an officer asked to see: pixels from the limited process, and its level."""

    exhibit_id: str
    level: str
    pixels: PicturePixels


class Exhibits(DeskPart):
    """The one way into and out of the vault."""

    @contextmanager
    def preparing(self) -> Iterator[Preparation]:
        """Write blobs first; they are discarded when the act around them fails."""
        preparation = Preparation(self)
        try:
            yield preparation
        except BaseException:
            for prepared in preparation.written:
                self.desk.vault.discard(prepared.blob.blob_id)
            raise

    def add(
        self,
        tx: Writing,
        report_id: str,
        prepared: Iterable[Prepared],
        *,
        capture_id: str | None = None,
        removal_id: str | None = None,
    ) -> tuple[list[dict[str, Any]], list[Content]]:
        """Write the rows of prepared exhibits; returns their public facts and custody content."""
        shown, contents = [], []
        for item in prepared:
            contents.append(
                tx.insert(
                    "exhibit",
                    {
                        "id": item.id,
                        "report_id": report_id,
                        "capture_id": capture_id,
                        "removal_id": removal_id,
                        "role": item.role,
                        "sha256": item.blob.sha256,
                        "size": item.blob.size,
                        "media_type": item.media_type,
                        "original_name": item.original_name,
                        "facts": item.facts,
                        "blob_id": item.blob.blob_id,
                        "created_at": self.desk.clock(),
                        "officer_id": self.desk.officer.id,
                    },
                )
            )
            wrapped = seal_bytes(self.desk.exhibit_key, item.key, f"exhibit/{item.id}")
            tx.insert("exhibit_key", {"exhibit_id": item.id, "wrapped_key": wrapped})
            level = "S0" if item.role in LETTER_ROLES else UNDECIDED_LEVEL
            contents.append(self.set_level(tx, item.id, level, "", "machine"))
            shown.append(
                {
                    "id": item.id,
                    "sha256": item.blob.sha256,
                    "bytes": item.blob.size,
                    "media_type": item.media_type,
                    "role": item.role,
                }
            )
        return shown, contents

    def set_level(
        self, tx: Writing, exhibit_id: str, level: str, reason: str, set_by: str
    ) -> Content:
        """Append a handling level to an exhibit's history."""
        return tx.insert(
            "exhibit_level",
            {
                "id": new_id(),
                "exhibit_id": exhibit_id,
                "level": level,
                "reason": reason,
                "set_by": set_by,
                "set_at": self.desk.clock(),
            },
        )

    def chunks(self, tx: Reading, exhibit: Row) -> Iterator[bytes]:
        """The exhibit's bytes in chunks, checked as they come (EvidenceDamaged at any difference)."""
        wrapped = stored.exhibit_key(tx, exhibit["id"])
        return self.chunks_with(wrapped, exhibit)

    def chunks_with(self, wrapped: str | None, exhibit: Row) -> Iterator[bytes]:
        """As `chunks`, with the wrapped key already read (no transaction stays open)."""
        blob = BlobFacts(exhibit["blob_id"], exhibit["sha256"], exhibit["size"])
        return self.desk.vault.read(exhibit["id"], self.key_of(exhibit["id"], wrapped), blob)

    def content(self, tx: Reading, exhibit: Row) -> bytes:
        """All bytes of an exhibit, given out only after the whole was checked."""
        return b"".join(self.chunks(tx, exhibit))

    def reveal(
        self, exhibit_id: str, reason: str = "", *, edge: int = 1600, blur: int = 0
    ) -> Revealed:
        """One picture as pixels, at most `edge` wide and high, decoded in the limited process.

        S3 is never shown, S2 only with a reason. What is opened is written to the access log
        before a byte of it is read.
        """
        self.desk.officer.must_have(*WORKING)
        with self.desk.store.write() as tx:
            exhibit = tx.get("exhibit", exhibit_id)
            if exhibit is None or exhibit["role"] != "screenshot":
                raise BadInput(M_("There is no picture {id}.", id=exhibit_id[:80]))
            level = stored.level_of(tx, exhibit_id)
            if level == "S3":
                raise NotAllowed(M_("This picture is never shown (S3)."))
            if level == "S2" and not blur and not reason.strip():
                raise NotAllowed(M_("Say why this picture must be seen (S2)."))
            self.log_access(
                tx,
                "reveal",
                "report",
                exhibit["report_id"],
                exhibit=exhibit_id,
                level=level,
                blur=blur,
                reason=reason.strip(),
            )
        with self.desk.store.read() as tx:
            wrapped = stored.exhibit_key(tx, exhibit_id)
        content = b"".join(self.chunks_with(wrapped, exhibit))
        return Revealed(exhibit_id, level, picture_pixels(content, edge, blur))

    def hidden(self, exhibit_id: str, seconds: float) -> Changes[None]:
        """Record for how long a revealed picture was in view."""
        with self.desk.store.write() as tx:
            exhibit = tx.get("exhibit", exhibit_id)
            if exhibit is not None:
                level = stored.level_of(tx, exhibit_id)
                facts = {"exhibit": exhibit_id, "level": level, "ms": round(seconds * 1000)}
                self.log_access(tx, "hidden", "report", exhibit["report_id"], **facts)
        return changed(None, ("exposure", self.desk.officer.id))

    def check(self, tx: Reading, exhibits: Iterable[Row]) -> None:
        """Read every exhibit through; EvidenceDamaged for the first that is not as recorded."""
        for exhibit in exhibits:
            for _ in self.chunks(tx, exhibit):
                pass

    def key_of(self, exhibit_id: str, wrapped: str | None) -> bytes:
        """An exhibit's own key from its wrap; EvidenceDamaged when it is gone or does not open."""
        if wrapped is None:
            raise EvidenceDamaged(
                M_("Exhibit {id} was destroyed; only its hash remains.", id=exhibit_id)
            )
        try:
            return open_bytes(self.desk.exhibit_key, wrapped, f"exhibit/{exhibit_id}")
        except WrongSecret as error:
            raise EvidenceDamaged(
                M_("The key of exhibit {id} is damaged.", id=exhibit_id)
            ) from error


class Preparation:
    """Blobs written within one act."""

    def __init__(self, exhibits: Exhibits) -> None:
        self._exhibits = exhibits
        self.written: list[Prepared] = []

    def write(
        self,
        content: bytes | BinaryIO,
        role: str,
        media_type: str,
        original_name: str = "",
        **facts: Any,
    ) -> Prepared:
        """Encrypt bytes into the vault under a new exhibit id and key."""
        exhibit_id, key = new_id(), new_key()
        blob = self._exhibits.desk.vault.write(exhibit_id, key, content)
        prepared = Prepared(exhibit_id, key, blob, role, media_type, original_name, facts)
        self.written.append(prepared)
        return prepared
