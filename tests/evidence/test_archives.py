"""The deterministic zip: the same bytes every time, read by another reader, and hostile zips refused."""

import io
import os
import stat
import struct
import zipfile
from pathlib import Path

import pytest
from evidence_samples import Parts, members, parts, zipped

from workbench.domain.errors import BadInput
from workbench.evidence.archive import Member, overlap, strange_parts, write_archive
from workbench.evidence.verify import Verification, verify_package

NAME = "KGS-R8-H0001"


@pytest.fixture(scope="module")
def sample() -> Parts:
    return parts()


@pytest.fixture(scope="module")
def package(sample: Parts, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("sound") / f"{NAME}.zip"
    sample.write(target)
    return target


def check(path: Path, raw: bytes) -> Verification:
    path.write_bytes(raw)
    return verify_package(path)


def failed(result: Verification) -> dict[str, str]:
    return {c.check: str(c.detail) for c in result.checks if c.ok is False}


def test_the_same_members_give_the_same_bytes(sample: Parts, tmp_path: Path) -> None:
    first, second = sample.write(tmp_path / "a.zip"), sample.write(tmp_path / "b.zip")
    assert first.sha256 == second.sha256
    assert first.path.read_bytes() == second.path.read_bytes()
    assert [p.name for p in tmp_path.iterdir()] in (["a.zip", "b.zip"], ["b.zip", "a.zip"])


def test_another_reader_finds_every_member_whole(tmp_path: Path) -> None:
    kept = {"a/空.txt": b"", "a/one": b"x", "a/" + "n" * 200: os.urandom(70_000)}
    out = io.BytesIO()
    assert write_archive(out, [Member(n, [raw[:10], raw[10:]]) for n, raw in kept.items()]) == 3
    with zipfile.ZipFile(out) as archive:
        assert archive.testzip() is None
        assert {i.filename: archive.read(i) for i in archive.infolist()} == kept
        for info in archive.infolist():
            assert info.date_time == (1980, 1, 1, 0, 0, 0)
            assert info.compress_type == zipfile.ZIP_STORED
            assert stat.S_IMODE(info.external_attr >> 16) == 0o644
        assert strange_parts(out, archive.infolist(), len(out.getvalue())) == []


def test_more_members_than_a_plain_zip_can_count() -> None:
    out = io.BytesIO()
    count = 65_600
    assert write_archive(out, (Member(f"a/{n}", [b""]) for n in range(count))) == count
    with zipfile.ZipFile(out) as archive:
        assert len(archive.infolist()) == count
        assert strange_parts(out, archive.infolist(), len(out.getvalue())) == []


def test_places_beyond_four_gib(tmp_path: Path) -> None:
    # A sparse file: the members lie behind a hole of 5 GiB.
    path = tmp_path / "large.zip"
    with path.open("w+b") as out:
        out.seek(5 << 30)
        write_archive(out, [Member("a/x", [b"abc"]), Member("a/y", [b"defg"])])
        with zipfile.ZipFile(out) as archive:
            assert [archive.read(i) for i in archive.infolist()] == [b"abc", b"defg"]
            assert archive.infolist()[0].header_offset == 5 << 30


@pytest.mark.release
def test_a_member_beyond_four_gib(tmp_path: Path) -> None:
    block, count = bytes(64 << 20), 65
    with (tmp_path / "large.zip").open("w+b") as out:
        write_archive(out, [Member("a/x", (block for _ in range(count))), Member("a/y", [b"z"])])
        with zipfile.ZipFile(out) as archive:
            large, small = archive.infolist()
            assert large.file_size == count * len(block) > 1 << 32
            assert archive.read(small) == b"z"
            length = os.fstat(out.fileno()).st_size
            assert strange_parts(out, archive.infolist(), length) == []


def test_a_sound_package_verifies(sample: Parts, package: Path) -> None:
    result = verify_package(package, frozenset({sample.key.fingerprint}))
    assert failed(result) == {}
    assert result.ok
    assert result.signer == "trusted"
    assert {c.check: c.ok for c in result.checks}["stamp"] is None
    assert not verify_package(package, frozenset({"0" * 64})).ok


def test_packed_again_is_not_checked_as_an_archive_but_by_content(
    package: Path, tmp_path: Path
) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{NAME}/", b"")
        for name, raw in reversed(members(package).items()):
            archive.writestr(name, raw)
    result = check(tmp_path / "again.zip", out.getvalue())
    assert {c.check: c.ok for c in result.checks}["archive"] is None
    assert result.ok


def test_bytes_before_behind_and_inside_are_found(package: Path, tmp_path: Path) -> None:
    raw = package.read_bytes()
    assert "archive" in failed(check(tmp_path / "x.zip", raw + b"\0"))
    assert "archive" in failed(check(tmp_path / "x.zip", raw + b"#!/bin/sh\n" * 1_000))
    for cut in (1, 21, 22, 100, len(raw) // 2, len(raw) - 1):
        assert not check(tmp_path / "x.zip", raw[:-cut]).ok
    # A comment names its own length, so that readers take it as sound.
    commented = raw[:-2] + struct.pack("<H", 5) + b"hello"
    assert not check(tmp_path / "x.zip", commented).ok


def test_what_is_no_zip_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        verify_package(tmp_path / "nowhere.zip")
    with pytest.raises(BadInput):
        check(tmp_path / "empty.zip", b"")
    for raw in (b"PK\x05\x06", b"not a zip", zipped([]), b"PK\x05\x06" + b"\xff" * 18):
        assert "archive" in failed(check(tmp_path / "x.zip", raw))


def link(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


HOSTILE = {
    "traversal": ("../evil", "unsafe name"),
    "traversal inside": ("data/../../evil", "unsafe name"),
    "absolute": ("/etc/cron.d/evil", "unsafe name"),
    "drive": ("C:evil", "unsafe name"),
    "backslashes": ("..\\..\\evil", "unsafe name"),
    "home": ("~/evil", "unsafe name"),
    "dot": ("data/./evil", "unsafe name"),
    "empty part": ("data//evil", "unsafe name"),
    "duplicate": ("bagit.txt", "twice"),
    "case": ("BAGIT.TXT", "twice"),
    "folder": ("data/../", "unsafe name"),
}


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("kind", HOSTILE)
def test_names_that_leave_the_bag_are_refused(package: Path, tmp_path: Path, kind: str) -> None:
    name, said = HOSTILE[kind]
    raw = zipped([*members(package).items(), (f"{NAME}/{name}", b"evil")])
    found = failed(check(tmp_path / "x.zip", raw))
    assert said in found["archive"]
    assert set(found) == {"archive"}


def test_a_name_cut_at_a_nul_is_refused(package: Path, tmp_path: Path) -> None:
    raw = zipped([*members(package).items(), (f"{NAME}/data/aaaa.txt", b"evil")])
    raw = raw.replace(b"data/aaaa.txt", b"data/a\0aa.txt")
    assert "unsafe name" in failed(check(tmp_path / "x.zip", raw))["archive"]


def test_composed_and_decomposed_names_are_one(package: Path, tmp_path: Path) -> None:
    names: list[tuple[str | zipfile.ZipInfo, bytes]] = [
        (f"{NAME}/data/\u304c.txt", b"a"),
        (f"{NAME}/data/\u304b\u3099.txt", b"b"),
    ]
    found = failed(check(tmp_path / "x.zip", zipped([*members(package).items(), *names])))
    assert "twice" in found["archive"]


def test_links_and_a_second_top_folder_are_refused(package: Path, tmp_path: Path) -> None:
    sound = list(members(package).items())
    raw = zipped([*sound, (link(f"{NAME}/data/evil"), b"/etc/passwd")])
    assert "a link" in failed(check(tmp_path / "x.zip", raw))["archive"]
    raw = zipped([*sound, ("other/file", b"")])
    assert "top folder" in failed(check(tmp_path / "x.zip", raw))["archive"]
    raw = zipped([*sound, ("/etc/passwd", b"")])
    assert "top folder" in failed(check(tmp_path / "x.zip", raw))["archive"]


def test_a_bomb_is_refused_before_it_unpacks(package: Path, tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, raw in members(package).items():
            archive.writestr(name, raw)
        archive.writestr(f"{NAME}/data/bomb", bytes(200 << 20))
    assert len(out.getvalue()) < 1 << 20
    found = failed(check(tmp_path / "x.zip", out.getvalue()))
    assert "far more" in found["archive"]


def test_many_small_bombs_are_refused_together(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(24):
            archive.writestr(f"{NAME}/data/{number}", bytes(12 << 20))
    found = failed(check(tmp_path / "x.zip", out.getvalue()))
    assert "unpacks to far more" in found["archive"]


def test_a_member_that_says_it_is_larger_is_refused(package: Path, tmp_path: Path) -> None:
    raw = bytearray(zipped(list(members(package).items())))
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        info = archive.infolist()[-1]
        start = archive.start_dir
    place = raw.index(info.filename.encode(), start) - 46
    struct.pack_into("<II", raw, place + 20, 1 << 30, 1 << 30)
    found = failed(check(tmp_path / "x.zip", bytes(raw)))
    assert "shares bytes" in found["archive"]


def test_overlapping_members_are_refused(tmp_path: Path) -> None:
    raw = bytearray(zipped([(f"{NAME}/a", b"a" * 100), (f"{NAME}/b", b"b" * 100)]))
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        start = archive.start_dir
    second = raw.index(b"PK\x01\x02", start + 4)
    struct.pack_into("<I", raw, second + 42, 0)
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        assert overlap(archive.infolist(), len(raw)) is not None
    assert "shares bytes" in failed(check(tmp_path / "x.zip", bytes(raw)))["archive"]


def test_encrypted_and_unknown_compression_are_found(package: Path, tmp_path: Path) -> None:
    sound = zipped(list(members(package).items()))
    for field, value in ((8, 1), (10, 99), (10, 12), (10, 8)):
        raw = bytearray(sound)
        place = raw.index(b"PK\x01\x02")
        struct.pack_into("<H", raw, place + field, value)
        local = raw.index(b"PK\x03\x04")
        struct.pack_into("<H", raw, local + field - 2, value)
        assert not check(tmp_path / "x.zip", bytes(raw)).ok, (field, value)
