"""Contacts and pointers in a page's text; precision first: a price or date is no phone number.

Normal forms: email and domain lower case; phone digits with 0 in front (Japan); ids as written
without @; bank_account `bank|branch|number`; crypto_address as written (ETH lower case); ip as the
ipaddress module writes it.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

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
_DOT = r"(?:\.|\[\.\]|\(\.\))"
_EMAIL = re.compile(
    rf"(?<![\w.+-])([\w.+-]{{1,64}})(?:@|\[@\]|\(at\))((?:[a-z0-9-]{{1,63}}{_DOT}){{1,8}}[a-z]{{2,24}})(?![\w-])",
    re.I | re.A,
)
_PHONE = re.compile(
    rf"(?<![\d{_HYPHENS}.,/¥$])((?:\+81[ {_HYPHENS}]?|0)\d{{1,4}}[ {_HYPHENS}(]?\d{{1,4}}[ {_HYPHENS})]?\d{{3,4}})(?![\d{_HYPHENS}]|[円年月])"
)
_NAMED = {
    "line_id": re.compile(r"(?:LINE|ライン)\s*(?:ID)?\s*[:=は]?\s*@?([a-z0-9][a-z0-9._-]{3,29})", re.I),
    "telegram": re.compile(r"(?:t\.me/|(?:telegram|テレグラム|テレグラ|テレ)\s*(?:ID)?\s*[:=→は]?\s*@)([a-z][a-z0-9_]{4,31})", re.I),
    "signal": re.compile(r"(?:signal|シグナル)\s*(?:ID)?\s*[:=→は]?\s*@?([a-z][a-z0-9_]{2,31}\.\d{2,9})", re.I),
    "x_account": re.compile(r"(?:twitter\.com/|(?<![\w.])x\.com/|(?<![a-z])X\s*[:=]\s*@)([a-z0-9_]{3,15})(?![\w])", re.I),
    "instagram": re.compile(r"(?:instagram\.com/|(?:instagram|インスタ)\s*[:=→]?\s*@)([a-z0-9._]{3,30})", re.I),
}  # fmt: skip
_BANK = re.compile(
    r"([^\s、。:]{1,15}(?:銀行|信用金庫|信金|信用組合|農協))\s*([^\s、。:]{1,15}?(?:支店|本店|出張所))\s*(?:普通|当座)?(?:預金)?\s*(?:口座)?\s*(?:番号)?\s*[:]?\s*(\d{7})(?!\d)"
)
_BTC = re.compile(
    r"(?<![A-Za-z0-9])([13][1-9A-HJ-NP-Za-km-z]{25,34}|bc1[02-9ac-hj-np-z]{11,71})(?![A-Za-z0-9])"
)
_TRON = re.compile(r"(?<![A-Za-z0-9])(T[1-9A-HJ-NP-Za-km-z]{33})(?![A-Za-z0-9])")
_ETH = re.compile(r"(?<![A-Za-z0-9])(0x[0-9a-fA-F]{40})(?![A-Za-z0-9])")
_IP = re.compile(rf"(?<![\d.])((?:\d{{1,3}}{_DOT}){{3}}\d{{1,3}})(?![\d.])")
_URL = re.compile(r"(?<![a-z])h(?:tt|xx)ps?://[^\s<>\"'、。「」()]{3,2000}", re.I)
_RESERVED = {"help", "intent", "share", "home", "explore", "login", "signup", "search", "hashtag"}


def find_identifiers(text: str, links: Iterable[str]) -> tuple[IdentifierFound, ...]:
    """Every identifier of the text, and of the links' targets (offsets -1), each value once."""
    folded = _fold(text)
    found: dict[tuple[str, str], IdentifierFound] = {}
    for kind, value, start, end in _all(folded):
        key = (kind, value)
        if key not in found and len(found) < _MOST:
            found[key] = IdentifierFound(kind, value, text[start:end], start, end)
    for link in links:
        shown = link.removeprefix("mailto:").removeprefix("tel:")
        for kind, value, _, _ in _all(_fold(shown)):
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
        yield "url", re.sub(r"^hxxp", "http", m[0], flags=re.I), m.start(), m.end()
    for m in _EMAIL.finditer(text):
        host = _plain(m[2]).lower()
        yield "email", f"{m[1].lower()}@{host}", m.start(), m.end()
        yield "domain", host, m.start(2), m.end(2)
    for m in _PHONE.finditer(text):
        value = _phone(m[1])
        if value:
            yield "phone", value, m.start(1), m.end(1)
    for kind, pattern in _NAMED.items():
        for m in pattern.finditer(text):
            value = m[1].rstrip(".").lower()
            if value not in _RESERVED:
                yield kind, value, m.start(1), m.end(1)
    for m in _BANK.finditer(text):
        yield "bank_account", f"{m[1]}|{m[2]}|{m[3]}", m.start(), m.end()
    for m in _BTC.finditer(text):
        if _bech32(m[1]) if m[1].startswith("bc1") else _base58check(m[1], (0x00, 0x05)):
            yield "crypto_address", m[1], m.start(), m.end()
    for m in _TRON.finditer(text):
        if _base58check(m[1], (0x41,)):
            yield "crypto_address", m[1], m.start(), m.end()
    for m in _ETH.finditer(text):
        yield "crypto_address", m[1].lower(), m.start(), m.end()
    for m in _IP.finditer(text):
        try:
            yield "ip", str(ipaddress.IPv4Address(_plain(m[1]))), m.start(), m.end()
        except ValueError:
            continue


def _plain(text: str) -> str:
    return text.replace("[.]", ".").replace("(.)", ".")


def _phone(seen: str) -> str | None:
    """A Japanese number: mobile and IP 11 digits, others 10; written in groups unless mobile."""
    digits = re.sub(r"\D", "", seen.replace("+81", "0", 1))
    digits = "0" + digits.lstrip("0")
    mobile = re.fullmatch(r"0[5789]0[1-9]\d{7}", digits) is not None
    fixed = re.fullmatch(r"0[1-9]\d{8}", digits) is not None
    grouped = len(re.findall(r"\d+", seen)) >= 3 or seen.startswith("+81")
    return digits if mobile or (fixed and grouped) else None


_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def _base58check(address: str, versions: tuple[int, ...]) -> bool:
    number = 0
    for letter in address:
        number = number * 58 + _BASE58.index(letter)
    try:
        raw = number.to_bytes(25, "big")
    except OverflowError:
        return False
    digest = hashlib.sha256(hashlib.sha256(raw[:-4]).digest()).digest()
    return raw[0] in versions and digest[:4] == raw[-4:]


_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def _bech32(address: str) -> bool:
    """The checksum of BIP 173 (version 0) or BIP 350 (later versions)."""
    data = [_BECH32.find(letter) for letter in address[3:]]
    if min(data) < 0 or len(data) < 7:
        return False
    check = 1
    # The human-readable part `bc`, expanded as BIP 173 says.
    for value in [3, 3, 0, 2, 3, *data]:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(
            (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
        ):
            if top >> bit & 1:
                check ^= generator
    return check == (1 if data[0] == 0 else 0x2BC830A3)
