"""Contacts and pointers in a page's text; precision first: a price or date is no phone number.

Normal forms: email and domain lower case; phone digits with 0 in front (Japan); ids as written
without @; bank_account `bank|branch|number` (ゆうちょ: 記号 as branch); crypto_address as written (ETH
and bech32 lower case); onion `name.onion`; ip as the ipaddress module writes it.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from workbench.capture.checksums import (
    base58check_holds,
    bech32_holds,
    ethereum_holds,
    onion_holds,
)

_MOST = 500


@dataclass(frozen=True)
class IdentifierFound:
    """One identifier: kind, normal form, the text as seen, code point offsets."""

    kind: str
    value: str
    seen: str
    start: int
    end: int


_HYPHENS = "\\-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u30fc\uff0d\uff70"
# Signs that hide an address from programs: user[at]mail(dot)example, userアットマークmail.example.
_OPEN, _SHUT = r"\s?[\[({<【〔]\s?", r"\s?[\])}>】〕]\s?"
_AT_WORD = r"(?:アット(?:マーク)?|あっと(?:まーく)?)"
_AT = rf"(?:@| @ |{_OPEN}(?:at|@|{_AT_WORD}){_SHUT}|\s?{_AT_WORD}\s?)"
_DOT = rf"(?:\.|{_OPEN}(?:\.|dot|ドット){_SHUT}|\s?ドット\s?)"
_EMAIL = re.compile(
    rf"(?<![\w.+-])([\w.+-]{{1,64}}){_AT}((?:[a-z0-9-]{{1,63}}{_DOT}){{1,8}}(?:[a-z]{{2,24}}|xn--[a-z0-9-]{{1,59}}))(?![\w-])",
    re.I | re.A,
)
_STANDS_FOR_AT = re.compile(r"([★☆●◎■◆*#])\s?(?:を|は)\s?(?:@|アット|あっと)")
# What follows an @ in the name of a picture (logo@2x.png) or of another file.
_FILE_ENDINGS = (
    "png",
    "jpg",
    "jpeg",
    "gif",
    "webp",
    "svg",
    "css",
    "js",
    "html",
    "htm",
    "php",
    "pdf",
    "mp4",
)
_BETWEEN = rf"(?: ?[{_HYPHENS}().・] ?| )?"
_PHONE = re.compile(
    rf"(?<![\w{_HYPHENS}.,/¥$+#=@%])((?:\+81[ {_HYPHENS}]?(?:\(0\))?[ {_HYPHENS}]?|\(?0)\d{{1,4}}{_BETWEEN}\d{{1,4}}{_BETWEEN}\d{{3,4}})(?!\d|[{_HYPHENS}.,]\d|[円年月%])",
    re.A,
)
_NOT_A_PHONE = re.compile(
    r"(?:注文|受付|受注|商品|製品|管理|整理|会員|伝票|追跡|登録|許可|型|品)\s?(?:番号|番|コード|No\.?|ID)\s?[:.]?\s?$",
    re.I,
)
_CALLED = re.compile(r"(?:電話|でんわ|TEL|phone|FAX|ダイヤル|携帯)[^\d\n]{0,8}$", re.I)
_IS = r"\s?(?:[:=→]|は|が)?\s?"
_ID = r"\s?(?:公式)?(?:アカウント)?\s?(?:ID|アイディー?|ユーザー名|アカウント)\s?(?:名|は|が)?\s?[:=→「『(【]?\s?"
_END = r"(?![a-z0-9_@]|\.[a-z])"
_NAMED = tuple(
    (kind, re.compile(pattern, re.I | re.A))
    for kind, pattern in (
        (
            "line_id",
            rf"(?<![a-z])(?:LINE|(?<![ァ-ヶー])ライン)(?:{_ID}@?|\s?[:=→]\s?@?|{_IS}@)([a-z0-9][a-z0-9._-]{{3,19}}){_END}",
        ),
        ("line_id", r"line\.me/(?:R/)?ti/p/(?:~|@|%40)([a-z0-9][a-z0-9._-]{2,29})"),
        (
            "telegram",
            rf"(?:(?<![a-z])telegram|テレグラム|テレグラ|(?<![ァ-ヶー])テレ)(?:{_ID}|{_IS})@([a-z][a-z0-9_]{{4,31}}){_END}",
        ),
        (
            "telegram",
            rf"(?:(?<![a-z])telegram|テレグラム){_ID}(?=[a-z]*[_\d])([a-z][a-z0-9_]{{4,31}}){_END}",
        ),
        ("telegram", r"(?<![\w.-])(?:t|telegram)\.me/(?:s/)?@?([a-z][a-z0-9_]{4,31})(?![\w/]*\+)"),
        ("telegram", r"tg://resolve\?domain=([a-z][a-z0-9_]{4,31})"),
        (
            "signal",
            rf"(?:(?<![a-z])signal|シグナル)(?:{_ID}|\s?[:=→]\s?|{_IS}(?=@))@?([a-z_][a-z0-9_]{{2,31}}\.\d{{2,9}})(?![\w.]\w)",
        ),
        (
            "x_account",
            rf"(?:(?<![a-z0-9])twitter|ツイッター|(?<![a-z0-9@._-])X(?=[\s:=→は(]|アカウント|ID))\s?(?:\([^()\n]{{1,12}}\))?(?:{_ID}|{_IS})@([a-z0-9_]{{3,15}}){_END}",
        ),
        (
            "x_account",
            r"(?<![\w-])(?:twitter|(?<![.])x|(?<=www\.)x|(?<=mobile\.)x)\.com/@?([a-z0-9_]{3,15})(?!\w)",
        ),
        (
            "instagram",
            rf"(?:(?<![a-z])instagram|インスタ(?:グラム)?)(?:{_ID}|{_IS})@([a-z0-9._]{{3,30}}){_END}",
        ),
        ("instagram", r"(?<![\w-])instagram\.com/@?([a-z0-9._]{3,30})"),
    )
)
_RESERVED = {
    "line_id": {"http", "https", "official", "account", "stickers"},
    "telegram": {
        "joinchat",
        "share",
        "addstickers",
        "addemoji",
        "addlist",
        "addtheme",
        "proxy",
        "socks",
        "setlanguage",
        "boost",
        "contact",
        "login",
    },
    "x_account": {
        "home",
        "explore",
        "search",
        "login",
        "logout",
        "signup",
        "intent",
        "share",
        "hashtag",
        "settings",
        "tos",
        "privacy",
        "about",
        "jobs",
        "download",
        "messages",
        "notifications",
        "account",
    },
    "instagram": {
        "explore",
        "reel",
        "reels",
        "stories",
        "accounts",
        "direct",
        "about",
        "legal",
        "developer",
        "web",
    },
}
_GAP = r"[\s/、・,:]{0,6}"
_BANK = re.compile(
    rf"([^\s、。:()]{{1,15}}(?:銀行|信用金庫|信金|信用組合|農協|労働金庫|労金))\s?(?:\(\d{{4}}\))?{_GAP}(?:(?:支店名?|店名)\s?[:=]\s?)?"
    rf"((?:[^\s、。:()]{{1,15}}?(?:支店|出張所)|[^\s、。:()]{{0,15}}?本店(?:営業部)?))\s?(?:\(\d{{3}}\))?{_GAP}(?:(?:口座|預金)種[別類目]\s?[:=]?\s?)?\(?(?:普通|当座|貯蓄)?(?:預金|口座(?!番))?\)?"
    rf"{_GAP}(?:口座)?(?:番号|No\.?)?\s?[:=]?\s?(\d{{7}})(?!\d)"
)
_SAYS_BANK = re.compile(r".*(?:振込|送金|入金|支払い?|指定)(?:先|口座)(?:は|が|の)?(?=.{2})")
_POSTAL_BANK = re.compile(
    rf"(ゆうちょ(?:銀行)?)[^\d\n]{{0,12}}記号\s?[:=]?\s?(1\d{{4}})(?:-\d)?{_GAP}[{_HYPHENS}]?{_GAP}番号\s?[:=]?\s?(\d{{2,8}})(?!\d)"
)
_BTC = re.compile(
    r"(?<![A-Za-z0-9])([13][1-9A-HJ-NP-Za-km-z]{25,34}|(?:bc1|BC1)[02-9ac-hj-npAC-HJ-NP-Zq-z]{11,71})(?![A-Za-z0-9])"
)
_TRON = re.compile(r"(?<![A-Za-z0-9])(T[1-9A-HJ-NP-Za-km-z]{33})(?![A-Za-z0-9])")
_ETH = re.compile(r"(?<![A-Za-z0-9])(0x[0-9a-fA-F]{40})(?![A-Za-z0-9])")
_ONION = re.compile(rf"(?<![a-z0-9])([a-z2-7]{{56}}|[a-z2-7]{{16}}){_DOT}onion(?![a-z0-9-])", re.I)
_IP = re.compile(rf"(?<![\w./-])((?:\d{{1,3}}{_DOT}){{3}}\d{{1,3}})(?![\w-]|\.\d)", re.A)
_NOT_AN_IP = re.compile(r"(?:version|ver\.?|build|release|rev\.?|バージョン|第|[a-z]/)\s?$", re.I)
_SAYS_IP = re.compile(r"IP[^\n]{0,12}$", re.I)
_URL = re.compile(r"(?<![a-z])h(?:tt|xx)ps?://[^\s<>\"'、。「」『』【】()]{3,2000}", re.I)


def find_identifiers(text: str, links: Iterable[str]) -> tuple[IdentifierFound, ...]:
    """Every identifier of the text, and of the links' targets (offsets -1), each value once."""
    folded = _fold(text)
    sign = _STANDS_FOR_AT.search(folded)
    if sign is not None:
        # "★ is to be read as @": one letter for another, so that offsets stay.
        folded = folded.replace(sign[1], "@")
    found: dict[tuple[str, str], IdentifierFound] = {}
    for kind, value, start, end in _all(folded):
        key = (kind, value)
        if key not in found and len(found) < _MOST:
            found[key] = IdentifierFound(kind, value, text[start:end], start, end)
    for link in links:
        target = _fold(unquote(link))
        # Who links to `tel:` says himself that it is a number.
        number = _phone(target[4:], True) if target.lower().startswith("tel:") else None
        ids = [("phone", number, 0, 0)] if number else _all(target.removeprefix("mailto:"))
        for kind, value, _, _ in ids:
            key = (kind, value)
            if key not in found and len(found) < _MOST:
                found[key] = IdentifierFound(kind, value, link[:500], -1, -1)
    return tuple(found.values())


