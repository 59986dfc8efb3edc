"""The shipped model: what it answers, what explains it, and that nothing altered is ever loaded."""

import json
import random
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from classifiers.artefact import load, save
from classifiers.errors import ArtefactError, ClassifierError
from classifiers.labels import LABELS, PROTECTED
from classifiers.records import Record, read_records
from classifiers.train import gather
from classifiers.triage import Triage
from workbench.reference.folders import data_folder, models_folder

MODEL = models_folder() / "triage-seed"
SEED = data_folder() / "corpus" / "seed.jsonl"


@pytest.fixture(scope="module")
def triage() -> Triage:
    return load(MODEL)


@pytest.fixture(scope="module")
def records() -> list[Record]:
    return read_records(SEED)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    shutil.copytree(MODEL, folder)
    return folder


def test_every_answer_keeps_the_contract(triage: Triage, records: list[Record]) -> None:
    texts = [record.text for record in records[::60]] + ["😀𠮷野家で大麻を手渡し😀", "ふつうの日記"]
    for text, opinion in zip(texts, triage.assess(texts, [""] * len(texts)), strict=True):
        assert sorted(p.label for p in opinion.labels) == sorted(LABELS)
        shares = [p.probability for p in opinion.labels]
        assert all(0.0 <= share <= 1.0 for share in shares)
        assert shares == sorted(shares, reverse=True)
        for ground in opinion.grounds:
            assert 0 <= ground.start < ground.end <= len(text)
            assert ground.label in LABELS


def test_taking_the_strongest_ground_away_lowers_its_label(
    triage: Triage, records: list[Record]
) -> None:
    lowered = tried = 0
    for record in records[::97]:
        (opinion,) = triage.assess([record.text], [""])
        positive = [g for g in opinion.grounds if g.weight > 0]
        if not positive:
            continue
        top = max(positive, key=lambda g: g.weight)
        before = next(p.probability for p in opinion.labels if p.label == top.label)
        without = record.text[: top.start] + record.text[top.end :]
        (after,) = triage.assess([without], [""])
        tried += 1
        share = next(p.probability for p in after.labels if p.label == top.label)
        lowered += share <= before
    assert tried > 30
    assert lowered / tried > 0.95


def test_one_by_one_or_together_is_the_same(triage: Triage, records: list[Record]) -> None:
    texts = [record.text for record in records[::300]]
    together = triage.assess(texts, [""] * len(texts))
    alone = [triage.assess([text], [""])[0] for text in texts]
    for one, other in zip(together, alone, strict=True):
        assert [p.label for p in one.labels[:3]] == [p.label for p in other.labels[:3]]
        assert np.allclose(
            [p.probability for p in one.labels], [p.probability for p in other.labels]
        )


@pytest.mark.parametrize(
    "text",
    [
        "", " \n\t　", "a", "\ud800\udfff lone", "\x00\x01\x02" * 50, "🙂" * 400, "ｱ" * 3_000,
        "The quick brown fox jumps over the lazy dog. " * 30, "привет мир " * 50, "大" * 5_000_000,
    ],
    ids=["empty", "blank", "letter", "surrogates", "control", "emoji", "kana", "english", "russian",
         "5 MB"],
)  # fmt: skip
def test_any_text_gets_an_answer_or_an_abstention(triage: Triage, text: str) -> None:
    (opinion,) = triage.assess([text], [""])
    assert len(opinion.labels) == len(LABELS)
    assert all(0.0 <= p.probability <= 1.0 for p in opinion.labels)
    assert opinion.abstained or text.strip()


def test_saved_and_loaded_is_the_same(triage: Triage, tmp_path: Path) -> None:
    metrics = json.loads((MODEL / "metrics.json").read_text())
    save(triage, tmp_path / "again", metrics)
    again = load(tmp_path / "again")
    assert again.model_id == triage.model_id == metrics["model_id"]
    text = "即日融資 ブラックOK 審査なし"
    assert triage.assess([text], [""]) == again.assess([text], [""])


def test_a_changed_byte_is_never_loaded_unnoticed(copy: Path) -> None:
    path = copy / "model.skops"
    whole = path.read_bytes()
    chance = random.Random(11)
    for _ in range(12):
        place = chance.randrange(len(whole))
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x41]) + whole[place + 1 :])
        try:
            found = load(copy)
        except ArtefactError:
            continue
        # A byte of the archive that stands for nothing (a time stamp): the content is the same.
        assert found.model_id == json.loads((copy / "labels.json").read_text())["model_id"]


def test_missing_cut_and_foreign_files_are_refused(copy: Path) -> None:
    whole = (copy / "model.skops").read_bytes()
    labels = (copy / "labels.json").read_text()
    for name, content in (
        ("model.skops", whole[: len(whole) // 2]),
        ("model.skops", b""),
        ("labels.json", b"[]"),
        ("labels.json", labels.replace("phishing", "fishing").encode()),
        ("labels.json", labels.replace('"protocol": 1', '"protocol": 2').encode()),
    ):
        kept = (copy / name).read_bytes()
        (copy / name).write_bytes(content)
        with pytest.raises(ArtefactError):
            load(copy)
        (copy / name).write_bytes(kept)
    (copy / "labels.json").unlink()
    with pytest.raises(ArtefactError):
        load(copy)


def test_a_type_that_is_not_data_is_refused(copy: Path) -> None:
    path = copy / "model.skops"
    with zipfile.ZipFile(path) as archive:
        members = {i.filename: archive.read(i) for i in archive.infolist()}
    schema = json.loads(members["schema.json"])
    schema["__class__"], schema["__module__"] = "system", "os"
    members["schema.json"] = json.dumps(schema).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    with pytest.raises(ArtefactError, match=r"os\.system"):
        load(copy)


def test_protected_labels_learn_from_the_seed_only(records: list[Record], tmp_path: Path) -> None:
    label = sorted(PROTECTED)[0]
    more = tmp_path / "more.jsonl"
    own = next(record for record in records if label in record.labels)
    rows = [
        {"id": "x1", "text": own.text + "(別の人が書き足した文)", "labels": [label]},
        {"id": "x2", "text": "架空の商店の広告です。送料無料で今すぐ振込", "labels": ["fake_shop"]},
    ]
    more.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows))
    found, left_out = gather([SEED, more])
    assert left_out == 1
    assert len(found) == len({r.digest for r in records}) + 1
    with pytest.raises(ClassifierError):
        gather([more])


def test_classify_a_thousand_texts_of_the_corpus(records: list[Record]) -> None:
    chosen = records[:: len(records) // 1_000][:1_000]
    lines = [json.dumps({"id": r.id, "text": r.text}, ensure_ascii=False) for r in chosen]
    done = subprocess.run(
        [sys.executable, "-m", "workbench", "classify"],
        input="\n".join(lines), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [a["id"] for a in answers] == [r.id for r in chosen]
    assert all(len(a["labels"]) == 28 for a in answers)
    right = sum(
        max(a["labels"], key=lambda p: p["probability"])["label"]
        in (r.labels or ["not_applicable"])
        for a, r in zip(answers, chosen, strict=True)
    )
    assert right > 900


def test_the_metrics_are_of_this_model() -> None:
    metrics = json.loads((MODEL / "metrics.json").read_text())
    assert metrics["macro_f1"] == metrics["validation"]["macro_f1"]
    assert set(metrics["validation"]["labels"]) == set(LABELS)
    assert metrics["model_id"] in (MODEL / "card.md").read_text()
