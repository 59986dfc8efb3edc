"""Train a triage model from labelled texts and measure it on author groups held out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from classifiers.artefact import save
from classifiers.calibration import grouped_folds
from classifiers.errors import ClassifierError
from classifiers.evaluate import abstentions_of, measure, probabilities_of
from classifiers.labels import LABELS, PROTECTED
from classifiers.protected import SEED_DIGESTS
from classifiers.records import Record, read_records
from classifiers.triage import Triage, decide

Progress = Callable[[str, int, int], None]


def train(
    corpus: Sequence[Path],
    out: Path,
    *,
    seed: int = 0,
    progress: Progress | None = None,
    name: str = "triage-seed",
) -> dict[str, Any]:
    """Validate by author groups, fit on everything, write the model folder `out`.

    `corpus` names JSON Lines files; returns what metrics.json holds. `progress`, where given, is
    called with a step name, the steps done and the steps in all. RecordError names a bad line.
    """
    records, left_out = gather(corpus)
    texts = [record.text for record in records]
    labels = [record.labels for record in records]
    groups = [record.batch for record in records]
    folds = grouped_folds(len(records), groups, random_state=seed)
    steps = len(folds) + 2
    report = progress or _silent

    probabilities = np.zeros((len(records), len(LABELS)))
    abstained = np.zeros(len(records), dtype=bool)
    decided = np.zeros((len(records), len(LABELS)), dtype=np.int8)
    for done, (learn, held) in enumerate(folds):
        report("validate", done, steps)
        triage = Triage(name=name, random_state=seed).fit(
            [texts[i] for i in learn], [labels[i] for i in learn], [groups[i] for i in learn]
        )
        opinions = triage.assess([texts[i] for i in held])
        probabilities[held] = probabilities_of(opinions)
        abstained[held] = abstentions_of(opinions)
        decided[held] = decide(probabilities[held], triage.thresholds_)

    report("fit", len(folds), steps)
    triage = Triage(name=name, random_state=seed).fit(texts, labels, groups)
    validation = {
        "method": (
            f"{len(folds)} folds, whole author groups held out; every figure is of texts whose"
            " group was neither learned from nor used for calibration or thresholds."
        ),
        **measure(records, probabilities, abstained, decided),
    }
    metrics: dict[str, Any] = {
        "macro_f1": validation["macro_f1"],
        "validation": validation,
        "corpus": {
            "records": len(records),
            "groups": len(set(groups)),
            "protected_left_out": left_out,
            "sha256": _digest(records),
        },
        "seed": seed,
    }
    report("save", len(folds) + 1, steps)
    save(triage, out, metrics)
    report("done", steps, steps)
    return {"model_id": triage.model_id, **metrics}


def _silent(_step: str, _done: int, _total: int) -> None:
    return None


def gather(corpus: Sequence[Path]) -> tuple[list[Record], int]:
    """All records to learn from, and how many were left out to protect people.

    Texts of a protected label are learned only when they are the seed's own: such texts are
    never added and never learned from decisions. A text that occurs twice is learned once.
    """
    records: list[Record] = []
    seen: set[str] = set()
    left_out = 0
    for path in corpus:
        for record in read_records(path):
            if PROTECTED.intersection(record.labels) and record.digest not in SEED_DIGESTS:
                left_out += 1
            elif record.digest not in seen:
                seen.add(record.digest)
                batch = record.batch or Path(path).stem
                records.append(
                    Record(record.text, record.labels, record.id, record.url, record.style, batch)
                )
    if len({label for record in records for label in record.labels}) < 2:
        raise ClassifierError("a model needs texts of at least two labels")
    return records, left_out


def _digest(records: Sequence[Record]) -> str:
    """SHA-256 over the records' digests in order: which texts exactly were learned."""
    return hashlib.sha256("".join(record.digest for record in records).encode()).hexdigest()
