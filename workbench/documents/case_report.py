"""The hand-over report (引継書) of a package, as PDF."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from workbench.documents.dates import english_date, era_date
from workbench.documents.handover_sections import handover_sections
from workbench.documents.typesetting import Fitted, set_pdf
from workbench.domain.errors import M_
from workbench.messages import render

# Half-width letters of 8 points beside the label column.
_COLUMNS = 84


def case_report(
    content: Mapping[str, Any],
    approval: Mapping[str, Any],
    chains: Sequence[Mapping[str, Any]],
    fingerprint: str,
    day: date,
    language: str,
    templates: Path,
) -> bytes:
    """The report of a content manifest; `day` is the day of the first export."""
    sections = handover_sections(content, approval, chains, fingerprint, language)
    values = {
        "language": language,
        "title": render(M_("Case hand-over report"), language),
        "mark": render(M_("Confidentiality 2"), language),
        "number": content["referral"]["number"],
        "office": " ".join(
            v for v in (content["office"]["prefecture"], content["office"]["name"]) if v
        ),
        "date": era_date(day) if language == "ja" else english_date(day),
        "year": day.year,
        "month": day.month,
        "day": day.day,
        "sections": [
            {
                "title": section.title,
                "groups": [
                    [
                        [
                            line.label,
                            Fitted(line.value, _COLUMNS) if line.exact else line.value,
                            line.exact,
                        ]
                        for line in group
                    ]
                    for group in section.groups
                ],
            }
            for section in sections
        ],
    }
    return set_pdf(templates / "case_report.typ", values)
