"""The removal letter (削除依頼): a voluntary request, as PDF and as plain text.

Fields follow DOMAIN.md section 2.2. Nothing in it calls the request binding or a date a legal one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from workbench.documents.dates import english_date, era_date
from workbench.documents.typesetting import Fitted, printable, set_pdf
from workbench.domain.errors import M_, Message
from workbench.messages import render

# Half-width letters of 9 points that fit beside the label column of the letter.
_URL_COLUMNS = 72

UNCONFIRMED = M_("(unconfirmed)")


@dataclass(frozen=True)
class RemovalLetterFacts:
    """What a letter says. `answer_by` is a guide; `url` is printed exactly."""

    number: str
    issued_on: date
    addressee_name: str
    addressee_contact: str
    office_name: str
    office_prefecture: str
    office_contact: str
    url: str
    post_id: str
    account_id: str
    summary: str
    category_name: str
    law: str
    law_unconfirmed: bool
    requested_measure: str
    confirmed_at: str
    answer_by: date
    preserve_logs: bool
    attachments: tuple[str, ...]


@dataclass(frozen=True)
class LetterBytes:
    """The letter's two forms, with the same facts."""

    pdf: bytes
    text: str


def removal_letter(facts: RemovalLetterFacts, language: str, templates: Path) -> LetterBytes:
    """Set the letter in `ja` or `en` with the template folder given."""

    def say(message: Message) -> str:
        return render(message, language)

    def day(value: date) -> str:
        return era_date(value) if language == "ja" else english_date(value)

    title = say(M_("Request for removal of information on the internet"))
    law = facts.law + (f" {say(UNCONFIRMED)}" if facts.law_unconfirmed else "")
    rows: list[tuple[str, str, bool]] = [
        (say(M_("Location (URL)")), facts.url, True),
        (say(M_("Post ID")), facts.post_id, True),
        (say(M_("Account ID")), facts.account_id, True),
        (say(M_("Content")), facts.summary, False),
        (say(M_("Category")), facts.category_name, False),
        (say(M_("Legal basis")), law, False),
        (
            say(M_("What is asked")),
            say(M_("Removal or non-publication of the information above")),
            False,
        ),
        (say(M_("Confirmed at")), facts.confirmed_at, False),
        (
            say(M_("Answer (optional)")),
            say(M_("We would be grateful for an answer by about {day}.", day=day(facts.answer_by))),
            False,
        ),
    ]
    if facts.preserve_logs:
        rows.append((say(M_("Logs")), say(M_("Please preserve the related logs for now.")), False))
    attachments = ", ".join(facts.attachments) or say(M_("none"))
    rows.append((say(M_("Attachments")), attachments, False))
    rows = [row for row in rows if row[1]]
    opening = say(
        M_(
            "We found the following information on the internet and ask you to consider its removal under your terms and rules."
        )
    )
    closing = [
        say(M_("This is a request for voluntary cooperation and has no compelling force. The date named is a guide only.")),
        say(M_("If you have removed it already, or are not the one to ask, please tell the office above.")),
    ]  # fmt: skip
    office = [
        line for line in (facts.office_prefecture, facts.office_name, facts.office_contact) if line
    ]
    values = {
        "language": language,
        "title": title,
        "number": facts.number,
        "date": day(facts.issued_on),
        "year": facts.issued_on.year,
        "month": facts.issued_on.month,
        "day": facts.issued_on.day,
        "addressee": facts.addressee_name,
        "addressee_suffix": "御中" if language == "ja" else "",
        "office_lines": office,
        "opening": opening,
        "rows": [
            [label, Fitted(value, _URL_COLUMNS) if exact else value, exact]
            for label, value, exact in rows
        ],
        "closing": closing,
    }
    pdf = set_pdf(templates / "removal_letter.typ", values)
    lines = [
        facts.number,
        day(facts.issued_on),
        "",
        f"{facts.addressee_name} {values['addressee_suffix']}".strip(),
        "",
        *office,
        "",
        title,
        "",
        opening,
        "",
        *(_text_row(label, value) for label, value, _ in rows),
        "",
        *closing,
        "",
    ]
    return LetterBytes(pdf, str(printable("\n".join(lines))))


def _text_row(label: str, value: str) -> str:
    """One line of the plain letter; further lines of a value are set in, so none passes for a row."""
    first, *more = str(printable(value)).split("\n")
    return "\n".join([f"{label}: {first}", *(f"    {line}" for line in more)])
