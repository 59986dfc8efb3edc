"""Labelled texts, one JSON object a line: the form of the corpus and of evaluation files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from classifiers.errors import RecordError
from classifiers.labels import INDEX, LABELS, NOT_APPLICABLE

# A line longer than this is not a text anybody labelled.
LINE_LIMIT = 4 * 1024 * 1024


@dataclass(frozen=True)
class Record:
    """One labelled text; `batch` names who wrote or collected it (the group in validation)."""

    text: str
    labels: tuple[str, ...]
    id: str = ""
    url: str | None = None
    style: str = ""
    batch: str = ""

    @property
    def digest(self) -> str:
        """Identity of the text and its labels, 16 hex digits of SHA-256."""
        content = json.dumps([self.text, sorted(self.labels)], ensure_ascii=True)
        return hashlib.sha256(content.encode()).hexdigest()[:16]


def read_records(path: Path | str) -> list[Record]:
    """All records of a JSON Lines file in UTF-8; a bad line raises RecordError naming it."""
    records = list(_records(Path(path)))
    if not records:
        raise RecordError(f"{path}: no records")
    return records


def _records(path: Path) -> Iterator[Record]:
    with path.open("rb") as stream:
        number = 0
        while untrusted_line := stream.readline(LINE_LIMIT + 1):
            number += 1
            where = f"{path}: line {number}"
            if len(untrusted_line) > LINE_LIMIT:
                raise RecordError(f"{where}: longer than {LINE_LIMIT} bytes")
            try:
                text = untrusted_line.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError as error:
                raise RecordError(f"{where}: not UTF-8") from error
            if not text.strip():
                continue
            try:
                untrusted_value = json.loads(text)
            except (ValueError, RecursionError) as error:
                raise RecordError(f"{where}: not JSON") from error
            yield _record(untrusted_value, where)


def _record(untrusted_value: Any, where: str) -> Record:
    if not isinstance(untrusted_value, dict):
        raise RecordError(f"{where}: not a JSON object")
    text = untrusted_value.get("text")
    if not isinstance(text, str):
        raise RecordError(f'{where}: "text" is missing or not a string')
    labels = untrusted_value.get("labels")
    if not isinstance(labels, list) or not labels:
        raise RecordError(f'{where}: "labels" is missing or not a list with at least one label')
    for label in labels:
        if not isinstance(label, str) or label not in INDEX:
            raise RecordError(f"{where}: unknown label {str(label)[:60]!r}")
    if NOT_APPLICABLE in labels and len(set(labels)) > 1:
        raise RecordError(f"{where}: not_applicable stands beside another label")
    url = untrusted_value.get("url")
    if url is not None and not isinstance(url, str):
        raise RecordError(f'{where}: "url" is not a string')
    optional: dict[str, str] = {}
    for key in ("id", "style", "batch"):
        value = untrusted_value.get(key)
        optional[key] = "" if value is None else str(value)
    ordered = tuple(label for label in LABELS if label in labels)
    return Record(text=text, labels=ordered, url=url, **optional)
