"""Reference data: loaded once, checked, with valid-from dates; never code."""

from workbench.reference.data import (
    Addressee,
    Category,
    Division,
    Label,
    PeriodClock,
    PriorityWeights,
    Reference,
    load,
)

__all__ = [
    "Addressee",
    "Category",
    "Division",
    "Label",
    "PeriodClock",
    "PriorityWeights",
    "Reference",
    "load",
]