def _fold(text: str) -> str:
    """Full-width signs as half-width, letter by letter, so that offsets stay those of the text."""
    return "".join(
        f if len(f := unicodedata.normalize("NFKC", letter)) == 1 else letter for letter in text
    )


def _all(text: str) -> Iterator[tuple[str, str, int, int]]:
    for m in _URL.finditer(text):
        shown = m[0].rstrip(".,;:!?")
        url = re.sub(r"^hxxp", "http", _plain(shown), flags=re.I)
        yield "url", url, m.start(), m.start() + len(shown)
    for m in _EMAIL.finditer(text):
        host = _plain(m[2]).lower()
        if host.rpartition(".")[2] not in _FILE_ENDINGS:
            yield "email", f"{m[1].lower()}@{host}", m.start(), m.end()
            yield "domain", host, m.start(2), m.end(2)
    for m in _PHONE.finditer(text):
        before = text[max(0, m.start() - 20) : m.start()]
        value = _phone(m[1], _CALLED.search(before) is not None)
        if value and not _NOT_A_PHONE.search(before):
            yield "phone", value, m.start(1), m.end(1)
    for kind, pattern in _NAMED:
        for m in pattern.finditer(text):
            value = m[1].rstrip("._-").lower()
            if value not in _RESERVED.get(kind, ()) and not re.fullmatch(r"[\d._-]*", value):
                yield kind, value, m.start(1), m.end(1)
    yield from _accounts(text)
    yield from _checked(text)
    for m in _IP.finditer(text):
        value = _ip(m[1], text[max(0, m.start() - 20) : m.start()])
        if value:
            yield "ip", value, m.start(), m.end()


