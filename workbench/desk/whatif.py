"""What if: the open queue ranked under other weights, before anything is saved.

The stored factors of every open report are read once into arrays; each trial is then a few array
operations, so that a supervisor sees the effect while moving a slider.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

import numpy as np
import numpy.typing as npt

from workbench.domain.priority import BANDS, Weights, spread_steps
from workbench.store.queue import BAND_RANK

Ints = npt.NDArray[np.int64]

_NOT_FOUND = -1


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


class QueueTable:
    """The open queue as arrays: identities, scores, and what the factors are made of."""

    def __init__(self, slices: Iterable[Sequence[Any]]) -> None:
        """From (id, score, band rank, set by hand, factors as JSON text), in slices."""
        self.ids: list[str] = []
        scores: list[int] = []
        ranks: list[int] = []
        by_hand: list[bool] = []
        self._names: dict[str, dict[str, int]] = {
            n: {} for n in ("source", "label", "class", "band")
        }
        self._signals: dict[str, int] = {}
        columns: dict[str, list[int]] = {n: [] for n in self._names}
        share: list[float] = []
        counted: list[tuple[int, int, int]] = []
        place = 0
        for part in slices:
            parsed = json.loads("[" + ",".join(row[4] for row in part) + "]")
            for row, factors in zip(part, parsed, strict=True):
                self.ids.append(row[0])
                scores.append(row[1])
                ranks.append(row[2])
                by_hand.append(bool(row[3]))
                here = dict.fromkeys(columns, _NOT_FOUND)
                probability = 0.0
                for factor in factors:
                    name = factor["factor"]
                    if name in ("source", "label", "class", "usual_band"):
                        kind = "band" if name == "usual_band" else name
                        known = self._names[kind]
                        here[kind] = known.setdefault(factor["about"], len(known))
                        if name == "label":
                            probability = factor["value"] or 0.0
                    elif name != "limit":
                        times = spread_steps(int(factor["value"])) if name == "spread" else 1
                        signal = self._signals.setdefault(name, len(self._signals))
                        counted.append((place, signal, times))
                for kind, column in columns.items():
                    column.append(here[kind])
                share.append(probability)
                place += 1
        self._score: Ints = np.array(scores, dtype=np.int64)
        self._rank: Ints = np.array(ranks, dtype=np.int64)
        self._by_hand = np.array(by_hand, dtype=bool)
        self._columns = {kind: np.array(column, dtype=np.int64) for kind, column in columns.items()}
        self._share = np.array(share, dtype=np.float64)
        self._times = np.zeros((place, len(self._signals)), dtype=np.int64)
        if counted:
            rows, signals, times = np.array(counted, dtype=np.int64).T
            self._times[rows, signals] = times
        halves = [UUID(report_id).int for report_id in self.ids]
        self._high = np.array([number >> 64 for number in halves], dtype=np.uint64)
        self._low = np.array([number & (2**64 - 1) for number in halves], dtype=np.uint64)

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
            total += self._times[:, column] * weights.signal_points.get(name, 0)
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
