"""Reading the rows of one reference file; every error names file, row and field."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

from workbench.domain.errors import M_, BadInput

Fields = dict[str, Callable[[Any], Any]]


class FieldProblem(ValueError):
    """A value of a field is not what it must be; the text says what was expected."""


def problem(file: str, row: object, field: str, why: str) -> NoReturn:
    """Raise BadInput naming file, row and field."""
    raise BadInput(
        M_(
            "Reference data: {file}, row {row}, field {field}: {why}",
            file=file,
            row=str(row),
            field=field,
            why=why,
        )
    )


def read_json(path: Path) -> Any:
    """A JSON document without duplicate keys or NaN; BadInput naming the file otherwise."""

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in items]
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            raise ValueError(f"{sorted(twice)[0]} stands twice in one object")
        return dict(items)

    def constant(text: str) -> NoReturn:
        raise ValueError(f"{text} is no value")

    try:
        return json.loads(path.read_bytes(), object_pairs_hook=pairs, parse_constant=constant)
    except FileNotFoundError:
        problem(path.name, "-", "-", "the file is missing")
    except (ValueError, RecursionError) as error:
        problem(path.name, "-", "-", f"not readable JSON ({error})")


def read_rows(path: Path, fields: Fields) -> list[dict[str, Any]]:
    """The rows of a file that is a list of objects with exactly these fields and unique ids."""
    document = read_json(path)
    if not isinstance(document, list):
        problem(path.name, "-", "-", "must be a list of rows")
    rows = []
    seen: set[Any] = set()
    for place, row in enumerate(document, start=1):
        if not isinstance(row, dict):
            problem(path.name, place, "-", "must be an object")
        name = f"{place} ({row.get('id', '?')})"
        rows.append(read_fields(path.name, name, row, fields))
        if "id" in fields:
            if row["id"] in seen:
                problem(path.name, name, "id", "stands twice")
            seen.add(row["id"])
    return rows


def read_fields(file: str, name: str, row: Any, fields: Fields) -> dict[str, Any]:
    """One object's fields, each read by its function."""
    if not isinstance(row, dict):
        problem(file, name, "-", "must be an object")
    for field in row.keys() - fields.keys():
        problem(file, name, field, "unknown field")
    found = {}
    for field, read in fields.items():
        if field not in row:
            problem(file, name, field, "missing")
        try:
            found[field] = read(row[field])
        except FieldProblem as error:
            problem(file, name, field, str(error))
    return found


def text(value: Any) -> str:
    if not isinstance(value, str):
        raise FieldProblem("must be a text")
    return value


def filled(value: Any) -> str:
    if not text(value).strip():
        raise FieldProblem("must not be empty")
    return str(value)


def word(value: Any) -> str:
    if not text(value).replace("_", "").isalnum() or not value.isascii() or value.lower() != value:
        raise FieldProblem("must be a lower-case id")
    return str(value)


def flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise FieldProblem("must be true or false")
    return value


def whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise FieldProblem("must be a whole number")
    return value


def day(value: Any) -> date | None:
    """An ISO date or null."""
    if value is None:
        return None
    try:
        return date.fromisoformat(text(value))
    except ValueError:
        raise FieldProblem("must be a date like 2025-03-01, or null") from None


def one_of(*known: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if value not in known:
            raise FieldProblem(f"must be one of {', '.join(known)}")
        return str(value)

    return read


def texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise FieldProblem("must be a list of texts")
    return tuple(text(item) for item in value)


def points(value: Any) -> dict[str, int]:
    if not isinstance(value, dict):
        raise FieldProblem("must be an object of whole numbers")
    return {text(name): whole(number) for name, number in value.items()}
