"""Ed25519 signing keys of a store (RFC 8032); the private part is kept wrapped in the store."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from workbench.domain.signature import fingerprint_of
from workbench.keys.wrapping import open_bytes, seal_bytes


@dataclass(frozen=True)
class SigningKey:
    """A key that signs seals and packages; `public` is the raw 32 bytes in hex."""

    private: Ed25519PrivateKey
    public: str

    @property
    def fingerprint(self) -> str:
        return fingerprint_of(self.public)

    def sign(self, message: bytes) -> str:
        """The signature in hex."""
        return self.private.sign(message).hex()

    def wrapped(self, key: bytes) -> str:
        return seal_bytes(key, self.private.private_bytes_raw(), f"signing/{self.public}")


def new_signing_key() -> SigningKey:
    private = Ed25519PrivateKey.generate()
    return SigningKey(private, private.public_key().public_bytes_raw().hex())


def unwrap_signing_key(wrapped: str, public: str, key: bytes) -> SigningKey:
    """The key from its wrap; WrongSecret when it does not fit."""
    raw = open_bytes(key, wrapped, f"signing/{public}")
    return SigningKey(Ed25519PrivateKey.from_private_bytes(raw), public)
