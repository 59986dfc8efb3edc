"""What a hand-over says, in sections: one source for the PDF report and the package's page.

`content` is a package's content manifest (see `workbench/desk/handover.py`); sections follow
DOMAIN.md section 3.2.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.domain.clock import jst_text
from workbench.domain.errors import M_, Message
from workbench.messages import render


@dataclass(frozen=True)
class Line:
    """One labelled value; `exact` values are set letter for letter in a fixed-width font."""

    label: str
    value: str
    exact: bool = False


@dataclass(frozen=True)
class Section:
    """A titled part of one or more groups of lines."""

    title: str
    groups: tuple[tuple[Line, ...], ...]


def handover_sections(
    content: Mapping[str, Any],
    approval: Mapping[str, Any],
    chains: Sequence[Mapping[str, Any]],
    fingerprint: str,
    language: str,
) -> list[Section]:
    """Every section of the hand-over in one language; empty values are left out."""

    def say(message: Message) -> str:
        return render(message, language)

    def group(*lines: tuple[Message, Any] | tuple[Message, Any, bool]) -> tuple[Line, ...]:
        found = [Line(say(line[0]), str(line[1] or ""), len(line) > 2) for line in lines]
        return tuple(line for line in found if line.value)

    referral, office, case = content["referral"], content["office"], content["case"]
    sections = [
        Section(
            say(M_("Hand-over")),
            (
                group(
                    (M_("Number"), referral["number"]),
                    (M_("Destination"), referral["division_name"][language]),
                    (M_("From"), " ".join(v for v in (office["prefecture"], office["name"]) if v)),
                    (M_("Contact"), office["contact"]),
                    (M_("Case"), f"{case['number']} {case['title']}"),
                    (M_("Suspected offence"), referral["suspected_offence"]),
                    (M_("Reasons for jurisdiction"), referral["jurisdiction_reason"]),
                    (M_("What is asked"), referral["request"]),
                    (M_("Approved"), f"{approval['approved_at']} {approval['approver']}"),
                    (M_("Approved content (SHA-256)"), approval["sha256"], True),
                ),
            ),
        )
    ]
    for report in content["reports"]:
        title = f"{say(M_('Report'))} {report['number']}"
        sections.append(Section(title, _report_groups(report, group, say, language)))
    sections.append(
        Section(
            say(M_("List of exhibits")),
            tuple(
                group(
                    (M_("Exhibit"), f"{e['number']} ({e['report']}) {e['role']} {e['level']}"),
                    (M_("File"), e["path"] or say(M_("kept by the office, listed by number only"))),
                    (M_("SHA-256"), e["sha256"], True),
                    (M_("Size"), f"{e['bytes']} bytes, {e['media_type']}"),
                    (M_("Taken"), e["made_at"]),
                )
                for e in content["exhibits"]
            ),
        )
    )
    sections.append(Section(say(M_("Custody extract")), _custody_groups(chains)))
    sections.append(
        Section(
            say(M_("Proof")),
            (
                group(
                    (M_("Signing key (SHA-256)"), fingerprint, True),
                    (
                        M_("What it proves"),
                        say(M_("The hashes show that the files are those handed over; the signature shows which key vouched for them. Neither shows that a page told the truth.")),
                    ),
                ),
            ),
        )
    )  # fmt: skip
    return sections


def _report_groups(report: Any, group: Any, say: Any, language: str) -> tuple[Any, ...]:
    finding, machine = report["finding"], report["machine_opinion"]
    groups = [
        group(
            (M_("URL"), report["url"], True),
            (M_("As entered"), report["url_as_entered"], True),
            (M_("Registered"), report["registered_at"]),
            (M_("Note"), report["note"]),
            (M_("Search words"), report["search_words"]),
            (M_("Post ID"), report["post_id"], True),
            (M_("Account ID"), report["account_id"], True),
            (M_("Display name"), report["display_name"]),
            (M_("Posted"), report["posted"]),
            (M_("Sources"), ", ".join(s["source"] for s in report["sightings"])),
        )
    ]
    for capture in report["captures"]:
        hops = " → ".join(f"{h['status']} {h['url']}" for h in capture["hops"])
        groups.append(
            group(
                (M_("Preserved"), f"{capture['started_at']} – {capture['finished_at']}"),
                (M_("Outcome"), f"{capture['outcome']} {capture['status'] or ''}".strip()),
                (M_("Final URL"), capture["final_url"], True),
                (M_("Way there"), hops, True),
                (M_("IP address"), capture["ip"], True),
                (M_("Certificate (SHA-256)"), capture["certificate_sha256"], True),
                (M_("Page title"), capture["title"]),
                (M_("Time source"), capture["time_source"]),
                (M_("Witness"), capture["witness"]),
                (M_("Workstation"), capture["workstation"]),
            )
        )
    if report["identifiers"]:
        found = "\n".join(f"{i['kind']}: {i['value']}" for i in report["identifiers"])
        groups.append(group((M_("Identifiers"), found, True)))
    if finding:
        law = finding["law"]
        if finding["law_unconfirmed"]:
            law += f" {say(M_('(unconfirmed)'))}"
        groups.append(
            group(
                (M_("Finding (by a person)"), finding["category_name"][language]),
                (M_("Legal basis"), law),
                (M_("Reason"), finding["reason"]),
                (M_("Measures"), ", ".join(finding["measures"])),
                (M_("Decided"), finding["decided_at"]),
            )
        )
    if machine:
        labels = ", ".join(f"{label} {share:.2f}" for label, share in machine["labels"][:3])
        groups.append(
            group(
                (M_("Machine's opinion (not a finding)"), labels),
                (M_("Model"), machine["model"]),
                (M_("Assessed"), machine["assessed_at"]),
            )
        )
    for removal in report["removals"]:
        groups.append(group((M_("Removal request"), f"{removal['number']} {removal['addressee']}")))
    return tuple(g for g in groups if g)


def _custody_groups(chains: Sequence[Mapping[str, Any]]) -> tuple[tuple[Line, ...], ...]:
    groups = []
    for chain in chains:
        lines = []
        for entry in chain["entries"]:
            body = json.loads(entry["body"])
            label = f"{chain['kind']} #{entry['seq']}"
            moment = jst_text(body["at_us"])
            lines.append(
                Line(label, f"{moment} {body['officer']} {body['action']}\n{entry['hash']}", True)
            )
        groups.append(tuple(lines))
    return tuple(groups)
