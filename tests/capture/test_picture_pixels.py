"""Pixels for the window: right ones, within the child's limits, and a readable refusal."""

import io
import os
import subprocess
import sys

import pytest
from PIL import Image

from workbench.capture.picture_pixels import picture_pixels
from workbench.domain.errors import BadInput


def png(image: Image.Image) -> bytes:
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()


def test_the_pixels_are_the_pictures() -> None:
    image = Image.new("RGB", (40, 20), (200, 30, 60))
    found = picture_pixels(png(image), 1600, 0)
    assert (found.width, found.height) == (40, 20)
    assert found.rgb == image.tobytes()


def test_a_large_noisy_picture_fits() -> None:
    image = Image.frombytes("RGB", (1700, 1700), os.urandom(3 * 1700 * 1700))
    found = picture_pixels(png(image), 1600, 0)
    assert max(found.width, found.height) == 1600
    assert len(found.rgb) == 3 * found.width * found.height


def test_a_broken_picture_is_refused() -> None:
    with pytest.raises(BadInput):
        picture_pixels(png(Image.new("RGB", (40, 20)))[:40], 1600, 0)


def test_the_program_itself_loads_no_picture_decoder() -> None:
    code = "import sys, workbench.capture.picture_pixels; print('PIL.Image' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
