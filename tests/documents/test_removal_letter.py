"""The removal letter: its text in both languages, and values that try to be more than text."""

import io
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pypdf
import pytest

from workbench.documents import typesetting
from workbench.documents.letters import RemovalLetterFacts, removal_letter
from workbench.domain.errors import Unavailable
from workbench.reference.folders import data_folder

TEMPLATES = data_folder() / "templates"
GOLDEN = Path(__file__).parent / "golden"

FACTS = RemovalLetterFacts(
    number="KGS-R8-D0042",
    issued_on=date(2026, 11, 26),
    addressee_name="架空ホスティング株式会社",
    addressee_contact="abuse@hosting.example",
    office_name="サイバー犯罪対策課",
    office_prefecture="架空県",
    office_contact="099-000-0000",
    url="https://shop.example.test/item?id=12&ref=%E3%81%82",
    post_id="1234567890",
    account_id="@dummy_account",
    summary="実在しない銀行を装い、暗証番号の入力を求めるページ",
    category_name="識別符号の入力を不正に要求する行為(フィッシング)",
    law="不正アクセス禁止法7条",
    law_unconfirmed=True,
    requested_measure="removal",
    confirmed_at="2026-11-26 19:13:18 JST",
    answer_by=date(2026, 12, 7),
    preserve_logs=True,
    attachments=("E0001-screenshot.png",),
)


def pages(pdf: bytes) -> list[str]:
    """Each page's text without its page number."""
    found = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]
    return [re.sub(r"\d+ / \d+$", "", text) for text in found]


