"""The two readings of a text as arrays: what n-grams are taken from and grounds point back by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifiers.features import readings


@dataclass(frozen=True)
class View:
    """One reading: character i of `text` stands for `starts[i]:ends[i]` of the text as given."""

    text: str
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]


def views(given: str) -> tuple[View, View]:
    """The plain and the folded reading of a text."""
    plain, folded = (
        View(r.text, np.asarray(r.starts, dtype=np.int64), np.asarray(r.ends, dtype=np.int64))
        for r in readings(given)
    )
    return plain, folded
