"""Decodes hostile pictures with pillow. Runs in the limited process only (see `isolate`)."""

from __future__ import annotations

import base64
import io
import struct
import warnings
import zlib
from typing import Any

from PIL import Image, ImageFilter, ImageOps, UnidentifiedImageError

from workbench.capture.refused import Refused

_MEDIA_TYPES = {
    "PNG": "image/png",
    "JPEG": "image/jpeg",
    "MPO": "image/jpeg",
    "WEBP": "image/webp",
    "GIF": "image/gif",
    "BMP": "image/bmp",
    "TIFF": "image/tiff",
}
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
# A full-page screenshot 1,920 wide and 40,000 high has 77 million.
MAX_PIXELS = 120_000_000
MAX_FRAMES = 1_000
MAX_PIXELS_OF_ALL_FRAMES = 600_000_000
_DAMAGE = (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError)
_DAMAGE_OF_LIBRARIES = (struct.error, zlib.error, OverflowError, Image.DecompressionBombError)

# Our own limits refuse earlier and more exactly than pillow's.
Image.MAX_IMAGE_PIXELS = None
warnings.simplefilter("ignore")


def decode_image(untrusted: bytes) -> dict[str, Any]:
    """Media type, width, height and frames of a picture after decoding every pixel of it."""
    kind = _kind(untrusted)
    try:
        frames = 0
        pixels = 0
        if kind == "PNG":
            # Compares the checksum of every chunk, which decoding alone does not.
            with _open(untrusted) as image:
                image.verify()
        with _open(untrusted) as image:
            width, height = image.size
            while True:
                _check_size(image)
                pixels += image.width * image.height
                frames += 1
                if frames > MAX_FRAMES or pixels > MAX_PIXELS_OF_ALL_FRAMES:
                    raise Refused("picture_frames")
                image.load()
                try:
                    image.seek(frames)
                except EOFError:
                    break
    except (*_DAMAGE, *_DAMAGE_OF_LIBRARIES) as error:
        raise _damage(error) from error
    return {
        "media_type": _MEDIA_TYPES[kind],
        "width": width,
        "height": height,
        "frames": frames,
    }


def blurred_preview(untrusted: bytes, edge: int, radius: int) -> dict[str, Any]:
    """A small PNG (base64) of the first frame, upright, blurred by `radius` pixels."""
    _kind(untrusted)
    try:
        with _open(untrusted) as image:
            _check_size(image)
            image.draft("RGB", (edge * 2, edge * 2))
            image.thumbnail((edge * 2, edge * 2))
            upright = ImageOps.exif_transpose(image) or image
            flat = Image.new("RGB", upright.size, "white")
            coloured = upright.convert("RGBA")
            flat.paste(coloured, mask=coloured.getchannel("A"))
            flat.thumbnail((edge, edge))
            blurred = flat.filter(ImageFilter.GaussianBlur(radius)) if radius > 0 else flat
            out = io.BytesIO()
            blurred.save(out, "PNG")
    except (*_DAMAGE, *_DAMAGE_OF_LIBRARIES) as error:
        raise _damage(error) from error
    return {"png": base64.b64encode(out.getvalue()).decode()}


def _open(untrusted: bytes) -> Image.Image:
    return Image.open(io.BytesIO(untrusted), formats=_FORMATS)


def _kind(untrusted: bytes) -> str:
    if not untrusted:
        raise Refused("empty")
    if _is_webp(untrusted) and len(untrusted) < 8 + int.from_bytes(untrusted[4:8], "little"):
        # Its header says how long it should be; libwebp would call it damaged.
        raise Refused("truncated_picture")
    try:
        with _open(untrusted) as image:
            kind = image.format or ""
    except UnidentifiedImageError:
        other = _other_kind(untrusted)
        if other is not None:
            raise Refused("not_picture", kind=other) from None
        if _starts_like_picture(untrusted):
            raise Refused("truncated_picture") from None
        raise Refused("unknown_picture") from None
    except (*_DAMAGE, *_DAMAGE_OF_LIBRARIES) as error:
        raise _damage(error) from error
    if kind not in _MEDIA_TYPES:
        raise Refused("unknown_picture")
    if _MEDIA_TYPES[kind] == "image/jpeg" and untrusted.rfind(b"\xff\xd9") < untrusted.rfind(
        b"\xff\xda"
    ):
        # pillow fills up a scan that lacks its end; the rest of the picture is missing.
        raise Refused("truncated_picture")
    return kind


def _check_size(image: Image.Image) -> None:
    if image.width * image.height > MAX_PIXELS or not image.width or not image.height:
        raise Refused("picture_pixels", width=image.width, height=image.height)


def _damage(error: BaseException) -> Refused:
    why = str(error) or type(error).__name__
    if "truncated" in why.lower() or isinstance(error, EOFError):
        return Refused("truncated_picture")
    return Refused("damaged_picture", why=why[:160])


def _starts_like_picture(untrusted: bytes) -> bool:
    starts = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*")
    return untrusted.startswith(starts) or _is_webp(untrusted)


def _is_webp(untrusted: bytes) -> bool:
    return untrusted[:4] == b"RIFF" and untrusted[8:12] == b"WEBP"


def _other_kind(untrusted: bytes) -> str | None:
    start = untrusted[:1024].lstrip(b"\xef\xbb\xbf \t\r\n\0").lower()
    for mark, name in (
        (b"%pdf", "PDF"),
        (b"<svg", "SVG"),
        (b"<!doctype html", "HTML"),
        (b"<html", "HTML"),
        (b"pk\x03\x04", "ZIP"),
        (b"mz", "EXE"),
    ):
        if start.startswith(mark):
            return name
    if start.startswith((b"<?xml", b"<!--", b"<!doctype")):
        return "SVG" if b"<svg" in untrusted[:65536].lower() else "XML"
    return "HEIC/AVIF" if untrusted[4:8] == b"ftyp" else None
