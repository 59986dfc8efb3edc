"""Probabilities and thresholds learned from scores of texts whose author group was held out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from classifiers.labels import LABELS, NOT_APPLICABLE_INDEX

Matrix = NDArray[np.float64]
Fold = tuple[NDArray[np.int64], NDArray[np.int64]]


@dataclass(frozen=True)
class Calibration:
    """Per label the slope and intercept of a sigmoid over its score; `weights` is (28, 2)."""

    weights: Matrix

    @classmethod
    def learn(cls, scores: Matrix, targets: NDArray[np.int8]) -> Calibration:
        weights = np.zeros((len(LABELS), 2))
        weights[:, 1] = -12.0
        for k in range(len(LABELS)):
            positive = targets[:, k]
            if 0 < positive.sum() < len(positive):
                line = LogisticRegression(C=10.0).fit(scores[:, k : k + 1], positive)
                weights[k] = line.coef_[0, 0], line.intercept_[0]
        return cls(weights)

    def probabilities(self, scores: Matrix) -> Matrix:
        """(n, 28) probabilities of (n, 28) scores."""
        return np.asarray(expit(scores * self.weights[:, 0] + self.weights[:, 1]))


def grouped_folds(
    count: int, groups: Sequence[str] | None, *, random_state: int, folds: int = 3
) -> list[Fold]:
    """Splits that keep each group whole; groups are dealt out in sorted order.

    Neighbouring groups share the subjects they wrote about, so dealing sorted groups in runs of
    len/folds holds every subject out once. Without groups the texts are dealt at random.
    """
    if groups is None or len(set(groups)) < 2:
        part = np.random.default_rng(random_state).permutation(count) % folds
    else:
        names = sorted(set(groups))
        folds = min(folds, len(names))
        of_name = {name: position * folds // len(names) for position, name in enumerate(names)}
        part = np.asarray([of_name[group] for group in groups])
    everything = np.arange(count)
    return [(everything[part != fold], everything[part == fold]) for fold in range(folds)]


def choose_thresholds(probabilities: Matrix, targets: NDArray[np.int8]) -> Matrix:
    """Per label the threshold with the best F1, kept within 0.2 to 0.6.

    The bounds keep a label with few examples from a threshold that only fits their noise.
    """
    thresholds = np.full(len(LABELS), 0.5)
    grid = np.arange(0.2, 0.601, 0.02)
    for k in range(len(LABELS)):
        if k == NOT_APPLICABLE_INDEX or not targets[:, k].any():
            continue
        truth = targets[:, k] == 1
        best = -1.0
        for threshold in grid:
            given = probabilities[:, k] >= threshold
            f1 = 2 * np.sum(given & truth) / max(1, given.sum() + truth.sum())
            if f1 > best:
                best, thresholds[k] = f1, threshold
    return thresholds
