"""A store of the tests, the command line as a subprocess, and what must not change by a refusal."""

import contextlib
import io
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
from PIL import Image

from workbench import cli
from workbench.desk.desk import Desk
from workbench.desk.opening import open_practice
from workbench.store import reports as stored
from workbench.store.tables import metadata

PASSPHRASE = "correct horse battery"


@dataclass
class CommandLine:
    """`python -m workbench` with a home of its own.

    Loading the program takes a second or two: where one process has shown a refusal, its sisters
    may run here (`own_process`), through the same entry.
    """

    home: Path
    own_process: bool = True

    def run(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """A process of its own, as other programs call it."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith("WORKBENCH_")}
        return subprocess.run(
            [sys.executable, "-m", "workbench", *map(str, arguments)],
            env={**kept, "HOME": str(self.home), "XDG_RUNTIME_DIR": str(self.home)},
            capture_output=True,
            text=True,
            check=False,
        )

    def run_here(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """The same entry within this process."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = cli.run([*map(str, arguments)])
        return subprocess.CompletedProcess(arguments, code, out.getvalue(), err.getvalue())

    def fails(self, *arguments: str | Path) -> dict[str, str]:
        """What the command, failing, says in each language."""
        said = {}
        japanese = self.run if self.own_process else self.run_here
        for language, run in (("ja", japanese), ("en", self.run_here)):
            found = run(*arguments, "--quiet", "--lang", language)
            assert found.returncode == 1, (found.stdout, found.stderr)
            assert "Traceback" not in found.stderr
            said[language] = found.stdout + found.stderr
        return said

    def done(self, *arguments: str | Path) -> str:
        found = self.run_here(*arguments)
        assert found.returncode == 0, found.stderr
        assert "Traceback" not in found.stderr
        return found.stdout

    def refuses(self, *arguments: str | Path, ja: str, en: str) -> None:
        """The command fails in both languages, in one line that says why."""
        said = self.fails(*arguments)
        assert ja in said["ja"], said["ja"]
        assert en in said["en"], said["en"]
        for text in said.values():
            assert len(text.strip().splitlines()) == 1


def counts(folder: Path) -> dict[str, int]:
    """Rows of every table of a practice store."""
    with Desk(open_practice(folder, "auditor")) as desk, desk.store.read() as tx:
        return {
            name: tx.count(sa.select(sa.func.count()).select_from(table))
            for name, table in metadata.tables.items()
        }


def files(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, without what SQLite makes while it is open."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith(("-wal", "-shm"))
    }


def is_whole(folder: Path) -> None:
    """Every chain verifies, and the vault holds exactly what rows name."""
    with Desk(open_practice(folder, "auditor")) as desk:
        found = desk.audit.verify()
        assert found["ok"], found["first_bad"]
        with desk.store.read() as tx:
            assert set(desk.vault.blob_ids()) == stored.all_blob_ids(tx)
    assert list(folder.rglob("*.part")) == []
    assert list(folder.rglob("*.new")) == []


def copied(source: Path, target: Path) -> Path:
    shutil.copytree(source, target)
    return target


def noise_picture(path: Path, edge: int) -> Path:
    """A PNG of about three bytes a pixel that nothing can compress."""
    Image.frombytes("RGB", (edge, edge), os.urandom(3 * edge * edge)).save(path)
    return path


def mount(*arguments: str | Path) -> None:
    """Mount, or skip plainly where that is not allowed."""
    if os.name != "posix" or os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("mounting needs root")
    done = subprocess.run(
        ["mount", *map(str, arguments)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"mounting is not permitted here: {done.stderr.strip()}")


@contextlib.contextmanager
def small_disk(place: Path, size: str) -> Iterator[Path]:
    """A disk of this size in memory."""
    place.mkdir()
    mount("-t", "tmpfs", "-o", f"size={size}", "tmpfs", place)
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


@contextlib.contextmanager
def read_only(folder: Path, place: Path) -> Iterator[Path]:
    """`folder` as a read-only place: mounted so for root, else by its mode."""
    if os.name == "posix" and os.geteuid() != 0:
        folder.chmod(0o500)
        try:
            yield folder
        finally:
            folder.chmod(0o700)
        return
    place.mkdir()
    mount("--bind", folder, place)
    try:
        mount("-o", "remount,bind,ro", place)
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)
