"""`health` of a store, and `self-check` of the program on this computer."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import workbench
from workbench.documents.typesetting import japanese_font
from workbench.domain.errors import M_, Message, WorkbenchError
from workbench.reference import load
from workbench.reference.folders import data_folder
from workbench.store import reports as stored

if TYPE_CHECKING:
    from workbench.desk.desk import Desk

_LIBRARIES = (
    "PySide6", "requests", "beautifulsoup4", "scikit-learn", "sqlite-utils", "pillow",
    "SQLAlchemy", "alembic", "sqlcipher3", "cryptography", "argon2-cffi", "ada-url", "warcio",
    "typst", "skops",
)  # fmt: skip
_LEAST_FREE = 1 << 30


@dataclass(frozen=True)
class Finding:
    """One check and what was found."""

    check: str
    ok: bool
    detail: Message


def health(desk: Desk) -> list[Finding]:
    """Database pages, disk, and whether vault and rows name the same blobs."""
    problems = desk.store.problems()
    detail = M_("Every page is sound.") if not problems else M_("{why}", why=problems[0])
    with desk.store.read() as tx:
        named = stored.all_blob_ids(tx)
        reports = stored.count_all(tx)
    there = set(desk.vault.blob_ids())
    missing, orphans = named - there, len(there - named) + desk.vault.half_written()
    return [
        Finding("store", not problems, detail),
        Finding("reports", True, M_("{n} reports", n=reports)),
        Finding("vault", not missing, M_("{n} blobs, {m} missing", n=len(named), m=len(missing))),
        # Left by an act that was cut off before its row: harmless, but worth knowing.
        Finding("orphans", True, M_("{n} blobs that no row names", n=orphans)),
        _disk(desk.store.folder),
    ]


def self_check(folder: Path) -> list[Finding]:
    """Libraries, font, reference data, model, disk and clock."""
    return [_libraries(), _font(), _reference(), _model(), _disk(folder), _clock()]


def _libraries() -> Finding:
    missing = []
    for name in _LIBRARIES:
        try:
            metadata.version(name)
        except metadata.PackageNotFoundError:
            missing.append(name)
    detail = (
        M_("Missing: {names}", names=", ".join(missing))
        if missing
        else M_(
            "{n} libraries, program {version}", n=len(_LIBRARIES), version=workbench.__version__
        )
    )
    return Finding("libraries", not missing, detail)


def _font() -> Finding:
    try:
        return Finding("fonts", True, M_("{name}", name=japanese_font()))
    except WorkbenchError as error:
        return Finding("fonts", False, error.message)


def _reference() -> Finding:
    try:
        found = load(data_folder() / "reference")
    except WorkbenchError as error:
        return Finding("reference", False, error.message)
    return Finding("reference", True, M_("{n} categories", n=len(found.categories)))


def _model() -> Finding:
    from classifiers.errors import ClassifierError
    from workbench.desk.desk import load_triage

    try:
        triage = load_triage()
        opinion = triage.assess(["今日は天気がよいので公園を散歩しました。"])[0]
    except (ClassifierError, OSError) as error:
        return Finding("model", False, M_("{why}", why=str(error)))
    return Finding(
        "model",
        len(opinion.labels) == 28,
        M_("{model}, {n} labels", model=triage.model_id, n=len(opinion.labels)),
    )


def _disk(folder: Path) -> Finding:
    there = folder
    while not there.exists():
        there = there.parent
    free = shutil.disk_usage(there).free
    return Finding("disk", free >= _LEAST_FREE, M_("{n} MiB free", n=free >> 20))


def _clock() -> Finding:
    now = datetime.now(UTC)
    return Finding("clock", now.year >= 2026, M_("{time} UTC", time=now.isoformat(" ", "seconds")))
