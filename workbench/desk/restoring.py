"""Restoring a store from a backup: everything is verified before anything is put in place.

The store is built in a folder `NAME.restoring` beside its place, checked there as `audit verify`
checks a store, gets its custody entry `restored`, and only then takes its name in one step. After
a crash the same command goes on: files that lie there as the backup has them are not copied again.
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

from workbench.desk.backups import LOCK, NO_ROOM, UNFINISHED, no_room
from workbench.desk.desk import Desk
from workbench.desk.opening import (
    PRACTICE_KEY_NAME,
    Opened,
    open_practice,
    open_with_code,
    open_with_passphrase,
    store_exists,
)
from workbench.domain.clock import Clock, system_clock
from workbench.domain.errors import (
    M_,
    BadInput,
    EvidenceDamaged,
    NotAllowed,
    Unavailable,
)
from workbench.evidence import backup as archive
from workbench.files import copy_pieces_durably, held_alone, sync_folder
from workbench.keys.keyfile import KEYFILE_NAME, understand_keyfile
from workbench.settings import SETTINGS_NAME
from workbench.store import officers as stored_officers
from workbench.store.store import DATABASE_NAME, known_revisions, newer_store, refuse_network_share

RESTORING = ".restoring"
_OURS = (KEYFILE_NAME, PRACTICE_KEY_NAME, SETTINGS_NAME, LOCK, "vault")

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Secret:
    """What opens the backup: a passphrase of its day, or the printed recovery code.

    `login` names the officer; with a passphrase it may be left out, with the code it may not.
    """

    login: str | None = None
    passphrase: str = field(default="", repr=False)
    code: str = field(default="", repr=False)


@dataclass(frozen=True)
class _Source:
    """An opened backup whose manifest is signed and names what is there."""

    stream: BinaryIO
    entries: dict[str, archive.Entry]
    manifest: archive.Manifest


def is_practice_backup(file: Path) -> bool:
    """Whether a backup needs no passphrase; raises as `restore` does when it cannot be used."""
    with _opened(file) as source:
        return bool(source.manifest.fields["practice"])


def restore(
    file: Path,
    folder: Path,
    secret: Secret,
    clock: Clock = system_clock,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Make the store in `folder` anew from the backup `file`.

    BadInput when a store (or anything else) lies there or the file is no backup, EvidenceDamaged
    when any byte is not as recorded, NotAllowed when the passphrase does not fit, Unavailable for
    a backup of a newer program or a full disk. In each case nothing is put in place.
    """
    _refuse_taken(folder)
    with _opened(file) as source:
        _try_secret(source, secret)
        folder = folder.absolute()
        work = folder.with_name(folder.name + RESTORING)
        with _working(work):
            _stage(source, work, progress)
            result = _check_and_record(source, file, work, secret, clock)
        _put_in_place(work, folder)
    return {"store": os.fspath(folder), **result}


def _refuse_taken(folder: Path) -> None:
    refuse_network_share(folder)
    if store_exists(folder):
        raise BadInput(
            M_("There is already a store in {path}.", path=os.fspath(folder)),
            M_("Nothing was restored: a backup never replaces a store. Give another folder with --store."),
        )  # fmt: skip
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BadInput(
            M_("{path} is not empty.", path=os.fspath(folder)),
            M_("Give a new folder with --store."),
        )


@contextmanager
def _opened(file: Path) -> Iterator[_Source]:
    begun = file.with_name(file.name + UNFINISHED)
    if file.is_dir() or (not file.exists() and begun.is_dir()):
        if begun.is_dir() or file.name.endswith(UNFINISHED):
            raise BadInput(
                M_("The backup {path} is not finished.", path=os.fspath(file)),
                M_("Give the backup command again: it goes on where it was cut off."),
            )
        raise BadInput(M_("This is a folder: {path}", path=os.fspath(file)))
    with file.open("rb") as stream:
        entries, whole = archive.whole_entries(stream)
        origin = archive.origin_of(stream, entries)
        manifest = archive.read_manifest(stream, entries, whole)
        if manifest.fields["schema"] not in known_revisions():
            raise newer_store(manifest.fields["schema"])
        by_path = {entry.path: entry for entry in entries[:-2]}
        key_file = PRACTICE_KEY_NAME if manifest.fields["practice"] else KEYFILE_NAME
        if origin != manifest.fields["store"] or not {DATABASE_NAME, key_file} <= by_path.keys():
            raise archive.not_whole()
        yield _Source(stream, by_path, manifest)


def _try_secret(source: _Source, secret: Secret) -> None:
    """Before gigabytes are copied: whether the secret opens the backup's keys at all."""
    if source.manifest.fields["practice"]:
        return
    raw = archive.read_entry(source.stream, source.entries[KEYFILE_NAME])
    keys = understand_keyfile(raw, Path(KEYFILE_NAME))
    try:
        if secret.code:
            keys.open_with_recovery_code(secret.code)
        elif secret.login is None:
            keys.open_any(secret.passphrase)
        else:
            keys.open_as(secret.login, secret.passphrase)
    except NotAllowed as error:
        raise NotAllowed(
            error.message,
            M_("A backup opens with the passphrases and the recovery code of the day it was made."),
        ) from error


