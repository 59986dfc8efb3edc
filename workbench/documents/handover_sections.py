"""What a hand-over says, in sections: one source for the PDF report and the package's page.

`content` is a package's content manifest (see `workbench/desk/handover.py`); sections follow
DOMAIN.md section 3.2. Ids and UTC moments stay in `content.json`; readers get words and Japan's time.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.documents import words
from workbench.documents.dates import moment, moment_of_text
from workbench.documents.words import word
from workbench.domain.clock import jst
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

    def when(text: str) -> str:
        return moment_of_text(text, language)

    def group(*lines: tuple[Message, Any] | tuple[Message, Any, bool]) -> tuple[Line, ...]:
        found = [Line(say(line[0]), str(line[1] or ""), len(line) > 2) for line in lines]
        return tuple(line for line in found if line.value)

    say_bytes = render(words.BYTES, language)
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
                    (M_("Approved"), f"{when(approval['approved_at'])} {approval['approver']}"),
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
                    (
                        M_("Exhibit"),
                        f"{e['number']} ({e['report']}) {word(words.ROLES, e['role'], language)} {e['level']}",
                    ),
                    (M_("File"), e["path"] or say(M_("kept by the office, listed by number only"))),
                    (M_("SHA-256"), e["sha256"], True),
                    (M_("Size"), f"{e['bytes']} {say_bytes}, {e['media_type']}"),
                    (M_("Taken"), when(e["made_at"])),
                )
                for e in content["exhibits"]
            ),
        )
    )
    sections.append(Section(say(M_("Custody extract")), _custody_groups(chains, language)))
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
    def when(text: str) -> str:
        return moment_of_text(text, language)

    sources = dict.fromkeys(_named(s, "source", language) for s in report["sightings"])
    groups = [
        group(
            (M_("URL"), report["url"], True),
            (M_("As entered"), report["url_as_entered"], True),
            (M_("Registered"), when(report["registered_at"])),
            (M_("Note"), report["note"]),
            (M_("Search words"), report["search_words"]),
            (M_("Post ID"), report["post_id"], True),
            (M_("Account ID"), report["account_id"], True),
            (M_("Display name"), report["display_name"]),
            (M_("Posted"), report["posted"]),
            (M_("Sources"), ", ".join(sources)),
        )
    ]
    for capture in report["captures"]:
        hops = " → ".join(f"{h['status']} {h['url']}" for h in capture["hops"])
        outcome = word(words.OUTCOMES, capture["outcome"], language)
        time_source = word(words.TIME_SOURCES, capture["time_source"], language)
        groups.append(
            group(
                (
                    M_("Preserved"),
                    f"{when(capture['started_at'])} – {when(capture['finished_at'])}",
                ),
                (M_("Outcome"), f"{outcome} {capture['status'] or ''}".strip()),
                (M_("Final URL"), capture["final_url"], True),
                (M_("Way there"), hops, True),
                (M_("IP address"), capture["ip"], True),
                (M_("Certificate (SHA-256)"), capture["certificate_sha256"], True),
                (M_("Page title"), capture["title"]),
                (M_("Time source"), time_source),
                (M_("Witness"), capture["witness"]),
                (M_("Workstation"), capture["workstation"]),
            )
        )
    if report["identifiers"]:
        lines = (
            f"{word(words.IDENTIFIERS, i['kind'], language)}: {i['value']}"
            for i in report["identifiers"]
        )
        groups.append(group((M_("Identifiers"), "\n".join(lines), True)))
    groups += _opinion_groups(report, group, say, language)
    for removal in report["removals"]:
        asked = f"{removal['number']} {_named(removal, 'addressee', language)}"
        groups.append(group((M_("Removal request"), asked)))
    return tuple(g for g in groups if g)


def _opinion_groups(report: Any, group: Any, say: Any, language: str) -> list[Any]:
    """The person's finding and, apart from it, the machine's opinion."""
    finding, machine = report["finding"], report["machine_opinion"]
    groups = []
    if finding:
        law = finding["law"]
        if finding["law_unconfirmed"]:
            law += f" {say(M_('(unconfirmed)'))}"
        names = finding.get("measure_names", {})
        measures = [_name_in(names, measure, language) for measure in finding["measures"]]
        groups.append(
            group(
                (M_("Finding (by a person)"), finding["category_name"][language]),
                (M_("Legal basis"), law),
                (M_("Reason"), finding["reason"]),
                (M_("Measures"), ", ".join(measures)),
                (M_("Decided"), moment_of_text(finding["decided_at"], language)),
            )
        )
    if machine:
        names = machine.get("label_names", {})
        labels = ", ".join(
            f"{_name_in(names, label, language)} {share:.2f}"
            for label, share in machine["labels"][:3]
        )
        groups.append(
            group(
                (M_("Machine's opinion (not a finding)"), labels),
                (M_("Model"), machine["model"]),
                (M_("Assessed"), moment_of_text(machine["assessed_at"], language)),
            )
        )
    return groups


def _named(facts: Mapping[str, Any], key: str, language: str) -> str:
    """What `key` names: the name given beside it (`source_name`), or the id in older manifests."""
    name = facts.get(f"{key}_name")
    return str(facts[key] if name is None else name[language])


def _name_in(names: Mapping[str, Any], word_id: str, language: str) -> str:
    return str(names[word_id][language]) if word_id in names else word_id


def _custody_groups(
    chains: Sequence[Mapping[str, Any]], language: str
) -> tuple[tuple[Line, ...], ...]:
    groups = []
    for chain in chains:
        lines = []
        subject = word(words.SUBJECTS, chain["kind"], language)
        for entry in chain["entries"]:
            body = json.loads(entry["body"])
            label = f"{subject} #{entry['seq']}"
            action = word(words.ACTIONS, body["action"], language)
            told = f"{moment(jst(body['at_us']), language)} {body['officer']} {action}"
            lines.append(Line(label, f"{told}\n{entry['hash']}", True))
        groups.append(tuple(lines))
    return tuple(groups)
