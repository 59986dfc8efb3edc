"""The data that ships: complete, each row with its source, doubtful values marked."""

import json
from datetime import date
from pathlib import Path

import pytest

from classifiers import artefact
from workbench.domain.decision import MEASURES, NEEDS_REVIEW, RESULT_CODES
from workbench.domain.errors import BadInput
from workbench.domain.priority import BANDS
from workbench.domain.report import SOURCES
from workbench.reference import Reference, load
from workbench.reference.data import CLASSES
from workbench.reference.folders import data_folder, models_folder

FOLDER = data_folder() / "reference"
ON = date(2026, 11, 26)
# What a source says when a value was not confirmed against the text of the law.
DOUBT = ("mem", "ver", "proposal", "scan")


@pytest.fixture(scope="module")
def reference() -> Reference:
    return load(FOLDER)


def rows(name: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads((FOLDER / name).read_bytes())
    return found


def test_counts(reference: Reference) -> None:
    assert len(reference.categories) == 48
    assert len(reference.labels) == 28
    assert len(reference.divisions) == 9
    assert len(reference.addressees) == 28
    assert set(reference.sources) == set(SOURCES)
    assert set(reference.measures) == set(MEASURES)
    assert set(reference.result_codes) == set(RESULT_CODES)
    assert len(reference.glossary) > 100


def test_every_label_of_the_model_proposes_categories(reference: Reference) -> None:
    model = artefact.load(models_folder() / "triage-seed")
    opinion = model.assess(["架空の銀行です。暗証番号を入力してください。"], [""])[0]
    assert {p.label for p in opinion.labels} <= set(reference.labels)
    for label in reference.labels:
        found = reference.categories_of_label(label)
        assert found
        assert all(c.id in reference.categories for c in found)


def test_every_category_can_be_worked_with(reference: Reference) -> None:
    assert {c.cls for c in reference.categories.values()} == set(CLASSES)
    assert NEEDS_REVIEW in reference.categories
    for category in reference.categories.values():
        assert category.division_ids, category.id
        assert category.band in BANDS
        assert category.name.ja != category.name.en
        assert reference.reasons_for(category.cls), category.cls
        assert reference.class_name(category.cls).ja == category.class_ja


def test_what_is_doubtful_is_marked(reference: Reference) -> None:
    for category in reference.categories.values():
        assert category.law_source, category.id
        if any(word in category.law_source.split("(")[0] for word in DOUBT):
            assert category.unconfirmed, category.id
        if "要確認" in category.law:
            assert category.unconfirmed, category.id
    for clock in reference.clocks.values():
        assert clock.source, clock.id
        if any(word in f"{clock.source} {clock.binding}" for word in ("mem", "verify")):
            assert clock.unconfirmed, clock.id
    for division in reference.divisions.values():
        # Nobody confirmed an agency's telephone book: its own people fill it in.
        assert division.unconfirmed or division.contact, division.id
    for addressee in reference.addressees.values():
        assert addressee.unconfirmed or not addressee.contact, addressee.id


def test_a_period_binds_toward_the_victim_only(reference: Reference) -> None:
    assert reference.clocks["jopla_7days"].binding_for == "victim"
    for clock in reference.clocks.values():
        assert clock.days > 0
        assert (
            clock.binding_for == "victim"
            or "目安" in clock.use
            or clock.id
            in (
                "ihc_police_hold_2days",
                "log_preservation_30days",
                "log_retention_guess",
            )
        )


def test_designated_operators_count_from_their_day(reference: Reference) -> None:
    designated = [a for a in reference.addressees.values() if a.designated]
    assert len(designated) == 9
    for addressee in designated:
        assert addressee.valid_from in (date(2025, 4, 30), date(2025, 5, 30)), addressee.id
        with pytest.raises(BadInput, match=str(addressee.valid_from)):
            reference.addressee(addressee.id, date(2025, 4, 29))
        assert reference.addressee(addressee.id, ON) is addressee


def test_the_readme_names_every_file_and_its_source() -> None:
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    for path in FOLDER.glob("*.json"):
        assert path.name in text, path.name


def test_every_level_of_child_protection_is_the_strictest(reference: Reference) -> None:
    strict = [c for c in reference.categories.values() if c.handling == "S3"]
    assert {"child_sexual_abuse_material", "nonconsensual_intimate_image"} <= {c.id for c in strict}


def test_unknown_ids_and_days_are_refused(reference: Reference) -> None:
    for act in (reference.category, reference.addressee):
        with pytest.raises(BadInput, match="nonsense"):
            act("nonsense", ON)
        with pytest.raises(BadInput):
            act("x" * 10_000, ON)


def test_names_are_in_both_languages(reference: Reference) -> None:
    for kind in (
        "categories",
        "labels",
        "divisions",
        "addressees",
        "clocks",
        "sources",
        "measures",
    ):
        names = [row.name for row in getattr(reference, kind).values()]
        assert len({n.ja for n in names}) == len({n.en for n in names}) == len(names), kind


def test_loading_twice_gives_the_same(reference: Reference) -> None:
    assert load(Path(FOLDER)) == reference
