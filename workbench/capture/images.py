"""Looks at hostile pictures: real type, size and frames, decoded in the limited process.

The bytes of a picture are evidence and are never re-encoded; see `picture_pixels` for showing one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workbench.capture.isolate import run_isolated
from workbench.domain.errors import M_, BadInput

_DECODE = "workbench.capture.decoding:decode_image"


@dataclass(frozen=True)
class ImageFacts:
    """Facts of a picture that decoded whole; width and height in pixels of the first frame."""

    media_type: str
    width: int
    height: int
    frames: int


def inspect_image(untrusted_bytes: bytes) -> ImageFacts:
    """Facts of one picture; BadInput says why it cannot be taken."""
    return inspect_images([untrusted_bytes])[0]


def inspect_images(untrusted_pictures: Sequence[bytes]) -> list[ImageFacts]:
    """Facts of several pictures, decoded in one child; BadInput for the first that is refused."""
    facts: list[ImageFacts] = []
    answers = run_isolated(_DECODE, untrusted_pictures, {}) if untrusted_pictures else []
    for place, answer in enumerate(answers, start=1):
        if isinstance(answer, BadInput):
            if len(answers) == 1:
                raise answer
            raise BadInput(M_("Picture {place}: {why}", place=place, why=answer.message))
        try:
            facts.append(
                ImageFacts(
                    str(answer["media_type"]),
                    int(answer["width"]),
                    int(answer["height"]),
                    int(answer["frames"]),
                )
            )
        except (KeyError, TypeError, ValueError) as error:
            raise BadInput(M_("The picture broke its reader.")) from error
    return facts
