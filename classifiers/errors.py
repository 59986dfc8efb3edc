"""What the classifier refuses, as ValueErrors a caller can tell apart."""

from __future__ import annotations


class ClassifierError(ValueError):
    """Something given to the classifier cannot be used."""


class ArtefactError(ClassifierError):
    """A model folder is missing, unreadable, altered or of another protocol."""


class RecordError(ClassifierError):
    """A line of a corpus or an evaluation file is not a usable record; names the line."""
