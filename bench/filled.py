"""A practice store with any number of invented reports, for measuring only."""

from __future__ import annotations

import random
from pathlib import Path

from workbench.desk.desk import Desk
from workbench.desk.opening import make_practice_store, open_practice, store_exists
from workbench.desk.ranking import priority_row, ranked_columns
from workbench.domain.custody import GENESIS, make_entry
from workbench.domain.ids import new_id
from workbench.domain.priority import Circumstances, rank
from workbench.store.reports import url_digest
from workbench.store.store import workstation

SLICE = 10_000


def filled_store(folder: Path, reports: int, *, assessed: float = 0.3, seed: int = 1) -> Path:
    """The store of `reports` reports in `folder`, made when it is not there; `assessed` of them
    with an opinion of many labels, the rest from lists."""
    if store_exists(folder):
        return folder
    make_practice_store(folder)
    chance = random.Random(seed)
    with Desk(open_practice(folder, "officer")) as desk:
        labels = list(desk.reference.labels)
        sources = list(desk.reference.sources)
        with desk.store.read() as tx:
            weights = desk.weights.in_force(tx)
        for start in range(0, reports, SLICE):
            count = min(SLICE, reports - start)
            rows, priorities, sightings, opinions, entries = [], [], [], [], []
            with desk.store.write() as tx:
                numbers = desk.reports.take_numbers(tx, "report", count)
                for place, number in enumerate(numbers, start=start):
                    source = chance.choice(sources)
                    url = f"https://mihon{place}.example.test/item/{place % 977}"
                    row = _report(desk, url, number)
                    known = Circumstances(source=source)
                    if chance.random() < assessed:
                        label, share = chance.choice(labels), round(chance.random(), 4)
                        category = desk.reference.categories_of_label(label)[0]
                        known = Circumstances(
                            source, 1, label, share, category.cls, category.band, share < 0.3
                        )
                        opinion = _opinion(desk, row["id"], label, share, labels)
                        opinions.append(opinion)
                        row |= {"assessment_id": opinion["id"], "state": "assessed"}
                    priority = rank(known, weights)
                    ranked = priority_row(desk, row["id"], priority)
                    row |= ranked_columns(ranked)
                    rows.append(row)
                    priorities.append(ranked)
                    sightings.append(_sighting(desk, row, source))
                    entries.append(_entry(desk, row, source))
                tx.insert_many("report", rows)
                tx.insert_many("priority", priorities)
                tx.insert_many("assessment", opinions)
                tx.insert_many("sighting", sightings)
                tx.open_custody(entries)
    return folder


def _report(desk: Desk, url: str, number: str) -> dict:
    # The reader is measured elsewhere; a short URL of our own is its own canonical form.
    host = url.split("/")[2]
    return {
        "id": new_id(),
        "origin_store": desk.store.id,
        "revision": 1,
        "number": number,
        "url_entered": url,
        "url_canonical": url,
        "url_digest": url_digest(url),
        "url_repairs": [],
        "host": host,
        "registrable_domain": "example.test",
        "viewing_environment": {},
        "state": "registered",
        "sightings": 1,
        "open": True,
        "registered_at": desk.clock(),
        "registered_by": desk.officer.id,
        "office_id": desk.officer.office_id,
    }


def _opinion(desk: Desk, report_id: str, label: str, share: float, labels: list[str]) -> dict:
    others = [[name, 0.01] for name in labels if name != label]
    text = "架空の本文です。" * 12
    return {
        "id": new_id(),
        "report_id": report_id,
        "model_id": "bench",
        "text_digest": "0" * 64,
        "assessed_text": text,
        "labels": [[label, share], *others],
        "abstained": share < 0.3,
        "grounds": [{"start": 0, "end": 5, "weight": 0.4, "label": label}],
        "created_at": desk.clock(),
    }


def _sighting(desk: Desk, row: dict, source: str) -> dict:
    return {
        "id": new_id(),
        "report_id": row["id"],
        "source": source,
        "url_entered": row["url_entered"],
        "extra": {},
        "registered_at": row["registered_at"],
        "officer_id": desk.officer.id,
    }


def _entry(desk: Desk, row: dict, source: str):  # type: ignore[no-untyped-def]
    return make_entry(
        store=desk.store.id,
        subject_kind="report",
        subject_id=row["id"],
        seq=1,
        previous_hash=GENESIS,
        at_us=row["registered_at"],
        officer_id=desk.officer.id,
        officer=desk.officer.login,
        workstation=workstation(),
        action="registered",
        facts={"number": row["number"], "source": source},
        content=[],
    )
