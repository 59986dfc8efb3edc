"""Stores to back up, and backups altered on purpose."""

import json
import shutil
from pathlib import Path

from workbench.capture.testsite import PAGES, sample_screenshot
from workbench.desk.desk import Desk
from workbench.desk.opening import OfficeFacts, make_practice_store, make_store, open_practice
from workbench.desk.reports import Screenshot
from workbench.evidence import backup as archive
from workbench.store import custody

PASSPHRASE = "correct horse battery"
PICTURES = 5


def practice_store(folder: Path) -> Path:
    """A practice store with five pictures and a decided report."""
    make_practice_store(folder)
    with Desk(open_practice(folder, "supervisor")) as desk:
        for number in range(PICTURES):
            shot = Screenshot(f"{number}.png", sample_screenshot(PAGES[number % len(PAGES)]))
            desk.reports.register(f"https://r{number}.example.test/", [shot])
        desk.assessments.assess(["KGS-R8-000001"])
        desk.reviews.decide(
            "KGS-R8-000001", "phishing_credential_request", "偽の画面", ["removal_request"]
        )
    return folder


def real_store(folder: Path) -> str:
    """A real store with the officer `boss`; returns the recovery code."""
    return make_store(folder, OfficeFacts(), "boss", "", PASSPHRASE)


def blobs(folder: Path) -> dict[str, bytes]:
    """Every blob of a store by its place."""
    vault = folder / "vault"
    return {p.relative_to(vault).as_posix(): p.read_bytes() for p in vault.rglob("*.blob")}


def actions(desk: Desk) -> list[str]:
    """What the store's own chain says was done, oldest first."""
    with desk.store.read() as tx:
        chain = custody.chain(tx, desk.store.id)
    return [json.loads(entry["body"])["action"] for entry in chain]


def entries_of(file: Path) -> dict[str, archive.Entry]:
    with file.open("rb") as stream:
        return {entry.path: entry for entry in archive.whole_entries(stream)[0]}


def copied(source: Path, target: Path) -> Path:
    shutil.copytree(source, target)
    return target
