"""Whether an address that carries a checksum is one: Bitcoin, Tron, Ethereum, onion services."""

from __future__ import annotations

import base64
import hashlib

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_BECH32_GENERATORS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def base58check_holds(address: str, versions: tuple[int, ...]) -> bool:
    """Base58Check of 25 bytes with one of these version bytes (0x00, 0x05 Bitcoin; 0x41 Tron)."""
    number = 0
    for letter in address:
        number = number * 58 + _BASE58.index(letter)
    try:
        raw = number.to_bytes(25, "big")
    except OverflowError:
        return False
    digest = hashlib.sha256(hashlib.sha256(raw[:-4]).digest()).digest()
    return raw[0] in versions and digest[:4] == raw[-4:]


def bech32_holds(address: str) -> bool:
    """The checksum of a `bc1` address: BIP 173 (version 0) or BIP 350 (later ones); one case only."""
    if address not in (address.lower(), address.upper()):
        return False
    data = [_BECH32.find(letter) for letter in address.lower()[3:]]
    if min(data) < 0 or len(data) < 7:
        return False
    check = 1
    # The human-readable part `bc`, expanded as BIP 173 says.
    for value in [3, 3, 0, 2, 3, *data]:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(_BECH32_GENERATORS):
            if top >> bit & 1:
                check ^= generator
    return check == (1 if data[0] == 0 else 0x2BC830A3)


def ethereum_holds(address: str) -> bool:
    """EIP-55: an address of mixed case spells a checksum with it; one of a single case has none."""
    digits = address[2:]
    if digits in (digits.lower(), digits.upper()):
        return True
    digest = keccak_256(digits.lower().encode()).hex()
    spelt = (
        d.upper() if int(h, 16) >= 8 else d for d, h in zip(digits.lower(), digest, strict=False)
    )
    return digits == "".join(spelt)


def onion_holds(name: str) -> bool:
    """The checksum of a version 3 onion name (56 letters, rend-spec-v3)."""
    raw = base64.b32decode(name.upper())
    key, check, version = raw[:32], raw[32:34], raw[34:]
    return check == hashlib.sha3_256(b".onion checksum" + key + version).digest()[:2]


_ROUNDS = 24
_RATE = 136
_WORD = (1 << 64) - 1


def keccak_256(content: bytes) -> bytes:
    """Keccak-256 as Ethereum uses it: SHA-3 before its padding was changed (hashlib lacks it)."""
    padded = bytearray(content) + bytes(_RATE - len(content) % _RATE)
    padded[len(content)] ^= 0x01
    padded[-1] ^= 0x80
    lanes = [[0] * 5 for _ in range(5)]
    for start in range(0, len(padded), _RATE):
        for place in range(_RATE // 8):
            word = padded[start + 8 * place : start + 8 * place + 8]
            lanes[place % 5][place // 5] ^= int.from_bytes(word, "little")
        _permute(lanes)
    return b"".join(lanes[place][0].to_bytes(8, "little") for place in range(4))


def _rotated(word: int, by: int) -> int:
    by %= 64
    return (word << by | word >> (64 - by)) & _WORD


def _permute(lanes: list[list[int]]) -> None:
    register = 1
    for _round in range(_ROUNDS):
        columns = [a[0] ^ a[1] ^ a[2] ^ a[3] ^ a[4] for a in lanes]
        for x in range(5):
            mixed = columns[x - 1] ^ _rotated(columns[(x + 1) % 5], 1)
            lanes[x] = [lane ^ mixed for lane in lanes[x]]
        x, y, current = 1, 0, lanes[1][0]
        for step in range(24):
            x, y = y, (2 * x + 3 * y) % 5
            current, lanes[x][y] = lanes[x][y], _rotated(current, (step + 1) * (step + 2) // 2)
        for y in range(5):
            row = [lanes[x][y] for x in range(5)]
            for x in range(5):
                lanes[x][y] = row[x] ^ (~row[(x + 1) % 5] & _WORD & row[(x + 2) % 5])
        for bit in range(7):
            register = (register << 1 ^ (register >> 7) * 0x71) % 256
            if register & 2:
                lanes[0][0] ^= 1 << ((1 << bit) - 1)
