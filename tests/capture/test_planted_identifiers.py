"""Whole pages: every planted identifier is found and none invented, in any Japanese charset."""

from __future__ import annotations

import pytest
from test_identifiers_found import BITCOIN, ETHEREUM, ONION, SEGWIT, TRON, found

from workbench.capture.folding import fold
from workbench.capture.identifiers import find_identifiers
from workbench.capture.page import read_page


def spoilt(address: str) -> str:
    """The address with one letter changed to another of its kind."""
    return address[:12] + ("7" if address[12] != "7" else "6") + address[13:]


# What stands on the page, and what it means; all names and numbers are invented.
PLANTED: tuple[tuple[str, str, str], ...] = (
    ("メール：madoguchi＠mihon－ten．example", "email", "madoguchi@mihon-ten.example"),
    ("<p>uketsuke[アットマーク]mail[ドット]example</p>", "email", "uketsuke@mail.example"),
    ("メアド:kakuu あっと post どっと example", "email", "kakuu@post.example"),
    ("<b>saiyou</b>&#64;<i>work&#46;example</i>", "email", "saiyou@work.example"),
    ("shien■help.example（■は半角の＠に）", "email", "shien@help.example"),
    ("toi -at- awase -dot- example", "email", "toi@awase.example"),
    ("oto\u200boi\u00ad@zero\u200b.example", "email", "otooi@zero.example"),
    ("☎０９０―００００―００００", "phone", "09000000000"),
    ("<b>070</b>-<b>0000</b>-0000", "phone", "07000000000"),
    ("ＴＥＬ０８００００００００００"[:14], "phone", "08000000000"),
    ("携帯：〇九〇-一一一一-〇〇〇〇", "phone", "09011110000"),
    ("固定　０３（００００）００００（代表）", "phone", "0300000000"),
    ("フリーダイヤル０１２０－０００－０００", "phone", "0120000000"),
    ("海外から 0081-80-1111-0000", "phone", "08011110000"),
    ("ＬＩＮＥ　ＩＤ→＠ｋａｋｕｕ＿ｌｉｎｅ１", "line_id", "kakuu_line1"),
    ("LINE友だち追加はこちら @123kakuu", "line_id", "123kakuu"),
    ("ラインのIDは「kakuu.line2」です", "line_id", "kakuu.line2"),
    ('<a href="https://lin.ee/KakUu01">追加</a>', "line_id", "lin.ee/KakUu01"),
    ("ﾃﾚｸﾞﾗﾑ：＠kakuu_tele", "telegram", "kakuu_tele"),
    ("テレグラム→kakuu_tele2", "telegram", "kakuu_tele2"),
    ('<a href="https://t.me/+KakuuKakuuKakuu0">参加</a>', "telegram", "+KakuuKakuuKakuu0"),
    ("シグナル（kakuu.012）", "signal", "kakuu.012"),
    ("Ｘ（旧Ｔｗｉｔｔｅｒ）：＠kakuu_x1", "x_account", "kakuu_x1"),
    ('<a href="https://x.com/intent/user?screen_name=kakuu_x2">x</a>', "x_account", "kakuu_x2"),
    ("インスタ→＠kakuu.insta", "instagram", "kakuu.insta"),
    ("インスタグラムID：kakuu.insta2", "instagram", "kakuu.insta2"),
    (
        "振込先：みほん銀行（銀行コード0000）中央支店（店番000）（普）０００００００",
        "bank_account",
        "みほん銀行|中央支店|0000000",
    ),
    (
        "<table><tr><th>金融機関</th><td>架空信用金庫</td></tr><tr><th>支店</th><td>港支店</td></tr>"
        "<tr><th>種別</th><td>普通</td></tr><tr><th>口座番号</th><td>1000000</td></tr></table>",
        "bank_account",
        "架空信用金庫|港支店|1000000",
    ),
    ("ゆうちょ銀行　記号　１００００　番号　００００００１", "bank_account", "ゆうちょ銀行|10000|0000001"),
    (f"ビットコイン {BITCOIN[:17]}<wbr>{BITCOIN[17:]}", "crypto_address", BITCOIN),
    (f"bitcoin:{SEGWIT.upper()}?amount=1", "crypto_address", SEGWIT),
    (f"イーサ：{ETHEREUM}", "crypto_address", ETHEREUM.lower()),
    (f"USDT(TRC20) {TRON}", "crypto_address", TRON),
    (f"<code>{ONION}[.]onion</code>", "onion", f"{ONION}.onion"),
    ("踏み台 198[.]51[.]100[.]7", "ip", "198.51.100.7"),
    # Right in form, wrong in checksum: found and marked.
    (f"BTC送金先：{spoilt(BITCOIN)}", "crypto_address_wrong", spoilt(BITCOIN)),
    (f"BTC: {spoilt(SEGWIT)}", "crypto_address_wrong", spoilt(SEGWIT)),
    (f"ETH {spoilt(ETHEREUM)}", "crypto_address_wrong", spoilt(ETHEREUM)),
    (f"{spoilt(ONION)}.onion", "onion_wrong", f"{spoilt(ONION)}.onion"),
)  # fmt: skip
# Not identifiers of their own but what the planted ones say as well.
ALSO = {"domain", "url"}


def planted_page(charset: str) -> str:
    between = "<p>日当10万円以上(税込)、2026年11月3日(火)10:00〜18:00、〒100-0001</p>"
    blocks = between.join(f"<div>{text}</div>" for text, _kind, _value in PLANTED)
    return (
        f'<!doctype html><html lang="ja"><meta charset="{charset}"><title>高額案件のご案内</title>'
        f"<body>{blocks}</body></html>"
    )


