"""Charsets of pages: Japanese comes out right, whatever header and page say about it."""

from __future__ import annotations

import pytest

from workbench.capture.charsets import charset_of, decode_page
from workbench.capture.page import read_page

PROSE = (
    "お客様の口座のご利用を一時停止しました。24時間以内に下記のフォームから店番号を入力し、"
    "本人確認を完了してください。"
)
TITLE = "みなと架空銀行 ご本人確認"
NAMES = {
    "utf-8": "UTF-8",
    "cp932": "Shift_JIS",
    "euc_jp": "EUC-JP",
    "iso2022_jp_ext": "ISO-2022-JP",
}
JAPANESE = tuple(NAMES)


def in_charset(text: str, codec: str) -> bytes:
    """Bytes as Japanese programs write them: the vendors' letters have places Python lacks."""
    if codec not in ("euc_jp", "iso2022_jp_ext"):
        return text.encode(codec)
    out = b""
    for letter in text:
        try:
            out += letter.encode(codec)
        except UnicodeEncodeError:
            lead, trail = letter.encode("cp932")
            row = (lead - (0x81 if lead < 0xA0 else 0xC1)) * 2 + (trail >= 0x9F)
            cell = trail - 0x9F if trail >= 0x9F else trail - 0x40 - (trail > 0x7F)
            pair = bytes((row + 0x21, cell + 0x21))
            if codec == "euc_jp":
                out += bytes(byte | 0x80 for byte in pair)
            else:
                out += b"\x1b$B" + pair + b"\x1b(B"
    return out


def html(codec: str, stated: str | None = None, text: str = PROSE, title: str = TITLE) -> bytes:
    meta = f'<meta charset="{stated}">' if stated else ""
    return in_charset(f"<html><head>{meta}<title>{title}</title></head><p>{text}</p>", codec)


@pytest.mark.parametrize("codec", JAPANESE)
def test_through_the_reader(codec: str) -> None:
    """In the limited child as well, with a title before anything is stated."""
    for stated in (None, NAMES[codec]):
        found = read_page(html(codec, stated), "text/html", "http://page.example/")
        assert (found.title, found.text, found.charset) == (TITLE, PROSE, codec)


@pytest.mark.parametrize("codec", JAPANESE)
@pytest.mark.parametrize("in_header", [None, *NAMES.values(), "ISO-8859-1", "idna", "none"])
def test_whatever_is_stated(codec: str, in_header: str | None) -> None:
    said = "text/html" + (f"; charset={in_header}" if in_header else "")
    for in_page in (None, *NAMES.values(), "us-ascii", "x-nonsense", "utf-16"):
        text, charset = decode_page(html(codec, in_page), said)
        assert (charset, TITLE in text, PROSE in text) == (codec, True, True), in_page


@pytest.mark.parametrize("codec", JAPANESE)
@pytest.mark.parametrize(
    "text", ["①②株式会社㈱です～見本", "髙橋様の№1のお店です。", "∑記号と㍻元年のこと"]
)
def test_letters_of_the_vendors(codec: str, text: str) -> None:
    for stated in (None, NAMES[codec]):
        found, _charset = decode_page(html(codec, stated, text), None)
        assert text.replace("～", "〜") in found.replace("～", "〜")


@pytest.mark.parametrize("codec", JAPANESE)
@pytest.mark.parametrize(
    "text",
    [
        "半角の\uff76\uff85\uff76\uff85が入った文章です",
        "\uff83\uff7d\uff84の\uff8d\uff9f\uff70\uff7c\uff9eです",
    ],
)
def test_half_width_katakana(codec: str, text: str) -> None:
    for stated in (None, NAMES[codec]):
        assert text in decode_page(html(codec, stated, text, "見本"), None)[0]


