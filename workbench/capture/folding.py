"""A text with its look-alike signs folded into plain ones, and the way back to where they stood."""

from __future__ import annotations

import unicodedata
from array import array
from dataclasses import dataclass

# Letters without a width, put between others so that programs do not find what readers see.
_INVISIBLE = frozenset(
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c"
    "\u202d\u202e\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\u3164\ufe0e\ufe0f\ufeff\uffa0"
)
_VOICED = ("\u3099", "\u309a")


@dataclass(frozen=True)
class Folded:
    """`text` is folded; each of its letters knows where it stood (code points of the original)."""

    text: str
    starts: array[int]
    ends: array[int]

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the original of a part of the folded text that is not empty."""
        return self.starts[start], self.ends[end - 1]


def fold(text: str) -> Folded:
    """Full-width and circled signs as plain ones, half-width katakana whole, nothing invisible."""
    letters: list[str] = []
    starts, ends = array("l"), array("l")
    for place, letter in enumerate(text):
        if letter in _INVISIBLE:
            continue
        folded = letter
        if letter > "\x7f":
            folded = unicodedata.normalize("NFKC", letter)
            if len(folded) != 1:
                folded = letter
        if folded in _VOICED and letters:
            whole = unicodedata.normalize("NFC", letters[-1] + folded)
            if len(whole) == 1:
                letters[-1] = whole
                ends[-1] = place + 1
                continue
        letters.append(folded)
        starts.append(place)
        ends.append(place + 1)
    return Folded("".join(letters), starts, ends)
