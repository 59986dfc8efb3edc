"""CSV and TSV as they come: stray quotes, broken bytes and mixed line ends cost one row, not more."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from workbench.domain.errors import M_, BadInput, Message
from workbench.intake.columns import Columns, find_columns
from workbench.intake.drafts import Draft, Rejection, draft_of, rejected, unusable
from workbench.intake.sources import UnreadLine, unread

# A quoted cell with more lines than this is a forgotten closing quote.
_QUOTED_LINES = 100
_QUOTED_LENGTH = 1 << 18
_QUOTED_TRIES = 5
_PREVIEW = 60
_ADDRESS = re.compile(r"h[tx*]{2}ps?\s?\W{0,3}[:：]", re.IGNORECASE)
_ONE_COLUMN = "\0"

_QUOTES = M_("The quotation marks of the row do not match, so its cells cannot be told apart.")
_TOO_MANY = M_("The row has more cells than the heading, so its cells cannot be told apart.")


def split_cells(text: str, delimiter: str) -> list[str] | None:
    """The cells of one record; None when a quotation mark is left open or stands wrong."""
    sign = delimiter or _ONE_COLUMN
    if '"' not in text:
        return text.split(sign)
    cells: list[str] = []
    place, end = 0, len(text)
    while True:
        start = place
        while start < end and text[start] == " ":
            start += 1
        if start < end and text[start] == '"':
            close = _closing(text, start + 1)
            if close < 0:
                return None
            cells.append(text[start + 1 : close].replace('""', '"'))
            place = close + 1
            while place < end and text[place] == " ":
                place += 1
            if place == end:
                return cells
            if text[place] != sign:
                return None
            place += 1
        else:
            stop = text.find(sign, place)
            if stop < 0:
                cells.append(text[place:])
                return cells
            cells.append(text[place:stop])
            place = stop + 1


def _closing(text: str, place: int) -> int:
    while True:
        found = text.find('"', place)
        if found < 0 or text[found + 1 : found + 2] != '"':
            return found
        place = found + 2


class _Record(NamedTuple):
    line: int
    raw: str
    cells: list[str]
    problem: Message | None = None


class _Records:
    """Logical records of a table: a stray quote stays in its line, an honest one may span lines."""

    def __init__(self, lines: Iterator[str], delimiter: str) -> None:
        self._lines = lines
        self._ahead: deque[str] = deque()
        self._sign = delimiter or _ONE_COLUMN
        self.width = 0

    def __iter__(self) -> Iterator[_Record]:
        number = 0
        while True:
            line = self._ahead.popleft() if self._ahead else next(self._lines, None)
            if line is None:
                return
            number += 1
            if (problem := unread(line)) is not None:
                yield _Record(number, str(line), [], problem)
                continue
            if '"' not in line:
                cells: list[str] | None = line.split(self._sign)
                record = _Record(number, line, cells or [])
                used = 1
            else:
                record, used = self._quoted(number, line)
            if not self.width and any(cell.strip() for cell in record.cells):
                self.width = len(record.cells)
            yield record
            number += used - 1

    def _quoted(self, number: int, line: str) -> tuple[_Record, int]:
        cells = split_cells(line, self._sign)
        if cells is not None:
            return _Record(number, line, cells), 1
        parts, length, tries = [line], len(line), 0
        for place in range(_QUOTED_LINES):
            following = self._peek(place)
            if (
                following is None
                or isinstance(following, UnreadLine)
                or self._stands_alone(following)
            ):
                break
            parts.append(following)
            length += len(following)
            if length > _QUOTED_LENGTH:
                break
            close = _closing(following, 0) if '"' in following else -1
            if close < 0:
                continue
            if following[close + 1 :].lstrip(" ")[:1] not in ("", self._sign):
                # A mark inside a word closes nothing: the first one was a stray.
                break
            joined = "\n".join(parts)
            cells = split_cells(joined, self._sign)
            if cells is not None and (not self.width or len(cells) == self.width):
                for _ in parts[1:]:
                    self._ahead.popleft()
                return _Record(number, joined, cells), len(parts)
            tries += 1
            if cells is not None or tries == _QUOTED_TRIES:
                break
        # The mark closes nowhere: it is a letter of its cell.
        literal = line.split(self._sign)
        fits = len(literal) == self.width or not self.width
        return _Record(number, line, literal, None if fits else _QUOTES), 1

    def _peek(self, place: int) -> str | None:
        while len(self._ahead) <= place:
            line = next(self._lines, None)
            if line is None:
                return None
            self._ahead.append(line)
        return self._ahead[place]

    def _stands_alone(self, line: str) -> bool:
        """Whether a line is a whole row itself, so that it cannot be the middle of a cell."""
        if _ADDRESS.search(line[:4_000]) is None:
            return False
        cells = split_cells(line, self._sign) or line.split(self._sign)
        return len(cells) == self.width if self.width > 1 else line.lstrip(' "').lower()[:1] == "h"


def read_table(
    lines: Iterator[str], delimiter: str, row_offset: int = 0
) -> Iterator[Draft | Rejection]:
    """Rows of a table with or without a heading; rows = drafts + rejections.

    A row is a record with something in it: the heading and blank lines are not counted, a quoted
    cell may hold line ends. BadInput when no column holds addresses.
    """
    source = _Records(lines, delimiter)
    records = iter(source)
    start: list[_Record] = []
    for record in records:
        if record.problem or any(cell.strip() for cell in record.cells):
            start.append(record)
            if len(start) >= _PREVIEW:
                break
    columns = find_columns([record.cells for record in start if not record.problem])
    if columns is None:
        if source.width > 1 or not start:
            raise BadInput(M_("No column with addresses was found."))
        columns = Columns(("url",), ("url",), False)
    if columns.has_heading:
        heading = next(i for i, record in enumerate(start) if not record.problem)
        del start[heading]
    row = row_offset
    fields = [(i, name) for i, name in enumerate(columns.fields) if name]
    others = [(i, columns.headings[i]) for i, name in enumerate(columns.fields) if not name]
    width = len(columns.fields)
    for part in (iter(start), records):
        for record in part:
            cells = record.cells
            count = len(cells)
            if record.problem is None and not any(map(str.strip, cells)):
                continue
            row += 1
            problem = record.problem or unusable(record.raw)
            if problem is None and count > width and columns.has_heading and any(cells[width:]):
                problem = _TOO_MANY
            if problem is not None:
                yield rejected(row, problem, record.raw, record.line)
                continue
            if count < width:
                cells = cells + [""] * (width - count)
            extra = {name: cells[i] for i, name in others if cells[i]}
            if count > width:
                extra |= {f"column {i + 1}": cells[i] for i in range(width, count) if cells[i]}
            extra["line"] = str(record.line)
            values = {name: cells[i] for i, name in fields}
            yield draft_of(row, values, extra, record.raw, record.line)
