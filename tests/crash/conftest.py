"""The ready store and the list to import, made once; the test site runs all the while."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from crash_tools import Bench, fresh, ready_store, write_list

from workbench.capture.testsite import TestSite


@pytest.fixture(scope="session")
def site() -> Iterator[TestSite]:
    with TestSite() as running:
        yield running


@pytest.fixture(scope="session")
def ready(tmp_path_factory: pytest.TempPathFactory, site: TestSite) -> Path:
    folder = tmp_path_factory.mktemp("ready")
    write_list(folder / "list.csv")
    return ready_store(folder / "store", site)


@pytest.fixture
def bench(ready: Path, site: TestSite, tmp_path: Path) -> Bench:
    return fresh(ready, tmp_path / "bench", site, ready.parent / "list.csv")
