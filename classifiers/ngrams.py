"""Character n-grams of the normalised views as a sparse TF-IDF matrix, with their positions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from classifiers.views import View

FloatArray = NDArray[np.float32]

# n-gram lengths taken from each view, in the order of `views`.
LENGTHS: tuple[tuple[int, ...], ...] = ((1, 2, 3), (1, 2, 3))


def ngrams(text: str, lengths: Iterable[int]) -> list[str]:
    """All n-grams of the given lengths, shorter lengths first, left to right."""
    found: list[str] = list(text) if 1 in lengths else []
    for length in lengths:
        if length > 1:
            found.extend(
                map("".join, zip(*(islice(text, k, None) for k in range(length)), strict=False))
            )
    return found


class Vocabulary:
    """The n-grams one model knows, a column per (view, n-gram), with IDF weights.

    `terms[v]` are the n-grams of view v in column order; `idf` covers all columns, float32.
    """

    def __init__(self, terms: Sequence[Sequence[str]], idf: FloatArray) -> None:
        self.terms = tuple(tuple(view) for view in terms)
        self.idf = idf
        self.offsets = (0, *np.cumsum([len(view) for view in self.terms]).tolist())
        self.columns: tuple[dict[str, int], ...] = tuple(
            {term: self.offsets[v] + position for position, term in enumerate(view)}
            for v, view in enumerate(self.terms)
        )
        if len(idf) != self.offsets[-1]:
            raise ValueError("idf and terms differ in length")

    @property
    def size(self) -> int:
        return int(self.offsets[-1])

    @classmethod
    def learn(cls, documents: Sequence[Sequence[View]], min_df: int) -> Vocabulary:
        """Keep the n-grams found in at least `min_df` documents; columns in code point order."""
        terms: list[list[str]] = []
        frequencies: list[int] = []
        for v, lengths in enumerate(LENGTHS):
            counted: Counter[str] = Counter()
            for document in documents:
                counted.update(set(ngrams(document[v].text, lengths)))
            kept = sorted(term for term, count in counted.items() if count >= min_df)
            terms.append(kept)
            frequencies.extend(counted[term] for term in kept)
        df = np.asarray(frequencies, dtype=np.float64)
        idf = np.log((1 + len(documents)) / (1 + df)) + 1
        return cls(terms, idf.astype(np.float32))

    def matrix(self, documents: Sequence[Sequence[View]]) -> csr_matrix:
        """(documents × columns) float32; sublinear TF-IDF, each view's block of length one."""
        row_ends = [0]
        indices: list[NDArray[np.int32]] = []
        data: list[FloatArray] = []
        filled = 0
        for document in documents:
            for v, lengths in enumerate(LENGTHS):
                column = self.columns[v]
                counted = {
                    column[term]: count
                    for term, count in Counter(ngrams(document[v].text, lengths)).items()
                    if term in column
                }
                if not counted:
                    continue
                ids = np.fromiter(counted.keys(), dtype=np.int32, count=len(counted))
                counts = np.fromiter(counted.values(), dtype=np.float32, count=len(counted))
                values = (1 + np.log(counts)) * self.idf[ids]
                indices.append(ids)
                data.append(values / np.float32(np.sqrt(values @ values)))
                filled += len(counted)
            row_ends.append(filled)
        matrix = csr_matrix(
            (
                np.concatenate(data) if data else np.empty(0, dtype=np.float32),
                np.concatenate(indices) if indices else np.empty(0, dtype=np.int32),
                np.asarray(row_ends, dtype=np.int32),
            ),
            shape=(len(documents), self.size),
        )
        matrix.sort_indices()
        return matrix
