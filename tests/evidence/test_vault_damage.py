"""Every way a blob can be wrong is EvidenceDamaged; nothing of it is taken for the exhibit."""

import hashlib
import io
import os
import random
from pathlib import Path

import pytest

from workbench.domain.errors import EvidenceDamaged
from workbench.evidence.vault import CHUNK_BYTES, BlobFacts, Vault

KEY = bytes(range(32))
_SEALED_CHUNK = CHUNK_BYTES + 16
_HEADER = 9


def pattern(size: int) -> bytes:
    return random.Random(size).randbytes(size)


def blob_path(vault: Vault, facts: BlobFacts) -> Path:
    return vault.folder / facts.blob_id[:2] / f"{facts.blob_id}.blob"


def refuses(vault: Vault, facts: BlobFacts, raw: bytes) -> None:
    path = blob_path(vault, facts)
    path.write_bytes(raw)
    with pytest.raises(EvidenceDamaged, match="exhibit-1"):
        vault.read_bytes("exhibit-1", KEY, facts)


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 5 << 20])
def test_every_size_comes_back_and_hides_what_it_is(tmp_path: Path, size: int) -> None:
    vault, plain = Vault(tmp_path), pattern(size)
    for content in (plain, io.BytesIO(plain)):
        facts = vault.write("exhibit-1", KEY, content)
        assert facts.size == size
        assert facts.sha256 == hashlib.sha256(plain).hexdigest()
        chunks = list(vault.read("exhibit-1", KEY, facts))
        assert b"".join(chunks) == plain
        assert max(map(len, chunks)) <= CHUNK_BYTES
        path = blob_path(vault, facts)
        raw = path.read_bytes()
        assert plain[:64] not in raw or size < 16
        assert facts.sha256[:12] not in path.name
        assert path.stat().st_mode & 0o777 == 0o600
    assert len(set(vault.blob_ids())) == 2


@pytest.mark.parametrize("size", [0, 1, 4_000, CHUNK_BYTES + 1])
def test_a_flipped_byte_anywhere_is_found(tmp_path: Path, size: int) -> None:
    vault = Vault(tmp_path)
    facts = vault.write("exhibit-1", KEY, pattern(size))
    raw = blob_path(vault, facts).read_bytes()
    edges = {0, 7, 8, 9, 10, len(raw) - 1, len(raw) - 16, len(raw) - 17, _HEADER + _SEALED_CHUNK}
    places = {p for p in edges if 0 <= p < len(raw)}
    places |= set(random.Random(1).sample(range(len(raw)), min(len(raw), 60)))
    for place in sorted(places):
        changed = bytearray(raw)
        changed[place] ^= 1 << (place % 8)
        refuses(vault, facts, bytes(changed))


def test_a_cut_or_lengthened_blob_is_found(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    facts = vault.write("exhibit-1", KEY, pattern(2 * CHUNK_BYTES + 5))
    raw = blob_path(vault, facts).read_bytes()
    whole = _HEADER + _SEALED_CHUNK
    for length in (0, 1, 8, 9, 10, 25, whole - 1, whole, whole + 1, whole + _SEALED_CHUNK, -1):
        refuses(vault, facts, raw[:length])
    refuses(vault, facts, raw + b"\0")
    refuses(vault, facts, raw + raw[_HEADER:])


def test_chunks_in_another_order_are_found(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    facts = vault.write("exhibit-1", KEY, pattern(3 * CHUNK_BYTES))
    raw = blob_path(vault, facts).read_bytes()
    parts = [raw[_HEADER + i * _SEALED_CHUNK :][:_SEALED_CHUNK] for i in range(3)]
    for order in ([1, 0, 2], [0, 2, 1], [0, 0, 2], [0, 1, 1], [0, 2], [2], [0, 1, 2, 2]):
        refuses(vault, facts, raw[:_HEADER] + b"".join(parts[i] for i in order))


def test_no_blob_passes_for_another_exhibit_or_key(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    mine = vault.write("exhibit-1", KEY, b"a picture")
    other = vault.write("exhibit-2", KEY, b"a picture")
    again = vault.write("exhibit-1", KEY, b"another picture")
    refuses(vault, mine, blob_path(vault, other).read_bytes())
    refuses(vault, mine, blob_path(vault, again).read_bytes())
    with pytest.raises(EvidenceDamaged):
        vault.read_bytes("exhibit-2", bytes(32), other)
    with pytest.raises(EvidenceDamaged):
        vault.read_bytes("exhibit-2", b"short", other)
    for wrong in (
        BlobFacts(other.blob_id, "0" * 64, other.size),
        BlobFacts(other.blob_id, other.sha256, other.size + 1),
    ):
        with pytest.raises(EvidenceDamaged):
            vault.read_bytes("exhibit-2", KEY, wrong)


def test_a_missing_blob_is_named(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    facts = vault.write("exhibit-1", KEY, b"x")
    vault.discard(facts.blob_id)
    vault.discard(facts.blob_id)
    assert list(vault.blob_ids()) == []
    with pytest.raises(EvidenceDamaged, match="exhibit-1"):
        vault.read_bytes("exhibit-1", KEY, facts)


def test_a_write_cut_off_by_a_crash_is_no_blob(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    facts = vault.write("exhibit-1", KEY, b"x")
    blob_path(vault, facts).with_name("0" * 32 + ".part").write_bytes(b"half")
    assert list(vault.blob_ids()) == [facts.blob_id]
    assert vault.half_written() == 1


class _Breaks(io.RawIOBase):
    """A source that fails after its first chunk."""

    def __init__(self) -> None:
        self.given = False

    def read(self, size: int = -1) -> bytes:
        if self.given:
            raise OSError("the stick was pulled out")
        self.given = True
        return bytes(size)


def test_a_write_that_fails_leaves_no_file(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    with pytest.raises(OSError, match="pulled out"):
        vault.write("exhibit-1", KEY, _Breaks())  # type: ignore[arg-type]
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_the_same_bytes_never_make_the_same_blob(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    first = vault.write("exhibit-1", os.urandom(32), b"same")
    second = vault.write("exhibit-2", os.urandom(32), b"same")
    assert first.blob_id != second.blob_id
    assert blob_path(vault, first).read_bytes() != blob_path(vault, second).read_bytes()
