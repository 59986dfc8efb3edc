"""Typesetting with typst: templates of ours, values that are never markup.

Values reach a template as one JSON text and are shown as text; a URL or note full of signs that
mean something to typst is printed letter for letter. No network, no packages, and the compiler
sees the template folder only.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Set
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from workbench.domain.errors import M_, Unavailable
from workbench.files import scratch_folder

_FONT_FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "C:/Windows/Fonts",
    "/Library/Fonts",
    "/System/Library/Fonts",
)
# The first family found sets Japanese; without any, every character would be a box.
_JAPANESE_FAMILIES = ("Noto Sans CJK JP", "Noto Sans JP", "Yu Gothic", "Meiryo", "IPAexGothic")


@cache
def japanese_font() -> str:
    """The family that sets Japanese on this computer; Unavailable when there is none."""
    import typst

    fonts = typst.Fonts(include_system_fonts=True, font_paths=_font_folders())
    families = set(fonts.families())
    for family in _JAPANESE_FAMILIES:
        if family in families:
            return family
    raise Unavailable(
        M_("No Japanese font is installed, so no document can be made."),
        M_("Install fonts-noto-cjk."),
    )


def _font_folders() -> list[str]:
    return [folder for folder in _FONT_FOLDERS if Path(folder).is_dir()]


@cache
def fixed_width_font() -> str:
    """A family whose Latin letters are all half an em wide, for URLs and hashes."""
    import typst

    families = set(typst.Fonts(include_system_fonts=True, font_paths=_font_folders()).families())
    wanted = "Noto Sans Mono CJK JP"
    return wanted if wanted in families else japanese_font()


@dataclass(frozen=True)
class Fitted:
    """A value set letter for letter in lines of at most `columns` half-width letters."""

    value: str
    columns: int


def fitted_lines(value: str, columns: int) -> list[str]:
    """`value` cut into lines of at most `columns` half-width letters; nothing is added or lost."""
    lines, line, width = [], "", 0
    for letter in value:
        step = 2 if unicodedata.east_asian_width(letter) in "WFA" else 1
        if width + step > columns or letter == "\n":
            lines.append(line)
            line, width = "", 0
        if letter != "\n":
            line, width = line + letter, width + step
    return [*lines, line]


def printable(value: Any, unsettable: Set[str] = frozenset()) -> Any:
    """`value` with texts that can be set: what no reader could see is made visible as `<U+202E>`.

    That is control, direction, line separator and surrogate characters (a right-to-left mark could
    show a URL as another one than it is), and those in `unsettable`, which no font here has.
    """
    if isinstance(value, str):
        return "".join(_printable_letter(letter, unsettable) for letter in value)
    if isinstance(value, Fitted):
        return fitted_lines(printable(value.value, unsettable), value.columns)
    if isinstance(value, Mapping):
        return {str(name): printable(item, unsettable) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [printable(item, unsettable) for item in value]
    return value


def _printable_letter(letter: str, unsettable: Set[str]) -> str:
    if letter in unsettable:
        return f"<U+{ord(letter):04X}>"
    if letter in "\n\t" or letter == "\u200d":
        return letter
    if unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp"):
        return f"<U+{ord(letter):04X}>"
    return letter


def set_pdf(template: Path, values: Mapping[str, Any]) -> bytes:
    """The PDF (PDF/A-2b) of a template with these JSON values; the same values, the same bytes.

    PDF/A allows no empty boxes: a letter that no installed font has (an emoji, a rare script) is
    printed as its code point.
    """
    import typst

    fonts = {"font": japanese_font(), "mono": fixed_width_font()}
    unsettable: set[str] = set()
    while True:
        try:
            return _compile(template, printable({**values, **fonts}, unsettable))
        except typst.TypstError as error:
            found = _unsettable_letters(str(getattr(error, "diagnostic", error)))
            if found <= unsettable:
                raise
            unsettable |= found


def _unsettable_letters(diagnostic: str) -> set[str]:
    """The letters that typst says no font could show.

    ASCII is left out: it is named only as part of a longer sign, as in keycap emoji.
    """
    named = re.findall(r'the text `"((?:[^"\\]|\\.)*)"` could not be displayed', diagnostic)
    plain = re.sub(r"\\u\{([0-9a-f]+)\}", lambda code: chr(int(code[1], 16)), "".join(named))
    return {letter for letter in plain if not letter.isascii()}


def _compile(template: Path, values: Mapping[str, Any]) -> bytes:
    import typst

    with scratch_folder("workbench-document-") as folder:
        source = folder / template.name
        source.write_bytes(template.read_bytes())
        data = json.dumps(values, ensure_ascii=False)
        (folder / "values.json").write_text(data, encoding="utf-8")
        pdf = typst.compile(
            source,
            root=folder,
            font_paths=[Path(fonts) for fonts in _font_folders()],
            format="pdf",
            pdf_standards=["a-2b"],
        )
    assert isinstance(pdf, bytes)
    return pdf
