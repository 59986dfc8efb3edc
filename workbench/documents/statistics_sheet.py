"""Tables of counts as CSV and XLSX files that no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

# What makes a spreadsheet compute a cell (OWASP, CSV injection), also in full width.
_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@dataclass(frozen=True)
class CountTable:
    """A titled table: headings, then rows of a name and its counts."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str | int | float, ...], ...]


def safe_text(text: str) -> str:
    """A text that stays a text in any spreadsheet."""
    return f"'{text}" if text.startswith(_STARTS) else text


def tables_csv(tables: Sequence[CountTable]) -> bytes:
    """All tables one below the other; UTF-8 with a byte order mark, as Japanese Excel wants it."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    for table in tables:
        writer.writerow([safe_text(table.title)])
        writer.writerow([safe_text(name) for name in table.headings])
        for row in table.rows:
            writer.writerow([safe_text(c) if isinstance(c, str) else c for c in row])
        writer.writerow([])
    return stream.getvalue().encode("utf-8-sig")


def tables_xlsx(tables: Sequence[CountTable]) -> bytes:
    """A workbook with one sheet a table; every text cell is typed as text."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    for number, table in enumerate(tables, start=1):
        # Sheet names allow 31 characters and none of these.
        clean = "".join(" " if c in "[]:*?/\\" else c for c in table.title)[:27]
        sheet = book.create_sheet(f"{number} {clean}")
        for row in (table.headings, *table.rows):
            cells = []
            for value in row:
                cell = WriteOnlyCell(sheet, value)
                if isinstance(value, str):
                    cell.data_type = "s"
                    cell.quotePrefix = value.startswith(_STARTS)
                cells.append(cell)
            sheet.append(cells)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
