"""Identifiers of a page: every planted one is found in its normal form, and none is invented."""

from __future__ import annotations

import base64
import hashlib
import random

import pytest

from workbench.capture.checksums import keccak_256
from workbench.capture.identifiers import find_identifiers

BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def base58check(version: int, payload: bytes) -> str:
    raw = bytes([version]) + payload
    raw += hashlib.sha256(hashlib.sha256(raw).digest()).digest()[:4]
    number, text = int.from_bytes(raw, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = BASE58[digit] + text
    return "1" * (len(raw) - len(raw.lstrip(b"\0"))) + text


def onion(key: bytes) -> str:
    check = hashlib.sha3_256(b".onion checksum" + key + b"\x03").digest()[:2]
    return base64.b32encode(key + check + b"\x03").decode().lower()


NOISE = random.Random(11)
BITCOIN = base58check(0x00, NOISE.randbytes(20))
SCRIPT = base58check(0x05, NOISE.randbytes(20))
TRON = base58check(0x41, NOISE.randbytes(20))
ONION = onion(NOISE.randbytes(32))
# Examples of BIP 173, BIP 350 and EIP-55 themselves.
SEGWIT = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"
TAPROOT = "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0"
ETHEREUM = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"


def found(text: str, *links: str) -> set[tuple[str, str]]:
    return {(i.kind, i.value) for i in find_identifiers(text, links)}


def values(kind: str, text: str, *links: str) -> list[str]:
    return [i.value for i in find_identifiers(text, links) if i.kind == kind]


@pytest.mark.parametrize(
    "text",
    [
        "user@mail.example",
        "User@Mail.Example",
        "連絡はuser@mail.exampleまで",
        "メール:user@mail.example。",
        "<user@mail.example>",
        "user＠mail.example",
        "ｕｓｅｒ＠ｍａｉｌ．ｅｘａｍｐｌｅ",
        "user[at]mail.example",
        "user(at)mail.example",
        "user (at) mail (dot) example",
        "user{at}mail{dot}example",
        "user【at】mail【ドット】example",
        "user[@]mail[.]example",
        "user(AT)mail(.)example",
        "userアットmail.example",
        "userアットマークmail.example",
        "userあっとまーくmail.example",
        "user アット mail ドット example",
        "user（アット）mail．example",
        "user @ mail.example",
        "user★mail.example（★を@に変えてください）",
        "user☆mail.example ☆を＠に",
    ],
)
def test_mail_addresses(text: str) -> None:
    assert found(text) == {("email", "user@mail.example"), ("domain", "mail.example")}


def test_more_mail_addresses() -> None:
    assert values("email", "a.b+c_1@sub.mail.test") == ["a.b+c_1@sub.mail.test"]
    assert values("email", "a@xn--r8jz45g.xn--zckzah") == ["a@xn--r8jz45g.xn--zckzah"]
    assert values("email", "", "mailto:a%40mail.example?subject=x") == ["a@mail.example"]
    for text in ("logo@2x.png", "a@b", "@mail.example", "pkg@1.2.3", "user@mail", "12時@mail"):
        assert values("email", text) == [], text
    assert values("email", "店☆www.shop.example") == []


@pytest.mark.parametrize(
    "text",
    [
        "090-0000-0000",
        "電話 090-0000-0000 まで",
        "０９０－００００－００００",
        "０９０ー００００ー００００",
        "090‐0000‐0000",
        "090 0000 0000",
        "090.0000.0000",
        "090（0000）0000",
        "(090)0000-0000",
        "09000000000",
        "TEL:09000000000",
        "+81-90-0000-0000",
        "+81 90 0000 0000",
        "＋８１ ９０ ００００ ００００",
        "+81(0)90-0000-0000",
        "+819000000000",
        "090-0000-0000、090-0000-0000",
    ],
)
def test_mobile_numbers(text: str) -> None:
    assert found(text) == {("phone", "09000000000")}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("03-0000-0000", "0300000000"),
        ("03（0000）0000", "0300000000"),
        ("(03)0000-0000", "0300000000"),
        ("045-000-0000", "0450000000"),
        ("0466-00-0000", "0466000000"),
        ("TEL 0300000000", "0300000000"),
        ("電話番号：０３００００００００", "0300000000"),
        ("+81-3-0000-0000", "0300000000"),
        ("0120-000-000", "0120000000"),
        ("0570-000-000", "0570000000"),
        ("050-0000-0000", "05000000000"),
        ("0800-000-0000", "08000000000"),
    ],
)
def test_other_telephones(text: str, value: str) -> None:
    assert found(text) == {("phone", value)}


