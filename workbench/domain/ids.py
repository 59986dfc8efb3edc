"""Identifiers of the store's rows: UUID version 7 (RFC 9562 section 5.7), sortable by time."""

from __future__ import annotations

import secrets
import threading
import time
import uuid

_lock = threading.Lock()
_last = 0


def new_id() -> str:
    """A new UUIDv7 as text.

    The 12 bits after the millisecond are a counter within this process (RFC 9562 method 1), so
    that rows made in one millisecond still sort in the order they were made.
    """
    global _last
    with _lock:
        stamp = max((time.time_ns() // 1_000_000) << 12, _last + 1)
        _last = stamp
    value = (stamp >> 12) << 80 | 0x7 << 76 | (stamp & 0xFFF) << 64 | 0b10 << 62
    return str(uuid.UUID(int=value | secrets.randbits(62)))


def is_id(text: str) -> bool:
    """Whether `text` has the form of an id (a UUID)."""
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
