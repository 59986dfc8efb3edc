"""From hostile text to n-gram features, without losing where each character came from.

Two readings of a text are scored side by side. The *plain* reading removes only what hides
words from any reader (width variants, invisible characters, stray controls). The *folded*
reading also undoes spacing, inserted symbols, kana variants, look-alike letters, digits and
repetition. Both keep, for every character, the span of the given text it stands for.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Final

REPLACEMENT: Final = "\ufffd"

# NFKC leaves these apart from their kana unless the pair is normalised together.
_MARKS: Final = frozenset("\u3099\u309a\uff9e\uff9f")
# Spacing forms of the voicing marks, written after a kana to break the word.
_SPACED_MARKS: Final = {"\u309b": "\u3099", "\u309c": "\u309a"}

# Separators and ornaments an evader puts between the letters of a word.
_ORNAMENTS: Final = frozenset(
    "・/|\\_*.、。,-~〜ー…!?\"'`^:;=+<>(){}[]「」『』【】《》〈〉〔〕◆◇■□★☆●○◎※→←↑↓▼▲▽△"
)

# Letters that are told apart only by their look; both sides fold to one form.
_LOOKALIKES: Final = str.maketrans(
    "力口二工夕卜八才千曰〒вокнмрстхасеiорухіјѕαβεικνορτυχ",
    "カロニエタトハオチ日テbokhmpctxaceiopyxijsabeiknoptux",
)


@dataclass(frozen=True)
class Reading:
    """One reading of a text. `starts[i]:ends[i]` is the span, in code points of the given
    text, that character i of `text` stands for.
    """

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]


def _simple(char: str) -> str:
    """The plain reading of one character that no mark follows; empty when it is invisible."""
    category = unicodedata.category(char)
    if category == "Cs":
        return REPLACEMENT
    if category in ("Cf", "Mn", "Me") and char not in _MARKS:
        # Invisible joiners, direction marks, variation selectors, struck-through overlays.
        return ""
    if category == "Cc" or category.startswith("Z"):
        return " "
    folded = unicodedata.normalize("NFKC", char).lower()
    return "".join(" " if piece.isspace() else piece for piece in folded)


class _Folds(dict[str, str]):
    """Plain readings of single characters, computed at first sight (Unicode bounds its size)."""

    def __missing__(self, char: str) -> str:
        folded = self[char] = _simple(char)
        return folded


_FOLDS: Final = _Folds()


def plain(given: str) -> Reading:
    """Return the plain reading: NFKC, lower case, no invisible characters, single blanks."""
    out: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    folds = _FOLDS
    blank = True  # leading blanks are dropped like repeated ones
    for place, char in enumerate(given):
        if char in _MARKS or char in _SPACED_MARKS:
            mark = unicodedata.normalize("NFKC", _SPACED_MARKS.get(char, char))
            voiced = unicodedata.normalize("NFC", out[-1] + mark) if out else ""
            if len(voiced) == 1:
                out[-1] = voiced
                ends[-1] = place + 1
            continue
        if unicodedata.combining(char):
            composed = unicodedata.normalize("NFKC", out[-1] + char) if out else ""
            if len(composed) == 1:
                out[-1] = composed.lower()
            if out:
                ends[-1] = place + 1
            continue
        for piece in folds[char]:
            if piece == " ":
                if blank:
                    continue
                blank = True
            else:
                blank = False
            out.append(piece)
            starts.append(place)
            ends.append(place + 1)
    if out and out[-1] == " ":
        out.pop()
        starts.pop()
        ends.pop()
    return Reading("".join(out), tuple(starts), tuple(ends))


def _fold_char(char: str) -> str:
    if char in _ORNAMENTS or char.isspace():
        return ""
    if char.isdigit():
        return "0"
    if "ァ" <= char <= "ヶ":
        return chr(ord(char) - 0x60)
    return char


def folded(reading: Reading) -> Reading:
    """Return the folded reading of a plain one: hiragana for katakana, look-alikes joined,
    digits as 0, no separators, runs of one character cut to two (three for digits).
    """
    out: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    run = 0
    for place, char in enumerate(reading.text.translate(_LOOKALIKES)):
        kept = _fold_char(char)
        if not kept:
            continue
        run = run + 1 if out and out[-1] == kept else 1
        if run > (3 if kept == "0" else 2):
            ends[-1] = reading.ends[place]
            continue
        out.append(kept)
        starts.append(reading.starts[place])
        ends.append(reading.ends[place])
    return Reading("".join(out), tuple(starts), tuple(ends))


def readings(given: str) -> tuple[Reading, Reading]:
    """Return the plain and the folded reading of a text."""
    first = plain(given)
    return first, folded(first)
