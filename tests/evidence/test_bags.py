"""Bags: ours are accepted by bagit-python; what is missing, extra or forged is found."""

import hashlib
import io
import os
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import bagit
import pytest
from evidence_samples import Parts, members, parts, zipped

from workbench.domain.custody import canonical_json
from workbench.domain.errors import EvidenceDamaged
from workbench.evidence.bag import BAGIT_TXT, bag_info, check_bag, is_safe_path, manifest
from workbench.evidence.package import PayloadFile, payload_of
from workbench.evidence.verify import Verification, verify_package

NAME = "KGS-R8-H0001"


@pytest.fixture(scope="module")
def sample() -> Parts:
    return parts()


@pytest.fixture
def package(sample: Parts, tmp_path: Path) -> Path:
    target = tmp_path / f"{NAME}.zip"
    sample.write(target)
    return target


@pytest.fixture
def folder(package: Path) -> Path:
    target = package.parent / "unpacked"
    with zipfile.ZipFile(package) as archive:
        archive.extractall(target)
    return target / NAME


def failed(result: Verification) -> dict[str, str]:
    return {c.check: str(c.detail) for c in result.checks if c.ok is False}


def test_bagit_python_takes_ours(folder: Path) -> None:
    bag = bagit.Bag(str(folder))
    assert bag.validate()
    assert bag.info["Payload-Oxum"].endswith(".4")
    (folder / "data" / "report.pdf").write_bytes(b"%PDF-1.8")
    with pytest.raises(bagit.BagValidationError):
        bagit.Bag(str(folder)).validate()


def test_what_bagit_python_makes_is_read_as_a_bag(tmp_path: Path) -> None:
    (tmp_path / "空 100%.txt").write_text("a")
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "c").write_bytes(os.urandom(3_000))
    bagit.make_bag(str(tmp_path), checksums=["md5", "sha1", "sha256", "sha512"])
    names = [p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file()]
    found = check_bag(names, lambda name: iter([(tmp_path / name).read_bytes()]))
    assert (found.structure, found.payload, found.tags) == ([], [], [])
    assert found.payload_files == 2


