"""What a write changed: the one thing screens refresh on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

Result = TypeVar("Result")


EVERYTHING = "*"


@dataclass(frozen=True)
class Changes(Generic[Result]):
    """The result of a Desk method that writes, and the (kind, id) of everything it changed."""

    result: Result
    touched: frozenset[tuple[str, str]] = frozenset()

    def concerns(self, kind: str, subject_id: str | None = None) -> bool:
        """Whether a thing of this kind (or exactly this one) changed, or may have."""
        return any(
            k == EVERYTHING or (k == kind and subject_id in (None, i)) for k, i in self.touched
        )


def changed_outside() -> Changes[None]:
    """Another process wrote: what it touched is not known, so everything may have changed."""
    return Changes(None, frozenset({(EVERYTHING, "")}))


def changed(
    result: Result, *touched: tuple[str, str] | Iterable[tuple[str, str]]
) -> Changes[Result]:
    """`Changes` from pairs, or collections of pairs."""
    pairs: set[tuple[str, str]] = set()
    for item in touched:
        if isinstance(item, tuple) and len(item) == 2 and isinstance(item[0], str):
            pairs.add((item[0], str(item[1])))
        else:
            pairs |= {(kind, str(i)) for kind, i in item}
    return Changes(result, frozenset(pairs))