@contextmanager
def _working(work: Path) -> Iterator[None]:
    """The folder the store is built in, for this run alone; evidence that fails is not kept."""
    try:
        work.mkdir(mode=0o700, parents=True, exist_ok=True)
        strange = [p.name for p in work.iterdir() if not _is_ours(p.name)]
        if strange:
            raise BadInput(
                M_("{path} holds something else.", path=os.fspath(work / strange[0])),
                M_("Move it away and try again."),
            )
        with held_alone(work / LOCK):
            try:
                yield
            except (EvidenceDamaged, NotAllowed):
                shutil.rmtree(work)
                raise
    except BlockingIOError as error:
        raise Unavailable(M_("Another restore into this folder is running.")) from error
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        raise no_room(error, work) from error


def _is_ours(name: str) -> bool:
    half_written = name.startswith(".") and name.endswith(".new")
    return name in _OURS or name.startswith(DATABASE_NAME) or half_written


def _stage(source: _Source, work: Path, progress: Progress | None) -> None:
    """Copy every file of the backup into `work`, each checked against the manifest."""
    _clear(source, work)
    files = source.manifest.files
    needed = sum(size for size, _ in files.values())
    there = sum(p.stat().st_size for p in (work / "vault").rglob("*.blob"))
    free = shutil.disk_usage(work).free
    if free < needed - there:
        raise Unavailable(
            M_(
                "Not enough room to restore: {needed} MiB are needed, {free} MiB are free.",
                needed=-(-(needed - there) >> 20),
                free=free >> 20,
            ),
            M_("Make room or choose another disk; nothing was put in place."),
        )
    for done, (path, (size, sha256)) in enumerate(files.items(), start=1):
        if path != archive.ORIGIN:
            _stage_one(source, work / path, path, size, sha256)
        if progress is not None:
            progress(done, len(files))


def _clear(source: _Source, work: Path) -> None:
    """Take away what an earlier run left and this one does not go on with."""
    # An earlier run may have opened the database already: it is always copied again.
    for path in work.iterdir():
        if path.is_file() and path.name != LOCK:
            path.unlink()
    (work / "vault").mkdir(mode=0o700, exist_ok=True)
    for path in (work / "vault").rglob("*"):
        if path.is_file() and path.relative_to(work).as_posix() not in source.entries:
            path.unlink()


def _stage_one(source: _Source, target: Path, path: str, size: int, sha256: str) -> None:
    if target.exists() and target.stat().st_size == size:
        with target.open("rb") as stream:
            there = archive.Section(stream, archive.Entry(path, 0, size)).sha256()
        if there == sha256:
            return
    if not target.parent.is_dir():
        target.parent.mkdir(mode=0o700, parents=True)
        sync_folder(target.parent.parent)
    section = archive.Section(source.stream, source.entries[path])
    copy_pieces_durably(section.pieces(), target)
    if section.sha256() != sha256:
        target.unlink()
        raise archive.not_whole()


def _check_and_record(
    source: _Source, file: Path, work: Path, secret: Secret, clock: Clock
) -> dict[str, Any]:
    """Open the staged store, verify all of it, and write down that it was restored."""
    manifest = source.manifest
    with Desk(_open(work, secret, practice=manifest.fields["practice"]), clock=clock) as desk:
        with desk.store.read() as tx:
            signers = {row["fingerprint"] for row in stored_officers.signing_keys(tx)}
        same = (desk.store.id, desk.store.practice) == (
            manifest.fields["store"],
            manifest.fields["practice"],
        )
        if not same or manifest.signer not in signers:
            raise EvidenceDamaged(
                M_("This backup was not signed by the store it holds. Nothing was restored.")
            )
        found = desk.audit.verify(known_damaged=manifest.damaged.keys())
        if not found["ok"]:
            raise EvidenceDamaged(
                M_(
                    "The store in this backup does not verify: {what}. Nothing was restored.",
                    what=found["first_bad"],
                )
            )
        facts = {
            "backup": file.name,
            "backup_at_us": manifest.fields["at_us"],
            "backup_position": manifest.fields["position"],
            "damaged": sorted(manifest.damaged),
            "manifest_sha256": manifest.sha256,
            "program": manifest.fields["program"],
        }
        with desk.store.write() as tx:
            # Whoever was logged in on the day of the backup is not logged in now.
            stored_officers.end_all_sessions(tx)
            desk.audit.custody(tx, "store", desk.store.id, "restored", facts)
        return {
            "made_at_us": manifest.fields["at_us"],
            "officer": desk.officer.login,
            "practice": desk.store.practice,
            "files": len(manifest.files),
            "bytes": sum(size for size, _ in manifest.files.values()),
            "entries": found["entries"],
            "seals": found["seals"],
            "exhibits": found["exhibits"],
            "damaged": [{"exhibit": e, "why": w} for e, w in sorted(manifest.damaged.items())],
            "manifest_sha256": manifest.sha256,
        }


def _open(work: Path, secret: Secret, *, practice: bool) -> Opened:
    if practice:
        return open_practice(work, secret.login)
    if secret.code:
        if not secret.login:
            raise BadInput(M_("With the recovery code, say who you are with --officer."))
        return open_with_code(work, secret.login, secret.code)
    return open_with_passphrase(work, secret.login, secret.passphrase)


def _put_in_place(work: Path, folder: Path) -> None:
    """Give the finished store its name in one step."""
    try:
        (work / LOCK).unlink(missing_ok=True)
        if folder.exists():
            # Empty, as checked; a name is free only without it on some systems.
            folder.rmdir()
        work.rename(folder)
    except OSError as error:
        if error.errno not in (errno.EBUSY, errno.ENOTEMPTY, errno.EEXIST):
            raise
        raise Unavailable(
            M_("{path} is in use: the store was not put in place.", path=os.fspath(folder)),
            M_("Give a new folder with --store."),
        ) from error
    sync_folder(folder.parent)
