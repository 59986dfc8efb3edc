"""How a function of the limited process refuses its input."""

from __future__ import annotations


class Refused(Exception):
    """The input is refused; `word` names the reason (texts are in `isolate`)."""

    def __init__(self, word: str, **values: str | int) -> None:
        super().__init__(word)
        self.word = word
        self.values = values