def test_telephones_of_links() -> None:
    for link in ("tel:0300000000", "tel:03-0000-0000", "TEL:+81-3-0000-0000", "tel:%2B81300000000"):
        assert found("", link) == {("phone", "0300000000")}, link
    (linked,) = find_identifiers("", ["tel:0300000000"])
    assert (linked.seen, linked.start, linked.end) == ("tel:0300000000", -1, -1)
    assert found("", "tel:110") == set()


@pytest.mark.parametrize(
    ("kind", "value", "texts"),
    [
        (
            "line_id",
            "kakuu_one",
            "LINE ID: kakuu_one|LINE：kakuu_one|ＬＩＮＥ　ＩＤ：ｋａｋｕｕ＿ｏｎｅ|ラインID kakuu_one|"
            "LINEは @kakuu_one です|LINE公式アカウント「@kakuu_one」|ライン：＠kakuu_one|"
            "line.me/ti/p/~kakuu_one|LINEアカウントは「kakuu_one」まで",
        ),
        (
            "telegram",
            "kakuu_one",
            "Telegram: @Kakuu_One|テレグラム @kakuu_one|テレグラムID：@kakuu_one|テレグラムID kakuu_one|"
            "テレ→@kakuu_one|t.me/kakuu_one|t.me/s/kakuu_one|telegram.me/kakuu_one|"
            "tg://resolve?domain=kakuu_one|ｔｅｌｅｇｒａｍ ＠kakuu_one",
        ),
        (
            "signal",
            "kakuu.012",
            "Signal: kakuu.012|シグナルID kakuu.012|Signal @kakuu.012|シグナル：Kakuu.012まで",
        ),
        (
            "x_account",
            "kakuu_one",
            "X: @kakuu_one|X(旧Twitter) @kakuu_one|Twitter @kakuu_one|ツイッター：＠kakuu_one|"
            "twitter.com/kakuu_one|x.com/kakuu_one/status/1|www.x.com/Kakuu_One|Xアカウント @kakuu_one",
        ),
        (
            "instagram",
            "kakuu.one",
            "Instagram: @kakuu.one|インスタ @kakuu.one|インスタグラム：@kakuu.one|"
            "instagram.com/kakuu.one|www.instagram.com/kakuu.one/",
        ),
    ],
)
def test_accounts(kind: str, value: str, texts: str) -> None:
    for text in texts.split("|"):
        assert found(text) == {(kind, value)}, text


def test_accounts_of_links() -> None:
    links = (
        "https://line.me/R/ti/p/%40kakuu_one",
        "https://t.me/kakuu_two",
        "https://x.com/kakuu3",
    )
    assert {pair for pair in found("", *links) if pair[0] != "url"} == {
        ("line_id", "kakuu_one"),
        ("telegram", "kakuu_two"),
        ("x_account", "kakuu3"),
    }


@pytest.mark.parametrize(
    "text",
    [
        "架空銀行 みなと支店 普通 0000000",
        "架空銀行　みなと支店　普通預金　口座番号：００００００0",
        "架空銀行みなと支店（普通）0000000",
        "架空銀行/みなと支店/普通/0000000",
        "銀行名：架空銀行\n支店名：みなと支店\n口座種別：普通\n口座番号：0000000",
        "架空銀行（0000）みなと支店（000） 普通 0000000",
        "振込先は架空銀行 みなと支店 当座 0000000 カクウ タロウ",
    ],
)
def test_bank_accounts(text: str) -> None:
    assert found(text) == {("bank_account", "架空銀行|みなと支店|0000000")}


