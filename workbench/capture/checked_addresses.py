"""Addresses that carry a checksum: Bitcoin, Tron, Ethereum, onion services.

One whose checksum does not hold has a kind of its own (`crypto_address_wrong`, `onion_wrong`): it was
meant for something, but as it is written it may lead to nobody, and the officer must see both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from workbench.capture.checksums import (
    base58check_holds,
    bech32_holds,
    ethereum_holds,
    onion_holds,
)

_BTC = re.compile(
    r"(?<![A-Za-z0-9])([13][1-9A-HJ-NP-Za-km-z]{25,34}|(?:bc1|BC1)[02-9ac-hj-npAC-HJ-NP-Zq-z]{11,71})(?![A-Za-z0-9])"
)
_TRON = re.compile(r"(?<![A-Za-z0-9])(T[1-9A-HJ-NP-Za-km-z]{33})(?![A-Za-z0-9])")
_ETH = re.compile(r"(?<![A-Za-z0-9])(0x[0-9a-fA-F]{40})(?![A-Za-z0-9])")
_ONION = re.compile(
    r"(?<![a-z0-9])([a-z2-7]{56}|[a-z2-7]{16})(?:\.|\s?[\[({]\s?(?:\.|dot|ドット)\s?[\])}]\s?)onion(?![a-z0-9-])",
    re.I,
)
# Lengths of a `bc1` address: 20 or 32 bytes in it (BIP 141, BIP 341).
_SEGWIT_LENGTHS = (42, 62)
# Letters and digits like those of an address stand in many ids; beside these words they mean one.
_SAYS_COIN = re.compile(
    r"(?:BTC|bitcoin|ビットコイン|TRX|TRON|トロン|USDT|テザー|暗号(?:資産|通貨)|仮想通貨|ウォレット|wallet"
    r"|(?:送金|入金|支払い?|寄付|振込)(?:先|アドレス))[^\n]{0,40}$",
    re.I,
)


def checked_addresses(text: str) -> Iterator[tuple[str, str, int, int]]:
    """Kind, normal form and place of each address, right or wrong."""
    for m in _BTC.finditer(text):
        segwit = m[1][:3].lower() == "bc1"
        value = m[1].lower() if segwit else m[1]
        if bech32_holds(m[1]) if segwit else base58check_holds(m[1], (0x00, 0x05)):
            yield "crypto_address", value, m.start(), m.end()
        elif len(m[1]) in _SEGWIT_LENGTHS if segwit else _means_coin(m[1], text, m.start()):
            yield "crypto_address_wrong", m[1], m.start(), m.end()
    for m in _TRON.finditer(text):
        if base58check_holds(m[1], (0x41,)):
            yield "crypto_address", m[1], m.start(), m.end()
        elif _means_coin(m[1], text, m.start()):
            yield "crypto_address_wrong", m[1], m.start(), m.end()
    for m in _ETH.finditer(text):
        if ethereum_holds(m[1]):
            yield "crypto_address", m[1].lower(), m.start(), m.end()
        else:
            yield "crypto_address_wrong", m[1], m.start(), m.end()
    for m in _ONION.finditer(text):
        name = m[1].lower()
        # Names of 16 letters (version 2, until 2021) have no checksum.
        holds = len(name) == 16 or onion_holds(name)
        yield "onion" if holds else "onion_wrong", f"{name}.onion", m.start(), m.end()


def _means_coin(address: str, text: str, start: int) -> bool:
    kinds = {"A" if c.isupper() else "a" if c.islower() else "1" for c in address}
    return len(kinds) == 3 and _SAYS_COIN.search(text[max(0, start - 60) : start]) is not None
