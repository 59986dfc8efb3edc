"""The hand-over report and the package's page: words and Japan's time for readers, hostile values."""

import io
import re
from copy import deepcopy
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from typing import Any

import pypdf
import pytest

from workbench.documents.case_report import case_report
from workbench.documents.dates import add_business_days, era_date, moment, moment_of_text
from workbench.documents.handover_sections import handover_sections
from workbench.documents.package_page import package_page
from workbench.documents.words import ACTIONS, ROLES, SUBJECTS
from workbench.domain.custody import GENESIS, canonical_json
from workbench.reference.folders import data_folder

TEMPLATES = data_folder() / "templates"
SHA = "ab" * 32

CONTENT: dict[str, Any] = {
    "referral": {
        "number": "KGS-R8-H0007",
        "division_name": {"ja": "サイバー犯罪対策課", "en": "Cybercrime Control Division"},
        "suspected_offence": "不正アクセス禁止法違反",
        "jurisdiction_reason": "被害者の住所",
        "request": "捜査を依頼します",
    },
    "office": {"name": "架空課", "prefecture": "架空県", "contact": "099-000-0000"},
    "case": {"number": "KGS-R8-J0003", "title": "架空銀行の偽画面"},
    "reports": [
        {
            "number": "KGS-R8-000012",
            "url": "https://login.example.test/",
            "url_as_entered": "hxxps://login.example[.]test/",
            "registered_at": "2026-11-26T15:30:00.000001Z",
            "note": "検索結果の広告から移動",
            "search_words": "架空銀行 ログイン",
            "post_id": "",
            "account_id": "",
            "display_name": "",
            "posted": "",
            "sightings": [
                {
                    "source": "patrol",
                    "source_name": {"ja": "サイバーパトロール", "en": "Cyber patrol"},
                },
                {"source": "npa"},
            ],
            "captures": [
                {
                    "outcome": "captured",
                    "final_url": "https://login.example.test/top",
                    "status": 200,
                    "ip": "192.0.2.7",
                    "certificate_sha256": SHA,
                    "hops": [{"status": 302, "url": "https://login.example.test/"}],
                    "title": "ログイン",
                    "started_at": "2026-11-26T15:31:02.5Z",
                    "finished_at": "2026-11-26T15:31:04.5Z",
                    "time_source": "system clock",
                    "witness": "",
                    "workstation": "desk-1",
                }
            ],
            "identifiers": [{"kind": "email", "value": "a@example.test"}],
            "finding": {
                "category_name": {"ja": "フィッシング", "en": "Phishing"},
                "law": "不正アクセス禁止法7条",
                "law_unconfirmed": True,
                "reason": "暗証番号を求める",
                "measures": ["removal_request", "referral"],
                "measure_names": {
                    "removal_request": {"ja": "削除依頼", "en": "Removal request"},
                    "referral": {"ja": "引継ぎ", "en": "Referral"},
                },
                "decided_at": "2026-11-26T16:00:00Z",
            },
            "machine_opinion": {
                "model": "triage-test",
                "labels": [["phishing", 0.98], ["safe", 0.02]],
                "label_names": {"phishing": {"ja": "フィッシング", "en": "Phishing"}},
                "assessed_at": "2026-11-26T15:40:00Z",
            },
            "removals": [
                {
                    "number": "KGS-R8-D0001",
                    "addressee": "hosting",
                    "addressee_name": {"ja": "サーバ管理者", "en": "Hosting operator"},
                }
            ],
        }
    ],
    "exhibits": [
        {
            "number": "E0001",
            "report": "KGS-R8-000012",
            "role": "screenshot",
            "level": "S2",
            "path": "exhibits/E0001-screenshot.png",
            "sha256": SHA,
            "bytes": 19014,
            "media_type": "image/png",
            "made_at": "2026-11-26T15:30:01Z",
        },
        {
            "number": "E0002",
            "report": "KGS-R8-000012",
            "role": "warc",
            "level": "S3",
            "path": None,
            "sha256": SHA,
            "bytes": 5,
            "media_type": "application/warc+gzip",
            "made_at": "2026-11-26T15:31:05Z",
        },
    ],
}
APPROVAL = {"approved_at": "2026-11-26T16:30:00Z", "approver": "練習 花子", "sha256": SHA}
CHAINS = [
    {
        "kind": "referral",
        "entries": [
            {
                "seq": 1,
                "hash": GENESIS,
                "body": canonical_json(
                    {"action": "drafted", "at_us": 1795707018000000, "officer": "officer"}
                ).decode(),
            }
        ],
    }
]
DAY = date(2026, 11, 27)


def close(text: str) -> str:
    return re.sub(r"\s+", "", text)


def report_text(content: dict[str, Any], language: str) -> str:
    pdf = case_report(content, APPROVAL, CHAINS, SHA, DAY, language, TEMPLATES)
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


def page_text(content: dict[str, Any], language: str) -> str:
    return package_page(content, APPROVAL, CHAINS, SHA, language).decode()


SAID = {
    "ja": [
        "令和8年11月27日 00:30:00 JST",
        "令和8年11月27日 00:31:02 JST – 令和8年11月27日 00:31:04 JST",
        "令和8年11月27日 01:30:00 JST 練習 花子",
        "サイバーパトロール, npa",
        "保全した 200",
        "この端末の時計",
        "メールアドレス: a@example.test",
        "削除依頼, 引継ぎ",
        "フィッシング 0.98, safe 0.02",
        "KGS-R8-D0001 サーバ管理者",
        "E0001 (KGS-R8-000012) 画面保存 S2",
        "19014 バイト, image/png",
        "令和8年11月27日 00:30:18 JST officer 起案",
        "引継ぎ #1",
        "不正アクセス禁止法7条 (要確認)",
    ],
    "en": [
        "27 November 2026 00:30:00 JST",
        "Cyber patrol, npa",
        "captured 200",
        "Removal request, Referral",
        "Phishing 0.98, safe 0.02",
        "KGS-R8-D0001 Hosting operator",
        "E0001 (KGS-R8-000012) screenshot S2",
        "27 November 2026 00:30:18 JST officer drafted",
    ],
}


