"""Which addresses a capture may connect to: public unicast only, plus the listed test hosts.

Ranges: IANA IPv4 and IPv6 Special-Purpose Address Registries, and the metadata addresses that
cloud providers document. Ports: the WHATWG Fetch Standard's list of bad ports.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Literal

import ada_url

from workbench.domain.errors import M_, BadInput, Message

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_METADATA = {
    ipaddress.ip_address(a)
    for a in (
        "169.254.169.254",
        "169.254.169.253",
        "169.254.170.2",
        "169.254.170.23",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "fd00:ec2::254",
        "fd00:ec2::253",
        "fd00:ec2::23",
        "fd20:ce::254",
    )
}

RangeKind = Literal[
    "loopback", "private", "link_local", "shared", "multicast", "unspecified", "tunnel", "reserved"
]

_RANGES: tuple[tuple[str, RangeKind], ...] = (
    ("0.0.0.0/8", "unspecified"),
    ("10.0.0.0/8", "private"),
    ("100.64.0.0/10", "shared"),
    ("127.0.0.0/8", "loopback"),
    ("169.254.0.0/16", "link_local"),
    ("172.16.0.0/12", "private"),
    ("192.0.0.0/24", "reserved"),
    ("192.0.2.0/24", "reserved"),
    ("192.88.99.0/24", "tunnel"),
    ("192.168.0.0/16", "private"),
    ("198.18.0.0/15", "reserved"),
    ("198.51.100.0/24", "reserved"),
    ("203.0.113.0/24", "reserved"),
    ("224.0.0.0/4", "multicast"),
    ("240.0.0.0/4", "reserved"),
    ("::1/128", "loopback"),
    ("::/128", "unspecified"),
    ("::ffff:0:0/96", "tunnel"),
    ("::ffff:0:0:0/96", "tunnel"),
    ("::/96", "tunnel"),
    ("64:ff9b::/96", "tunnel"),
    ("64:ff9b:1::/48", "tunnel"),
    ("100::/64", "reserved"),
    ("2001::/32", "tunnel"),
    ("2001::/23", "reserved"),
    ("2001:db8::/32", "reserved"),
    ("2002::/16", "tunnel"),
    ("3fff::/20", "reserved"),
    ("fc00::/7", "private"),
    ("fe80::/10", "link_local"),
    ("fec0::/10", "private"),
    ("ff00::/8", "multicast"),
)
_NETWORKS = tuple((ipaddress.ip_network(text), kind) for text, kind in _RANGES)
_GLOBAL_UNICAST_6 = ipaddress.ip_network("2000::/3")
# Interface identifiers of ISATAP (RFC 5214, 6.1): an IPv4 address follows.
_ISATAP = (0x00005EFE, 0x02005EFE)
_OPENED_BY_NAME: frozenset[RangeKind] = frozenset({"loopback", "private"})

_BAD_PORTS = frozenset(
    {0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95}
    | {101, 102, 103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179}
    | {389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601}
    | {636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000}
    | {6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080}
)
# RFC 6761, 6762, 8375; `internal`, `corp`, `home` are kept out of the root (ICANN); names of hosts files.
_LOCAL_NAMES = (
    *("localhost", "local", "internal", "intranet", "lan", "home.arpa", "localdomain"),
    *("corp", "home", "private", "ip6-localhost", "ip6-loopback", "localhost4", "localhost6"),
)
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Target:
    """Where one request goes: host as the URL parser gives it (no brackets), port, scheme."""

    url: str
    scheme: str
    host: str
    port: int

    @property
    def literal(self) -> Address | None:
        """The address, when the host of the URL is one."""
        try:
            return ipaddress.ip_address(self.host)
        except ValueError:
            return None


def parse_target(untrusted_url: str, base: str | None = None) -> Target:
    """Read a URL as a browser does; raises BadInput for one that is not a URL.

    Decimal, hexadecimal, octal and full-width hosts come out as plain addresses.
    """
    try:
        url = ada_url.URL(untrusted_url, base=base) if base else ada_url.URL(untrusted_url)
        scheme = str(url.protocol).removesuffix(":")
        host = str(url.hostname)
        port = int(url.port) if url.port else _DEFAULT_PORTS.get(scheme, 0)
        href = str(url.href)
    except (ValueError, UnicodeError) as error:
        raise BadInput(M_("This is not a URL: {url}", url=untrusted_url[:200])) from error
    return Target(href, scheme, host.removeprefix("[").removesuffix("]"), port)


def range_kind(address: Address) -> RangeKind | None:
    """The special range an address lies in, or None for public unicast."""
    for network, kind in _NETWORKS:
        if address.version == network.version and address in network:
            return kind
    if address.version == 6 and address not in _GLOBAL_UNICAST_6:
        return "reserved"
    if address.version == 6 and int(address) >> 32 & 0xFFFFFFFF in _ISATAP:
        return "tunnel"
    return None


_REASONS: dict[RangeKind, Message] = {
    "loopback": M_("it is an address of this computer itself"),
    "private": M_("it is an address of a private network"),
    "link_local": M_("it is an address of the local network link"),
    "shared": M_("it is an address shared inside a provider's network"),
    "multicast": M_("it is a multicast address"),
    "unspecified": M_("it is an unspecified address"),
    "tunnel": M_("it is an address that carries another address inside"),
    "reserved": M_("it is a reserved, documentation or test address"),
}


class AllowedHosts:
    """The test hosts a practice store opens: entries `host` (any port) or `host:port`."""

    def __init__(self, entries: tuple[str, ...] = ()) -> None:
        self._hosts: set[tuple[str, int | None]] = set()
        for entry in entries:
            if not entry.strip():
                continue
            text = entry.strip()
            named_port = text.rpartition(":")[2]
            has_port = named_port.isascii() and named_port.isdigit() and not text.endswith("]")
            try:
                if text.endswith(":") or (text.count(":") > 1 and not text.startswith("[")):
                    raise ValueError(text)
                target = parse_target(f"http://{text}/")
                if not target.host or target.url.count("/") != 3 or "@" in text:
                    raise ValueError(text)
            except (ValueError, BadInput) as error:
                raise BadInput(
                    M_("This is not a host or host:port: {entry}", entry=text)
                ) from error
            self._hosts.add((target.host, target.port if has_port else None))

    def names(self, target: Target) -> bool:
        """Whether the list names this host and port."""
        return bool({(target.host, None), (target.host, target.port)} & self._hosts)


def refusal_of_target(target: Target, allowed: AllowedHosts) -> Message | None:
    """Why the URL itself may not be fetched (before any name is resolved), or None."""
    if not target.host:
        return M_("The URL names no host.")
    if allowed.names(target):
        return None
    if target.port in _BAD_PORTS:
        return M_("Port {port} is not a port of web pages.", port=target.port)
    name = target.host.rstrip(".").lower()
    if any(name == local or name.endswith("." + local) for local in _LOCAL_NAMES):
        return M_("{host} is a name of this computer or of a local network.", host=target.host)
    literal = target.literal
    return refusal_of_address(literal, target, allowed) if literal is not None else None


def refusal_of_address(address: Address, target: Target, allowed: AllowedHosts) -> Message | None:
    """Why this address may not be connected to for this target, or None.

    A listed host name opens loopback and private addresses; other special ranges only open when
    the list gives the very address.
    """
    kind = range_kind(address)
    if allowed.names(target):
        if target.literal == address:
            return None
        if kind in _OPENED_BY_NAME and address not in _METADATA:
            return None
    if address in _METADATA:
        why = M_("it is a metadata address of a cloud provider")
    elif kind is not None:
        why = _REASONS[kind]
    else:
        return None
    return M_("{address} is not fetched: {why}.", address=str(address), why=why)
