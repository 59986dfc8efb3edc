"""Many ways to write an address that must not be reached, made from the address itself."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

# One of each kind: here, private (three), link-local with metadata, shared, unspecified, multicast,
# broadcast.
BEHIND = (
    "127.0.0.1",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.0.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "255.255.255.255",
)
_FULL_WIDTH = str.maketrans("0123456789.", "０１２３４５６７８９．")
_CIRCLED = str.maketrans("123456789", "①②③④⑤⑥⑦⑧⑨")
_SUBSCRIPT = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_MATHEMATICAL = {ord("0") + n: 0x1D7CE + n for n in range(10)}


def hosts_meaning(address: str) -> Iterator[str]:
    """Hosts of URLs that browsers take for this IPv4 address, or that carry it inside."""
    parts = [int(part) for part in address.split(".")]
    a, b, c, d = parts
    number = int(ipaddress.IPv4Address(address))
    inverted = number ^ 0xFFFFFFFF
    high, low = number >> 16, number & 0xFFFF
    yield address
    yield str(number)
    yield f"0{number:o}"
    yield f"000{number:o}"
    yield f"0x{number:x}"
    yield f"0X{number:08X}"
    yield ".".join(f"0x{part:x}" for part in parts)
    yield ".".join(f"0{part:o}" for part in parts)
    yield ".".join(f"0000{part:o}" for part in parts)
    yield f"0x{a:x}.0{b:o}.{c}.{d}"
    yield f"{a}.{number & 0xFFFFFF}"
    yield f"0x{a:x}.0x{number & 0xFFFFFF:x}"
    yield f"{a}.{b}.{low}"
    yield f"0{a:o}.{b}.0x{low:x}"
    yield address.translate(_FULL_WIDTH)
    yield str(number).translate(_FULL_WIDTH)
    yield address.translate(_CIRCLED)
    yield address.translate(_SUBSCRIPT)
    yield address.translate(_MATHEMATICAL)
    yield address.replace(".", "\u3002")
    yield address.replace(".", "\uff61")
    yield address.replace(".", "\uff0e")
    yield address.replace(".", "%2e")
    yield "".join(f"%{ord(letter):02x}" for letter in address)
    yield "".join(letter + "\u00ad" for letter in address)
    yield "\u200b".join(address)
    yield address.replace(".", "\t.\n")
    yield f"{address}."
    yield f"{number}."
    yield f"user:word@{address}"
    yield f"page.example@{address}"
    yield f"page.example%40@{address}"
    yield f"a@b@{address}"
    yield f"[::ffff:{address}]"
    yield f"[::ffff:{high:x}:{low:x}]"
    yield f"[0:0:0:0:0:FFFF:{high:04X}:{low:04X}]"
    yield f"[::ffff:0:{address}]"
    yield f"[::{address}]"
    yield f"[64:ff9b::{address}]"
    yield f"[64:ff9b:1::{high:x}:{low:x}]"
    yield f"[2002:{high:x}:{low:x}::1]"
    yield f"[2001:0:4136:e378:8000:63bf:{inverted >> 16:x}:{inverted & 0xFFFF:x}]"
    yield f"[2400:cb00::5efe:{address}]"
    yield f"[2400:cb00::200:5efe:{address}]"


HOST_FORMS = tuple(dict.fromkeys(form for address in BEHIND for form in hosts_meaning(address)))
