"""Builds an offline installer for this kind of computer: `python build_installer.py -o dist`.

The result is one archive with the program's wheel, every locked library as a wheel, checksums and
an install script. Installing needs Python 3.11 or newer and no network; the script checks every
file, makes an environment of its own and runs the program's self-check.
"""

from __future__ import annotations

import argparse
import hashlib
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile
from pathlib import Path

ROOT = Path(__file__).parent

INSTALL_SH = """#!/bin/sh
# Installs Patrol Workbench into a folder of its own (default: ~/patrol-workbench), without network.
set -eu
here="$(cd "$(dirname "$0")" && pwd)"
target="${1:-$HOME/patrol-workbench}"
python="${PYTHON:-python3}"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "Python 3.11 以上が必要です。 / Python 3.11 or newer is needed." >&2; exit 1; }
(cd "$here" && sha256sum --quiet -c SHA256SUMS) || {
    echo "ファイルが壊れています。もう一度コピーしてください。 / A file is damaged: copy the archive again." >&2; exit 1; }
"$python" -m venv "$target"
"$target/bin/python" -m pip install -q --no-index --find-links "$here/wheels" --require-hashes -r "$here/requirements.lock"
"$target/bin/python" -m pip install -q --no-index --no-deps "$here"/patrol_workbench-*.whl
"$target/bin/workbench" self-check
echo "起動 / start: $target/bin/workbench"
"""

INSTALL_BAT = """@echo off
rem Installs Patrol Workbench into %LOCALAPPDATA%\\PatrolWorkbench, without network.
setlocal
set HERE=%~dp0
set TARGET=%LOCALAPPDATA%\\PatrolWorkbench
py -3 "%HERE%check_files.py" || exit /b 1
py -3 -m venv "%TARGET%" || exit /b 1
"%TARGET%\\Scripts\\python" -m pip install -q --no-index --find-links "%HERE%wheels" --require-hashes -r "%HERE%requirements.lock" || exit /b 1
for %%W in ("%HERE%patrol_workbench-*.whl") do "%TARGET%\\Scripts\\python" -m pip install -q --no-index --no-deps "%%W" || exit /b 1
"%TARGET%\\Scripts\\workbench" self-check
echo start: %TARGET%\\Scripts\\workbench
"""

CHECK_FILES = '''"""Compares every file of the installer with SHA256SUMS."""

import hashlib
import pathlib
import sys

here = pathlib.Path(__file__).parent
if sys.version_info < (3, 11):
    sys.exit("Python 3.11 or newer is needed.")
for line in (here / "SHA256SUMS").read_text(encoding="utf-8").splitlines():
    digest, _, name = line.partition("  ")
    if hashlib.sha256((here / name).read_bytes()).hexdigest() != digest:
        sys.exit(f"damaged: {name}")
'''


def version() -> str:
    """The program's version."""
    with (ROOT / "pyproject.toml").open("rb") as stream:
        return str(tomllib.load(stream)["project"]["version"])


def pip(*arguments: str) -> None:
    """Run this Python's pip; its complaint ends the build."""
    subprocess.run([sys.executable, "-m", "pip", *arguments], check=True)  # noqa: S603


def collect(folder: Path) -> None:
    """The program, its libraries and the install script into `folder`."""
    pip("wheel", "-q", "--no-deps", "-w", str(folder), str(ROOT))
    shutil.copy2(ROOT / "requirements.lock", folder / "requirements.lock")
    lock = str(folder / "requirements.lock")
    # Only wheels: a source package would need a compiler where it is installed.
    pip(
        "download", "-q", "--require-hashes", "--only-binary", ":all:",
        "-r", lock, "-d", str(folder / "wheels"),
    )  # fmt: skip
    (folder / "install.sh").write_text(INSTALL_SH, encoding="utf-8")
    (folder / "install.sh").chmod(0o755)
    (folder / "install.bat").write_text(INSTALL_BAT, encoding="utf-8", newline="\r\n")
    (folder / "check_files.py").write_text(CHECK_FILES, encoding="utf-8")
    lines = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        lines.append(f"{digest}  {path.relative_to(folder).as_posix()}")
    (folder / "SHA256SUMS").write_text("\n".join(lines) + "\n", encoding="utf-8")


def pack(folder: Path, out: Path) -> Path:
    """The folder as one archive: zip on Windows, tar.gz elsewhere."""
    if sys.platform == "win32":
        path = out / f"{folder.name}.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
            for file in sorted(p for p in folder.rglob("*") if p.is_file()):
                archive.write(file, f"{folder.name}/{file.relative_to(folder).as_posix()}")
        return path
    path = out / f"{folder.name}.tar.gz"
    with tarfile.open(path, "w:gz", compresslevel=1) as archive:
        archive.add(folder, arcname=folder.name)
    return path


def main() -> int:
    """Build and say where the archive is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-o", "--output", type=Path, default=ROOT / "dist")
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    kind = f"{platform.system().lower()}-{platform.machine().lower()}"
    python = f"py{sys.version_info.major}{sys.version_info.minor}"
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / f"patrol-workbench-{version()}-{kind}-{python}"
        folder.mkdir()
        collect(folder)
        print(pack(folder, options.output))
    return 0


if __name__ == "__main__":
    sys.exit(main())
