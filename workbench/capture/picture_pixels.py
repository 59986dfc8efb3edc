"""Pictures as bare pixels, so that the window decodes nothing at all.

`pixels_of` runs in the limited process only (see `isolate`); `picture_pixels` asks it.
"""

from __future__ import annotations

import base64
import binascii
import io
import zlib
from dataclasses import dataclass
from typing import Any

from workbench.capture.isolate import Limits, run_isolated
from workbench.domain.errors import M_, BadInput

_PIXELS = "workbench.capture.picture_pixels:pixels_of"


@dataclass(frozen=True)
class PicturePixels:
    """Width and height in pixels; `rgb` holds three bytes a pixel, row by row, without padding."""

    width: int
    height: int
    rgb: bytes


def pixels_of(untrusted: bytes, edge: int, radius: int) -> dict[str, Any]:
    """A picture of at most `edge` pixels, blurred by `radius`, as compressed RGB (base64)."""
    # Only in the child: pillow meets no bytes from outside in the program itself.
    from PIL import Image

    from workbench.capture.decoding import blurred_preview

    preview = base64.b64decode(blurred_preview(untrusted, edge, radius)["png"])
    with Image.open(io.BytesIO(preview), formats=("PNG",)) as image:
        flat = image.convert("RGB")
    packed = zlib.compress(flat.tobytes(), 1)
    return {
        "width": flat.width,
        "height": flat.height,
        "rgb": base64.b64encode(packed).decode(),
    }


def picture_pixels(
    untrusted_bytes: bytes, edge: int, radius: int, limits: Limits | None = None
) -> PicturePixels:
    """The pixels of a picture as the limited process shows it; BadInput when it cannot be."""
    if not 1 <= edge <= 4096 or not 0 <= radius <= 1000:
        raise ValueError((edge, radius))
    options = {"edge": edge, "radius": radius}
    (answer,) = run_isolated(_PIXELS, [untrusted_bytes], options, limits)
    if isinstance(answer, BadInput):
        raise answer
    try:
        width, height = int(answer["width"]), int(answer["height"])
        if not (0 < width <= edge and 0 < height <= edge):
            raise ValueError((width, height))
        whole = 3 * width * height
        packed = base64.b64decode(answer["rgb"], validate=True)
        # The child is trusted with nothing: no more than the pixels is ever unpacked.
        rgb = zlib.decompressobj().decompress(packed, whole + 1)
        if len(rgb) != whole:
            raise ValueError(len(rgb))
    except (KeyError, TypeError, ValueError, binascii.Error, zlib.error) as error:
        raise BadInput(M_("The picture broke its reader.")) from error
    return PicturePixels(width, height, rgb)
