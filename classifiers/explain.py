"""Grounds: the spans of a text as given that spoke for the labels proposed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifiers.labels import LABELS
from classifiers.ngrams import Vocabulary, ngrams
from classifiers.views import View

LIMIT = 12
_LONGEST = 40


@dataclass(frozen=True)
class Ground:
    """A span [start, end) in code points of the text as given, and its weight (> 0) for a label."""

    start: int
    end: int
    weight: float
    label: str


def grounds(
    document: Sequence[View],
    vocabulary: Vocabulary,
    lengths: Sequence[Sequence[int]],
    coef: NDArray[np.float32],
    labels: Sequence[int],
) -> tuple[Ground, ...]:
    """The heaviest spans for the given label positions, at most LIMIT, the heaviest first.

    Each n-gram spreads its contribution to the score evenly over the code points it came from;
    neighbouring code points that speak for the label make one span.
    """
    found: list[Ground] = []
    extent = max((int(view.ends[-1]) for view in document if len(view.ends)), default=0)
    if not labels or not extent:
        return ()
    per_label = [np.zeros(extent + 1) for _ in labels]
    for v, view in enumerate(document):
        column = vocabulary.columns[v]
        positions: list[int] = []
        sizes: list[int] = []
        ids: list[int] = []
        for length in lengths[v]:
            for position, term in enumerate(ngrams(view.text, (length,))):
                known = column.get(term)
                if known is not None:
                    positions.append(position)
                    sizes.append(length)
                    ids.append(known)
        if not ids:
            continue
        columns = np.asarray(ids)
        first = np.asarray(positions)
        size = np.asarray(sizes)
        unique, inverse, counts = np.unique(columns, return_inverse=True, return_counts=True)
        values = (1 + np.log(counts)) * vocabulary.idf[unique]
        values = values / np.sqrt(values @ values) / counts
        begin = view.starts[first]
        end = view.ends[first + size - 1]
        for place, k in enumerate(labels):
            share = values[inverse] * coef[columns, k] / (end - begin)
            # Difference array: adding the share at begin and taking it away at end.
            np.add.at(per_label[place], begin, share)
            np.add.at(per_label[place], end, -share)
    for place, k in enumerate(labels):
        weight = np.cumsum(per_label[place])[:extent]
        found.extend(_spans(weight, LABELS[k]))
    found.sort(key=lambda ground: (-ground.weight, ground.start, ground.label))
    return tuple(found[:LIMIT])


def _spans(weight: NDArray[np.float64], label: str) -> list[Ground]:
    """Runs of code points well over the average of what speaks for the label."""
    positive = weight[weight > 1e-9]
    if not len(positive):
        return []
    floor = max(1e-9, float(positive.mean()) * 0.75)
    marked = np.concatenate(([False], weight >= floor, [False]))
    edges = np.flatnonzero(marked[1:] != marked[:-1])
    spans = []
    for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        for cut in range(start, end, _LONGEST):
            stop = min(end, cut + _LONGEST)
            spans.append(Ground(cut, stop, round(float(weight[cut:stop].sum()), 6), label))
    return [span for span in spans if span.weight > 0]
