"""One practice store with pictures and one backup of it, made once."""

from pathlib import Path

import pytest
from backup_samples import copied, practice_store

from workbench.desk.desk import Desk
from workbench.desk.opening import open_practice


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return practice_store(tmp_path_factory.mktemp("template") / "store")


@pytest.fixture
def store(template: Path, tmp_path: Path) -> Path:
    return copied(template, tmp_path / "store")


@pytest.fixture(scope="session")
def saved(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished backup; tests copy what they alter."""
    folder = tmp_path_factory.mktemp("saved")
    with Desk(open_practice(copied(template, folder / "store"), "officer")) as desk:
        desk.backups.backup(folder / "saved.tar")
    return folder / "saved.tar"
