"""JSON: a list of records, an object that holds one, or one record a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from workbench.domain.errors import M_, BadInput
from workbench.intake.columns import field_of, holds_url
from workbench.intake.drafts import Draft, Rejection, draft_of, rejected, unusable
from workbench.intake.sources import unread

MAX_JSON = 256 << 20

_LIST_KEYS = ("reports", "items", "results", "records", "rows", "data", "urls", "entries", "list")
_NO_ADDRESS = M_("There is no address in the row.")
_DAMAGED = M_("The row is not valid JSON.")


def read_json(text: str, name: str, row_offset: int = 0) -> Iterator[Draft | Rejection]:
    """Rows of a JSON text: its list, or the list inside its object; an object alone is one row.

    BadInput when the text is no JSON or holds neither.
    """
    try:
        tree = _parsed(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise BadInput(M_("{name} is not valid JSON.", name=name)) from error
    for row, item in enumerate(_list_of(tree, name), row_offset + 1):
        yield _row(row, item, 0, None)


def read_json_lines(lines: Iterator[str], row_offset: int = 0) -> Iterator[Draft | Rejection]:
    """Rows of JSON Lines; a broken line is one rejection, a blank one is not counted."""
    row = row_offset
    for number, line in enumerate(lines, 1):
        problem = unread(line)
        if problem is None and not line.strip():
            continue
        row += 1
        problem = problem or unusable(line)
        if problem is None:
            try:
                item = _parsed(line)
            except (ValueError, RecursionError):
                problem = _DAMAGED
        if problem is not None:
            yield rejected(row, problem, line, number)
        else:
            yield _row(row, item, number, line)


def _list_of(tree: Any, name: str) -> list[Any]:
    if isinstance(tree, list):
        return tree
    if isinstance(tree, dict):
        if any(isinstance(v, str) and field_of(k) == "url" for k, v in tree.items()):
            return [tree]
        lists = {key: value for key, value in tree.items() if isinstance(value, list) and value}
        for key in (*(key for key in _LIST_KEYS if key in lists), *lists):
            if any(isinstance(item, dict | str) for item in lists[key]):
                return list(lists[key])
        if any(isinstance(v, str) and holds_url(v) for v in tree.values()):
            return [tree]
    raise BadInput(M_("{name} holds no list of addresses.", name=name))


def _row(row: int, item: Any, line: int, raw_line: str | None) -> Draft | Rejection:
    try:
        raw = raw_line if raw_line is not None else json.dumps(item, ensure_ascii=False)
    except RecursionError:
        return rejected(row, _DAMAGED, "", line)
    if isinstance(item, str):
        item = {"url": item}
    if not isinstance(item, dict):
        return rejected(row, _NO_ADDRESS, raw, line)
    texts = {str(key): _text(value) for key, value in item.items()}
    for text in (*texts, *texts.values()):
        # An escape such as \u0000 or a lone \ud800 is valid JSON and still cannot be stored.
        if (problem := unusable(text)) is not None:
            return rejected(row, problem, raw, line)
    cells: dict[str, str] = {}
    extra: dict[str, str] = {}
    for key, text in texts.items():
        field = field_of(key)
        if field and field not in cells and text:
            cells[field] = text
        elif text:
            extra[key[:200]] = text
    if "url" not in cells:
        found = next((key for key, text in extra.items() if holds_url(text)), None)
        if found is None:
            return rejected(row, _NO_ADDRESS, raw, line)
        cells["url"] = extra.pop(found)
    if line:
        extra["line"] = str(line)
    return draft_of(row, cells, extra, raw, line)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        raise
    except ValueError:
        # A whole number longer than Python turns into one: its digits are all that is wanted.
        return json.loads(text, parse_int=str)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    try:
        return json.dumps(value, ensure_ascii=False)
    except RecursionError:
        return ""
