"""Blobs of every size come back, and any changed byte is found."""

import hashlib
from pathlib import Path

import pytest

from workbench.domain.errors import EvidenceDamaged
from workbench.evidence.vault import CHUNK_BYTES, Vault


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES, CHUNK_BYTES + 1])
def test_round_trip_and_damage(tmp_path: Path, size: int) -> None:
    vault, key, plain = Vault(tmp_path), b"k" * 32, b"a" * size
    facts = vault.write("exhibit", key, plain)
    assert facts.sha256 == hashlib.sha256(plain).hexdigest()
    assert vault.read_bytes("exhibit", key, facts) == plain
    with pytest.raises(EvidenceDamaged):
        vault.read_bytes("another", key, facts)
    path = next(tmp_path.glob("??/*.blob"))
    raw = bytearray(path.read_bytes())
    raw[-1] ^= 1
    path.write_bytes(raw)
    with pytest.raises(EvidenceDamaged):
        vault.read_bytes("exhibit", key, facts)
