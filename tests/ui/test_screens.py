"""Every screen in both languages, both schemes, at 100 % and 175 %: drawn, nothing cut, all named.

With SCREENS_FOLDER set (as `make screens` does, to docs/screens) the pictures are kept there.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

WALK = Path(__file__).with_name("walk.py")


OFTEN = [("ja", "light", "1"), ("en", "dark", "1"), ("ja", "dark", "1.75")]
LONG = [
    ("ja", "dark", "1"), ("en", "light", "1"), ("ja", "light", "1.75"),
    ("en", "light", "1.75"), ("en", "dark", "1.75"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("language", "scheme", "scale"),
    [*OFTEN, *(pytest.param(*kind, marks=pytest.mark.release) for kind in LONG)],
)
def test_screens(language: str, scheme: str, scale: str, store: Path, tmp_path: Path) -> None:
    wanted = os.environ.get("SCREENS_FOLDER", "")
    folder = Path(wanted) if wanted else tmp_path
    out = folder / f"{language}-{scheme}-{round(float(scale) * 100)}"
    out.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": scale}
    done = subprocess.run(
        [sys.executable, str(WALK), str(store), str(out), language, scheme],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == []
    assert len(list(out.glob("*.png"))) >= 8
