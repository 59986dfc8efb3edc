"""Public addresses that are near all the same: this computer's own, and those of its own link.

An office with public addresses has no private range that would give it away; what the system itself
would send from does. Nothing is sent to find out.
"""

from __future__ import annotations

import ipaddress
import socket

from workbench.capture.addresses import Address
from workbench.domain.errors import M_, Message

# One link has one /64 (RFC 4291, 2.5.1). IPv4 links have masks that only the system knows.
_LINK_BITS_6 = 64


def own_address_towards(address: Address) -> Address | None:
    """The address this computer would send from; None when it has no way there."""
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as asking:
            # Connecting a datagram socket only looks up the route.
            asking.connect((str(address), 9))
            return ipaddress.ip_address(str(asking.getsockname()[0]).partition("%")[0])
    except (OSError, ValueError):
        return None


def refusal_of_neighbour(address: Address, own: Address | None) -> Message | None:
    """Why a public address may not be connected to from `own`, or None."""
    if own is None or own.version != address.version:
        return None
    if own == address:
        return M_("{address} is an address of this computer itself.", address=str(address))
    apart = int(own) ^ int(address)
    if address.version == 6 and not apart >> (128 - _LINK_BITS_6):
        return M_("{address} is an address of this computer's own network.", address=str(address))
    return None
