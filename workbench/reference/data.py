"""What the reference data says: categories, labels, divisions, addressees, clocks, weights."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from workbench.domain.decision import MEASURES, RESULT_CODES
from workbench.domain.errors import M_, BadInput, Name
from workbench.domain.priority import BANDS
from workbench.domain.report import LEVELS, SOURCES
from workbench.reference import rows as r

CLASSES = ("illegal", "serious_crime", "suicide", "harmful_other", "routing")
_LAYERS = (
    "page", "platform", "host", "registrar", "search", "app_store", "ad_network",
    "hotline", "agency", "bank", "filter", "partner",
)  # fmt: skip


@dataclass(frozen=True)
class Category:
    """A row of the taxonomy; `cls` is its class id, `unconfirmed` marks doubtful law or scope."""

    id: str
    name: Name
    cls: str
    class_ja: str
    group: str
    ihc: str
    law: str
    law_source: str
    unconfirmed: bool
    division_ids: tuple[str, ...]
    measures: tuple[str, ...]
    band: str
    handling: str
    valid_from: date | None
    valid_to: date | None
    aliases: tuple[str, ...]


@dataclass(frozen=True)
class Label:
    """A classifier label and the categories it proposes, the usual one first."""

    id: str
    name: Name
    categories: tuple[str, ...]


@dataclass(frozen=True)
class Division:
    """A division a case may be handed to."""

    id: str
    name: Name
    contact: str
    unconfirmed: bool


@dataclass(frozen=True)
class Addressee:
    """Who is asked: one operator or body, with the layer it stands at."""

    id: str
    type: str
    layer: str
    name: Name
    channel: str
    language: str
    contact: str
    valid_from: date | None
    valid_to: date | None
    designated: bool
    unconfirmed: bool


@dataclass(frozen=True)
class PeriodClock:
    """A period in days; binding only toward `binding_for` (`none`: a guide, 目安)."""

    id: str
    name: Name
    days: int
    binding: str
    binding_for: str
    applies_to: str
    use: str
    source: str
    unconfirmed: bool


@dataclass(frozen=True)
class Word:
    """A word of a short list (source, measure, result code) in both languages."""

    id: str
    name: Name


@dataclass(frozen=True)
class Reason:
    """A ready-made reason for a finding, offered for categories of these classes."""

    id: str
    name: Name
    classes: tuple[str, ...]


@dataclass(frozen=True)
class Term:
    """A glossary entry."""

    ja: str
    en: str
    where: str


@dataclass(frozen=True)
class PriorityWeights:
    """The points of the priority; see `workbench.domain.priority`."""

    version: str
    bounds: dict[str, int]
    class_points: dict[str, int]
    band_points: dict[str, int]
    label_points: dict[str, int]
    signal_points: dict[str, int]
    sources: dict[str, int]
    limits: dict[str, int]
    imminence_words: tuple[str, ...]
    life_words: tuple[str, ...]


@dataclass(frozen=True)
class Reference:
    """All reference data, checked across files."""

    categories: dict[str, Category]
    labels: dict[str, Label]
    divisions: dict[str, Division]
    addressees: dict[str, Addressee]
    clocks: dict[str, PeriodClock]
    sources: dict[str, Word]
    measures: dict[str, Word]
    result_codes: dict[str, Word]
    reasons: tuple[Reason, ...]
    glossary: tuple[Term, ...]
    weights: PriorityWeights
    weights_document: dict[str, Any]

    def category(self, category_id: str, on: date) -> Category:
        """The category valid on that day; BadInput when unknown or not valid then."""
        found = self.categories.get(category_id)
        if found is None:
            raise BadInput(M_("There is no category {id}.", id=category_id[:80]))
        _must_hold(found.name, found.valid_from, found.valid_to, on)
        return found

    def addressee(self, addressee_id: str, on: date) -> Addressee:
        """The addressee valid on that day; BadInput when unknown or not valid then."""
        found = self.addressees.get(addressee_id)
        if found is None:
            raise BadInput(
                M_("There is no addressee {id}.", id=addressee_id[:80]),
                M_("Known: {names}", names=", ".join(self.addressees)),
            )
        _must_hold(found.name, found.valid_from, found.valid_to, on)
        return found

    def categories_of_label(self, label: str) -> list[Category]:
        """The categories a label proposes, the usual one first."""
        return [self.categories[name] for name in self.labels[label].categories]

    def reasons_for(self, cls: str) -> list[Reason]:
        """Ready-made reasons for a category of this class."""
        return [reason for reason in self.reasons if cls in reason.classes]

    def class_name(self, cls: str) -> Name:
        """A class of the taxonomy in both languages."""
        japanese = next((c.class_ja for c in self.categories.values() if c.cls == cls), cls)
        return Name(japanese, cls.replace("_", " "))


def _must_hold(name: Name, start: date | None, end: date | None, on: date) -> None:
    if start is not None and on < start:
        raise BadInput(M_("{name} is valid from {day} only.", name=name, day=start.isoformat()))
    if end is not None and on > end:
        raise BadInput(M_("{name} was valid until {day}.", name=name, day=end.isoformat()))


def _name(row: dict[str, Any]) -> dict[str, Any]:
    return {"name": Name(row.pop("ja"), row.pop("en")), **row}


_NAMED: r.Fields = {"id": r.word, "ja": r.filled, "en": r.filled}
_DATES: r.Fields = {"valid_from": r.day, "valid_to": r.day}

Built = TypeVar("Built")


def load(folder: Path) -> Reference:
    """Load and check everything; BadInput names file, row and field of the first error."""
    categories = _categories(folder / "taxonomy.json")
    labels = {
        row["id"]: Label(**_name(row))
        for row in r.read_rows(folder / "labels.json", {**_NAMED, "categories": r.texts})
    }
    divisions = {
        row["id"]: Division(**_name(row))
        for row in r.read_rows(
            folder / "divisions.json", {**_NAMED, "contact": r.text, "unconfirmed": r.flag}
        )
    }
    addressees = _addressees(folder)
    clocks = {
        row["id"]: PeriodClock(**_name(row))
        for row in r.read_rows(
            folder / "clocks.json",
            {
                **_NAMED,
                "days": r.whole,
                "binding": r.filled,
                "binding_for": r.one_of("victim", "none"),
                "applies_to": r.filled,
                "use": r.filled,
                "source": r.filled,
                "unconfirmed": r.flag,
            },
        )
    }
    glossary = tuple(
        Term(**row)
        for row in r.read_rows(
            folder / "glossary.json", {"ja": r.filled, "en": r.filled, "where": r.text}
        )
    )
    weights_document = r.read_json(folder / WEIGHTS_FILE)
    reference = Reference(
        categories,
        labels,
        divisions,
        addressees,
        clocks,
        _words(folder / "sources.json", SOURCES),
        _words(folder / "measures.json", MEASURES),
        _words(folder / "result_codes.json", RESULT_CODES),
        tuple(
            Reason(**_name(row))
            for row in r.read_rows(folder / "reasons.json", {**_NAMED, "classes": r.texts})
        ),
        glossary,
        read_weights(weights_document, set(labels)),
        weights_document,
    )
    _check_across(reference)
    return reference


def _categories(path: Path) -> dict[str, Category]:
    fields: r.Fields = {
        **_NAMED,
        "class": r.one_of(*CLASSES),
        "class_ja": r.filled,
        "group": r.text,
        "ihc": r.text,
        "law": r.text,
        "law_source": r.text,
        "unconfirmed": r.flag,
        "division_ids": r.texts,
        "measures": r.texts,
        "band": r.one_of(*BANDS),
        "handling": r.one_of(*LEVELS),
        **_DATES,
        "aliases": r.texts,
    }
    found = {}
    for place, row in enumerate(r.read_rows(path, fields), start=1):
        _check_dates(path.name, place, row)
        row["cls"] = row.pop("class")
        found[row["id"]] = Category(**_name(row))
    return found


def _addressees(folder: Path) -> dict[str, Addressee]:
    types_path, path = folder / "addressee_types.json", folder / "addressees.json"
    layer = r.one_of(*_LAYERS)
    types = r.read_rows(types_path, {**_NAMED, "layer": layer, "when": r.text})
    fields: r.Fields = {
        **_NAMED,
        "type": r.one_of(*(row["id"] for row in types)),
        "layer": layer,
        "channel": r.one_of("form", "mail", "letter", "sheet"),
        "language": r.one_of("ja", "en"),
        "contact": r.text,
        **_DATES,
        "designated": r.flag,
        "unconfirmed": r.flag,
    }
    found = {}
    for place, row in enumerate(r.read_rows(path, fields), start=1):
        _check_dates(path.name, place, row)
        found[row["id"]] = Addressee(**_name(row))
    return found


def _check_dates(file: str, place: int, row: dict[str, Any]) -> None:
    start, end = row["valid_from"], row["valid_to"]
    if start is not None and end is not None and end < start:
        r.problem(file, f"{place} ({row['id']})", "valid_to", "lies before valid_from")


def _words(path: Path, known: tuple[str, ...]) -> dict[str, Word]:
    found = {row["id"]: Word(**_name(row)) for row in r.read_rows(path, _NAMED)}
    for name in known:
        if name not in found:
            r.problem(path.name, "-", "id", f"{name} is missing")
    return found


WEIGHTS_FILE = "priority_weights.json"


def read_weights(document: Any, labels: set[str]) -> PriorityWeights:
    """The points of a weights document (of the file, or one the office saved); BadInput otherwise."""
    file = WEIGHTS_FILE
    if not isinstance(document, dict):
        r.problem(file, "-", "-", "must be an object")

    def signals(value: Any) -> dict[str, int]:
        if not isinstance(value, dict):
            raise r.FieldProblem("must be an object of signals")
        fields: r.Fields = {"points": r.whole, "ja": r.filled, "en": r.filled}
        return {
            name: r.read_fields(file, f"signals.{name}", row, fields)["points"]
            for name, row in value.items()
        }

    fields: r.Fields = {
        "version": r.filled,
        "bounds": r.points,
        "class_points": r.points,
        "band_points": r.points,
        "label_points": r.points,
        "signals": signals,
        "sources": r.points,
        "limits": r.points,
        "imminence_words": r.texts,
        "life_words": r.texts,
    }
    found = r.read_fields(file, "-", document, fields)
    for field, names in (
        ("bounds", {"immediate", "same_day"}),
        ("limits", {"min", "max"}),
        ("band_points", set(BANDS)),
        ("class_points", set(CLASSES)),
        ("sources", set(SOURCES)),
        ("label_points", labels),
    ):
        odd = names ^ set(found[field])
        if odd:
            r.problem(file, "-", field, f"{sorted(odd)[0]} is missing or unknown")
    low, high = found["limits"]["min"], found["limits"]["max"]
    if not low < found["bounds"]["same_day"] < found["bounds"]["immediate"] <= high:
        r.problem(file, "-", "bounds", "must rise from same_day to immediate within limits")
    found["signal_points"] = found.pop("signals")
    return PriorityWeights(**found)


def _check_across(reference: Reference) -> None:
    for place, reason in enumerate(reference.reasons, start=1):
        for cls in reason.classes:
            if cls not in CLASSES:
                r.problem("reasons.json", f"{place} ({reason.id})", "classes", f"no class {cls}")
    for place, category in enumerate(reference.categories.values(), start=1):
        name = f"{place} ({category.id})"
        for division in category.division_ids:
            if division not in reference.divisions:
                r.problem("taxonomy.json", name, "division_ids", f"no division {division}")
        for measure in category.measures:
            if measure not in reference.measures:
                r.problem("taxonomy.json", name, "measures", f"no measure {measure}")
    for place, label in enumerate(reference.labels.values(), start=1):
        name = f"{place} ({label.id})"
        if not label.categories:
            r.problem("labels.json", name, "categories", "must not be empty")
        for category_id in label.categories:
            if category_id not in reference.categories:
                r.problem("labels.json", name, "categories", f"no category {category_id}")