def test_an_unpacked_folder_verifies_and_its_changes_are_named(sample: Parts, folder: Path) -> None:
    trust = frozenset({sample.key.fingerprint})
    for place in (folder, folder.parent):
        assert verify_package(place, trust).ok
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        raw = path.read_bytes()
        name = path.relative_to(folder).as_posix()
        for place in (0, len(raw) // 2, len(raw) - 1):
            changed = bytearray(raw)
            changed[place] ^= 0x20
            path.write_bytes(changed)
            found = failed(verify_package(folder))
            assert found, (name, place)
            assert any(name in said for said in found.values()), (name, place, found)
        path.write_bytes(raw[:-1])
        assert failed(verify_package(folder)), name
        path.unlink()
        assert failed(verify_package(folder)), name
        path.write_bytes(raw)
    assert verify_package(folder, trust).ok


def test_other_spellings_of_the_signature_are_found(folder: Path) -> None:
    path = folder / "signature.json"
    raw = path.read_text()
    for old in ("a", "b", "c", "d", "e", "f"):
        for start in (raw.index('"public_key":"'), raw.index('"signature":"')):
            place = raw.find(old, start + 14)
            if place > 0:
                path.write_text(raw[:place] + old.upper() + raw[place + 1 :])
                assert failed(verify_package(folder)), (old, start)


def test_links_pipes_and_extra_files_of_a_folder_are_found(folder: Path) -> None:
    extra = folder / "data" / "extra.txt"
    extra.write_text("x")
    assert "data/extra.txt: not in manifest-sha256.txt" in failed(verify_package(folder))["payload"]
    extra.unlink()
    loose = folder / "note.txt"
    loose.write_text("x")
    assert "note.txt" in failed(verify_package(folder))["coverage"]
    loose.unlink()
    for target in ("/etc/passwd", "/etc", "nowhere"):
        extra.symlink_to(target)
        assert "link" in failed(verify_package(folder))["archive"]
        extra.unlink()
    os.mkfifo(extra)
    assert "not a file" in failed(verify_package(folder))["archive"]
    extra.unlink()
    assert verify_package(folder).ok


def test_a_missing_or_strange_tag_file_is_found(package: Path, tmp_path: Path) -> None:
    sound = members(package)

    def changed(**files: bytes | None) -> dict[str, str]:
        entries = dict(sound)
        for name, raw in files.items():
            key = (
                f"{NAME}/{name.replace('__', '/').replace('_txt', '.txt').replace('_h', '-sha256')}"
            )
            if raw is None:
                del entries[key]
            else:
                entries[key] = raw
        (tmp_path / "x.zip").write_bytes(zipped(list(entries.items())))
        return failed(verify_package(tmp_path / "x.zip"))

    listed = sound[f"{NAME}/manifest-sha256.txt"]
    assert "bagit.txt: missing" in changed(bagit_txt=None)["bag"]
    assert "bagit.txt" in changed(bagit_txt=b"BagIt-Version: nine\n")["bag"]
    assert "missing" in changed(manifest_h_txt=None)["bag"]
    assert "missing" in changed(tagmanifest_h_txt=None)["signature"]
    assert "fetch.txt" in changed(fetch_txt=b"https://evil.example/ 1 data/x\n")["bag"]
    assert "listed twice" in changed(manifest_h_txt=listed + listed)["bag"]
    for line in (
        b"zz  data/x\n",
        b"00  ../x\n",
        b"00  /x\n",
        b"00\n",
        b"00  data/..\\x\n",
        b"\xff\n",
    ):
        assert changed(manifest_h_txt=listed + line)["bag"], line
    assert "not payload" in changed(manifest_h_txt=listed + b"00  bagit.txt\n")["bag"]
    ghost = b"0" * 64 + b"  data/ghost\n"
    assert "data/ghost: missing" in changed(manifest_h_txt=listed + ghost)["payload"]
    assert "unknown algorithm" in changed(**{"manifest-crc32_txt": b"00  data/x\n"})["bag"]


def test_a_bag_signed_anew_by_a_stranger_is_sound_but_not_trusted(tmp_path: Path) -> None:
    mine, theirs = parts(), parts()
    path = theirs.write(tmp_path / "x.zip").path
    result = verify_package(path, frozenset({mine.key.fingerprint}))
    assert not result.ok
    assert result.signer == "unknown"
    assert failed(result) == {}


def test_signing_what_was_not_approved_or_recorded_is_found(sample: Parts, tmp_path: Path) -> None:
    """The signer's own key does not help: approval, chains and seal must agree."""

    def written(**changes: Any) -> dict[str, str]:
        other = replace(sample, **changes)
        files = {**other.files, "content.json": canonical_json(other.content)}
        other = replace(other, files={**files, **changes.get("files", {})})
        return failed(verify_package(other.write(tmp_path / "x.zip").path))

    assert written() == {}
    content, proof = sample.content, sample.proof
    exhibit = content["exhibits"][0]
    noted = {**content, "note": "later"}
    assert "another content was approved" in written(content=noted)["approval"]
    assert "not the exhibit" in written(files={exhibit["path"]: b"other"})["approval"]
    other = {**content, "exhibits": [{**exhibit, "record": {**exhibit["record"], "x": 1}}]}
    assert "record differs" in written(content=other)["records"]
    other = {**content, "exhibits": [{**exhibit, "id": "e2"}]}
    assert "not in its report's chain" in written(content=other)["records"]
    other = {**content, "reports": [{"id": "unknown"}]}
    assert "no chain" in written(content=other)["records"]
    assert "unknown format" in written(content={**content, "format": "x"})["approval"]
    fewer = written(proof=replace(proof, chains=proof.chains[:2]))
    assert "no chain" in fewer["records"]
    assert "other subjects" in fewer["inclusion"]
    one = {**proof.chains[0], "entries": proof.chains[0]["entries"][:1]}
    cut = replace(proof, chains=[one, *proof.chains[1:]])
    assert "not under the seal" in written(proof=cut)["inclusion"]
    foreign = replace(proof, seal=parts().proof.seal)
    assert "seal" in written(proof=foreign)
    later = replace(proof, seal={**proof.seal, "at": "2030-01-01T00:00:00Z"})
    assert "seal" in written(proof=later)
    for name in ("approval", "chains", "seal", "inclusion"):
        assert written(proof=replace(proof, **{name: None})), name


STRANGE: list[Any] = [
    None, True, 0, -1, 1.5, 2**60, "", "x", "zz", [], [[]], {}, {"id": 1}, [None], [1, 2],
    {"entries": 1}, "\u0000", "9" * 40,
]  # fmt: skip


def test_strange_shapes_in_a_signed_package_break_nothing(sample: Parts, tmp_path: Path) -> None:
    """Every value of every document is replaced in turn; the answer is always a plain no."""

    def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
        yield path
        if isinstance(value, dict):
            for key in value:
                yield from places(value[key], (*path, key))
        elif isinstance(value, list):
            for index in range(len(value)):
                yield from places(value[index], (*path, index))

    def put(value: Any, path: tuple[Any, ...], new: Any) -> Any:
        if not path:
            return new
        inner = put(value[path[0]], path[1:], new)
        if isinstance(value, dict):
            return {**value, path[0]: inner}
        return [*value[: path[0]], inner, *value[path[0] + 1 :]]

    tried = 0
    for name in ("content", "approval", "chains", "seal", "inclusion"):
        whole = sample.content if name == "content" else getattr(sample.proof, name)
        for path in places(whole):
            for new in STRANGE if len(path) < 3 else STRANGE[tried % 3 :: 3]:
                tried += 1
                raw = plain_json(put(whole, path, new))
                if raw == plain_json(whole):
                    continue
                if name == "content":
                    made = replace(sample, files={**sample.files, "content.json": raw})
                    result = verify_package(made.write(tmp_path / "x.zip").path)
                else:
                    made = replace(
                        sample, proof=replace(sample.proof, **{name: put(whole, path, new)})
                    )
                    try:
                        target = made.write(tmp_path / "x.zip").path
                    except ValueError:
                        continue
                    result = verify_package(target)
                # Who approved and when is the signer's word; all else is proven.
                told = name == "approval" and path in (("approved_at",), ("approver",))
                assert result.ok == told, (name, path, new)
    assert tried > 400


def plain_json(value: Any) -> bytes:
    import json

    return json.dumps(value).encode()


def test_deep_nesting_breaks_nothing(sample: Parts, tmp_path: Path) -> None:
    deep = b"[" * 200_000 + b"]" * 200_000
    made = replace(sample, files={**sample.files, "content.json": deep})
    assert failed(verify_package(made.write(tmp_path / "x.zip").path))["documents"]
    for body in ("[" * 200_000, '{"content":' * 50_000):
        digest = hashlib.sha256(body.encode()).hexdigest()
        entry = {"seq": 1, "body": body, "previous": "0" * 64, "hash": digest}
        chains = [{"kind": "report", "subject": "s", "entries": [entry]}]
        made = replace(sample, proof=replace(sample.proof, chains=chains))
        assert failed(verify_package(made.write(tmp_path / "x.zip").path))["chains"]


def test_a_package_is_not_written_when_an_exhibit_is_not_as_recorded(
    sample: Parts, tmp_path: Path
) -> None:
    target = tmp_path / "x.zip"
    made = parts()
    made.write(target)
    before = target.read_bytes()
    wrong = payload_of("exhibits/E0001-screenshot.png", b"recorded")
    bad = PayloadFile(wrong.path, wrong.sha256, wrong.size, lambda: [b"other"])
    from workbench.evidence.package import write_package

    with pytest.raises(EvidenceDamaged):
        write_package(target, NAME, [bad], made.proof, [], made.key.public, made.key.sign)
    assert target.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["x.zip"]


@pytest.mark.parametrize(
    "path", ["", "/a", "~a", "a\\b", "a\0b", "C:a", "a//b", "./a", "a/..", "."]
)
def test_paths_that_leave_the_bag(path: str) -> None:
    assert not is_safe_path(path)


def test_manifest_lines_carry_any_name() -> None:
    names = ["data/空.txt", "data/100%.txt", "data/a\nb", "data/a\rb", "data/%0A"]
    raw = {name: b"x" + name.encode() for name in names}
    digests = [(name, hashlib.sha256(content).hexdigest()) for name, content in raw.items()]
    raw |= {
        "bagit.txt": BAGIT_TXT,
        "manifest-sha256.txt": manifest(digests),
        "bag-info.txt": bag_info([("Contact-Name", "a\nPayload-Oxum: 1.1")]),
    }
    found = check_bag(sorted(raw), lambda name: iter([raw[name]]))
    assert (found.structure, found.payload, found.tags) == ([], [], [])
    assert b"\n" not in bag_info([("a", "b\r\nc")])[:-1]
    wrong = raw | {"bag-info.txt": b"Payload-Oxum: 1.5\n"}
    assert "Oxum" in str(check_bag(sorted(wrong), lambda name: iter([wrong[name]])).structure)


def test_a_tag_file_larger_than_any_is_not_read_whole() -> None:
    block = io.BytesIO(b"a" * (1 << 20)).getvalue()

    def read(name: str) -> Iterator[bytes]:
        if name == "manifest-sha256.txt":
            for _ in range(70):
                yield block
        else:
            yield BAGIT_TXT

    found = check_bag(["bagit.txt", "manifest-sha256.txt"], read)
    assert "manifest-sha256.txt: cannot be read" in found.structure