def test_other_bank_accounts() -> None:
    assert values("bank_account", "ゆうちょ銀行 記号：10000 番号：00000001") == [
        "ゆうちょ銀行|10000|00000001"
    ]
    assert values("bank_account", "架空信用金庫 本店 普通 0000000") == ["架空信用金庫|本店|0000000"]
    for text in (
        "架空銀行 みなと支店 普通 00000000",
        "架空銀行 みなと支店は1000000人が利用",
        "架空銀行の口座 0000000",
        "みなと支店 普通 0000000",
    ):
        assert values("bank_account", text) == [], text


def test_addresses_whose_checksum_holds() -> None:
    for address in (BITCOIN, SCRIPT, TRON, SEGWIT, TAPROOT):
        assert found(f"送金先：{address}です") == {("crypto_address", address)}
    assert found(SEGWIT.upper()) == {("crypto_address", SEGWIT)}
    for address in (ETHEREUM, ETHEREUM.lower(), "0x" + ETHEREUM[2:].upper()):
        assert found(f"ETH {address}") == {("crypto_address", ETHEREUM.lower())}


@pytest.mark.parametrize("address", [BITCOIN, SCRIPT, TRON, SEGWIT, TAPROOT, ETHEREUM, ONION])
def test_addresses_whose_checksum_does_not_hold(address: str) -> None:
    """Any one letter changed is marked as wrong; one doubled or left out is at least never right."""
    end, kind = (".onion", "onion") if address == ONION else ("", "crypto_address")
    for place in range(6, len(address)):
        letter = address[place]
        other = "2" if letter != "2" else "3"
        changed = address[:place] + other + address[place + 1 :]
        text = f"送金先アドレス: {changed}{end} "
        assert found(text) == {(f"{kind}_wrong", f"{changed}{end}")}, changed
        for changed in (
            address[:place] + letter + address[place:],
            address[:place] + address[place + 1 :],
        ):
            kinds = {found_kind for found_kind, _value in found(f"送金先: {changed}{end} ")}
            assert changed == address or kinds <= {f"{kind}_wrong"}, changed
    if address == ETHEREUM:
        assert found(ETHEREUM.replace("A", "a", 1)) == {
            ("crypto_address_wrong", ETHEREUM.replace("A", "a", 1))
        }
    if address == SEGWIT:
        mixed = SEGWIT[:20] + SEGWIT[20:].upper()
        assert found(mixed) == {("crypto_address_wrong", mixed)}


@pytest.mark.parametrize("address", [BITCOIN, SCRIPT, TRON])
def test_what_only_resembles_an_address_is_none(address: str) -> None:
    """Letters and digits without a word for coins beside them: an order, a ticket, a session."""
    changed = address[:9] + ("x" if address[9] != "x" else "y") + address[10:]
    for text in (f"受付番号 {changed}", f"session={changed}", changed, f"id: {changed}\nBTC"):
        assert found(text) == set(), text
    assert found("BTC " + "1" * 34) == set()


def test_keccak() -> None:
    assert keccak_256(b"").hex() == (
        "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"
    )
    # Beyond one block; SHA-3 of hashlib differs by the padding alone.
    assert keccak_256(b"a" * 300) != hashlib.sha3_256(b"a" * 300).digest()
    assert keccak_256(b"abc").hex().startswith("4e03657aea45a94fc7d47ba826c8d667")


def test_onion_addresses() -> None:
    for text in (
        f"{ONION}.onion",
        f"http://{ONION}.onion/a",
        f"{ONION.upper()}[.]onion",
        f"www.{ONION}.onion",
    ):
        assert ("onion", f"{ONION}.onion") in found(text), text
    assert values("onion", f"{ONION}x.onion {ONION}.onions {ONION}") == []


