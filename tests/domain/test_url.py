"""Addresses: what is refused, what is repaired and marked, and what WHATWG says of the rest."""

from __future__ import annotations

import csv
import gzip
import itertools
import json
import os
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from workbench.domain.errors import BadInput
from workbench.domain.url import MAX_LENGTH, defang, lookalike, read_url

DATA = Path(os.environ.get("TESTDATA") or Path(__file__).parents[2].parent / "shared" / "data")


def real(name: str) -> Path:
    path = DATA / name
    if not path.is_file():
        pytest.skip(f"{name} is not here (TESTDATA or ../shared/data)")
    return path


REFUSED = [
    "",
    "   ",
    "\u200b\ufeff",
    "「」",
    "javascript:alert(1)",
    "data:text/html,x",
    "file:///etc/passwd",
    "mailto:someone@example.test",
    "someone@example.test",
    "ftp://example.test/",
    "tel:0120000000",
    "http://",
    "https://",
    "https:///",
    "http://?q",
    "http://a b.example/",
    "http://example.test:99999/",
    "http://[::1/",
    "http://256.256.256.256/",
    "http://xn--/",
    "http://a.xn--pokxncvks/",
    "hello",
    "これはただの文章です。",
    "設定.ini",
    "readme.nosuchsuffixatall",
    "1.5",
    "http://a.example/ http://b.example/",
    "http://exa%00mple.test/",
    "http://example.test/" + "a" * MAX_LENGTH,
]


@pytest.mark.parametrize("text", REFUSED)
def test_refused_with_a_reason(text: str) -> None:
    with pytest.raises(BadInput) as refusal:
        read_url(text)
    assert str(refusal.value)


REPAIRED = [
    ("hxxp://example.test/a", "http://example.test/a", {"defanged"}),
    ("hXXps://example[.]test/a", "https://example.test/a", {"defanged"}),
    ("h**ps://example(.)test", "https://example.test/", {"defanged"}),
    ("hxxps[:]//a[dot]example{.}test", "https://a.example.test/", {"defanged"}),
    ("example[.]test/path", "http://example.test/path", {"defanged", "scheme_missing"}),
    ("https://a［．］example。test/x", "https://a.example.test/x", {"defanged", "full_width"}),
    ("ｈｔｔｐｓ：／／ｅｘａｍｐｌｅ．ｔｅｓｔ／ａ", "https://example.test/a", {"full_width"}),
    ("http://ｅｘａｍｐｌｅ．test/", "http://example.test/", {"full_width"}),
    ("htps://192.0.2.1/", "https://192.0.2.1/", {"scheme_typo"}),
    ("hhttps://example.test/", "https://example.test/", {"scheme_typo"}),
    ("ttp://example.test/", "http://example.test/", {"scheme_typo"}),
    ("ttps://example.test/", "https://example.test/", {"scheme_typo"}),
    ("htttp://example.test/", "http://example.test/", {"scheme_typo"}),
    ("https//example.test/", "https://example.test/", {"scheme_typo"}),
    ("https;//example.test/", "https://example.test/", {"scheme_typo"}),
    ("http:/example.test/", "http://example.test/", {"scheme_typo"}),
    ("example.test/path?q=1", "http://example.test/path?q=1", {"scheme_missing"}),
    ("www.example.co.jp", "http://www.example.co.jp/", {"scheme_missing"}),
    ("192.0.2.7/x", "http://192.0.2.7/x", {"scheme_missing"}),
    ("　https://example.test/ ", "https://example.test/", {"whitespace"}),
    ("https://exam\nple.test/a\tb", "https://example.test/ab", {"whitespace"}),
    ('"https://example.test/', "https://example.test/", {"quotes"}),
    ("「https://example.test/a」", "https://example.test/a", {"quotes"}),
    ("<https://example.test/a>", "https://example.test/a", {"quotes"}),
    ("https://example.test/a。", "https://example.test/a", {"punctuation"}),
    ("\ufeffhttps://exam\u200bple.test/", "https://example.test/", {"invisible"}),
]


@pytest.mark.parametrize(("text", "canonical", "marks"), REPAIRED)
def test_repaired_and_marked(text: str, canonical: str, marks: set[str]) -> None:
    reading = read_url(text)
    assert (reading.entered, reading.canonical) == (text, canonical)
    assert set(reading.repairs) == marks


AS_IT_STANDS = [
    ("HTTP://EXAMPLE.test:80", "http://example.test/"),
    ("https://user:pw@example.test/?b=2&a=1#f", "https://user:pw@example.test/?b=2&a=1#f"),
    ("https://example.test/a(b)", "https://example.test/a(b)"),
    ("https://example.test/パス", "https://example.test/%E3%83%91%E3%82%B9"),
    ("http://0x7f.1/../x", "http://127.0.0.1/x"),
    ("https://例え.テスト/", "https://xn--r8jz45g.xn--zckzah/"),
    ("http://[2001:DB8::1]/", "http://[2001:db8::1]/"),
    ("https://example.test/a[.]b.c", "https://example.test/a[.]b.c"),
    ("https://example.test/x\u202ey", "https://example.test/x%E2%80%AEy"),
    ("https://example.test/\ufeff/x", "https://example.test/%EF%BB%BF/x"),
]


