"""The installer: built, unpacked, installed without any index, and a damaged one refused."""

import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = [pytest.mark.release, pytest.mark.timeout(1_500)]


def test_built_installed_and_damaged(tmp_path: Path) -> None:
    out = tmp_path / "out"
    built = subprocess.run(
        [sys.executable, str(ROOT / "build_installer.py"), "-o", str(out)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert built.returncode == 0, built.stderr
    (archive,) = out.glob("*.tar.gz")
    with tarfile.open(archive) as packed:
        packed.extractall(tmp_path, filter="data")
    (folder,) = tmp_path.glob("patrol-workbench-*")
    # No index, no proxy: whatever is not in the archive is not there.
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHON": sys.executable}
    environment |= {"PIP_INDEX_URL": "http://127.0.0.1:9/", "PIP_NO_INPUT": "1"}
    target = tmp_path / "installed"
    done = subprocess.run(
        ["sh", str(folder / "install.sh"), str(target)],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    shown = subprocess.run(
        [str(target / "bin" / "workbench"), "self-check", "--json"],
        env=environment, capture_output=True, text=True, check=False, cwd=tmp_path,
    )  # fmt: skip
    assert shown.returncode == 0, shown.stdout
    victim = next((folder / "wheels").glob("requests-*.whl"))
    victim.write_bytes(victim.read_bytes()[:-1] + b"x")
    refused = subprocess.run(
        ["sh", str(folder / "install.sh"), str(tmp_path / "other")],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert refused.returncode == 1
    assert not (tmp_path / "other").exists()
