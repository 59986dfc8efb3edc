"""The design tokens: contrast computed again, one icon for one meaning, every icon there."""

import json
from pathlib import Path
from typing import Any

import pytest
import qtawesome

from workbench.domain.case import REFERRAL_WORKFLOW
from workbench.domain.priority import BANDS
from workbench.domain.removal import REMOVAL_WORKFLOW
from workbench.domain.report import LEVELS, REPORT_WORKFLOW
from workbench.reference.data import CLASSES
from workbench.ui.design.theme import Theme, style_sheet, tokens

LEAST = {"text": 4.5, "shape": 3.0}


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast_of_every_pair(scheme: str) -> None:
    colours = tokens()["colour"][scheme]
    pairs = 0
    for kind, listed in tokens()["contrast"][scheme].items():
        for pair in listed:
            front, back = pair.split(" on ")
            assert contrast(colours[front], colours[back]) >= LEAST[kind], (scheme, pair)
            pairs += 1
    assert pairs > 60


def icons(node: Any) -> list[str]:
    if isinstance(node, dict):
        return [name for value in node.values() for name in icons(value)]
    return [node] if isinstance(node, str) and node.startswith("mdi6.") else []


def test_one_icon_for_one_meaning_and_each_is_there() -> None:
    found = tokens()
    groups = {name: found[name] for name in ("bands", "classes", "handling")}
    groups |= {f"states.{name}": group for name, group in found["states"].items()}
    for name, group in groups.items():
        names = [entry["icon"] for entry in group.values()]
        assert len(set(names)) == len(names), name
    fonts = Path(qtawesome.__file__).parent / "fonts"
    (charmap,) = fonts.glob("materialdesignicons6-webfont-charmap-*.json")
    known = json.loads(charmap.read_text())
    assert [i for i in icons(found) if i.removeprefix("mdi6.") not in known] == []


def test_every_state_band_class_and_level_has_its_look() -> None:
    states = tokens()["states"]
    assert set(REPORT_WORKFLOW.names) <= set(states["report"])
    assert set(REMOVAL_WORKFLOW.names) <= set(states["removal"])
    assert set(REFERRAL_WORKFLOW.names) <= set(states["referral"])
    assert set(BANDS) == set(tokens()["bands"])
    assert set(CLASSES) == set(tokens()["classes"])
    assert set(LEVELS) == set(tokens()["handling"])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_style_sheet_names_no_unknown_role(scheme: str) -> None:
    assert "@" not in style_sheet(Theme(scheme))
