"""One flipped byte anywhere in a package is found, in the zip, the unpacked folder and a re-packed zip."""

import random
from itertools import pairwise
from pathlib import Path

import pytest
from evidence_samples import members, parts, zipped

from workbench.evidence.verify import verify_package


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return parts().write(tmp_path_factory.mktemp("flips") / "sound.zip").path


def unnoticed(package: Path, folder: Path, seed: int, count: int) -> list[tuple[int, int]]:
    """Places and masks of flips after which the package still verifies."""
    raw, found = package.read_bytes(), []
    chosen = random.Random(seed)
    target = folder / "flipped.zip"
    for number in range(count):
        # Every bit in turn, so that letter case and the like are met as well as any change.
        place = chosen.randrange(len(raw))
        mask = 1 << number % 8 if number % 3 else chosen.randrange(1, 256)
        changed = bytearray(raw)
        changed[place] ^= mask
        target.write_bytes(changed)
        if verify_package(target).ok:
            found.append((place, mask))
    return found


def test_some_hundred_flips_are_all_found(package: Path, tmp_path: Path) -> None:
    assert unnoticed(package, tmp_path, 20261126, 600) == []


def test_flips_in_every_byte_of_headers_and_directory_are_found(
    package: Path, tmp_path: Path
) -> None:
    raw = package.read_bytes()
    start = raw.index(b"PK\x01\x02")
    places = [*range(80), *range(start, len(raw))]
    target = tmp_path / "flipped.zip"
    for place in places:
        for bit in range(0, 8, 2):
            changed = bytearray(raw)
            changed[place] ^= 1 << (bit + place % 2)
            target.write_bytes(changed)
            assert not verify_package(target).ok, (place, bit)


def test_flips_in_members_packed_again_are_found(package: Path, tmp_path: Path) -> None:
    sound = members(package)
    target = tmp_path / "again.zip"
    target.write_bytes(zipped(list(sound.items())))
    assert verify_package(target).ok
    chosen = random.Random(7)
    for name, raw in sound.items():
        for mask in (1, 0x20, 0x80, chosen.randrange(1, 256)):
            changed = bytearray(raw)
            changed[chosen.randrange(len(raw))] ^= mask
            entries = {**sound, name: bytes(changed)}
            target.write_bytes(zipped(list(entries.items())))
            assert not verify_package(target).ok, (name, mask)


def test_removed_doubled_and_exchanged_members_are_found(package: Path, tmp_path: Path) -> None:
    sound = members(package)
    target = tmp_path / "changed.zip"
    names = list(sound)
    for name in names:
        target.write_bytes(zipped([(n, raw) for n, raw in sound.items() if n != name]))
        assert not verify_package(target).ok, name
        target.write_bytes(zipped([*sound.items(), (f"{name}.copy", sound[name])]))
        assert not verify_package(target).ok, name
    for first, second in pairwise(names):
        exchanged = {**sound, first: sound[second], second: sound[first]}
        target.write_bytes(zipped(list(exchanged.items())))
        assert not verify_package(target).ok, first


@pytest.mark.release
@pytest.mark.timeout(1800)
def test_ten_thousand_flips_are_all_found(package: Path, tmp_path: Path) -> None:
    assert unnoticed(package, tmp_path, 1, 10_000) == []
