"""Backing a store up: database, vault and wrapped keys of one moment, in one signed file.

The file grows in a folder `NAME.unfinished` beside its place. After a crash the same command goes
on there: blobs never change, so those that lie there whole are not copied again; the database and
the keys are always those of the last run.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import workbench
from workbench.desk.changes import Changes, changed
from workbench.desk.opening import PRACTICE_KEY_NAME
from workbench.desk.part import DeskPart
from workbench.domain.errors import M_, BadInput, EvidenceDamaged, Unavailable
from workbench.domain.officer import WORKING, Role
from workbench.evidence import backup as archive
from workbench.evidence.vault import BlobFacts, checked_chunks
from workbench.files import held_alone, sync_folder
from workbench.keys.keyfile import KEYFILE_NAME
from workbench.settings import SETTINGS_NAME
from workbench.store import custody as stored_custody
from workbench.store import reports as stored
from workbench.store.migrations import HEAD_REVISION
from workbench.store.store import DATABASE_NAME, Reading

UNFINISHED = ".unfinished"
GROWING = "growing.tar"
LOCK = "lock"
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# Copied bytes are made durable at least this often, so that a power cut costs little.
_SYNC_EVERY = 64 << 20
_PAGE = 1_000
_SEAL = ("number", "statement", "signature", "signer")
_PIECE = 1 << 20
# What the database grows by while it is copied, and the archive's own lines.
_SPARE = 4 << 20

Progress = Callable[[int, int], None]


@dataclass
class _Blob:
    """A blob the database's snapshot names, and what is needed to check it."""

    exhibit_id: str
    facts: BlobFacts
    wrapped: str


@dataclass
class _Run:
    """One run of a backup: where it grows, and what became of it."""

    out: BinaryIO
    copied: int = 0
    kept: int = 0
    unsynced: int = 0
    damaged: dict[str, str] = field(default_factory=dict)

    def sync(self) -> None:
        self.out.flush()
        os.fsync(self.out.fileno())
        self.unsynced = 0


