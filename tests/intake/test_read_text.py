"""Pasted text: every address once, nothing invented, no line lost."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.domain.errors import BadInput
from workbench.intake import Draft, Rejection, find_urls, read_text

DATA = Path(os.environ.get("TESTDATA") or Path(__file__).parents[2].parent / "shared" / "data")


@pytest.mark.parametrize("text", ["", "  \n\t", "a" * ((16 << 20) + 1)])
def test_refused(text: str) -> None:
    with pytest.raises(BadInput):
        read_text(text)


TEXTS = [
    ("ただの文章です。", ["-"]),
    ("https://a.example/", ["https://a.example/"]),
    ("https://a.example/ https://b.example/", ["https://a.example/", "https://b.example/"]),
    ("https://a.example/,https://b.example/", ["https://a.example/", "https://b.example/"]),
    (
        "https://a.example/x\r\n\r\nhxxp://b[.]example/y",
        ["https://a.example/x", "http://b.example/y"],
    ),
    ("「https://a.example/x」という書き込み", ["https://a.example/x"]),
    ("https://a.example/xを確認しました。", ["https://a.example/x"]),
    ("https://a.example/x。次の文は別です。", ["https://a.example/x"]),
    ("https://a.example/wiki/日本", ["https://a.example/wiki/%E6%97%A5%E6%9C%AC"]),
    ("(see https://a.example/wiki_(x)).", ["https://a.example/wiki_(x)"]),
    ("投稿先は hxxps[:]//a[.]example/b です", ["https://a.example/b"]),
    ("a[.]example/b に誘導", ["http://a.example/b"]),
    ("ｈｔｔｐｓ：／／ａ．ｅｘａｍｐｌｅ／", ["https://a.example/"]),
    ("htps://192.0.2.1/", ["https://192.0.2.1/"]),
    ("example.test/path", ["http://example.test/path"]),
    ("someone@example.test", ["-"]),
    ("https://a.example/\0", ["-"]),
    # A title in kana is the path; a blank in the host leaves no other host behind.
    ("https://a.example/のり", ["https://a.example/%E3%81%AE%E3%82%8A"]),
    ("https://exa mple.example/", ["-"]),
    ("https//a.example/x を見た", ["https://a.example/x"]),
    ("見て→https://a.example/←ここ", ["https://a.example/"]),
    ("http://a.example/x" + ")" * 300_000, ["-"]),
    ("a" * 300_000, ["-"]),
    ("a." * 150_000, ["-"]),
    ("a[.]" * 75_000, ["-"]),
    ("https://" * 40_000, ["-"]),
]


@pytest.mark.parametrize(("text", "expected"), TEXTS, ids=[text[:20] for text, _ in TEXTS])
def test_addresses_of_a_text(text: str, expected: list[str]) -> None:
    found = list(read_text(text))
    assert [i.url.canonical if isinstance(i, Draft) else "-" for i in found] == expected
    assert [item.row for item in found] == list(range(1, len(found) + 1))


def test_words_around_an_address_become_the_note() -> None:
    (item,) = read_text("昨夜 https://a.example/ を見た")
    assert isinstance(item, Draft)
    assert item.note == "昨夜 https://a.example/ を見た"


@settings(max_examples=400, deadline=None)
@given(st.text(max_size=200))
def test_any_text_gives_rows_for_every_line(text: str) -> None:
    try:
        found = list(read_text(text))
    except BadInput:
        assert not text.strip()
        return
    filled = sum(bool(line.strip()) for line in text.replace("\r", "\n").split("\n"))
    assert len(found) >= filled
    for _, reading in find_urls(text):
        assert reading.canonical.startswith("http")


@pytest.mark.realdata
def test_naughty_strings() -> None:
    path = DATA / "blns.json"
    if not path.is_file():
        pytest.skip(f"{path.name} is not here (TESTDATA or ../shared/data)")
    for text in json.loads(path.read_text("utf-8")):
        if text.strip():
            assert all(isinstance(item, Draft | Rejection) for item in read_text(text))