def close(text: str) -> str:
    """Extracted text without blanks and line breaks, which typesetting moves."""
    return re.sub(r"\s+", "", text)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_text_letter_is_as_kept(language: str) -> None:
    letter = removal_letter(FACTS, language, TEMPLATES)
    assert letter.text == (GOLDEN / f"removal_letter_{language}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_pdf_says_all_that_the_text_says(language: str) -> None:
    letter = removal_letter(FACTS, language, TEMPLATES)
    (page,) = pages(letter.pdf)
    said = close(page)
    for line in letter.text.splitlines():
        label, mark, value = line.partition(": ")
        for part in (label, value) if mark else (line,):
            assert close(part) in said, part
    assert FACTS.url in page
    title = {"ja": "インターネット上の情報の削除について(依頼)", "en": "Request for removal"}
    assert title[language] in page


def test_dates_are_those_of_the_era_in_japanese_only() -> None:
    japanese = close(pages(removal_letter(FACTS, "ja", TEMPLATES).pdf)[0])
    english = pages(removal_letter(FACTS, "en", TEMPLATES).pdf)[0]
    assert "令和8年11月26日" in japanese
    assert "御中" in japanese
    assert "26 November 2026" in english
    assert "令和" not in english
    assert "御中" not in english


def test_nothing_in_it_calls_the_request_binding() -> None:
    japanese = removal_letter(FACTS, "ja", TEMPLATES).text
    english = removal_letter(FACTS, "en", TEMPLATES).text
    assert "任意" in japanese
    assert "目安" in japanese
    assert "(要確認)" in japanese
    assert "voluntary" in english
    assert not re.search(r"\b(must|deadline|legally required|order)\b", english)


def test_the_same_facts_give_the_same_bytes() -> None:
    first, second = (removal_letter(FACTS, "ja", TEMPLATES) for _ in range(2))
    assert first == second
    assert first.pdf.startswith(b"%PDF-")


def test_a_very_long_url_is_whole_and_stays_in_its_column() -> None:
    url = (
        "https://a.example.test/" + "".join(f"{n:05d}" for n in range(600)) + "?q=W%20" + "W" * 200
    )
    letter = removal_letter(replace(FACTS, url=url), "ja", TEMPLATES)
    text = "\n".join(pages(letter.pdf))
    assert url in text.replace("\n", "")
    assert f": {url}\n" in letter.text
    assert max(len(line) for line in text.splitlines()) <= 100


HOSTILE = (
    '#panic("x") #read("/etc/passwd") #include "a.typ" $ x^2 $ *太字* _斜体_ `code` '
    "= 見出し\n#set page(fill: red) \\u{41} </text> @label <label> ~ -- ... \"'"
)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_markup_is_printed_letter_for_letter(language: str) -> None:
    letter = removal_letter(replace(FACTS, summary=HOSTILE, post_id=HOSTILE), language, TEMPLATES)
    said = close("".join(pages(letter.pdf)))
    assert said.count(close(HOSTILE)) == 2


def test_marks_that_turn_or_hide_text_are_made_visible() -> None:
    summary = "abc\u202egpj.exe\u2066\u200b\u200f\x00\x1b[31m\x7f\u2028\u2029\ufeff end"
    letter = removal_letter(replace(FACTS, summary=summary, account_id=summary), "ja", TEMPLATES)
    said = close("".join(pages(letter.pdf)))
    for code in ("202E", "2066", "200B", "200F", "0000", "001B", "007F", "2028", "2029", "FEFF"):
        assert f"<U+{code}>" in letter.text
        assert said.count(f"<U+{code}>") == 2
    for hidden in "\u202e\u2066\u200f\x00\x1b\x7f\u2028\u2029\ufeff":
        assert hidden not in letter.text
        assert hidden not in said


def test_lines_of_a_value_cannot_pass_for_rows_of_the_text_letter() -> None:
    forged = "本物の要約\n根拠法令: 偽の法律1条\n\n架空県\nKGS-R8-D9999"
    text = removal_letter(replace(FACTS, summary=forged), "ja", TEMPLATES).text
    lines = text.splitlines()
    assert "    根拠法令: 偽の法律1条" in lines
    assert [line for line in lines if line.startswith("根拠法令: ")] == [
        "根拠法令: 不正アクセス禁止法7条 (要確認)"
    ]
    assert "KGS-R8-D9999" not in lines


@pytest.mark.parametrize("letter", ["W", "あ", "@", "Ж", "ﷺ", "👩"])
def test_ten_thousand_letters_break_into_lines(letter: str) -> None:
    made = removal_letter(replace(FACTS, summary=letter * 10_000), "ja", TEMPLATES)
    found = pages(made.pdf)
    assert len(found) < 60
    assert "本依頼は任意" in close(found[-1])
    text = "\n".join(found)
    # A sign that no font has is printed as its code point.
    shown = letter if letter in text else f"<U+{ord(letter):04X}>"
    assert close(text).count(shown) >= 10_000
    assert max(len(line) for line in text.splitlines()) <= 100


@pytest.mark.parametrize("place", ["summary", "post_id", "url", "office_name", "addressee_name"])
def test_signs_that_no_font_has_are_printed_as_code_points(place: str) -> None:
    value = "a👩b ไทย 👨\u200d👩 #️⃣ 🇯🇵 \u0378 葛\U000e0100 𠮷 end"
    made = removal_letter(replace(FACTS, **{place: value * 8}), "ja", TEMPLATES)
    text = "\n".join(pages(made.pdf))
    assert max(len(line) for line in text.splitlines()) <= 100
    said = close(text)
    assert said.count("end") == 8
    assert said.count("<U+0378>") == 8
    assert "👩" in said or "<U+1F469>" in said


def test_an_office_without_a_name_still_gets_a_letter() -> None:
    bare = replace(FACTS, office_name="", office_prefecture="", office_contact="")
    assert len(pages(removal_letter(bare, "ja", TEMPLATES).pdf)) == 1


def test_without_a_japanese_font_no_document_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typesetting, "_JAPANESE_FAMILIES", ("No Such Family",))
    typesetting.japanese_font.cache_clear()
    try:
        with pytest.raises(Unavailable, match="font"):
            removal_letter(FACTS, "ja", TEMPLATES)
    finally:
        typesetting.japanese_font.cache_clear()