class Backups(DeskPart):
    """Backups of the whole store."""

    def backup(self, target: Path, progress: Progress | None = None) -> Changes[dict[str, Any]]:
        """Write everything the store holds to the new file `target`, verified at the end.

        Exhibits that are damaged or missing in the store are named in the result (`damaged`) and
        in the manifest; the backup is made all the same. BadInput for a place that cannot be
        taken, Unavailable when the disk is full (what is finished is kept for the next run).
        """
        self.desk.officer.must_have(*WORKING, Role.ADMINISTRATOR)
        target = self._place(target)
        with unfinished(target.with_name(target.name + UNFINISHED)) as work:
            self._begin(target)
            snapshot = work / DATABASE_NAME
            self._refuse_small_disk(work)
            small = self.desk.store.copy_to(snapshot, self._small_files)
            growing = work / GROWING
            with growing.open("r+b") as out, self.desk.store.read_copy(snapshot) as tx:
                problems = tx.problems()
                if problems:
                    raise EvidenceDamaged(
                        M_("The copy of the database is damaged: {what}", what=problems[0])
                    )
                run = _Run(out)
                blobs = {archive.blob_path(b.facts.blob_id): b for b in self._blobs(tx)}
                self._keep_what_is_whole(run, blobs, target)
                self._copy_blobs(run, blobs, progress)
                with snapshot.open("rb") as stream:
                    _append(run, DATABASE_NAME, snapshot.stat().st_size, stream)
                for name, content in small.items():
                    archive.append_entry(out, name, len(content), [content])
                run.sync()
                files = self._verified(run, blobs, progress)
                manifest = self._finish(tx, run, files, len(blobs))
            growing.rename(target)
            sync_folder(target.parent)
        result = {
            "backup": str(target),
            "manifest_sha256": manifest.sha256,
            "files": len(files),
            "bytes": target.stat().st_size,
            "exhibits": len(blobs),
            "copied": run.copied,
            "kept": run.kept,
            "damaged": [{"exhibit": e, "why": why} for e, why in sorted(run.damaged.items())],
        }
        facts = {n: result[n] for n in ("manifest_sha256", "files", "bytes", "exhibits", "damaged")}
        with self.desk.store.write() as tx:
            self.custody(
                tx, "store", self.desk.store.id, "backed_up", {"file": target.name, **facts}
            )
        return changed(result, ("store", self.desk.store.id))

    def _place(self, target: Path) -> Path:
        if target.is_dir():
            raise BadInput(M_("{path} is a folder: give the name of a new file.", path=str(target)))
        target = target.resolve()
        if target.exists():
            work = target.with_name(target.name + UNFINISHED)
            if work.is_dir() and not (work / GROWING).exists():
                # Killed after the backup took its name: only the empty workplace is left.
                shutil.rmtree(work)
            raise BadInput(
                M_("There is already a file {path}.", path=str(target)),
                M_("A backup never replaces another one: give a new name."),
            )
        folder = target.parent
        if not folder.is_dir():
            raise BadInput(M_("There is no folder {path}.", path=str(folder)))
        store = self.desk.store.folder.resolve()
        if folder == store or store in folder.parents:
            raise BadInput(
                M_("A backup cannot lie within the store itself: {path}.", path=str(target)),
                M_("Choose another disk."),
            )
        return target

    def on_same_disk(self, target: Path) -> bool:
        """Whether a finished backup lies on the disk that it is to protect from."""
        return target.stat().st_dev == self.desk.store.folder.stat().st_dev

    def _begin(self, target: Path) -> None:
        """Everything is about to leave in one file: written down before it does."""
        with self.desk.store.write() as tx:
            self.custody(tx, "store", self.desk.store.id, "backup_begun", {"file": target.name})

    def _small_files(self) -> dict[str, bytes]:
        """What belongs to the snapshot's moment beside the database."""
        folder = self.desk.store.folder
        found = {KEYFILE_NAME: (folder / KEYFILE_NAME).read_bytes()}
        for name in (PRACTICE_KEY_NAME, SETTINGS_NAME):
            if (folder / name).is_file():
                found[name] = (folder / name).read_bytes()
        return found

    def _refuse_small_disk(self, work: Path) -> None:
        store = self.desk.store
        there = (work / GROWING).stat().st_size
        with store.read() as tx:
            blobs = sum(
                path.stat().st_size
                for blob in self._blobs(tx)
                if (path := self.desk.vault.path_of(blob.facts.blob_id)).exists()
            )
        # The snapshot lies there twice for a while: as it is taken, and in the archive.
        needed = max(0, blobs - there) + 2 * store.database.stat().st_size + _SPARE
        free = shutil.disk_usage(work).free
        if free < needed:
            raise Unavailable(
                M_(
                    "Not enough room for the backup: {needed} MiB are needed, {free} MiB are free.",
                    needed=-(-needed >> 20),
                    free=free >> 20,
                ),
                M_("Make room or choose another disk; nothing was copied."),
            )

    def _blobs(self, tx: Reading) -> Iterator[_Blob]:
        """Every exhibit that still has its key, in order of id."""
        last = ""
        while page := stored.exhibits_after(tx, last, _PAGE):
            keys = tx.many("exhibit_key", [row["id"] for row in page])
            for row in page:
                if row["id"] in keys:
                    facts = BlobFacts(row["blob_id"], row["sha256"], row["size"])
                    yield _Blob(row["id"], facts, keys[row["id"]]["wrapped_key"])
            last = page[-1]["id"]

    def _keep_what_is_whole(self, run: _Run, blobs: dict[str, _Blob], target: Path) -> None:
        """Cut what an earlier run left back to its last whole blob, or begin the archive."""
        out, store = run.out, self.desk.store.id
        entries: list[archive.Entry] = []
        if os.fstat(out.fileno()).st_size:
            try:
                entries, _ = archive.whole_entries(out)
                origin = archive.origin_of(out, entries)
            except BadInput:
                # Cut off before its first line was whole.
                entries = []
            else:
                if origin != store:
                    raise BadInput(
                        M_(
                            "An unfinished backup of another store lies in {path}.",
                            path=str(target) + UNFINISHED,
                        ),
                        M_("Give another name, or remove that folder first."),
                    )
        end = 0
        for place, entry in enumerate(entries):
            if place:
                blob = blobs.get(entry.path)
                if blob is None or not self._is_copy(out, entry, blob):
                    break
                run.kept += 1
            end = entry.end
        out.truncate(end)
        out.seek(end)
        if not end:
            origin_raw = archive.origin_document(store)
            archive.append_entry(out, archive.ORIGIN, len(origin_raw), [origin_raw])
            out.flush()

    def _is_copy(self, out: BinaryIO, entry: archive.Entry, blob: _Blob) -> bool:
        """Whether an entry holds the blob: as recorded, or damaged just as the vault's own is."""
        section = archive.Section(out, entry)
        if self._sound(section, blob):
            return True
        return section.sha256() == self._source_sha256(blob)

    def _sound(self, section: archive.Section, blob: _Blob) -> bool:
        try:
            key = self.desk.exhibits.key_of(blob.exhibit_id, blob.wrapped)
            for _ in checked_chunks(section, blob.exhibit_id, key, blob.facts):
                pass
        except EvidenceDamaged:
            return False
        return True

    def _source_sha256(self, blob: _Blob) -> str | None:
        path = self.desk.vault.path_of(blob.facts.blob_id)
        try:
            with path.open("rb") as stream:
                whole = archive.Entry(path.name, 0, os.fstat(stream.fileno()).st_size)
                return archive.Section(stream, whole).sha256()
        except OSError:
            return None

    def _copy_blobs(self, run: _Run, blobs: dict[str, _Blob], progress: Progress | None) -> None:
        entries, _ = archive.whole_entries(run.out)
        there = {entry.path for entry in entries}
        run.out.seek(entries[-1].end)
        done = run.kept
        for path, blob in blobs.items():
            if path in there:
                continue
            self._copy_blob(run, path, blob)
            done += 1
            if progress is not None:
                progress(done, len(blobs))

    def _copy_blob(self, run: _Run, path: str, blob: _Blob) -> None:
        start = run.out.tell()
        try:
            source = self.desk.vault.path_of(blob.facts.blob_id).open("rb")
        except FileNotFoundError:
            run.damaged[blob.exhibit_id] = "missing"
            return
        with source:
            try:
                _append(run, path, os.fstat(source.fileno()).st_size, source)
            except (ValueError, _Unreadable):
                # The store's disk cannot read it any more: the rest must be saved all the same.
                run.out.seek(start)
                run.out.truncate(start)
                run.damaged[blob.exhibit_id] = "unreadable"
                return
        run.copied += 1

    def _verified(
        self, run: _Run, blobs: dict[str, _Blob], progress: Progress | None
    ) -> list[dict[str, Any]]:
        """Read everything back from the target's disk; size and SHA-256 of every file."""
        forget_cached(run.out)
        entries, _ = archive.whole_entries(run.out)
        files = []
        for done, entry in enumerate(entries, start=1):
            section = archive.Section(run.out, entry)
            blob = blobs.get(entry.path)
            sound = blob is None or self._sound(section, blob)
            digest = section.sha256()
            if blob is not None and not sound:
                if digest != self._source_sha256(blob):
                    raise Unavailable(
                        M_(
                            "The disk does not keep what was written to it: {path}", path=entry.path
                        ),
                        M_("Remove the unfinished backup and use another disk."),
                    )
                run.damaged[blob.exhibit_id] = "damaged"
            files.append({"path": entry.path, "bytes": entry.size, "sha256": digest})
            if progress is not None:
                progress(done, len(entries))
        run.out.seek(entries[-1].end)
        return files

    def _finish(
        self, tx: Reading, run: _Run, files: list[dict[str, Any]], exhibits: int
    ) -> archive.Manifest:
        """Write manifest and signature, and read them back."""
        key = self.desk.signing_key
        seal = stored_custody.last_seal(tx) or {}
        fields = {
            "at_us": self.desk.clock(),
            "damaged": [{"exhibit": e, "why": w} for e, w in sorted(run.damaged.items())],
            "exhibits": exhibits,
            "files": files,
            "officer": self.desk.officer.login,
            "position": stored_custody.last_position(tx),
            "practice": self.desk.store.practice,
            "program": f"patrol-workbench {workbench.__version__}",
            "schema": HEAD_REVISION,
            # The last seal is kept outside the store too: a store rolled back is found against it.
            "seal": {n: seal[n] for n in _SEAL if n in seal},
            "store": self.desk.store.id,
        }
        manifest, signature = archive.sign_manifest(fields, key.public, key.sign)
        for path, raw in ((archive.MANIFEST, manifest), (archive.SIGNATURE, signature)):
            archive.append_entry(run.out, path, len(raw), [raw])
        archive.end_archive(run.out)
        run.sync()
        entries, whole = archive.whole_entries(run.out)
        return archive.read_manifest(run.out, entries, whole)


