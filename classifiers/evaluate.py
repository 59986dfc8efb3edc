"""How well a classifier's opinions agree with labelled texts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifiers.labels import INDEX, LABELS, NOT_APPLICABLE_INDEX, PROTECTED
from classifiers.records import Record, read_records
from classifiers.triage import Opinion, Triage, decide, indicator

__all__ = ["evaluate", "measure", "read_records"]


def evaluate(triage: Triage, path_to_jsonl: Path | str) -> dict[str, Any]:
    """Measures of a classifier on a JSON Lines file; a bad line raises RecordError naming it."""
    records = read_records(path_to_jsonl)
    opinions = triage.assess(
        [record.text for record in records], [record.url for record in records]
    )
    probabilities = probabilities_of(opinions)
    decided = decide(probabilities, triage.thresholds_)
    return measure(records, probabilities, abstentions_of(opinions), decided)


def probabilities_of(opinions: Sequence[Opinion]) -> NDArray[np.float64]:
    """(n, 28) probabilities in the frozen order of the labels."""
    table = np.zeros((len(opinions), len(LABELS)))
    for i, opinion in enumerate(opinions):
        for item in opinion.labels:
            table[i, INDEX[item.label]] = item.probability
    return table


def abstentions_of(opinions: Sequence[Opinion]) -> NDArray[np.bool_]:
    """(n,) whether the classifier abstained."""
    return np.asarray([opinion.abstained for opinion in opinions], dtype=bool)


def measure(
    records: Sequence[Record],
    probabilities: NDArray[np.float64],
    abstained: NDArray[np.bool_],
    given: NDArray[np.int8],
) -> dict[str, Any]:
    """Measures over all records (also abstained ones); `given` is the (n, 28) 0/1 proposed.

    `ece` is over all text-label pairs in ten equal bins of probability; `brier` is the mean over
    texts of the summed squared error of the 28 probabilities, halved (0 best, about 1 worst).
    """
    truth = indicator([record.labels for record in records])
    per_label: dict[str, dict[str, float | int]] = {}
    for k, label in enumerate(LABELS):
        hits = int(np.sum((given[:, k] == 1) & (truth[:, k] == 1)))
        proposed, support = int(given[:, k].sum()), int(truth[:, k].sum())
        precision = hits / proposed if proposed else 0.0
        recall = hits / support if support else 0.0
        total = proposed + support
        per_label[label] = {
            "precision": round(precision, 4),
            "recall": round(recall, 4),
            "f1": round(2 * hits / total if total else 0.0, 4),
            "support": support,
        }
    f1 = {label: float(row["f1"]) for label, row in per_label.items()}
    right = (given == truth).all(axis=1)
    first = truth[np.arange(len(truth)), probabilities.argmax(axis=1)] == 1
    benign = truth[:, NOT_APPLICABLE_INDEX] == 1
    flagged = benign & (given[:, NOT_APPLICABLE_INDEX] == 0)
    styles = np.asarray([record.style for record in records])
    present = [label for label in LABELS if per_label[label]["support"]]
    return {
        "macro_f1": round(float(np.mean(list(f1.values()))), 4),
        "macro_f1_without_protected": round(
            float(np.mean([f1[label] for label in LABELS if label not in PROTECTED])), 4
        ),
        "macro_f1_of_labels_present": round(float(np.mean([f1[label] for label in present])), 4),
        "ece": round(_ece(probabilities, truth), 4),
        "brier": round(float(np.mean(np.sum((probabilities - truth) ** 2, axis=1)) / 2), 4),
        "coverage": round(float(1 - abstained.mean()), 4),
        "records": len(records),
        "exact_match": _share(right, np.ones_like(right)),
        "first_label_right": _share(first, np.ones_like(first)),
        "exact_match_where_answered": _share(right, ~abstained),
        "exact_match_where_abstained": _share(right, abstained),
        "benign_flagged": _share(flagged, benign),
        "benign_flagged_where_answered": _share(flagged, benign & ~abstained),
        "benign_flagged_by_style": {
            str(style): _share(flagged, benign & (styles == style))
            for style in sorted(set(styles[benign].tolist()))
        },
        "exact_match_by_style": {
            str(style): _share(right, styles == style) for style in sorted(set(styles.tolist()))
        },
        "labels": per_label,
    }


def _share(hits: NDArray[np.bool_], among: NDArray[np.bool_]) -> float | None:
    """Share of `hits` among `among`; None when there is nothing to count."""
    total = int(among.sum())
    return round(float((hits & among).sum() / total), 4) if total else None


def _ece(probabilities: NDArray[np.float64], truth: NDArray[np.int8], bins: int = 10) -> float:
    """Expected calibration error over all text-label pairs."""
    flat, hit = probabilities.ravel(), truth.ravel()
    place = np.minimum((flat * bins).astype(int), bins - 1)
    error = 0.0
    for k in range(bins):
        inside = place == k
        if inside.any():
            error += float(inside.mean() * abs(flat[inside].mean() - hit[inside].mean()))
    return error