@pytest.mark.parametrize(
    ("codec", "charset"),
    [
        ("utf-8", "utf-8"),
        ("cp932", "Shift_JIS"),
        ("euc_jp", "EUC-JP"),
        ("iso2022_jp", "ISO-2022-JP"),
        ("utf-16", "utf-16"),
        # Said to be something else than it is.
        ("cp932", "utf-8"),
        ("euc_jp", "Shift_JIS"),
        ("utf-8", "EUC-JP"),
    ],
)
def test_all_are_found_and_none_is_invented(codec: str, charset: str) -> None:
    assert len({(kind, value) for _text, kind, value in PLANTED}) == len(PLANTED) >= 30
    body = planted_page(charset).encode(codec, "xmlcharrefreplace")
    page = read_page(body, f"text/html; charset={charset}", "http://page.example/")
    expected = {(kind, value) for _text, kind, value in PLANTED}
    seen = {(i.kind, i.value) for i in page.identifiers if i.kind not in ALSO}
    assert seen == expected
    whole = f"{page.title}\n{page.text}"
    for one in page.identifiers:
        if one.start >= 0:
            assert whole[one.start : one.end] == one.seen


# Numbers and names of ordinary shops, offices and articles, made to look like identifiers.
LOOK_ALIKES = """
注文番号：090-0000-0000 / 受付番号 0300000000 / お問い合わせ番号 0000-0000-0000 / 追跡番号：0000-1111-0000
会員番号 08000000000、伝票番号:070-0000-0000、整理番号03-0000-0000、製品番号 0120-000-000、管理番号０９０００００００００
適格請求書発行事業者 登録番号 T0000000000000、法人番号 0000000000000、古物商許可 第000000000000号、宅建 (3)第00000号
〒090-0001 北海道架空市、〒０８０－００１１、〒070-0030、郵便番号 060-0001、1-2-3-405号室、東経139.7671 北緯35.6812
価格 03,300円(税込)、¥0,900-、税抜 12,800円→9,980円、090円引き、ポイント 0800pt、在庫 070個、限定0120台、10,0000円
令和08年03月05日、2026.03.05、2026-03-05T09:00:00+09:00、08/01-08/31、09:00-18:00、03.11、R8.3.5、1990-01-01
JAN 4900000000000、ISBN 978-4-00-000000-0、型番 AB-090-0000-0000、品番:050-0000-000、090-0000-0000A、Ver. 0.9.0.1234
サイズ 060×090×0000、080-090cm、縦090-横0120-高0000、気圧 0990-1010hPa、血圧 080-120、0.312345678、1/0900000000
口座開設は銀行へ。みほん銀行 中央支店は1234567人が利用。架空銀行 港支店 電話なし 総資産1234567億円。普通 1234567
MD5 d41d8cd98f00b204e9800998ecf8427e SHA256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
uuid 550e8400-e29b-41d4-a716-446655440000、0x00000000、#ff00aa、session 3KakuuKakuuKakuuKakuuKakuuKakuu1、1A1zP1
@media screen、@import、user@localhost、foo@bar、2@3.5、12時＠渋谷、icon@2x.png、npm install @scope/name@1.2.3
A(a)B.C(a)d、f(a)g、表(a)欄、注(at)、アットホームな職場、ハットトリック、ドット柄.Tシャツ、ドットコム、あっという間
LINEで友だち追加すると@10%オフ、LINEスタンプ、ラインストーン:12mm、オンライン: zoom2026、パイプライン(cd_2026)、LINE→24時間
Xマスは@渋谷、X線: @10mA、テレビ:@19時、テレワーク@自宅、signal-to-noise.2026、Instant: @once、IGNITE:@live、TG編集部
telegram.org、instagram.com/p/AbCdEf12345/、x.com/search?q=a、twitter.com/share?url=x、t.me/share/url、line.me/ja/
第一二三四条、〇一二三、二〇二六年、電話は〇回、〇九〇年代、一〇〇〇-二〇〇〇、零八〇番、東京〇〇-〇〇、平成〇〇年〇月〇日
"""


def test_a_page_of_look_alikes_has_none() -> None:
    for line in LOOK_ALIKES.splitlines():
        assert found(line) == set(), line
    blocks = "".join(f"<p>{line}</p>" for line in LOOK_ALIKES.splitlines())
    for codec in ("utf-8", "cp932", "euc_jp"):
        body = f"<title>通信販売</title>{blocks}".encode(codec, "xmlcharrefreplace")
        page = read_page(body, "text/html", "http://page.example/")
        assert page.identifiers == ()


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("ＡＢ１２", "AB12"),
        ("①⓪", "10"),
        ("ﾃﾚｸﾞﾗﾑ", "テレグラム"),
        ("ﾊﾟ", "パ"),
        ("か\u3099", "が"),
        ("a\u200b\u00adb\ufeff", "ab"),
        ("㈱", "㈱"),
        ("\u3099", "\u3099"),
        ("", ""),
    ],
)
def test_folding(text: str, folded: str) -> None:
    result = fold(text)
    assert result.text == folded
    assert len(result.starts) == len(result.ends) == len(folded)


def test_folded_places_are_those_of_the_text() -> None:
    text = "㈱\u200bﾃﾚｸﾞﾗﾑ：＠ka\u200bkuu_tele です"
    (one,) = find_identifiers(text, ())
    assert (one.kind, one.value, one.seen) == ("telegram", "kakuu_tele", "ka\u200bkuu_tele")
    assert text[one.start : one.end] == one.seen