@pytest.mark.parametrize("codec", ["utf-8", "cp932", "euc_jp"])
@pytest.mark.parametrize(
    "text", ["あ", "テスト", "口座凍結のお知らせ", "日本語", "価格：１，０００円"]
)
def test_very_short_texts_that_state_nothing(codec: str, text: str) -> None:
    assert decode_page(f"<title>{text}</title>".encode(codec), None)[0] == f"<title>{text}</title>"


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("stated", [None, "Shift_JIS", "utf-8"])
def test_marks_win(codec: str, stated: str | None) -> None:
    text = f"<title>{TITLE}</title><p>{PROSE}</p>"
    mark = "\ufeff" if codec in ("utf-16-le", "utf-16-be") else ""
    said = f"text/html; charset={stated}" if stated else None
    assert decode_page((mark + text).encode(codec), said)[0] == text
    assert read_page((mark + text).encode(codec), said, "http://a.test/").title == TITLE


def test_utf16_without_a_mark() -> None:
    text = f"<title>{TITLE}</title>"
    for codec in ("utf-16-le", "utf-16-be"):
        assert decode_page(text.encode(codec), None) == (text, codec)


@pytest.mark.parametrize("codec", ["utf-8", "cp932", "euc_jp"])
def test_a_damaged_byte_costs_its_letter_only(codec: str) -> None:
    content = html(codec) + b"\xff" + PROSE.encode(codec) + PROSE.encode(codec)[:-1]
    for stated in (None, f"text/html; charset={NAMES[codec]}"):
        text, charset = decode_page(content, stated)
        assert charset == codec
        assert text.count(PROSE[:-2]) >= 2


@pytest.mark.parametrize("codec", ["utf-8", "cp932", "euc_jp"])
def test_japanese_far_behind_the_beginning(codec: str) -> None:
    content = b"<script>" + b"x = 1;\n" * 100_000 + b"</script>" + html(codec) * 1_000
    assert charset_of(content, None) == codec


@pytest.mark.parametrize(
    ("codec", "label", "text"),
    [
        ("cp1252", "windows-1252", "Café crème à la carte, Straße, señor"),
        ("cp1252", "ISO-8859-1", "Où est passé l'été ?"),
        ("cp1251", "windows-1251", "Добро пожаловать на наш сайт"),
        ("koi8-r", "KOI8-R", "Добро пожаловать на наш сайт"),
        ("gb18030", "GB2312", "欢迎光临我们的网站，请输入您的密码"),
        ("gb18030", "gbk", "欢迎光临我们的网站"),
        ("big5hkscs", "Big5", "歡迎光臨我們的網站，請輸入您的密碼"),
        ("cp949", "EUC-KR", "우리 사이트에 오신 것을 환영합니다"),
        ("cp874", "windows-874", "ยินดีต้อนรับสู่เว็บไซต์"),
        ("utf-8", "utf-8", "Ελληνικά, Кириллица, العربية, 한국어, 😀"),
        ("utf-8", "ISO-8859-1", "Café – 10 €"),
    ],
)
def test_other_languages_that_say_what_they_are(codec: str, label: str, text: str) -> None:
    content = f"<p>{text}</p>".encode(codec)
    assert decode_page(content, f"text/html; charset={label}") == (f"<p>{text}</p>", codec)
    in_page = f"<meta http-equiv='Content-Type' content='text/html; charset={label}'>".encode()
    assert text in decode_page(in_page + content, None)[0]


def test_ascii_takes_what_is_stated() -> None:
    assert decode_page(b"<p>x", "text/html; charset=Shift_JIS") == ("<p>x", "cp932")
    assert decode_page(b"<p>x", "text/html; charset=utf-16") == ("<p>x", "utf-8")
    assert decode_page(b"<p>x", None) == ("<p>x", "utf-8")
    assert decode_page(b"", None) == ("", "utf-8")


def test_the_header_goes_before_the_page() -> None:
    content = "<meta charset='windows-1251'><p>été</p>".encode("cp1254")
    assert charset_of(content, "text/html; charset=iso-8859-9") == "cp1254"
    assert charset_of(content, 'text/html; charset="windows-1251"') == "cp1251"


def test_japanese_escapes_in_a_page_of_single_bytes_alone() -> None:
    content = "見本".encode("iso2022_jp")
    assert decode_page(b"<title>" + content + b"</title>", "text/html; charset=utf-8")[0] == (
        "<title>見本</title>"
    )
    assert charset_of(content + "見本".encode(), None) == "utf-8"
