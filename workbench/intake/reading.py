"""Any file an officer brings, as a stream of drafts and rejections."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from workbench.domain.errors import M_, BadInput
from workbench.intake.drafts import Draft, Rejection, rejected
from workbench.intake.mail import mail_rows
from workbench.intake.pasted import read_lines
from workbench.intake.records import MAX_JSON, read_json, read_json_lines
from workbench.intake.sheets import read_workbook
from workbench.intake.sniffing import MAX_UNPACKED, FileKind, open_source, sniff_source
from workbench.intake.sources import Damaged, Source, text_lines, whole_text
from workbench.intake.tables import read_table


def read_file(
    path: Path, *, row_offset: int = 0, max_unpacked: int = MAX_UNPACKED
) -> Iterator[Draft | Rejection]:
    """Rows of a csv, tsv, txt, json, jsonl, xlsx or eml file, plain or gzipped, in file order.

    One row is one sighting: exactly one Draft or Rejection. Rows are numbered from `row_offset` + 1
    as the user sees them: headings and blank lines are not counted; in txt and eml every address
    counts as a row. Memory stays constant for csv, tsv, txt and jsonl. What a damaged gzip file still
    gives comes first, then one Rejection for its rest. BadInput when the file as a whole cannot be
    used (missing, folder, empty, binary, too large, no addresses); Unavailable when the disk refuses.
    """
    source = open_source(path)
    return _rows(source, sniff_source(source, max_unpacked), row_offset)


def _rows(source: Source, kind: FileKind, row_offset: int) -> Iterator[Draft | Rejection]:
    if kind.format == "xlsx":
        return read_workbook(source, row_offset)
    if kind.format == "eml":
        return _mail(source, row_offset)
    if kind.format == "json":
        if kind.size > MAX_JSON or (source.path and source.path.stat().st_size > MAX_JSON):
            raise BadInput(
                M_(
                    "The JSON file {name} is larger than {limit} MiB.",
                    name=source.name,
                    limit=MAX_JSON >> 20,
                ),
                M_("Save it as JSON Lines, one record a line."),
            )
        try:
            text = whole_text(source, kind.encoding)
        except UnicodeDecodeError:
            raise BadInput(M_("{name} is not valid JSON.", name=source.name)) from None
        except Damaged:
            raise BadInput(
                M_(
                    "The compressed file {name} is damaged; nothing in it can be read.",
                    name=source.name,
                )
            ) from None
        return read_json(text, source.name, row_offset)
    lines = text_lines(source.chunks(), kind.encoding)
    if kind.format == "jsonl":
        return read_json_lines(lines, row_offset)
    if kind.format == "txt":
        return read_lines(lines, row_offset)
    return read_table(lines, kind.delimiter, row_offset)


def _mail(source: Source, row_offset: int) -> Iterator[Draft | Rejection]:
    rows, tables = mail_rows(source, row_offset)
    row = row_offset
    for item in rows:
        row = item.row
        yield item
    for table in tables:
        try:
            for item in _rows(table, sniff_source(table), row):
                row = item.row
                if isinstance(item, Draft):
                    item.extra["attachment"] = table.name
                yield item
        except BadInput as error:
            row += 1
            yield rejected(row, error.message, table.name)
