"""Every kind of damage in a reference file is BadInput naming the file, the row and the field."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from workbench.domain.errors import BadInput
from workbench.messages import render
from workbench.reference import load
from workbench.reference.folders import data_folder

FOLDER = data_folder() / "reference"
LISTS = sorted(p.name for p in FOLDER.glob("*.json") if p.name != "priority_weights.json")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "reference"))


def refused(folder: Path, *said: str) -> None:
    with pytest.raises(BadInput) as error:
        load(folder)
    for language in ("ja", "en"):
        text = render(error.value.message, language)
        for part in said:
            assert part in text, text


def change(folder: Path, name: str, act: Callable[[Any], Any]) -> None:
    """Rewrite one file from its shipped content; `act` changes the document or returns another."""
    document = json.loads((FOLDER / name).read_bytes())
    changed = act(document)
    made = document if changed is None else changed
    (folder / name).write_text(json.dumps(made, ensure_ascii=False), encoding="utf-8")


def put(row: int, field: str, value: Any) -> Callable[[Any], None]:
    def act(document: Any) -> None:
        document[row][field] = value

    return act


def test_the_copy_loads(copy: Path) -> None:
    assert load(copy) == load(FOLDER)


@pytest.mark.parametrize("name", [*LISTS, "priority_weights.json"])
def test_a_file_that_is_not_there_or_not_json(copy: Path, name: str) -> None:
    path = copy / name
    for raw in (
        b"",
        b"{",
        b"[",
        b"\xff\xfe",
        b"NaN",
        b"[NaN]",
        b'[{"id": 1, "id": 2}]',
        b"[" * 99_999,
    ):
        path.write_bytes(raw)
        refused(copy, name)
    for raw in (
        b"1",
        b'"x"',
        b"null",
        b"true",
        b"[1]" if name != "priority_weights.json" else b"[]",
    ):
        path.write_bytes(raw)
        refused(copy, name)
    path.unlink()
    refused(copy, name, "missing")


@pytest.mark.parametrize("name", LISTS)
def test_every_field_of_every_list(copy: Path, name: str) -> None:
    shipped = json.loads((FOLDER / name).read_bytes())
    for place in (0, len(shipped) - 1):
        row = shipped[place]
        where = f"{place + 1} ({row.get('id', '?')})"
        for field, value in row.items():

            def without(document: Any, place: int = place, field: str = field) -> None:
                del document[place][field]

            change(copy, name, without)
            refused(copy, name, f"{place + 1} (", field, "missing")
            wrong: list[Any] = [{"a": 1}, 1.5]
            if not isinstance(value, bool):
                wrong.append(True)
            if isinstance(value, str):
                wrong += [None, 3, ["x"]]
            if isinstance(value, list):
                wrong += [None, "x", [1], [None], [["x"]]]
            if isinstance(value, bool):
                wrong += ["true", 1, None]
            for bad in wrong:
                change(copy, name, put(place, field, bad))
                refused(copy, name, f"{place + 1} (", field)
        change(copy, name, put(place, "colour", "red"))
        refused(copy, name, where, "colour", "unknown field")
        change(copy, name, lambda document: [*document, ["a", "list"]])
        refused(copy, name, str(len(shipped) + 1), "object")


@pytest.mark.parametrize("name", [n for n in LISTS if n != "glossary.json"])
def test_ids_stand_once_and_are_words(copy: Path, name: str) -> None:
    shipped = json.loads((FOLDER / name).read_bytes())
    change(copy, name, lambda document: [*document, document[0]])
    refused(copy, name, f"{len(shipped) + 1} ({shipped[0]['id']})", "id", "twice")
    for bad in ("", "Upper", "with blank", "日本語", "a-b", "a.b", "../x"):
        change(copy, name, put(0, "id", bad))
        refused(copy, name, "1 (", "id")


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        ("taxonomy.json", "division_ids", ["nowhere"]),
        ("taxonomy.json", "measures", ["nothing_known"]),
        ("taxonomy.json", "class", "unheard_of"),
        ("taxonomy.json", "band", "tomorrow"),
        ("taxonomy.json", "handling", "S4"),
        ("labels.json", "categories", ["unheard_of"]),
        ("labels.json", "categories", []),
        ("addressees.json", "type", "unheard_of"),
        ("addressees.json", "layer", "moon"),
        ("addressees.json", "channel", "pigeon"),
        ("addressees.json", "language", "fr"),
        ("addressee_types.json", "layer", "moon"),
        ("clocks.json", "binding_for", "everybody"),
        ("clocks.json", "source", " "),
        ("reasons.json", "classes", ["unheard_of"]),
        ("taxonomy.json", "ja", ""),
        ("divisions.json", "en", "\u3000"),
        ("glossary.json", "ja", ""),
    ],
)
def test_references_and_choices(copy: Path, name: str, field: str, value: Any) -> None:
    change(copy, name, put(1, field, value))
    refused(copy, name, "2 (", field)


@pytest.mark.parametrize("name", ["taxonomy.json", "addressees.json"])
@pytest.mark.parametrize(
    "value",
    [
        "2025-13-01",
        "2025-02-30",
        "1 March 2025",
        "令和7年3月1日",
        "",
        "2025-03-01T00:00:00",
        20250301,
    ],
)
def test_dates(copy: Path, name: str, value: Any) -> None:
    for field in ("valid_from", "valid_to"):
        change(copy, name, put(2, field, value))
        refused(copy, name, "3 (", field, "must be a date")


@pytest.mark.parametrize("name", ["taxonomy.json", "addressees.json"])
def test_a_validity_that_ends_before_it_begins(copy: Path, name: str) -> None:
    def act(document: Any) -> None:
        document[2] |= {"valid_from": "2025-03-01", "valid_to": "2025-02-28"}

    change(copy, name, act)
    refused(copy, name, "3 (", "valid_to", "before valid_from")


@pytest.mark.parametrize("name", ["sources.json", "measures.json", "result_codes.json"])
def test_a_word_the_program_uses_may_not_be_missing(copy: Path, name: str) -> None:
    gone = json.loads((FOLDER / name).read_bytes())[1]["id"]
    change(copy, name, lambda document: [row for row in document if row["id"] != gone])
    if name == "measures.json":
        refused(copy, gone)
    else:
        refused(copy, name, gone, "missing")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("version", ""),
        ("version", 1),
        ("bounds", {"immediate": 70}),
        ("bounds", {"immediate": 40, "same_day": 70}),
        ("bounds", {"immediate": 500, "same_day": 40}),
        ("limits", {"min": 100, "max": 0}),
        ("limits", {"min": 0, "max": "100"}),
        ("band_points", {}),
        ("band_points", {"immediate": 1, "same_day": 1, "routine": 1, "never": 1}),
        ("class_points", {"illegal": 1}),
        ("label_points", {"unheard_of": 1}),
        ("sources", {"patrol": 1.5}),
        ("sources", {"patrol": 18}),
        ("signals", []),
        ("signals", {"spread": 3}),
        ("signals", {"spread": {"points": "3", "ja": "あ", "en": "a"}}),
        ("signals", {"spread": {"points": 3, "ja": "", "en": "a"}}),
        ("imminence_words", "今夜"),
        ("life_words", [1]),
    ],
)
def test_weights(copy: Path, field: str, value: Any) -> None:
    def act(document: Any) -> None:
        document[field] = value

    change(copy, "priority_weights.json", act)
    refused(copy, "priority_weights.json", field)


def test_every_field_of_the_weights_is_needed(copy: Path) -> None:
    for field in json.loads((FOLDER / "priority_weights.json").read_bytes()):

        def act(document: Any, field: str = field) -> None:
            del document[field]

        change(copy, "priority_weights.json", act)
        refused(copy, "priority_weights.json", field, "missing")
    change(copy, "priority_weights.json", lambda document: {**document, "colour": {}})
    refused(copy, "priority_weights.json", "colour")


def test_no_folder_says_which_file_is_missing(tmp_path: Path) -> None:
    refused(tmp_path / "nowhere", "taxonomy.json", "missing")
