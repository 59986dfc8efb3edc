"""Giving a report its priority from what the store knows of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from workbench.domain.clock import DAY
from workbench.domain.errors import M_, Message, Name
from workbench.domain.ids import new_id
from workbench.domain.priority import BAND_RANK, Circumstances, Factor, Priority, band_of, basis_of
from workbench.domain.url import UrlReading, lookalike, read_url
from workbench.store.store import Row, Writing

if TYPE_CHECKING:
    from workbench.desk.desk import Desk

_CREDENTIAL_WORDS = ("login", "signin", "verify", "account", "secure", "update", "auth", "password")


def url_signals(url: UrlReading) -> tuple[str, ...]:
    """What the URL itself says: a bare address, a look-alike host, words of a login page."""
    found = []
    if url.is_ip:
        found.append("ip_host")
    # An international name alone is no sign: many honest Japanese sites have one.
    if set(lookalike(url.host).signs) - {"punycode"}:
        found.append("lookalike_host")
    rest = url.canonical.lower()
    if any(word in rest for word in _CREDENTIAL_WORDS):
        found.append("credential_words")
    return tuple(found)


def circumstances(
    desk: Desk,
    report: Row,
    source: str,
    labels: Sequence[Sequence[Any]] = (),
    abstained: bool = False,
    text: str = "",
    reachable: bool | None = None,
    repeat_actor: bool = False,
) -> Circumstances:
    """The inputs of the priority; `labels` are (label, probability), highest first."""
    top = labels[0] if labels else None
    category = desk.reference.categories_of_label(top[0])[0] if top else None
    posted = report.get("posted_at")
    age = None if posted is None else max(0, (desk.clock() - posted) // DAY)
    return Circumstances(
        source=source,
        sightings=report["sightings"],
        label=top[0] if top else None,
        probability=float(top[1]) if top else 0.0,
        label_class=category.cls if category else None,
        label_band=category.band if category else None,
        abstained=abstained,
        text=text,
        url_signals=url_signals(read_url(report["url_canonical"])),
        reachable=reachable,
        post_age_days=age,
        log_retention_days=desk.reference.clocks["log_retention_guess"].days,
        prefecture_named=bool(desk.office["prefecture"]) and desk.office["prefecture"] in text,
        repeat_actor=repeat_actor,
    )


def stored_factors(row: Row) -> list[Factor]:
    """The factors of a stored priority."""
    return [Factor(f["factor"], f["points"], f["about"], f["value"]) for f in row["factors"]]


def priority_row(desk: Desk, report_id: str, priority: Priority) -> dict[str, Any]:
    """A computed priority as a row of the store."""
    return {
        "id": new_id(),
        "report_id": report_id,
        "score": priority.score,
        "computed_band": priority.band,
        "band": priority.band,
        "factors": [
            {"factor": f.factor, "points": f.points, "about": f.about, "value": f.value}
            for f in priority.factors
        ],
        "basis": basis_of(priority.factors),
        "weights_version": priority.weights_version,
        "officer_id": None,
        "created_at": desk.clock(),
    }


def write_priority(
    tx: Writing, desk: Desk, report: Row, priority: Priority
) -> tuple[dict[str, Any], dict[str, str]]:
    """Write a computed priority; a person's override of the band stays in force.

    Returns the columns of the report that follow from it, and how custody names the row.
    """
    row = priority_row(desk, report["id"], priority)
    if report["priority_id"]:
        before = tx.get("priority", report["priority_id"])
        if before is not None and before["officer_id"] is not None:
            row["band"] = before["band"]
            row["override_reason"] = before["override_reason"]
            row["officer_id"] = before["officer_id"]
    content = tx.insert("priority", row)
    return ranked_columns(row), content


def ranked_columns(priority: Row) -> dict[str, Any]:
    """The columns of a report that follow from its priority."""
    return {
        "priority_id": priority["id"],
        "score": priority["score"],
        "band": priority["band"],
        "band_rank": BAND_RANK[priority["band"]],
        "basis": priority["basis"],
        "by_hand": priority["officer_id"] is not None,
    }


def check_sum(row: Row, bounds: dict[str, int]) -> bool:
    """Whether a stored priority's factors add up to its score and its band follows from it."""
    total = sum(f["points"] for f in row["factors"])
    return bool(total == row["score"] and band_of(row["score"], bounds) == row["computed_band"])


BAND_NAMES: dict[str, Message] = {
    "immediate": M_("immediate"),
    "same_day": M_("same day"),
    "routine": M_("routine"),
}

_FACTOR_TEXTS: dict[str, Message] = {
    "source": M_("Source: {about}"),
    "label": M_("Proposed: {about} ({value})"),
    "class": M_("Class: {about}"),
    "usual_band": M_("Usual urgency: {about}"),
    "abstained": M_("The classifier is not sure"),
    "child_involved": M_("A child may be involved"),
    "life_or_body": M_("Life or body may be at stake"),
    "imminence": M_("Words of imminence: {about}"),
    "spread": M_("Sightings: {value}"),
    "prefecture_named": M_("This prefecture is named"),
    "repeat_actor": M_("The same contact appears in other reports"),
    "still_reachable": M_("The page can still be reached"),
    "unreachable": M_("The page cannot be reached"),
    "log_loss": M_("Provider logs may soon be lost: about {value} days left (a guide only)"),
    "lookalike_host": M_("The host name may imitate another"),
    "ip_host": M_("The host is a bare address"),
    "credential_words": M_("The URL has words of a login page"),
    "limit": M_("Limited to 0–100"),
}


def factor_text(desk: Desk, factor: Factor | dict[str, Any]) -> Message:
    """A factor in words, for any language."""
    if isinstance(factor, Factor):
        factor = {"factor": factor.factor, "about": factor.about, "value": factor.value}
    text = _FACTOR_TEXTS.get(factor["factor"], M_(factor["factor"]))
    value = factor["value"]
    if value is not None:
        # A probability of 1 comes back from canonical JSON as a whole number.
        value = f"{value:.2f}" if factor["factor"] == "label" else f"{value:.0f}"
    about = _about(desk, factor["factor"], factor["about"])
    return Message(text.msgid, {"about": about, "value": "" if value is None else value})


def _about(desk: Desk, factor: str, about: str) -> Message | Name | str:
    reference = desk.reference
    if factor == "source" and about in reference.sources:
        return reference.sources[about].name
    if factor == "label" and about in reference.labels:
        return reference.labels[about].name
    if factor == "class":
        return reference.class_name(about)
    if factor == "usual_band" and about in BAND_NAMES:
        return BAND_NAMES[about]
    return about