@contextmanager
def unfinished(work: Path) -> Iterator[Path]:
    """The folder a backup grows in, for this run alone; gone once the backup is finished."""
    try:
        work.mkdir(mode=0o700, exist_ok=True)
        with held_alone(work / LOCK):
            (work / GROWING).touch(0o600)
            try:
                yield work
            except BaseException:
                # Taken anew by the next run; the room may be needed until then.
                (work / DATABASE_NAME).unlink(missing_ok=True)
                raise
    except BlockingIOError as error:
        raise Unavailable(M_("Another backup to this file is running.")) from error
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        raise no_room(error, work) from error
    shutil.rmtree(work)


def no_room(error: OSError, work: Path) -> Unavailable:
    """What is said when a disk has no room for a long copy: what is finished is kept."""
    kept = M_("What is finished is kept in {path}: make room and give the same command again.", path=str(work))  # fmt: skip
    if error.errno == errno.EFBIG:
        return Unavailable(
            M_("This disk cannot hold a file as large as the backup (FAT32 ends at 4 GiB)."),
            M_("Use a disk with exFAT, NTFS or ext4."),
        )
    return Unavailable(M_("The disk is full: the copy is not finished."), kept)


class _Unreadable(Exception):
    """The store's disk does not give a blob out any more."""


def _pieces_of(stream: BinaryIO) -> Iterator[bytes]:
    # Told apart from what the target's disk refuses.
    while True:
        try:
            piece = stream.read(_PIECE)
        except OSError as error:
            raise _Unreadable from error
        if not piece:
            return
        yield piece


def _append(run: _Run, path: str, size: int, stream: BinaryIO) -> None:
    archive.append_entry(run.out, path, size, _pieces_of(stream))
    run.unsynced += size
    if run.unsynced >= _SYNC_EVERY:
        run.sync()


def forget_cached(stream: BinaryIO) -> None:
    """Ask the system to read a synced file from its disk, not from memory (where it can)."""
    advise = getattr(os, "posix_fadvise", None)
    if advise is not None:
        advise(stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
