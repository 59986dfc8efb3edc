"""Backups altered on purpose."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from workbench.evidence import backup as archive
from workbench.keys.signing import SigningKey


def entries_of(file: Path) -> dict[str, archive.Entry]:
    with file.open("rb") as stream:
        return {entry.path: entry for entry in archive.whole_entries(stream)[0]}


def rebuilt(
    file: Path,
    target: Path,
    key: SigningKey,
    change: Callable[[dict[str, bytes], dict[str, Any]], None],
) -> Path:
    """The backup written anew after `change(contents, manifest fields)`, signed with `key`."""
    with file.open("rb") as stream:
        entries, whole = archive.whole_entries(stream)
        fields = dict(archive.read_manifest(stream, entries, whole).fields)
        contents = {e.path: archive.read_entry(stream, e, 1 << 30) for e in entries[:-2]}
    change(contents, fields)
    del fields["format"]
    manifest, signature = archive.sign_manifest(fields, key.public, key.sign)
    with target.open("wb") as out:
        for path, raw in (*contents.items(), ("manifest.json", manifest)):
            archive.append_entry(out, path, len(raw), [raw])
        archive.append_entry(out, "signature.json", len(signature), [signature])
        archive.end_archive(out)
    return target
