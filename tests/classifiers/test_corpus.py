"""The corpus keeps its own rules: no near-copies, no repeated openings, nothing it may not hold."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from sklearn.feature_extraction.text import CountVectorizer

from classifiers.labels import LABELS, PROTECTED
from workbench.reference.folders import data_folder

FILES = sorted((data_folder() / "corpus").glob("*.jsonl"))
SEED = "seed.jsonl"
FIELDS = {"id", "text", "labels", "form", "style", "url", "why", "batch"}
FORMS = {
    "sns_post", "bbs_post", "chat", "tip", "email_or_sms", "blog", "landing_page", "shop_page",
    "ad", "official", "channel_description", "sns_profile", "news",
}  # fmt: skip
STYLES = {"plain", "coded", "evasive", "noisy"}
RESERVED = re.compile(r"https?://[^/\s]+\.(example|test|invalid)(?=[/:?#]|$)")
HOST = re.compile(r"https?://[^\s「」『』()()<>、。]+")
TELEPHONE = re.compile(r"(?<![\d.])0\d{1,3}[-ー‐ ]\d{2,4}[-ー‐ ]\d{3,4}(?!\d)")


def rows_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    return [row for path in FILES for row in rows_of(path)]


def test_every_row_is_well_formed(rows: list[dict[str, Any]]) -> None:
    ids = Counter(row["id"] for row in rows)
    assert [i for i, n in ids.items() if n > 1] == []
    for row in rows:
        assert set(row) == FIELDS, row["id"]
        assert row["form"] in FORMS, row["id"]
        assert row["style"] in STYLES, row["id"]
        assert row["id"].startswith(row["batch"] + "-"), row["id"]
        assert row["labels"], row["id"]
        assert set(row["labels"]) <= {*LABELS, "not_applicable"}, row["id"]
        assert "not_applicable" not in row["labels"] or len(row["labels"]) == 1, row["id"]
        assert row["text"].strip(), row["id"]


def test_hosts_are_reserved_and_numbers_nobodys() -> None:
    for path in FILES:
        for row in rows_of(path):
            assert not row["url"] or RESERVED.match(row["url"]), row["id"]
            if path.name == SEED:
                continue
            for host in HOST.findall(row["text"]):
                assert RESERVED.match(host), (row["id"], host)
            for number in TELEPHONE.findall(row["text"]):
                assert re.match(r"0+\D", number), (row["id"], number)


def test_protected_labels_are_never_extended() -> None:
    for path in FILES:
        if path.name != SEED:
            for row in rows_of(path):
                assert not PROTECTED & set(row["labels"]), row["id"]


def test_batches_do_not_span_files() -> None:
    found: dict[str, str] = {}
    for path in FILES:
        for row in rows_of(path):
            assert found.setdefault(row["batch"], path.name) == path.name, row["id"]


def test_no_text_is_nearly_another(rows: list[dict[str, Any]]) -> None:
    texts = ["".join(row["text"].split()) for row in rows]
    shingles = CountVectorizer(analyzer="char", ngram_range=(4, 4), binary=True, lowercase=False)
    there = shingles.fit_transform(texts).tocsr().astype("int32")
    sizes = there.sum(axis=1).A1
    alike = []
    for start in range(0, len(texts), 500):
        shared = (there[start : start + 500] @ there.T).tocoo()
        for i, j, both in zip(shared.row + start, shared.col, shared.data, strict=True):
            if i < j and both > 0.4 * (sizes[i] + sizes[j] - both):
                alike.append((rows[i]["id"], rows[j]["id"]))
    assert alike == []


def test_openings_do_not_repeat(rows: list[dict[str, Any]]) -> None:
    """Within one batch at most three texts begin with the same twelve characters."""
    openings = Counter((row["batch"], row["text"][:12]) for row in rows)
    assert [opening for opening, n in openings.items() if n > 3] == []