def _accounts(text: str) -> Iterator[tuple[str, str, int, int]]:
    for m in _BANK.finditer(text):
        said_before = _SAYS_BANK.match(m[1])
        skipped = said_before.end() if said_before else 0
        yield "bank_account", f"{m[1][skipped:]}|{m[2]}|{m[3]}", m.start() + skipped, m.end()
    for m in _POSTAL_BANK.finditer(text):
        yield "bank_account", f"ゆうちょ銀行|{m[2]}|{m[3]}", m.start(), m.end()


def _checked(text: str) -> Iterator[tuple[str, str, int, int]]:
    """What carries a checksum: only where it holds."""
    for m in _BTC.finditer(text):
        if m[1][:3].lower() == "bc1":
            if bech32_holds(m[1]):
                yield "crypto_address", m[1].lower(), m.start(), m.end()
        elif base58check_holds(m[1], (0x00, 0x05)):
            yield "crypto_address", m[1], m.start(), m.end()
    for m in _TRON.finditer(text):
        if base58check_holds(m[1], (0x41,)):
            yield "crypto_address", m[1], m.start(), m.end()
    for m in _ETH.finditer(text):
        if ethereum_holds(m[1]):
            yield "crypto_address", m[1].lower(), m.start(), m.end()
    for m in _ONION.finditer(text):
        # Names of 16 letters (version 2, until 2021) have no checksum.
        if len(m[1]) == 16 or onion_holds(m[1]):
            yield "onion", f"{m[1].lower()}.onion", m.start(), m.end()


def _plain(text: str) -> str:
    """An address with every hidden dot as a dot."""
    return re.sub(_DOT, ".", text, flags=re.I)


def _ip(seen: str, before: str) -> str | None:
    """An IPv4 address; four single digits are a version or a chapter unless `IP` stands before."""
    plain = _plain(seen)
    try:
        value = str(ipaddress.IPv4Address(plain))
    except ValueError:
        return None
    if plain != seen or _SAYS_IP.search(before):
        return value
    return None if len(plain) == 7 or _NOT_AN_IP.search(before) else value


_SHORT_ENDS = ("0120", "0570", "0180", "0170", "0990")


def _phone(seen: str, called: bool) -> str | None:
    """A Japanese number: mobile, IP and 0800 have 11 digits, others 10.

    The latter are written in groups, of which the last has four digits, or said to be a telephone.
    """
    groups = re.findall(r"\d+", seen.replace("+81", "0", 1).replace("(0)", ""))
    digits = "0" + "".join(groups).lstrip("0")
    if re.fullmatch(r"0[5-9]0\d{8}", digits):
        return digits
    if not re.fullmatch(r"0[1-9]\d{8}", digits):
        return None
    grouped = len(groups) >= 3 and (len(groups[-1]) == 4 or digits.startswith(_SHORT_ENDS))
    return digits if called or grouped else None