@pytest.mark.parametrize(("text", "canonical"), AS_IT_STANDS)
def test_understood_as_it_stands(text: str, canonical: str) -> None:
    reading = read_url(text)
    assert (reading.canonical, reading.repairs) == (canonical, ())


@pytest.mark.parametrize(
    ("url", "domain", "is_ip"),
    [
        ("https://a.b.example.co.jp/", "example.co.jp", False),
        ("https://a.b.example.test/", "example.test", False),
        ("https://a.city.kawasaki.jp/", "city.kawasaki.jp", False),
        ("https://a.xn--r8jz45g.xn--fiqs8s/", "xn--r8jz45g.xn--fiqs8s", False),
        ("https://co.jp/", "co.jp", False),
        ("https://192.0.2.1/", "192.0.2.1", True),
        (f"https://{'a.' * 200}test/", "a." * 200 + "test", False),
        ("https://[2001:db8::1]/", "[2001:db8::1]", True),
    ],
)
def test_registrable_domain(url: str, domain: str, is_ip: bool) -> None:
    reading = read_url(url)
    assert (reading.registrable_domain, reading.is_ip) == (domain, is_ip)


def test_defanged_text_makes_no_link_and_comes_back() -> None:
    shown = defang("https://user@a.example.test:8443/x.html?q=1.2")
    assert shown == "hxxps://user@a[.]example[.]test:8443/x.html?q=1.2"
    assert read_url(shown).canonical == "https://user@a.example.test:8443/x.html?q=1.2"


@pytest.mark.parametrize(
    ("host", "flagged"),
    [
        ("example.test", False),
        ("カ力.example", False),
        ("日本abc.example", False),
        ("xn--r8jz45g.xn--zckzah", False),
        ("\u0430pple.example", True),
        ("xn--80ak6aa92e.example", True),
    ],
)
def test_lookalike(host: str, flagged: bool) -> None:
    assert bool(lookalike(host)) is flagged


_PIECES = st.sampled_from(
    ["http", "hxxp", "s", ":", "//", "/", "[.]", "(.)", ".", "example", "test", "@", "[", "]", "(",
     ")", "?", "#", "\\", "%28", "%2e", "xn--", "。", "．", "：", "／", "「", "」", "\u200b", "\ud800", "\n",
     " ", "ａ", "あ", "h**p", "{.}", "[:]", "dot", "%5B", "1", "0x", '"', "<", "https://"]
)  # fmt: skip
_TEXTS = st.one_of(
    st.text(st.characters(), max_size=60),
    st.lists(_PIECES, max_size=14).map("".join),
    st.lists(_PIECES, max_size=10).map(lambda parts: "https://example.test/" + "".join(parts)),
    st.lists(_PIECES, max_size=6).map(lambda parts: "http://a" + "".join(parts) + ".test/"),
)


@settings(max_examples=1_500, deadline=None)
@given(_TEXTS)
@example("http://a%28.%29b.test/")
@example("https://example.test/a[.]b")
@example("http://TP//0")
@example("http://HTTP//a.b")
def test_any_text_is_read_or_refused_and_the_reading_is_stable(text: str) -> None:
    try:
        reading = read_url(text)
    except BadInput:
        return
    assert reading.entered == text
    assert reading.canonical.startswith(("http://", "https://"))
    again = read_url(reading.canonical)
    assert again.canonical == reading.canonical
    assert read_url(defang(reading.canonical)).canonical == reading.canonical


@pytest.mark.realdata
def test_whatwg_cases() -> None:
    cases = json.loads(real("wpt_urltestdata.json").read_text("utf-8"))
    agreed = refused = 0
    for case in cases:
        if not isinstance(case, dict) or case.get("base") not in (None, "about:blank"):
            continue
        try:
            reading = read_url(case["input"])
        except BadInput:
            reading = None
        if case.get("failure"):
            assert reading is None or reading.repairs, case["input"]
            refused += 1
        elif case["href"].startswith(("http:", "https:")):
            assert reading is not None, case["input"]
            if reading.repairs == ():
                assert reading.canonical == case["href"]
                agreed += 1
    # Most need no repair; this cannot become an empty comparison.
    assert (agreed, refused) >= (90, 200)


@pytest.mark.realdata
def test_first_rows_of_a_public_list() -> None:
    with gzip.open(real("jpcert_phishurl_2019_2024.csv.gz"), "rt", encoding="utf-8") as stream:
        for row in itertools.islice(csv.DictReader(stream), 5_000):
            reading = read_url(row["url"])
            assert read_url(defang(reading.canonical)).canonical == reading.canonical


@pytest.mark.realdata
def test_naughty_strings() -> None:
    for text in json.loads(real("blns.json").read_text("utf-8")):
        try:
            entered = read_url(text).entered
        except BadInput:
            continue
        assert entered == text