def test_addresses_of_the_network_and_of_pages() -> None:
    assert found("198.51.100.7 と 198[.]51[.]100[.]8") == {
        ("ip", "198.51.100.7"),
        ("ip", "198.51.100.8"),
    }
    assert found("IPアドレス 1.1.1.1") == {("ip", "1.1.1.1")}
    assert found("hxxps://bad[.]example/x?a=1.") == {("url", "https://bad.example/x?a=1")}
    assert found("（https://a.example/b）、") == {("url", "https://a.example/b")}


ORDINARY = """
2026年10月5日(月)12:30〜13:45、令和8年1月1日。2026-10-05 2026/10/05 10-05-2026 05.10.2026 20261005
価格は1,980円(税込2,178円)、送料は全国一律¥500。通常価格 12800円→9980円、$1,234.56、0.5%、100,000,000円
〒100-0001 東京都架空区みなと1-2-3 架空ビル10F 101号室
バージョン1.2.3、v2.10.4.1、Ver.10.0.19045.3570、Chrome/131.0.0.0、第1.2.3.4項
注文番号 0300000000、商品コード:090-1234、型番 AB-0300-000-0000、会員番号 03-0000-0000、JAN 4900000000000
ISBN 978-4-00-000000-0、0-00-000000-0、クレジットカード 0000-0000-0000-0000、0120000円、03-04号、050年
オンラインshop2026、LINEで友だち追加、LINE Pay、LINEスタンプ、LINE: https、ライン引き、下線(アンダーライン)a1234
LINE：24時間、LINE:2026、Deadline: tomorrow、airline: kakuu-air、Telegram app、Telegram: available 24h
Xでシェア、X軸: 100、Twitterで話題、Instagramでもやってます、signal processing.2026、Signal: strong.
このアットホームな職場です。アットマーク(@)を使います。週末@渋谷、12:00@みなと、A@B、@ @@ foo@bar
銀行振込、架空銀行は9:00-15:00、支店は全国に100。普通 1234567 と書いても支店名がなければ口座ではない。
https や www、1.2.3.4、256.256.256.256、1.2.3.4.5、md5 d41d8cd98f00b204e9800998ecf8427e
sha1 da39a3ee5e6b4b0d3255bfef95601890afd80709、0xdeadbeef、bc1、3D、T字路、bc1qqqqqqqqqqqqqqqq、1111111111111111111111111111
x.com/home twitter.com/share instagram.com/p/Cabcdef t.me/joinchat/abc t.me/share x.com/i/flow kakuubox.com/browse
幅100×200、座標35.6895,139.6917、比率16:9、気温-5〜10度、電話は1日100件、TEL/FAX、24h対応、110番、119番、#7110
"""


def test_ordinary_prose_has_none() -> None:
    assert found(ORDINARY) == set()
    for line in ORDINARY.splitlines():
        assert found(line) == set(), line


def test_offsets_are_those_of_the_text() -> None:
    text = (
        "㈱見本 😀 連絡先は０９０－００００－００００、ｕｓｅｒ＠ｍａｉｌ．ｅｘａｍｐｌｅ まで(㍻)"
    )
    seen = {i.kind: i for i in find_identifiers(text, ())}
    assert seen["phone"].seen == "０９０－００００－００００"
    assert seen["email"].seen == "ｕｓｅｒ＠ｍａｉｌ．ｅｘａｍｐｌｅ"
    for one in seen.values():
        assert text[one.start : one.end] == one.seen


def test_each_value_once_and_not_without_end() -> None:
    text = "user@mail.example " * 50 + "090-0000-0000 " * 50
    assert len(find_identifiers(text, ["mailto:user@mail.example"] * 50)) == 3
    many = " ".join(f"u{n}@mail.example" for n in range(3_000))
    assert len(find_identifiers(many, ())) == 500


RUNS = (
    "a.|a@|0|090-|1.2.|http://|x銀行|銀行 支店|LINE|telegram |[at]|T|bc1q|(|アット| dot|"
    "ゆうちょ記号|t.me/|@|IP |★を@|a[.]"
)


@pytest.mark.parametrize("piece", RUNS.split("|"))
def test_long_runs_of_one_thing_end(piece: str) -> None:
    assert len(find_identifiers(piece * (60_000 // len(piece)), ())) <= 500
