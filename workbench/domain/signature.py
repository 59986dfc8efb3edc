"""Checking Ed25519 signatures (RFC 8032) and naming the keys that made them."""

from __future__ import annotations

import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def fingerprint_of(public: str) -> str:
    """SHA-256 (hex) of the raw public key: what `verify --trust` compares."""
    return hashlib.sha256(bytes.fromhex(public)).hexdigest()


def signature_fits(public: str, message: bytes, signature: str) -> bool:
    """Whether `signature` (hex) over `message` was made by `public` (hex)."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public))
        key.verify(bytes.fromhex(signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True
