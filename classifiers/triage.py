"""The triage estimator: calibrated probabilities for all 28 labels, abstention and grounds."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.svm import LinearSVC
from sklearn.utils.validation import check_is_fitted

from classifiers.calibration import Calibration, choose_thresholds, grouped_folds
from classifiers.explain import Ground, grounds
from classifiers.labels import INDEX, LABELS, NOT_APPLICABLE_INDEX
from classifiers.ngrams import LENGTHS, Vocabulary, ngrams
from classifiers.views import View, views

Matrix = NDArray[np.float64]

# Characters of one text that are read. A page beyond it is cut: its end is not seen, and
# memory and time stay bounded whatever arrives.
READ_LIMIT = 100_000
BATCH = 256


@dataclass(frozen=True)
class LabelProbability:
    """A label and its calibrated probability in [0, 1]."""

    label: str
    probability: float


@dataclass(frozen=True)
class Opinion:
    """What the classifier thinks of one text; it is a proposal, never a finding.

    `labels` holds all 28 labels, the most probable first. `abstained` says the classifier does
    not trust its own answer here. `grounds` are code point spans of the text as given.
    """

    labels: tuple[LabelProbability, ...]
    abstained: bool
    grounds: tuple[Ground, ...]


class Triage(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Linear one-against-rest scores over two character views, calibrated across author groups.

    Parameters: `C` (inverse regularisation), `min_df` (documents an n-gram must occur in),
    `abstain_below` (share of answers to give: see `coverage`), `random_state`.
    """

    def __init__(
        self,
        *,
        C: float = 1.0,  # noqa: N803 - scikit-learn's name
        min_df: int = 2,
        coverage: float = 0.85,
        name: str = "triage",
        random_state: int = 0,
    ) -> None:
        self.C = C
        self.min_df = min_df
        self.coverage = coverage
        self.name = name
        self.random_state = random_state

    # --- learning -----------------------------------------------------------------------

    def fit(self, X: Sequence[str], y: Any, groups: Sequence[str] | None = None) -> Triage:  # noqa: N803
        """Learn from texts and their label sets (tuples of label ids, or an (n, 28) 0/1 array).

        `groups` names the author batch of each text; calibration and thresholds are learned from
        scores of texts whose group was held out.
        """
        texts = list(X)
        targets = indicator(y)
        if len(texts) != len(targets):
            raise ValueError("texts and labels differ in number")
        if not texts:
            raise ValueError("there is nothing to learn from")
        documents = [views(text[:READ_LIMIT]) for text in texts]
        folds = grouped_folds(len(texts), groups, random_state=self.random_state)
        held_out = np.zeros(targets.shape)
        for train, test in folds:
            vocabulary, coef, intercept = self._linear(
                [documents[i] for i in train], targets[train]
            )
            held_out[test] = _scores(vocabulary, coef, intercept, [documents[i] for i in test])
        self.calibration_ = Calibration.learn(held_out, targets)
        probabilities = self.calibration_.probabilities(held_out)
        self.thresholds_ = choose_thresholds(probabilities, targets)
        trust = confidence(probabilities, self.thresholds_)
        self.abstain_below_ = float(np.quantile(trust, 1 - self.coverage))
        self.vocabulary_, self.coef_, self.intercept_ = self._linear(documents, targets)
        self.classes_ = np.asarray(LABELS)
        return self

    def _linear(
        self, documents: Sequence[Sequence[View]], targets: NDArray[np.int8]
    ) -> tuple[Vocabulary, NDArray[np.float32], NDArray[np.float32]]:
        vocabulary = Vocabulary.learn(documents, self.min_df)
        matrix = vocabulary.matrix(documents).astype(np.float64)
        coef = np.zeros((vocabulary.size, len(LABELS)), dtype=np.float32)
        intercept = np.full(len(LABELS), -1.0, dtype=np.float32)
        for k in range(len(LABELS)):
            positive = targets[:, k]
            # A label nobody wrote stays at the "no" side instead of failing the training.
            if 0 < positive.sum() < len(positive):
                machine = LinearSVC(C=self.C, random_state=self.random_state)
                machine.fit(matrix, positive)
                # Halves are what the artefact holds; rounding here keeps scores equal before
                # saving and after loading.
                coef[:, k] = machine.coef_[0].astype(np.float16)
                intercept[k] = machine.intercept_[0]
        return vocabulary, coef, intercept

    # --- answering ----------------------------------------------------------------------

    def decision_function(self, X: Sequence[str]) -> Matrix:  # noqa: N803
        """(n, 28) uncalibrated scores."""
        check_is_fitted(self, "coef_")
        return self._decide([views(text[:READ_LIMIT]) for text in X])

    def _decide(self, documents: Sequence[Sequence[View]]) -> Matrix:
        return _scores(self.vocabulary_, self.coef_, self.intercept_, documents)

    def predict_proba(self, X: Sequence[str]) -> Matrix:  # noqa: N803
        """(n, 28) calibrated probabilities, one per label; rows need not add up to one."""
        return self.calibration_.probabilities(self.decision_function(X))

    def predict(self, X: Sequence[str]) -> NDArray[np.int8]:  # noqa: N803
        """(n, 28) 0/1: labels over their threshold, not_applicable where none is."""
        return decide(self.predict_proba(X), self.thresholds_)

    def assess(
        self, texts: Sequence[str], urls: Sequence[str | None] | None = None
    ) -> list[Opinion]:
        """An Opinion for each text. `urls` may be given; a text is never judged by them alone."""
        check_is_fitted(self, "coef_")
        if urls is not None and len(urls) != len(texts):
            raise ValueError("texts and urls differ in number")
        opinions: list[Opinion] = []
        for start in range(0, len(texts), BATCH):
            documents = [views(text[:READ_LIMIT]) for text in texts[start : start + BATCH]]
            probabilities = self.calibration_.probabilities(self._decide(documents))
            trust = confidence(probabilities, self.thresholds_)
            chosen = decide(probabilities, self.thresholds_)
            for i, document in enumerate(documents):
                opinions.append(
                    Opinion(
                        labels=ranked(probabilities[i]),
                        abstained=bool(
                            trust[i] < self.abstain_below_ or self._unreadable(document)
                        ),
                        grounds=self._grounds(document, probabilities[i], chosen[i]),
                    )
                )
        return opinions

    def _unreadable(self, document: Sequence[View]) -> bool:
        """Too little, or too much that no training text ever had: any answer is a guess."""
        grams = ngrams(document[0].text.strip(), (1, 2))
        if len(grams) < 9:
            return True
        known = self.vocabulary_.columns[0]
        return sum(gram in known for gram in grams) < 0.5 * len(grams)

    def _grounds(
        self, document: Sequence[View], probability: Matrix, chosen: NDArray[np.int8]
    ) -> tuple[Ground, ...]:
        wanted = [k for k in np.flatnonzero(chosen).tolist() if k != NOT_APPLICABLE_INDEX]
        if not wanted:
            best = int(np.argmax(probability))
            wanted = [] if best == NOT_APPLICABLE_INDEX else [best]
        wanted.sort(key=lambda k: (-probability[k], k))
        return grounds(document, self.vocabulary_, LENGTHS, self.coef_, wanted[:2])

    # --- identity -----------------------------------------------------------------------

    @property
    def model_id(self) -> str:
        """Name and a short hash of everything learned; equal models have equal ids."""
        check_is_fitted(self, "coef_")
        digest = hashlib.sha256()
        for key, value in sorted(self.learned().items()):
            digest.update(key.encode())
            digest.update(str(value.dtype).encode() + str(value.shape).encode())
            digest.update(np.ascontiguousarray(value).tobytes())
        return f"{self.name}-{digest.hexdigest()[:12]}"

    def learned(self) -> dict[str, NDArray[Any]]:
        """Everything learned, as plain arrays: the content of an artefact."""
        terms = {
            f"terms_{v}": np.frombuffer("\n".join(view).encode(), dtype=np.uint8)
            for v, view in enumerate(self.vocabulary_.terms)
        }
        return {
            **terms,
            "idf": self.vocabulary_.idf,
            "coef": self.coef_.astype(np.float16),
            "intercept": self.intercept_,
            "calibration": self.calibration_.weights,
            "thresholds": self.thresholds_,
            "abstain_below": np.asarray([self.abstain_below_]),
        }

    @classmethod
    def from_learned(cls, parameters: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> Triage:
        """Rebuild an estimator from parameters and arrays; a misfit raises ValueError."""
        triage = cls(**parameters)
        terms = []
        for v in range(len(LENGTHS)):
            joined = arrays[f"terms_{v}"].tobytes().decode()
            terms.append(joined.split("\n") if joined else [])
        triage.vocabulary_ = Vocabulary(terms, arrays["idf"].astype(np.float32))
        triage.coef_ = arrays["coef"].astype(np.float32)
        triage.intercept_ = arrays["intercept"].astype(np.float32)
        triage.calibration_ = Calibration(arrays["calibration"].astype(np.float64))
        triage.thresholds_ = arrays["thresholds"].astype(np.float64)
        triage.abstain_below_ = float(arrays["abstain_below"][0])
        triage.classes_ = np.asarray(LABELS)
        labels = len(LABELS)
        shapes = {
            "coef": (triage.coef_.shape, (triage.vocabulary_.size, labels)),
            "intercept": (triage.intercept_.shape, (labels,)),
            "calibration": (triage.calibration_.weights.shape, (labels, 2)),
            "thresholds": (triage.thresholds_.shape, (labels,)),
        }
        for name, (found, expected) in shapes.items():
            if found != expected:
                raise ValueError(f"{name} has shape {found}, expected {expected}")
        for name, array in arrays.items():
            if array.dtype.kind == "f" and not np.isfinite(array).all():
                raise ValueError(f"{name} holds values that are not numbers")
        return triage


def indicator(y: Any) -> NDArray[np.int8]:
    """(n, 28) 0/1 from label sets, or from such an array; unknown labels raise ValueError."""
    if isinstance(y, np.ndarray) and y.ndim == 2:
        if y.shape[1] != len(LABELS):
            raise ValueError(f"expected {len(LABELS)} columns, found {y.shape[1]}")
        return y.astype(np.int8)
    rows: list[Iterable[str]] = list(y)
    targets = np.zeros((len(rows), len(LABELS)), dtype=np.int8)
    for i, labels in enumerate(rows):
        for label in (labels,) if isinstance(labels, str) else labels:
            if label not in INDEX:
                raise ValueError(f"unknown label {label!r}")
            targets[i, INDEX[label]] = 1
    return targets


def decide(probabilities: Matrix, thresholds: Matrix) -> NDArray[np.int8]:
    """(n, 28) 0/1: labels over their threshold, not_applicable exactly where none is."""
    chosen = (probabilities >= thresholds).astype(np.int8)
    chosen[:, NOT_APPLICABLE_INDEX] = 0
    chosen[:, NOT_APPLICABLE_INDEX] = chosen.sum(axis=1) == 0
    return chosen


def confidence(probabilities: Matrix, thresholds: Matrix) -> Matrix:
    """(n,) the probability of the answer given less that of the runner-up."""
    chosen = decide(probabilities, thresholds)
    given = np.where(chosen == 1, probabilities, 0).max(axis=1)
    other = np.where(chosen == 0, probabilities, 0).max(axis=1)
    return np.asarray(given - other, dtype=np.float64)


def ranked(probability: Matrix) -> tuple[LabelProbability, ...]:
    """All labels, the most probable first; ties keep the frozen order."""
    order = np.argsort(-probability, kind="stable")
    return tuple(LabelProbability(LABELS[k], float(probability[k])) for k in order)


def _scores(
    vocabulary: Vocabulary,
    coef: NDArray[np.float32],
    intercept: NDArray[np.float32],
    documents: Sequence[Sequence[View]],
) -> Matrix:
    return np.asarray(vocabulary.matrix(documents) @ coef + intercept, dtype=np.float64)


__all__ = [
    "Ground",
    "LabelProbability",
    "Opinion",
    "Triage",
    "confidence",
    "decide",
    "indicator",
    "ranked",
]