@pytest.mark.parametrize("language", ["ja", "en"])
def test_report_and_page_say_the_same_in_words(language: str) -> None:
    pdf, page = close(report_text(CONTENT, language)), page_text(CONTENT, language)
    for text in SAID[language]:
        assert close(text) in pdf, text
        assert text in page, text
    for raw in ("removal_request", "2026-11-26T", "letter_pdf", "patrol,"):
        assert raw not in page.replace("Cyber patrol,", "")
        assert raw not in pdf.replace("Cyberpatrol,", "")


def test_a_manifest_frozen_without_names_still_prints_its_ids() -> None:
    old = deepcopy(CONTENT)
    report = old["reports"][0]
    del report["sightings"][0]["source_name"], report["finding"]["measure_names"]
    del report["machine_opinion"]["label_names"], report["removals"][0]["addressee_name"]
    text = report_text(old, "ja")
    for raw in ("patrol, npa", "removal_request, referral", "phishing 0.98", "D0001 hosting"):
        assert raw in text


def test_bytes_of_report_and_page_never_vary() -> None:
    first = case_report(CONTENT, APPROVAL, CHAINS, SHA, DAY, "ja", TEMPLATES)
    assert case_report(CONTENT, APPROVAL, CHAINS, SHA, DAY, "ja", TEMPLATES) == first
    assert page_text(CONTENT, "ja") == page_text(CONTENT, "ja")


HOSTILE = '<script>alert(1)</script><img src=x onerror=alert(1)> "&quot; #panic("x") $x$ *b* \u202e\x00 👩'


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.shown: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert not any(name.startswith("on") or name in ("src", "href") for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        self.shown.append(data)


def hostile_content() -> dict[str, Any]:
    """Every free text is hostile and long; ids, numbers and times stay."""
    content = deepcopy(CONTENT)
    kept = ("number", "report", "status", "bytes", "path", "kind", "seq")
    long = HOSTILE + "W" * 3_000

    def spoil(value: Any, name: str = "") -> Any:
        if isinstance(value, dict):
            return {k: spoil(v, k) for k, v in value.items()}
        if isinstance(value, list):
            return [spoil(item, name) for item in value]
        return long if isinstance(value, str) and name not in kept else value

    return spoil(content)  # type: ignore[no-any-return]


def test_a_page_of_hostile_values_holds_text_only() -> None:
    page = package_page(hostile_content(), APPROVAL, CHAINS, SHA, "ja").decode()
    read = _Page()
    read.feed(page)
    assert set(read.tags) <= {
        "html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "table", "tr", "th", "td",
    }  # fmt: skip
    assert "script-src" not in page
    assert "default-src 'none'" in page
    shown = "".join(read.shown)
    assert "<script>alert(1)</script>" in shown
    assert "<U+202E><U+0000>" in shown
    assert "\u202e" not in page
    assert "\x00" not in page


def test_a_report_of_hostile_values_keeps_its_form() -> None:
    text = report_text(hostile_content(), "ja")
    assert close('#panic("x")$x$*b*<U+202E><U+0000>') in close(text)
    assert max(len(line) for line in text.splitlines()) <= 160
    assert "証明する範囲" in text


def test_custody_of_every_kind_has_words() -> None:
    for words in (ROLES, SUBJECTS, ACTIONS):
        assert all(name.ja and name.en for name in words.values())
    unknown = deepcopy(CHAINS)
    entry = unknown[0]["entries"][0]  # type: ignore[index]
    entry["body"] = canonical_json({"action": "later_act", "at_us": 0, "officer": "o"}).decode()
    sections = handover_sections(CONTENT, APPROVAL, unknown, SHA, "ja")
    lines = [line.value for s in sections for group in s.groups for line in group]
    assert any("昭和45年1月1日 09:00:00 JST o later_act" in line for line in lines)


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (date(2019, 4, 30), "平成31年4月30日"),
        (date(2019, 5, 1), "令和元年5月1日"),
        (date(1989, 1, 7), "昭和64年1月7日"),
        (date(1989, 1, 8), "平成元年1月8日"),
        (date(1926, 12, 25), "昭和元年12月25日"),
    ],
)
def test_the_first_year_of_an_era_is_gannen(day: date, text: str) -> None:
    assert era_date(day) == text


def test_a_day_before_all_eras_is_refused_and_a_moment_kept_as_text() -> None:
    with pytest.raises(ValueError):
        era_date(date(1926, 12, 24))
    for text in ("1900-01-01T00:00:00Z", "昨日", "", "2026-11-26T15:30:00", "2026-13-01T00:00:00Z"):
        assert moment_of_text(text, "ja") == text
    assert moment(datetime(2026, 12, 31, 15, tzinfo=UTC), "ja") == "令和9年1月1日 00:00:00 JST"


def test_business_days_leave_out_holidays_and_the_year_end() -> None:
    assert add_business_days(date(2026, 11, 20), 1) == date(2026, 11, 24)
    assert add_business_days(date(2026, 12, 28), 1) == date(2027, 1, 4)
    assert add_business_days(date(2026, 11, 27), 0) == date(2026, 11, 27)
