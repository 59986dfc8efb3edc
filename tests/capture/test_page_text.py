"""Reading a page: what a reader sees is kept, what is hidden is not, and nothing breaks on it."""

from __future__ import annotations

import random
from typing import Any

import pytest

from workbench.capture import page as page_module
from workbench.capture.isolate import run_isolated
from workbench.capture.page import PageForm, PageReading, read_page
from workbench.domain.errors import BadInput

URL = "http://page.example/a"


def reading(
    html: str | bytes, content_type: str | None = "text/html; charset=utf-8"
) -> PageReading:
    return read_page(html.encode() if isinstance(html, str) else html, content_type, URL)


def test_a_whole_page() -> None:
    found = reading(
        """<!DOCTYPE html><html lang="ja"><head><meta charset="utf-8">
        <title> みなと架空銀行
         ご本人確認 </title>
        <meta name="Description" content="本人確認の手続き">
        <style>p { color: red }</style><script>var hidden = "x"</script></head>
        <body><header>ようこそ</header><h1>重要な<b>お知らせ</b></h1>
        <p>口座を<br>停止しました。</p><ul><li>一</li><li>二</li></ul>
        <table><tr><td>左</td><td>右</td></tr></table>
        <!-- comment --><a href="/next">次へ</a><a href=" mailto:a@mail.example ">連絡</a></body></html>"""
    )
    assert found.title == "みなと架空銀行 ご本人確認"
    assert found.meta_description == "本人確認の手続き"
    assert (found.language, found.charset) == ("ja", "utf-8")
    assert found.text.split("\n") == [
        *(
            "ようこそ",
            "重要なお知らせ",
            "口座を",
            "停止しました。",
            "一",
            "二",
            "左",
            "右",
            "次へ連絡",
        )
    ]
    assert found.links == ("/next", "mailto:a@mail.example")
    assert found.forms == ()


def answers(pages: list[bytes]) -> list[dict[str, Any]]:
    """What the reader says to several pages, in one child."""
    options = {"content_type": None, "url": URL}
    found = []
    for answer in run_isolated("workbench.capture.reading:read_html", pages, options):
        assert isinstance(answer, dict), answer
        found.append(answer)
    return found


def texts(pages: list[str]) -> dict[str, str]:
    found = answers([page.encode() for page in pages])
    return {page: str(answer["text"]) for page, answer in zip(pages, found, strict=True)}


HIDDEN = (
    "<script>secret()</script>",
    "<style>.secret { }</style>",
    "<template><p>secret</p></template>",
    "<!-- secret -->",
    "<![CDATA[secret]]>",
    "<p hidden>secret</p>",
    "<p hidden='until-found'>secret</p>",
    "<div style='display: none'><p>secret</p></div>",
    "<div style='DISPLAY\t:\nNONE !important'>secret</div>",
    "<div style='display:/* x */none'>secret</div>",
    "<span style='visibility:hidden'>secret</span>",
    "<span style='color:red; opacity: 0'>secret</span>",
    "<span style='font-size:0px;color:red'>secret</span>",
    "<input type=hidden value=secret>",
    "<input type=hidden placeholder=secret>",
    "<input type=password value=secret>",
    "<input type=text value=secret>",
    "<svg><text>secret</text></svg>",
    "<iframe>secret</iframe>",
    "<object>secret</object>",
    "<?php secret ?>",
)
LOOKS_HIDDEN = ("opacity:0.5", "font-size:0.9em", "font-size:10px", "display:block", "opacity:01")
SHOWN = {
    "<img alt='みなと架空銀行のロゴ' src=a.png>": "みなと架空銀行のロゴ",
    "<img alt=''><img src=b.png>": "",
    "<input type=submit value='送信'>": "送信",
    "<input type=image alt='進む' value='x'>": "進む",
    "<input placeholder='暗証番号'>": "暗証番号",
    "<textarea placeholder='ご意見'></textarea>": "ご意見",
    "<button>押す</button>": "押す",
    "<select><option>一</option><option>二</option></select>": "一\n二",
    "<textarea>書いた</textarea>": "書いた",
    "a&nbsp;b&amp;c&#x3042;&unknown;": "a b&cあ&unknown;",
    "<pre>a\n  b</pre>": "a b",
    "<p>一<p>二": "一\n二",
    "<p>a\u200bb\u3000c</p>": "a\u200bb c",
    **{f"<p style='{style}'>seen</p>": "seen" for style in LOOKS_HIDDEN},
}


def test_what_is_hidden_is_not_read() -> None:
    pages = [f"<title>t</title><p>before</p>{hidden}<p>after</p>" for hidden in HIDDEN]
    assert texts(pages) == dict.fromkeys(pages, "before\nafter")


def test_what_is_seen_is_read() -> None:
    """Also the words that stand for pictures and on buttons, and what only looks hidden."""
    assert texts(list(SHOWN)) == SHOWN


