"""The 28 labels, in the one order that every score array and artefact uses.

The order is frozen: a new label is appended and needs a new artefact protocol.
"""

from __future__ import annotations

from typing import Final

LABELS: Final[tuple[str, ...]] = (
    "drug_ad",
    "crime_recruitment",
    "bank_account_trade",
    "phone_sim_trade",
    "phishing",
    "fake_shop",
    "investment_romance_fraud",
    "support_scam",
    "illegal_lending",
    "online_gambling",
    "suicide_solicitation",
    "suicide_threat",
    "weapons_explosives",
    "violent_crime_contract",
    "crime_threat",
    "prostitution",
    "obscene_material",
    "child_protection",
    "intimate_image_abuse",
    "defamation",
    "counterfeit_goods",
    "copyright_piracy",
    "credential_card_trade",
    "malware",
    "forged_documents",
    "trafficking",
    "stalking_contract",
    "not_applicable",
)

NOT_APPLICABLE: Final = "not_applicable"
NOT_APPLICABLE_INDEX: Final = LABELS.index(NOT_APPLICABLE)

PROTECTED: Final = frozenset({"child_protection", "intimate_image_abuse"})
"""Labels learned from the seed's neutral texts only: never from decisions, reported apart."""

INDEX: Final[dict[str, int]] = {label: index for index, label in enumerate(LABELS)}
