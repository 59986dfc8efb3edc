"""A queue of any length as packed ids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import overload
from uuid import UUID

from workbench.domain.priority import BAND_RANK, BANDS

_FROM_THE_TOP = sorted(BANDS, key=lambda band: -BAND_RANK[band])


def band_at(place: int, counts: Mapping[str, int]) -> str:
    """The band a place of the whole order lies in, given how many stand in each."""
    for band in _FROM_THE_TOP:
        place -= counts[band]
        if place < 0:
            return band
    raise IndexError(place)


class RankOrder(Sequence[str]):
    """Report ids in rank order, packed: a million take 16 MB."""

    def __init__(self, packed: bytearray) -> None:
        """16 bytes of UUID for each id, one after the other; taken over, not copied."""
        self._packed = packed

    def remove(self, place: int) -> None:
        """Take out the id at a place."""
        del self._packed[place * 16 : place * 16 + 16]

    def insert(self, place: int, report_id: str) -> None:
        """Put an id before the one at a place."""
        self._packed[place * 16 : place * 16] = UUID(report_id).bytes

    def bands(self, shown: Sequence[str], counts: Mapping[str, int]) -> RankOrder:
        """Only the reports of these bands (all when empty), given how many stand in each.

        A band is one run of the whole order.
        """
        if not shown:
            return RankOrder(self._packed[:])
        parts, start = [], 0
        for band in _FROM_THE_TOP:
            end = start + 16 * counts[band]
            if band in shown:
                parts.append(self._packed[start:end])
            start = end
        return RankOrder(bytearray().join(parts))

    def without(self, report_ids: Iterable[str]) -> RankOrder:
        """The others in the same order."""
        places = sorted(p for i in report_ids if (p := self.place_of(i)) is not None)
        parts, start = [], 0
        for place in places:
            parts.append(self._packed[start : place * 16])
            start = place * 16 + 16
        return RankOrder(bytearray().join([*parts, self._packed[start:]]))

    def padded(self, length: int) -> RankOrder:
        """With places of nobody (zeros) behind, up to `length`."""
        return RankOrder(self._packed.ljust(length * 16, b"\0"))

    @classmethod
    def of(cls, ids: Iterable[str]) -> RankOrder:
        return cls(bytearray().join(UUID(report_id).bytes for report_id in ids))

    def __len__(self) -> int:
        return len(self._packed) // 16

    @overload
    def __getitem__(self, place: int) -> str: ...

    @overload
    def __getitem__(self, place: slice) -> list[str]: ...

    def __getitem__(self, place: int | slice) -> str | list[str]:
        if isinstance(place, slice):
            return [self[i] for i in range(*place.indices(len(self)))]
        if not 0 <= place < len(self):
            raise IndexError(place)
        return str(UUID(bytes=bytes(self._packed[place * 16 : place * 16 + 16])))

    def place_of(self, report_id: str) -> int | None:
        """Where an id stands, or None."""
        wanted = UUID(report_id).bytes
        start = 0
        while (found := self._packed.find(wanted, start)) >= 0:
            if found % 16 == 0:
                return found // 16
            start = found + 1
        return None