def test_forms_are_named_with_what_they_ask() -> None:
    found = reading(
        """<form action="/search"><input name=q><input type=submit></form>
        <form action="https://collect.example/x" method="POST">
        <input type="hidden" name="t"><input type="email"><input type="PASSWORD">
        <input autocomplete="section-a cc-number" type="tel"><select></select><textarea></textarea>
        </form><form></form><p><input type="tel" autocomplete="one-time-code"></p>"""
    )
    assert found.forms == (
        PageForm("/search", "", ("text",)),
        PageForm(
            "https://collect.example/x",
            "post",
            ("email", "password", "cc-number", "select", "textarea"),
        ),
        PageForm("", "", ()),
        PageForm("", "", ("one-time-code",)),
    )
    assert [form.asks_secret for form in found.forms] == [False, True, False, True]
    assert found.links[:2] == ("/search", "https://collect.example/x")


def test_titles() -> None:
    pages = {
        "<svg><title>drawing</title></svg><p>x": "",
        "<title>a</title><title>b</title>": "a",
        "<p>no title": "",
        "<title>a<b>c</title>": "a<b>c",
        "<title>x\0\n y</title>": "x y",
        f"<title>{'あ' * 5_000}</title>": "あ" * 1_000,
    }
    found = answers([page.encode() for page in pages])
    assert [answer["title"] for answer in found] == list(pages.values())


def test_descriptions() -> None:
    assert reading("<meta property='og:description' content='x'>").meta_description == "x"
    assert reading("<meta name=description><meta name=keywords content=y>").meta_description == ""


@pytest.mark.parametrize(
    ("content_type", "text"),
    [
        (None, "x"),
        ("text/html", "x"),
        ("TEXT/HTML; charset=utf-8", "x"),
        ("application/xhtml+xml", "x"),
        ("text/plain", "<p>x</p>"),
        ("application/json", ""),
        ("image/png", ""),
        ("nonsense", ""),
    ],
)
def test_kinds_of_content(content_type: str | None, text: str) -> None:
    assert reading("<p>x</p>", content_type).text == text


def test_xhtml_with_its_declaration() -> None:
    for encoding in ("Shift_JIS", "EUC-JP", "utf-8"):
        html = (
            f'<?xml version="1.0" encoding="{encoding}"?>\n<!DOCTYPE html PUBLIC "x" "y">'
            '<html xmlns="http://www.w3.org/1999/xhtml" lang="ja"><head><title>見本①</title></head>'
            "<body><p>本文です。</p></body></html>"
        )
        content = html.encode(encoding.replace("Shift_JIS", "cp932"), "ignore")
        found = reading(content, "application/xhtml+xml")
        assert found.title.rstrip("①") == "見本"
        assert found.text == "本文です。"


def test_identifiers_have_offsets_in_title_and_text() -> None:
    found = reading(
        "<title>連絡</title><p>電話 090-0000-0000 まで</p><a href='tel:0300000000'>x</a>"
    )
    whole = f"{found.title}\n{found.text}"
    seen = {i.value: i for i in found.identifiers}
    phone = seen["09000000000"]
    assert whole[phone.start : phone.end] == phone.seen == "090-0000-0000"


HOSTILE = (
    b"",
    b"\0" * 1_000,
    random.Random(3).randbytes(50_000),
    b"<" * 50_000,
    b"<p " + b"a='" * 20_000,
    b"<div>" * 30_000 + b"deep",
    b"<b><p>" * 5_000,
    b"<table>" * 5_000 + b"x",
    b"&#xD800;&#0;&#x110000;&" + b"#" * 1_000,
    b"<!DOCTYPE html [<!ENTITY a 'b'><!ENTITY c SYSTEM 'file:///etc/passwd'>]><p>&a;&c;",
    b"<a href='" + b"x" * 100_000 + b"'>" + b"<a href=y>" * 5_000,
    b"<form>" * 500 + b"<input>" * 5_000,
    "<p>\ud800\udfff</p>".encode("utf-8", "surrogatepass"),
    "<p>\U000e0041\u202e\ufffe</p>".encode(),
)


def test_hostile_pages_are_survived() -> None:
    for found in answers(list(HOSTILE)):
        assert "root:" not in found["text"]
        assert len(found["text"]) <= 400_000
        assert len(found["links"]) <= 2_000
        (found["title"] + found["text"] + "".join(found["links"])).encode()


def test_very_long_text_is_cut() -> None:
    assert len(reading("<p>" + "あ。" * 210_000).text) == 400_000


def test_a_page_that_breaks_its_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_module, "_READ", "tests.capture.hostile_functions:page_crash")
    with pytest.raises(BadInput, match="broke the reader"):
        reading("<p>x")
    monkeypatch.setattr(page_module, "_READ", "tests.capture.hostile_functions:page_of_nothing")
    with pytest.raises(BadInput, match="broke its reader"):
        reading("<p>x")
