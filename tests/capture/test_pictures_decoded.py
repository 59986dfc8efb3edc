"""Pictures: real ones give their facts, everything else is refused in words for the officer."""

from __future__ import annotations

import gzip
import io
import struct
import zlib
from typing import Any

import pytest
from PIL import Image

from workbench.capture.images import ImageFacts, inspect_image, inspect_images
from workbench.capture.isolate import MIB, Limits, run_isolated
from workbench.capture.picture_pixels import picture_pixels
from workbench.domain.errors import BadInput
from workbench.messages import render


def picture(kind: str, size: tuple[int, int] = (64, 48), mode: str = "RGB", **how: Any) -> bytes:
    out = io.BytesIO()
    Image.effect_noise(size, 60).convert(mode).save(out, kind, **how)
    return out.getvalue()


def png_of(width: int, height: int, pixels: bytes = b"\0", extra: bytes = b"") -> bytes:
    """A PNG whose header says what it likes."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + extra
        + chunk(b"IDAT", zlib.compress(pixels))
        + chunk(b"IEND", b"")
    )


def frames(count: int, kind: str = "GIF", size: tuple[int, int] = (8, 8)) -> bytes:
    out = io.BytesIO()
    pictures = [Image.new("L", size, n % 2 * 200) for n in range(count)]
    pictures[0].save(out, kind, save_all=True, append_images=pictures[1:])
    return out.getvalue()


def answers(contents: list[bytes]) -> list[dict[str, Any] | BadInput]:
    """What the reader says to several files, in one child."""
    return run_isolated("workbench.capture.decoding:decode_image", contents, {})


def refusals(contents: list[bytes]) -> list[str]:
    found = []
    for answer in answers(contents):
        assert isinstance(answer, BadInput), answer
        assert render(answer.message, "ja") != render(answer.message, "en") == str(answer)
        assert "{" not in render(answer.message, "ja")
        found.append(str(answer))
    return found


GOOD = (
    ("PNG", "image/png", {}),
    ("PNG", "image/png", {"mode": "1"}),
    ("PNG", "image/png", {"mode": "LA"}),
    ("PNG", "image/png", {"mode": "P"}),
    ("JPEG", "image/jpeg", {}),
    ("JPEG", "image/jpeg", {"progressive": True}),
    ("JPEG", "image/jpeg", {"mode": "CMYK"}),
    ("WEBP", "image/webp", {}),
    ("WEBP", "image/webp", {"lossless": True, "mode": "RGBA"}),
    ("GIF", "image/gif", {}),
    ("BMP", "image/bmp", {}),
    ("TIFF", "image/tiff", {}),
    ("TIFF", "image/tiff", {"compression": "tiff_lzw"}),
)
KINDS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")


def test_good_pictures() -> None:
    found = inspect_images([picture(kind, **how) for kind, _type, how in GOOD])
    assert found == [ImageFacts(media_type, 64, 48, 1) for _kind, media_type, _how in GOOD]


def test_pictures_of_several_frames() -> None:
    for facts in inspect_images([frames(5, kind) for kind in ("GIF", "WEBP", "TIFF")]):
        assert (facts.width, facts.height, facts.frames) == (8, 8, 5)


@pytest.mark.parametrize("kind", KINDS)
def test_pictures_that_break_off(kind: str) -> None:
    content = picture(kind, (200, 150))
    cut = [content[: int(len(content) * part)] for part in (0.999, 0.9, 0.5, 0.02)]
    assert refusals(cut) == ["The picture ends too early."] * 4


def test_pictures_changed_inside() -> None:
    contents = []
    for kind in ("PNG", "GIF"):
        content = bytearray(picture(kind))
        for place in range(len(content) // 3, len(content) // 3 + 30):
            content[place] ^= 0xFF
        contents.append(bytes(content))
    assert all("damaged" in why for why in refusals(contents))


NOT_TO_TAKE = (
    (b"", "empty"),
    (b"hello, this is text\n", "known kind"),
    ("こんにちは".encode("cp932"), "known kind"),
    (bytes(range(256)) * 20, "known kind"),
    (b"\0" * 100, "known kind"),
    (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
    (b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- x --><svg/>", "SVG"),
    (b"<?xml version='1.0'?><feed/>", "XML"),
    (b"<!DOCTYPE html><p>x", "HTML"),
    (b"%PDF-1.7\n%\xe2\xe3", "PDF"),
    (b"\0\0\0\x18ftypheic\0\0\0\0mif1", "HEIC/AVIF"),
    (b"\0\0\0\x18ftypavif\0\0\0\0mif1", "HEIC/AVIF"),
    (b"PK\x03\x04" + bytes(50), "ZIP"),
    (b"MZ" + bytes(100), "EXE"),
    (gzip.compress(b"x"), "known kind"),
    (b"\x89PNG", "ends too early"),
    (b"\xff\xd8\xff", "ends too early"),
    (png_of(60_000, 60_000), "too many pixels (60000 x 60000)"),
    (png_of(2**31 - 1, 2**31 - 1), "too many pixels"),
    (png_of(12_000, 10_001), "too many pixels"),
    (png_of(10_000, 10_000), "ends too early"),
)


def test_what_is_no_picture_to_take() -> None:
    found = refusals([content for content, _words in NOT_TO_TAKE])
    for why, (content, words) in zip(found, NOT_TO_TAKE, strict=True):
        assert words in why, content[:40]


def test_one_that_is_no_picture_alone() -> None:
    with pytest.raises(BadInput, match=r"^This is not a picture but PDF\.$"):
        inspect_image(b"%PDF-1.7\n")


def test_too_many_frames() -> None:
    (why,) = refusals([frames(1_001, size=(1, 1))])
    assert "frames" in why


def test_a_text_chunk_that_unpacks_to_very_much_is_survived() -> None:
    data = b"Comment\0\0" + zlib.compress(bytes(80_000_000))
    chunk = struct.pack(">I", len(data)) + b"zTXt" + data
    chunk += struct.pack(">I", zlib.crc32(b"zTXt" + data))
    refusals([png_of(1, 1, b"\0\0", chunk)])


def test_several_pictures_and_which_one_is_bad() -> None:
    good = [picture("PNG"), picture("JPEG")]
    assert [f.media_type for f in inspect_images(good)] == ["image/png", "image/jpeg"]
    assert inspect_images([]) == []
    with pytest.raises(BadInput, match=r"^Picture 2: The file is empty\.$") as refused:
        inspect_images([good[0], b"", b"also bad"])
    assert render(refused.value.message, "ja") != str(refused.value)


def preview(content: bytes, edge: int = 40, radius: int = 0) -> Image.Image:
    found = picture_pixels(content, edge, radius)
    shown = Image.frombytes("RGB", (found.width, found.height), found.rgb)
    assert max(shown.size) <= edge
    return shown


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF"])
def test_previews_are_small(kind: str) -> None:
    assert preview(picture(kind, (200, 100))).size == (40, 20)
    assert preview(picture(kind, (10, 10))).size == (10, 10)


def test_a_preview_is_blurred() -> None:
    halves = Image.new("RGB", (40, 40), "black")
    halves.paste("white", (20, 0, 40, 40))
    out = io.BytesIO()
    halves.save(out, "PNG")
    sharp, blurred = preview(out.getvalue()), preview(out.getvalue(), radius=12)
    assert len(set(sharp.tobytes())) == 2
    assert len(set(blurred.tobytes())) > 10


def test_a_preview_is_upright_and_on_white() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    assert preview(picture("JPEG", (80, 20), exif=exif)).size == (10, 40)
    out = io.BytesIO()
    Image.new("RGBA", (4, 4), (255, 0, 0, 0)).save(out, "PNG")
    assert preview(out.getvalue()).getpixel((0, 0)) == (255, 255, 255)


def test_previews_of_what_is_no_picture() -> None:
    for content in (b"", b"text", png_of(60_000, 60_000), picture("PNG")[:100]):
        with pytest.raises(BadInput):
            picture_pixels(content, 40, 4)
    large = png_of(10_900, 11_000, bytes(10_901 * 11_000))
    with pytest.raises(BadInput, match="more memory"):
        picture_pixels(large, 40, 4, Limits(seconds=10, memory_bytes=128 * MIB))
    for edge, radius in ((0, 1), (5_000, 1), (10, -1), (10, 1_001)):
        with pytest.raises(ValueError, match=str(edge)):
            picture_pixels(picture("PNG"), edge, radius)
