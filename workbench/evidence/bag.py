"""BagIt 1.0 (RFC 8493): writing the tag files of a bag, and checking a bag's files."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

BAGIT_TXT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"

# RFC 8493 section 2.4 names these; weaker ones are read but ours are SHA-256.
_ALGORITHMS = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")
_MANIFEST = re.compile(r"(tag)?manifest-([a-z0-9]+)\.txt")
_MAX_TAG_BYTES = 64 << 20

Reader = Callable[[str], Iterator[bytes]]


def manifest(digests: Iterable[tuple[str, str]]) -> bytes:
    """Manifest lines for (path, hex digest), sorted by path; CR, LF and % are percent-encoded."""
    lines = [f"{digest}  {_encode(path)}\n" for path, digest in sorted(digests)]
    return "".join(lines).encode()


def bag_info(fields: Iterable[tuple[str, str]]) -> bytes:
    """`bag-info.txt` with one line a field; line breaks in values become blanks."""
    return "".join(f"{name}: {' '.join(value.split())}\n" for name, value in fields).encode()


def _encode(path: str) -> str:
    return path.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _decode(path: str) -> str:
    found = re.sub(r"%0[aA]", "\n", path)
    found = re.sub(r"%0[dD]", "\r", found)
    return found.replace("%25", "%")


@dataclass
class BagFindings:
    """What checking a bag found: problems by file, files checked, SHA-256 of every file read."""

    structure: list[str] = field(default_factory=list)
    payload: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    sha256: dict[str, str] = field(default_factory=dict)
    payload_files: int = 0
    tag_files: int = 0


def check_bag(names: list[str], read: Reader) -> BagFindings:
    """Check every file of the bag whose files are `names` (relative, `/`), streamed by `read`.

    `read` raises ValueError for a file that cannot be read whole. Nothing is written.
    """
    found = BagFindings()
    present = set(names)
    manifests = {name: m for name in names if (m := _MANIFEST.fullmatch(name))}
    wanted: dict[str, set[str]] = {name: {"sha256"} for name in names}
    listed: dict[str, dict[str, str]] = {}
    for name, match in manifests.items():
        if match[2] not in _ALGORITHMS:
            found.structure.append(f"{name}: unknown algorithm")
            continue
        listed[name] = _read_manifest(name, read, found)
        for path in listed[name]:
            if path in wanted:
                wanted[path].add(match[2])
    digests, broken, sizes = _digest_all(names, wanted, read)
    found.sha256 = {name: digest["sha256"] for name, digest in digests.items()}
    _check_declaration(present, read, found)
    payload = {name for name in names if name.startswith("data/")}
    _check_info(present, payload, sizes, read, found)
    if not any(match[1] is None for match in manifests.values()):
        found.structure.append("manifest-sha256.txt: missing")
    if "fetch.txt" in present:
        found.structure.append("fetch.txt: files to be fetched elsewhere are refused")
    for name, match in manifests.items():
        target = found.tags if match[1] else found.payload
        entries = listed.get(name, {})
        for path, digest in entries.items():
            if match[1] is None and not path.startswith("data/"):
                found.structure.append(f"{name}: {path} is not payload")
            elif path not in present:
                target.append(f"{path}: missing")
            elif path not in broken and digests[path][match[2]] != digest.lower():
                target.append(f"{path}: differs")
        if match[1] is None:
            found.payload += [f"{path}: not in {name}" for path in sorted(payload - set(entries))]
            found.payload_files = max(found.payload_files, len(entries))
        else:
            found.tag_files = max(found.tag_files, len(entries))
    for path, why in broken.items():
        (found.payload if path.startswith("data/") else found.tags).append(f"{path}: {why}")
    return found


def _digest_all(
    names: list[str], wanted: dict[str, set[str]], read: Reader
) -> tuple[dict[str, dict[str, str]], dict[str, str], dict[str, int]]:
    digests, broken, sizes = {}, {}, {}
    for name in names:
        sums = {kind: hashlib.new(kind, usedforsecurity=False) for kind in wanted[name]}
        size = 0
        try:
            for chunk in read(name):
                size += len(chunk)
                for digest in sums.values():
                    digest.update(chunk)
        except ValueError as error:
            broken[name] = str(error)
        digests[name] = {kind: digest.hexdigest() for kind, digest in sums.items()}
        sizes[name] = size
    return digests, broken, sizes


def read_small(name: str, read: Reader) -> bytes:
    """A tag file as bytes; ValueError when it is unreasonably large or cannot be read."""
    parts, size = [], 0
    for chunk in read(name):
        size += len(chunk)
        if size > _MAX_TAG_BYTES:
            raise ValueError("too large")
        parts.append(chunk)
    return b"".join(parts)


def _read_manifest(name: str, read: Reader, found: BagFindings) -> dict[str, str]:
    entries: dict[str, str] = {}
    try:
        text = read_small(name, read).decode()
    except (ValueError, UnicodeDecodeError):
        found.structure.append(f"{name}: cannot be read")
        return entries
    for line in re.split(r"\r\n|\r|\n", text):
        if not line.strip():
            continue
        match = re.fullmatch(r"([0-9a-fA-F]+)[ \t]+\*?(.+)", line)
        path = _decode(match[2]).removeprefix("./") if match else ""
        if match is None or not is_safe_path(path):
            found.structure.append(f"{name}: line not understood")
        elif path in entries:
            found.structure.append(f"{name}: {path} is listed twice")
        else:
            entries[path] = match[1]
    return entries


def is_safe_path(path: str) -> bool:
    """A relative path that stays inside the bag on every system."""
    if not path or path.startswith(("/", "~")) or "\\" in path or "\0" in path or ":" in path:
        return False
    return all(part not in ("", ".", "..") for part in path.split("/"))


def _check_declaration(present: set[str], read: Reader, found: BagFindings) -> None:
    if "bagit.txt" not in present:
        found.structure.append("bagit.txt: missing")
        return
    try:
        raw = read_small("bagit.txt", read)
    except ValueError:
        found.structure.append("bagit.txt: cannot be read")
        return
    pattern = rb"BagIt-Version: \d+\.\d+\r?\nTag-File-Character-Encoding: [A-Za-z0-9_-]+\s*"
    if re.fullmatch(pattern, raw) is None:
        found.structure.append("bagit.txt: not a BagIt declaration")


def _check_info(
    present: set[str], payload: set[str], sizes: dict[str, int], read: Reader, found: BagFindings
) -> None:
    if "bag-info.txt" not in present:
        return
    try:
        text = read_small("bag-info.txt", read).decode()
    except (ValueError, UnicodeDecodeError):
        found.structure.append("bag-info.txt: cannot be read")
        return
    stated = re.search(r"(?im)^Payload-Oxum:[ \t]*(\d+)\.(\d+)[ \t\r]*$", text)
    if stated is None:
        return
    octets = sum(sizes[name] for name in payload)
    if (int(stated[1]), int(stated[2])) != (octets, len(payload)):
        found.structure.append("bag-info.txt: Payload-Oxum differs")
