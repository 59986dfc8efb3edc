"""What if: the open queue ranked under other weights, before anything is saved.

What every open report's priority rests on is read once into arrays; each trial is then a few array
operations, so that a supervisor sees the effect while moving a slider.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.desk.rank_order import RankOrder
from workbench.domain.priority import BAND_RANK, BANDS, Factor, Weights, basis_of

Ints = npt.NDArray[np.int64]

_NOT_FOUND = -1
_KINDS = ("source", "label", "class", "band")


@dataclass(frozen=True)
class Ranking:
    """One order of the queue: places are 0-based, `order` lists reports from the first place on."""

    score: Ints
    band_rank: Ints
    order: Ints

    @cached_property
    def place(self) -> Ints:
        """The place of each report."""
        places = np.empty_like(self.order)
        places[self.order] = np.arange(len(self.order))
        return places

    def counts(self) -> dict[str, int]:
        """Reports in each band."""
        return {band: int((self.band_rank == BAND_RANK[band]).sum()) for band in BANDS}


@dataclass(frozen=True)
class WhatIf:
    """Today's order beside the order under trial weights."""

    ids: Sequence[str]
    now: Ranking
    trial: Ranking

    @cached_property
    def moved(self) -> int:
        """Reports that change their place."""
        return int((self.now.place != self.trial.place).sum())

    @cached_property
    def risen(self) -> int:
        """Reports whose band rises."""
        return int((self.trial.band_rank > self.now.band_rank).sum())

    @cached_property
    def fallen(self) -> int:
        """Reports whose band falls."""
        return int((self.trial.band_rank < self.now.band_rank).sum())


def _basis_of_json(text: str) -> str:
    factors = [Factor(f["factor"], f["points"], f["about"], f["value"]) for f in json.loads(text)]
    return basis_of(factors)


class QueueTable:
    """The open queue as arrays: identities, scores, and what the factors are made of."""

    def __init__(self, slices: Iterable[Sequence[Any]]) -> None:
        """From (id, score, band rank, set by hand, basis), in slices."""
        packed = bytearray()
        # Arrays, not lists: a number in a list takes four times the room.
        scores, ranks, by_hand = array("i"), array("b"), array("b")
        self._names: dict[str, dict[str, int]] = {kind: {} for kind in _KINDS}
        self._signals: dict[str, int] = {}
        columns = {kind: array("i") for kind in _KINDS}
        kinds = [(self._names[kind], columns[kind]) for kind in _KINDS]
        share = array("d")
        rows, which, times = array("i"), array("i"), array("i")
        understood: dict[str, list[tuple[int, int]]] = {}
        for part in slices:
            packed += bytes.fromhex("".join(row[0] for row in part).replace("-", ""))
            for _, score, rank, hand, basis in part:
                if basis.startswith("["):
                    basis = _basis_of_json(basis)
                source, label, probability, cls, band, signals = basis.split("|")
                for (names, column), name in zip(kinds, (source, label, cls, band), strict=True):
                    column.append(names.setdefault(name, len(names)) if name else _NOT_FOUND)
                if signals:
                    counts = understood.get(signals)
                    if counts is None:
                        counts = understood[signals] = self._counts(signals)
                    for signal, count in counts:
                        rows.append(len(scores))
                        which.append(signal)
                        times.append(count)
                share.append(float(probability))
                scores.append(score)
                ranks.append(rank)
                by_hand.append(hand)
        self._score: Ints = np.array(scores, dtype=np.int64)
        self._rank: Ints = np.array(ranks, dtype=np.int64)
        self._by_hand = np.array(by_hand, dtype=bool)
        self._columns = {kind: np.array(column, dtype=np.int32) for kind, column in columns.items()}
        self._share = np.array(share, dtype=np.float64)
        self._times = np.zeros((len(scores), len(self._signals)), dtype=np.int16)
        self._times[np.array(rows, dtype=np.intp), np.array(which, dtype=np.intp)] = times
        self.ids = RankOrder(packed)
        halves = np.frombuffer(bytes(packed), dtype=">u8").astype(np.uint64).reshape(-1, 2)
        self._high, self._low = halves[:, 0], halves[:, 1]

    def _counts(self, signals: str) -> list[tuple[int, int]]:
        """`signal,signal*times` as numbers; a signal seen for the first time gets the next one."""
        found = []
        for text in signals.split(","):
            name, _, times = text.partition("*")
            number = self._signals.setdefault(name, len(self._signals))
            found.append((number, int(times or 1)))
        return found

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def now(self) -> Ranking:
        """The queue as it stands."""
        return self._ranked(self._score, self._rank)

    def scores(self, weights: Weights) -> Ints:
        """Every report's score under `weights`; the same as `domain.priority.reweigh` gives."""
        total = self._points("source", weights.sources)
        total += self._shared("label", weights.label_points)
        total += self._shared("class", weights.class_points)
        total += self._shared("band", weights.band_points)
        for name, column in self._signals.items():
            total += self._times[:, column].astype(np.int64) * weights.signal_points.get(name, 0)
        return np.clip(total, weights.limits["min"], weights.limits["max"])

    def what_if(self, weights: Weights) -> WhatIf:
        """The queue under `weights` beside today's; a band set by hand stays."""
        score = self.scores(weights)
        computed = np.where(
            score >= weights.bounds["immediate"],
            BAND_RANK["immediate"],
            np.where(
                score >= weights.bounds["same_day"], BAND_RANK["same_day"], BAND_RANK["routine"]
            ),
        )
        rank = np.where(self._by_hand, self._rank, computed)
        return WhatIf(self.ids, self.now, self._ranked(score, rank))

    def _ranked(self, score: Ints, rank: Ints) -> Ranking:
        # The last key sorts first: band, then score, then the older report.
        order = np.lexsort((self._low, self._high, -score, -rank))
        return Ranking(score, rank, order.astype(np.int64))

    def _points(self, kind: str, points: Any) -> Ints:
        table = np.array([points.get(name, 0) for name in self._names[kind]] + [0], dtype=np.int64)
        found: Ints = table[self._columns[kind]]
        return found

    def _shared(self, kind: str, points: Any) -> Ints:
        # Half to even, as Python rounds.
        found: Ints = np.rint(self._points(kind, points) * self._share).astype(np.int64)
        return found
