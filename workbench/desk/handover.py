"""The content manifest of a referral: exactly what a package hands over, as one JSON value.

The parts follow DOMAIN.md section 3.2. Only facts that a later workflow step does not change by
itself stand here, so that the approval bound to it stays good until something real changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.domain.clock import iso_text, jst_date
from workbench.domain.custody import digest_of
from workbench.domain.errors import Name
from workbench.evidence.package import FORMAT
from workbench.store import actions
from workbench.store import custody as stored_custody
from workbench.store import reports as stored
from workbench.store.store import Reading, Row

if TYPE_CHECKING:
    from workbench.desk.desk import Desk

_EXTENSIONS = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/webp": "webp",
    "image/gif": "gif",
    "image/bmp": "bmp",
    "image/tiff": "tif",
    "application/warc+gzip": "warc.gz",
    "application/warc": "warc",
    "application/pdf": "pdf",
    "text/plain; charset=utf-8": "txt",
}


def handover_content(desk: Desk, tx: Reading, referral: Row) -> dict[str, Any]:
    """What `referral` would hand over now."""
    case = tx.get("case_file", referral["case_id"])
    assert case is not None
    reports = actions.reports_of_case(tx, case["id"])
    division = desk.reference.divisions[referral["division"]]
    office = desk.office
    exhibits: list[dict[str, Any]] = []
    for report in reports:
        for exhibit in stored.exhibits_of(tx, report["id"]):
            exhibits.append(_exhibit(tx, report, exhibit, len(exhibits) + 1))
    return {
        "format": FORMAT,
        "referral": {
            "id": referral["id"],
            "number": referral["number"],
            "division": division.id,
            "division_name": _both(division.name),
            "suspected_offence": referral["suspected_offence"],
            "jurisdiction_reason": referral["jurisdiction_reason"],
            "request": referral["request"],
            "drafted_at": iso_text(referral["drafted_at"]),
        },
        "office": {
            "prefix": office["prefix"],
            "name": office["name"],
            "prefecture": office["prefecture"],
            "contact": office["contact"],
        },
        "case": {
            "id": case["id"],
            "number": case["number"],
            "title": case["title"],
            "suspected_offence": case["suspected_offence"],
            "note": case["note"],
        },
        "reports": [_report(desk, tx, report) for report in reports],
        "exhibits": exhibits,
    }


def _both(name: Name) -> dict[str, str]:
    return {"ja": name.ja, "en": name.en}


def _exhibit(tx: Reading, report: Row, exhibit: Row, number: int) -> dict[str, Any]:
    """An exhibit of the list; S3 by number only, its bytes stay in the office."""
    record = stored_custody.record_of(tx, "exhibit", exhibit["id"])
    level = exhibit["level"]
    extension = _EXTENSIONS.get(exhibit["media_type"], "bin")
    path = f"exhibits/E{number:04d}-{exhibit['role']}.{extension}"
    return {
        "number": f"E{number:04d}",
        "id": exhibit["id"],
        "report": report["number"],
        "role": exhibit["role"],
        "media_type": exhibit["media_type"],
        "sha256": exhibit["sha256"],
        "bytes": exhibit["size"],
        "level": level,
        "path": None if level == "S3" else path,
        "made_at": iso_text(exhibit["created_at"]),
        "record": record,
        "record_sha256": digest_of(record),
    }


def _report(desk: Desk, tx: Reading, report: Row) -> dict[str, Any]:
    decision = tx.get("decision", report["decision_id"]) if report["decision_id"] else None
    assessment = tx.get("assessment", report["assessment_id"]) if report["assessment_id"] else None
    hidden = any(e["level"] == "S3" for e in stored.exhibits_of(tx, report["id"]))
    return {
        "id": report["id"],
        "number": report["number"],
        "url": report["url_canonical"],
        "url_as_entered": report["url_entered"],
        "note": report["note"],
        "post_id": report["post_id"],
        "account_id": report["account_id"],
        "display_name": report["display_name"],
        "posted": report["posted_text"],
        "viewing_environment": report["viewing_environment"],
        "search_words": report["search_words"],
        "registered_at": iso_text(report["registered_at"]),
        "restricted": hidden,
        "sightings": [
            {
                "source": s["source"],
                "source_name": _both(desk.reference.sources[s["source"]].name),
                "receipt_number": s["receipt_number"],
                "received": s["received_text"],
                "registered_at": iso_text(s["registered_at"]),
            }
            for s in stored.sightings_of(tx, report["id"])
        ],
        "captures": [
            {
                "outcome": c["outcome"],
                "final_url": c["final_url"],
                "status": c["status"],
                "ip": c["ip"],
                "certificate_sha256": c["certificate_sha256"],
                "hops": c["hops"],
                "title": "" if hidden else c["title"],
                "started_at": iso_text(c["started_at"]),
                "finished_at": iso_text(c["finished_at"]),
                "time_source": c["time_source"],
                "witness": c["witness"],
                "workstation": c["workstation"],
                "tools": c["tools"],
            }
            for c in stored.captures_of(tx, report["id"])
        ],
        "identifiers": [
            {"kind": i["kind"], "value": i["value"]}
            for i in stored.identifiers_of(tx, report["id"])
        ],
        "finding": None if decision is None else _decision(desk, decision),
        "machine_opinion": None
        if assessment is None
        else {
            "model": assessment["model_id"],
            "abstained": assessment["abstained"],
            "labels": assessment["labels"][:5],
            "label_names": {
                label: _both(desk.reference.labels[label].name)
                for label, _ in assessment["labels"][:5]
                if label in desk.reference.labels
            },
            "assessed_at": iso_text(assessment["created_at"]),
        },
        "removals": [
            {
                "number": r["number"],
                "addressee": r["addressee"],
                "addressee_name": _both(
                    desk.reference.addressee(r["addressee"], jst_date(r["drafted_at"])).name
                ),
                "layer": r["layer"],
                "drafted_at": iso_text(r["drafted_at"]),
            }
            for r in actions.removals_of(tx, report["id"])
        ],
    }


def _decision(desk: Desk, decision: Row) -> dict[str, Any]:
    category = desk.reference.category(decision["category"], jst_date(decision["decided_at"]))
    return {
        "category": category.id,
        "category_name": _both(category.name),
        "class": decision["legality"],
        "law": decision["law"],
        "law_unconfirmed": category.unconfirmed,
        "reason": decision["reason"],
        "measures": decision["measures"],
        "measure_names": {m: _both(desk.reference.measures[m].name) for m in decision["measures"]},
        "decided_at": iso_text(decision["decided_at"]),
    }
