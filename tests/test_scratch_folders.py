"""What a killed process left of plain bytes is taken away; what another one uses is not."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from workbench.files import scratch_folder

CHILD = """
import sys
from workbench.files import scratch_folder
with scratch_folder("workbench-scratch-") as folder:
    (folder / "page.warc").write_bytes(b"plain")
    print(folder, flush=True)
    sys.stdin.read()
"""


def test_a_killed_process_leaves_nothing_for_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    running = [
        subprocess.Popen(
            [sys.executable, "-c", CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    folders = [Path(child.stdout.readline().strip()) for child in running]
    running[0].send_signal(signal.SIGKILL)
    running[0].communicate()
    (tmp_path / "workbench-scratch-other").mkdir()
    (tmp_path / "workbench-scratch-link").symlink_to(tmp_path, target_is_directory=True)
    # Old enough not to be one that is just being made.
    for folder in (*folders, tmp_path / "workbench-scratch-other"):
        os.utime(folder, (0, 0))
    with scratch_folder("workbench-scratch-") as mine:
        assert not folders[0].exists()
        assert (folders[1] / "page.warc").read_bytes() == b"plain"
        assert mine.is_dir()
        assert (tmp_path / "workbench-scratch-other").exists()
        assert tmp_path.exists()
    assert not mine.exists()
    running[1].communicate("")
    assert running[1].returncode == 0
    assert not folders[1].exists()
