"""Contacts and pointers in a page's text; precision first: a price or date is no phone number.

Normal forms: email and domain lower case; phone digits with 0 in front (Japan); ids as written
without @; bank_account `bank|branch|number` (ゆうちょ: 記号 as branch); crypto_address as written (ETH
and bech32 lower case); onion `name.onion`; ip as the ipaddress module writes it. Kinds that end in
`_wrong` carry a checksum that does not hold.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from workbench.capture.account_names import account_names
from workbench.capture.bank_accounts import bank_accounts
from workbench.capture.checked_addresses import checked_addresses
from workbench.capture.folding import fold

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
_AT = rf"(?:@| @ |{_OPEN}(?:at|a|@|{_AT_WORD}){_SHUT}|\s?{_AT_WORD}\s?|\s-at-\s)"
_DOT = rf"(?:\.|{_OPEN}(?:\.|dot|ドット|どっと){_SHUT}|\s?(?:ドット|どっと)\s?|\s-dot-\s)"
_EMAIL = re.compile(
    rf"(?<![\w.+-])([\w.+-]{{1,64}}){_AT}((?:[a-z0-9-]{{1,63}}{_DOT}){{1,8}}(?:[a-z]{{2,24}}|xn--[a-z0-9-]{{1,59}}))(?![\w-])",
    re.I | re.A,
)
_STANDS_FOR_AT = re.compile(
    r"([★☆●○◎■□◆◇▲*#])」?\s?(?:を|は|→|⇒|=)\s?(?:半角|全角)?の?「?(?:@|アット|あっと)"
)
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
    rf"(?:(?<![\w{_HYPHENS}.,/¥$+#=@%])|(?<=TEL)|(?<=FAX))((?:(?:\+|00)81[ {_HYPHENS}]?(?:\(0\))?[ {_HYPHENS}]?|\(?0)\d{{1,4}}{_BETWEEN}\d{{1,4}}{_BETWEEN}\d{{3,4}})(?!\d|[{_HYPHENS}.,]\d|[円年月%]|[a-z](?![a-z]))",
    re.A | re.I,
)
# 〇九〇-〇〇〇〇-〇〇〇〇: only as a whole number with its groups.
_KANJI_DIGITS = "〇零一二三四五六七八九"
_KANJI_PHONE = re.compile(
    rf"(?<![{_KANJI_DIGITS}])[〇零][{_KANJI_DIGITS}]{{1,4}}[{_HYPHENS}(][{_KANJI_DIGITS}]{{1,4}}[{_HYPHENS})][{_KANJI_DIGITS}]{{3,4}}(?![{_KANJI_DIGITS}])"
)
_AS_DIGITS = str.maketrans(_KANJI_DIGITS, "00123456789")
_NOT_A_PHONE = re.compile(
    r"(?:注文|受付|受注|商品|製品|管理|整理|会員|伝票|追跡|登録|許可|型|品)\s?(?:番号|番|コード|No\.?|ID)\s?[:.]?\s?$",
    re.I,
)
_CALLED = re.compile(r"(?:電話|でんわ|TEL|phone|FAX|ダイヤル|携帯)[^\d\n]{0,8}$", re.I)
_IP = re.compile(rf"(?<![\w./-])((?:\d{{1,3}}{_DOT}){{3}}\d{{1,3}})(?![\w-]|\.\d)", re.A)
_NOT_AN_IP = re.compile(r"(?:version|ver\.?|build|release|rev\.?|バージョン|第|[a-z]/)\s?$", re.I)
_SAYS_IP = re.compile(r"IP[^\n]{0,12}$", re.I)
_URL = re.compile(r"(?<![a-z])h(?:tt|xx)ps?://[^\s<>\"'、。「」『』【】()]{3,2000}", re.I)


def find_identifiers(text: str, links: Iterable[str]) -> tuple[IdentifierFound, ...]:
    """Every identifier of the text, and of the links' targets (offsets -1), each value once."""
    folded = fold(text)
    plain = folded.text
    sign = _STANDS_FOR_AT.search(plain)
    if sign is not None:
        # "★ is to be read as @": one letter for another, so that offsets stay.
        plain = plain.replace(sign[1], "@")
    found: dict[tuple[str, str], IdentifierFound] = {}
    for kind, value, start, end in _all(plain):
        key = (kind, value)
        if key not in found and len(found) < _MOST:
            start, end = folded.place(start, end)
            found[key] = IdentifierFound(kind, value, text[start:end], start, end)
    for link in links:
        target = fold(unquote(link)).text
        # Who links to `tel:` says himself that it is a number.
        number = _phone(target[4:], True) if target.lower().startswith("tel:") else None
        ids = [("phone", number, 0, 0)] if number else _all(target.removeprefix("mailto:"))
        for kind, value, _, _ in ids:
            key = (kind, value)
            if key not in found and len(found) < _MOST:
                found[key] = IdentifierFound(kind, value, link[:500], -1, -1)
    return tuple(found.values())


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
    for m in _KANJI_PHONE.finditer(text):
        value = _phone(m[0].translate(_AS_DIGITS), True)
        if value:
            yield "phone", value, m.start(), m.end()
    yield from account_names(text)
    yield from bank_accounts(text)
    yield from checked_addresses(text)
    for m in _IP.finditer(text):
        value = _ip(m[1], text[max(0, m.start() - 20) : m.start()])
        if value:
            yield "ip", value, m.start(), m.end()


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
    groups = re.findall(r"\d+", re.sub(r"^(?:\+|00)81", "0", seen).replace("(0)", ""))
    digits = "0" + "".join(groups).lstrip("0")
    if re.fullmatch(r"0[5-9]0\d{8}", digits):
        return digits
    if not re.fullmatch(r"0[1-9]\d{8}", digits):
        return None
    grouped = len(groups) >= 3 and (len(groups[-1]) == 4 or digits.startswith(_SHORT_ENDS))
    return digits if called or grouped else None
