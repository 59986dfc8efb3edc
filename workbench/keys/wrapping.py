"""Keys under keys: the data key, what is derived from it, and its wraps.

The data key (32 random bytes) opens everything. It is kept only wrapped: once per officer under
Argon2id of the passphrase (RFC 9106), once under the recovery code. Every wrap is AES-256-GCM with
the holder and the store as associated data, so a wrap cannot be given to another name.

Secrets are levelled to NFKC before use: input methods give the same letters composed, decomposed or
full-width, and an officer must get in from another keyboard.
"""

from __future__ import annotations

import base64
import secrets
import unicodedata
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
_NONCE_BYTES = 12

# RFC 9106's second recommended choice: 64 MiB, three passes.
_MEMORY_KIB = 65_536
_PASSES = 3
_LANES = 4

MIN_PASSPHRASE = 8


class WrongSecret(Exception):
    """The passphrase or code does not open this wrap."""


def new_key() -> bytes:
    """A new random 256-bit key."""
    return secrets.token_bytes(KEY_BYTES)


def derive(data_key: bytes, purpose: str) -> bytes:
    """The 256-bit key for one purpose (HKDF-SHA-256, RFC 5869)."""
    return HKDF(SHA256(), KEY_BYTES, None, f"patrol-workbench/{purpose}".encode()).derive(data_key)


def seal_bytes(key: bytes, plain: bytes, bound_to: str) -> str:
    """`plain` under `key` as base64 of nonce and ciphertext; `bound_to` must be given to open it."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    sealed = nonce + AESGCM(key).encrypt(nonce, plain, bound_to.encode())
    return base64.b64encode(sealed).decode()


def open_bytes(key: bytes, sealed: str, bound_to: str) -> bytes:
    """The bytes `seal_bytes` sealed; WrongSecret when key, binding or bytes differ."""
    try:
        raw = base64.b64decode(sealed, validate=True)
        return AESGCM(key).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], bound_to.encode())
    except (InvalidTag, ValueError) as error:
        raise WrongSecret from error


@dataclass(frozen=True)
class Wrap:
    """The data key under one secret, with what is needed to try the secret."""

    holder: str
    salt: str
    memory_kib: int
    passes: int
    lanes: int
    wrapped: str


def wrap_key(data_key: bytes, secret: str, holder: str, store: str) -> Wrap:
    """Wrap the data key for `holder` (an officer's login, or `recovery`)."""
    salt = secrets.token_bytes(16)
    key = _stretch(_forms(secret)[0], salt, _MEMORY_KIB, _PASSES, _LANES)
    return Wrap(
        holder,
        base64.b64encode(salt).decode(),
        _MEMORY_KIB,
        _PASSES,
        _LANES,
        seal_bytes(key, data_key, f"{store}/{holder}"),
    )


def unwrap_key(wrap: Wrap, secret: str, store: str) -> bytes:
    """The data key; WrongSecret when the secret, the holder or the store does not fit."""
    # Costs far beyond our own would let a changed file hang the desk.
    if wrap.memory_kib > 16 * _MEMORY_KIB or wrap.passes > 10 * _PASSES or wrap.lanes > 16:
        raise WrongSecret
    for form in _forms(secret):
        try:
            salt = base64.b64decode(wrap.salt, validate=True)
            key = _stretch(form, salt, wrap.memory_kib, wrap.passes, wrap.lanes)
            return open_bytes(key, wrap.wrapped, f"{store}/{wrap.holder}")
        except (ValueError, OverflowError, Argon2Error, WrongSecret):
            continue
    raise WrongSecret


def _forms(secret: str) -> list[bytes]:
    """The levelled secret, then as typed: what was wrapped before levelling must still open."""
    forms = (unicodedata.normalize("NFKC", secret), secret)
    return list(dict.fromkeys(form.encode("utf-8", "surrogatepass") for form in forms))


def _stretch(secret: bytes, salt: bytes, memory_kib: int, passes: int, lanes: int) -> bytes:
    return hash_secret_raw(
        secret,
        salt,
        time_cost=passes,
        memory_cost=memory_kib,
        parallelism=lanes,
        hash_len=KEY_BYTES,
        type=Type.ID,
    )


def passphrase_verifier(passphrase: str) -> str:
    """An Argon2id string by which the store itself knows an officer's passphrase."""
    return PasswordHasher().hash(_forms(passphrase)[0])


def passphrase_fits(verifier: str, passphrase: str) -> bool:
    """Whether the passphrase is the one the verifier was made from."""
    for form in _forms(passphrase):
        try:
            return PasswordHasher().verify(verifier, form)
        except (Argon2Error, InvalidHashError, UnicodeEncodeError):
            continue
    return False


# Letters and digits that cannot be taken for one another on paper.
_CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def new_recovery_code() -> str:
    """A code to print and lock away: 8 groups of 5, about 198 bits."""
    letters = [secrets.choice(_CODE_LETTERS) for _ in range(40)]
    return "-".join("".join(letters[i : i + 5]) for i in range(0, 40, 5))


def plain_code(code: str) -> str:
    """A recovery code as typed, without hyphens, blanks, case and full-width letters."""
    levelled = unicodedata.normalize("NFKC", code).upper()
    return "".join(letter for letter in levelled if letter in _CODE_LETTERS)
