"""Every screen in both languages, both schemes, at 100 % and 175 %: drawn, nothing cut, all named.

The pictures are kept under docs/screens, which no commit holds; `make screens` makes all of them.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

WALK = Path(__file__).with_name("walk.py")
SCREENS = Path(__file__).parents[2] / "docs" / "screens"


OFTEN = [("ja", "light", "1"), ("en", "dark", "1"), ("ja", "dark", "1.75")]
LONG = [
    ("ja", "dark", "1"), ("en", "light", "1"), ("ja", "light", "1.75"),
    ("en", "light", "1.75"), ("en", "dark", "1.75"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("language", "scheme", "scale"),
    [*OFTEN, *(pytest.param(*kind, marks=pytest.mark.release) for kind in LONG)],
)
def test_screens(language: str, scheme: str, scale: str, store: Path) -> None:
    out = SCREENS / f"{language}-{scheme}-{round(float(scale) * 100)}"
    out.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": scale}
    done = subprocess.run(
        [sys.executable, str(WALK), str(store), str(out), language, scheme],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == []
    assert len(list(out.glob("*.png"))) >= 8
