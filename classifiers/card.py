"""The model card, written from the model and its measures."""

from __future__ import annotations

from typing import Any

from classifiers.labels import LABELS, PROTECTED
from classifiers.triage import Triage


def card(triage: Triage, metrics: dict[str, Any]) -> str:
    """The card of a fitted model as Markdown; measures that were not taken are left out."""
    lines = [
        f"# Model card: {triage.model_id}",
        "",
        "## Use",
        "",
        "Proposes up to 28 labels for the text of a page or post, in Japanese, with the spans that",
        "spoke for them. It sorts a queue; it is never a finding. An officer decides every report,",
        "and a text on which it abstains is read as if it had said nothing.",
        "",
        "Not for: deciding about a person, blocking or removing anything by itself, pictures,",
        "languages other than Japanese.",
        "",
        "## How it works",
        "",
        "Character n-grams (1 to 3) of two normalised views of the text, TF-IDF, one linear",
        "machine per label, a sigmoid per label learned from author groups held out.",
        "",
    ]
    lines += [f"- {name}: {value}" for name, value in sorted(triage.get_params().items())]
    lines += [f"- n-grams: {triage.vocabulary_.size}", ""]
    validation = metrics.get("validation")
    if isinstance(validation, dict):
        lines += _validation(validation)
    corpus = metrics.get("corpus")
    if isinstance(corpus, dict):
        lines += ["## Learned from", ""]
        lines += [f"- {name}: {value}" for name, value in sorted(corpus.items())]
        lines.append("")
    lines += [
        "## Limits",
        "",
        "- The seed's texts were written for this project, by few authors; real posts differ.",
        "- Coded texts that use everyday words are often missed: see the table by style.",
        "- `child_protection` and `intimate_image_abuse` were learned from few, neutral texts that",
        "  are never extended and never learned from decisions. Their figures say little.",
        "",
    ]
    return "\n".join(lines)


def _validation(validation: dict[str, Any]) -> list[str]:
    lines = ["## Measured by grouped cross-validation", ""]
    if "method" in validation:
        lines += [str(validation["method"]), ""]
    lines += [
        f"- {name}: {value}"
        for name, value in validation.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    ]
    for table in ("exact_match_by_style", "benign_flagged_by_style"):
        if isinstance(validation.get(table), dict):
            lines += ["", f"| style | {table} |", "|---|---|"]
            lines += [f"| {style} | {value} |" for style, value in validation[table].items()]
    if isinstance(validation.get("labels"), dict):
        for title, wanted in (
            ("label", [label for label in LABELS if label not in PROTECTED]),
            ("protected label, apart", [label for label in LABELS if label in PROTECTED]),
        ):
            lines += ["", f"| {title} | precision | recall | F1 | texts |", "|---|---|---|---|---|"]
            for label in wanted:
                row = validation["labels"][label]
                lines.append(
                    f"| {label} | {row['precision']} | {row['recall']} | {row['f1']}"
                    f" | {row['support']} |"
                )
    lines.append("")
    return lines
