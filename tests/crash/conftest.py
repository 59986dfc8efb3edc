"""The ready store, a backup of it and the list to import, made once; the test site runs all the while."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from crash_tools import Bench, fresh, ready_store, write_list

from workbench.capture.testsite import TestSite
from workbench.desk.desk import Desk
from workbench.desk.opening import open_practice


@pytest.fixture(scope="session")
def site() -> Iterator[TestSite]:
    with TestSite() as running:
        yield running


@pytest.fixture(scope="session")
def ready(tmp_path_factory: pytest.TempPathFactory, site: TestSite) -> Path:
    folder = tmp_path_factory.mktemp("ready")
    store = ready_store(folder / "store", site)
    # A copy is backed up, so that the ready store itself stays as it was made.
    shutil.copytree(store, folder / "copy")
    with Desk(open_practice(folder / "copy", "officer")) as desk:
        desk.backups.backup(folder / "earlier.tar")
    write_list(folder / "list.csv")
    return store


@pytest.fixture
def bench(ready: Path, site: TestSite, tmp_path: Path) -> Bench:
    rows, saved = ready.parent / "list.csv", ready.parent / "earlier.tar"
    folder = tmp_path / "bench"
    return fresh(ready, folder, Bench(folder, folder, site, rows, saved))
