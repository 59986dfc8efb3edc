"""Excel workbooks (xlsx): checked as an archive first, then read cell by cell without formulas."""

from __future__ import annotations

import re
import tempfile
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time
from itertools import chain, islice
from typing import IO, Any
from xml.etree.ElementTree import ParseError

import openpyxl
from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]
from openpyxl.utils.exceptions import InvalidFileException

from workbench.domain.errors import M_, BadInput
from workbench.intake.columns import find_columns
from workbench.intake.drafts import Draft, Rejection, draft_of, rejected, unusable
from workbench.intake.sources import Damaged, Source

MAX_PARTS = 5_000
MAX_UNPACKED = 512 << 20
MAX_RATIO = 400
_DECLARATION = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_BROKEN = (
    zipfile.BadZipFile,
    InvalidFileException,
    ParseError,
    DefusedXmlException,
    KeyError,
    ValueError,
    TypeError,
    IndexError,
    AttributeError,
    OverflowError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    SyntaxError,
    zlib.error,
)


def read_workbook(source: Source, row_offset: int = 0) -> Iterator[Draft | Rejection]:
    """Rows of every sheet that has a column of addresses; numbers go on from sheet to sheet.

    A sheet with rows but without addresses is one rejection that names it. A formula counts as the
    value last saved with it and is never evaluated. BadInput for an archive that is no workbook,
    unpacks too large, or whose XML declares entities.
    """
    with tempfile.SpooledTemporaryFile(max_size=8 << 20) as stream:
        try:
            for chunk in source.chunks():
                stream.write(chunk)
        except Damaged:
            raise BadInput(
                M_(
                    "The compressed file {name} is damaged; nothing in it can be read.",
                    name=source.name,
                )
            ) from None
        _check_archive(stream, source.name)
        stream.seek(0)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                book = openpyxl.load_workbook(
                    stream, read_only=True, data_only=True, keep_links=False
                )
        except _BROKEN as error:
            raise BadInput(
                M_("{name} is damaged or no Excel workbook.", name=source.name)
            ) from error
        try:
            yield from _sheets(book, source.name, row_offset)
        finally:
            book.close()


def _check_archive(stream: IO[bytes], name: str) -> None:
    stream.seek(0)
    try:
        with zipfile.ZipFile(stream) as archive:
            parts = archive.infolist()
            names = {part.filename for part in parts}
            if "[Content_Types].xml" not in names or not any(n.startswith("xl/") for n in names):
                raise BadInput(M_("{name} is an archive, not an Excel workbook.", name=name))
            size = sum(part.file_size for part in parts)
            packed = sum(part.compress_size for part in parts)
            bomb = size > MAX_UNPACKED or (size > (16 << 20) and size > MAX_RATIO * max(1, packed))
            if len(parts) > MAX_PARTS or bomb or len(names) != len(parts):
                raise BadInput(
                    M_("The workbook {name} unpacks too large and is not read.", name=name)
                )
            for part in parts:
                if part.filename.endswith((".xml", ".rels", ".vml")):
                    with archive.open(part) as member:
                        head = member.read(1 << 16)
                    if _DECLARATION.search(head.replace(b"\0", b"")):
                        raise BadInput(
                            M_(
                                "The workbook {name} declares XML entities and is not read.",
                                name=name,
                            )
                        )
    except BadInput:
        raise
    except _BROKEN as error:
        raise BadInput(M_("{name} is damaged or no Excel workbook.", name=name)) from error


def _sheets(book: Any, name: str, row_offset: int) -> Iterator[Draft | Rejection]:
    row = row_offset
    used = False
    unused: list[str] = []
    for sheet in book.worksheets:
        # The size a sheet declares may be wrong or hostile.
        sheet.reset_dimensions()
        records = _filled(sheet)
        try:
            start = list(islice(records, 60))
            columns = find_columns([cells for _, cells in start])
            if columns is None:
                if start:
                    unused.append(sheet.title)
                continue
            used = True
            fields = [(i, field) for i, field in enumerate(columns.fields) if field]
            others = [(i, columns.headings[i]) for i, f in enumerate(columns.fields) if not f]
            for number, cells in chain(start[1 if columns.has_heading else 0 :], records):
                row += 1
                raw = "\t".join(cells)
                cells = cells + [""] * (len(columns.fields) - len(cells))
                problem = unusable(raw)
                if problem is not None:
                    yield rejected(row, problem, raw, number)
                    continue
                extra = {heading: cells[i] for i, heading in others if cells[i]}
                for i in range(len(columns.fields), len(cells)):
                    if cells[i]:
                        extra[f"column {i + 1}"] = cells[i]
                extra |= {"sheet": sheet.title, "line": str(number)}
                yield draft_of(row, {f: cells[i] for i, f in fields}, extra, raw, number)
        except _BROKEN as error:
            if not used:
                raise BadInput(M_("{name} is damaged or no Excel workbook.", name=name)) from error
            row += 1
            reason = M_("The rest of the sheet {sheet} is damaged.", sheet=sheet.title)
            yield rejected(row, reason, "")
    if not used:
        raise BadInput(M_("No column with addresses was found."))
    for title in unused:
        row += 1
        reason = M_("The sheet {sheet} has no column with addresses and was not read.", sheet=title)
        yield rejected(row, reason, title)


def _filled(sheet: Any) -> Iterator[tuple[int, list[str]]]:
    """(row number in the sheet, cells as text) of every row with something in it."""
    for number, values in enumerate(sheet.iter_rows(values_only=True), 1):
        cells = [_text(value) for value in values]
        while cells and not cells[-1]:
            cells.pop()
        if any(cell.strip() for cell in cells):
            yield number, cells


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return (
            value.strftime("%Y/%m/%d %H:%M:%S") if value.time() != time() else f"{value:%Y/%m/%d}"
        )
    if isinstance(value, date):
        return f"{value:%Y/%m/%d}"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)
