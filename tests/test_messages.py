"""Japanese is complete: every marked text is translated, with the same places, and compiled."""

import ast
import io
import re
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

import workbench
from workbench.domain.errors import M_
from workbench.messages import render

PACKAGE = Path(workbench.__file__).parent
PO = PACKAGE / "messages" / "ja" / "LC_MESSAGES" / "workbench.po"


def catalogue() -> Catalog:
    with PO.open("rb") as stream:
        return read_po(stream)


def marked_texts() -> set[str]:
    found = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "M_":
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    found.add(first.value)
    return found


def test_every_text_is_translated_with_the_same_places() -> None:
    translated = {m.id: m.string for m in catalogue() if m.id}
    assert len(marked_texts()) > 300
    assert marked_texts() - translated.keys() == set()
    assert translated.keys() - marked_texts() == set()
    for english, japanese in translated.items():
        assert japanese, english
        assert set(re.findall(r"{\w+}", english)) == set(re.findall(r"{\w+}", japanese)), english


def test_the_compiled_catalogue_is_that_of_the_texts() -> None:
    out = io.BytesIO()
    write_mo(out, catalogue())
    assert PO.with_suffix(".mo").read_bytes() == out.getvalue()


def test_both_languages_render() -> None:
    message = M_("There is no store in {path}.", path="/x")
    assert render(message, "en") == "There is no store in /x."
    assert render(message, "ja") == "/x にストアがありません。"
