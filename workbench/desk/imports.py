"""ImportBatch: many short transactions that can be stopped and gone on with.

Each slice of rows is one transaction that also moves the batch's position, so that after a crash
the same file from the same source goes on behind the last kept row and doubles nothing.
"""

from __future__ import annotations

import hashlib
import itertools
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.desk.changes import Changes, changed
from workbench.desk.part import DeskPart
from workbench.desk.reports import Found, check_source
from workbench.domain.custody import GENESIS, CustodyEntry, make_entry
from workbench.domain.errors import M_, Message, Name, Unavailable
from workbench.domain.ids import new_id
from workbench.domain.officer import WORKING
from workbench.intake import Draft, Rejection, read_file, read_text
from workbench.store import reports as stored
from workbench.store.store import Content, Row, Writing, workstation

_SLICE = 1_000
_RAW_KEPT = 4_000
UNANSWERED = "unanswered"

Item = Draft | Rejection
Progress = Callable[[int], None]


@dataclass(frozen=True)
class Checked:
    """One row of pasted text: `new`, `known` (registered before), `again` (above), `rejected`."""

    row: int
    status: str
    draft: Draft | None
    reason: Message | None
    report: Row | None
    first_row: int = 0


class Imports(DeskPart):
    """Bulk registration from files."""

    def preview(self, path: Path, most: int = 0) -> dict[str, Any]:
        """Count a file's rows as new, duplicate and rejected without writing anything.

        With `most`, `first` of the result holds so many of the first rows as `Checked`, and after
        them as many of the rejected ones.
        """
        started = time.monotonic()
        counts: Counter[str] = Counter()
        rejected: list[Rejection] = []
        shown: list[Checked] = []
        met: dict[str, int] = {}
        for items in _slices(read_file(path), _SLICE):
            rejected += [item for item in items if isinstance(item, Rejection)]
            checked = self._check(items, met, with_reports=len(shown) < most)
            counts.update(row.status for row in checked)
            room = most - len(shown)
            shown += checked[:room] if room > 0 else []
            # What is rejected farther down wants to be seen as well.
            if most and len(rejected) <= most:
                shown += [row for row in checked[max(0, room) :] if row.status == "rejected"]
        duplicate = counts["known"] + counts["again"]
        summary = _summary(counts.total(), counts["new"], duplicate, rejected, started)
        return summary | {"first": shown} if most else summary

    def check_text(self, untrusted_text: str, most: int = 10_000) -> list[Checked]:
        """What registering pasted text would do, row by row; nothing is written or fetched."""
        items = list(itertools.islice(read_text(untrusted_text), most))
        return self._check(items, {}, with_reports=True)

    def _check(
        self, items: Sequence[Item], met: dict[str, int], *, with_reports: bool
    ) -> list[Checked]:
        """Rows with what each would do; `met` holds the rows before by URL digest, and grows."""
        found: list[Checked] = []
        digests = {
            item.row: stored.url_digest(item.url.canonical)
            for item in items
            if isinstance(item, Draft)
        }
        with self.desk.store.read() as tx:
            known = stored.known_urls(tx, list(set(digests.values())))
            reports = tx.many("report", known.values()) if with_reports else {}
        for item in items:
            if isinstance(item, Rejection):
                found.append(Checked(item.row, "rejected", None, item.reason, None))
                continue
            digest = digests[item.row]
            report = reports.get(known.get(digest, ""))
            status = "known" if digest in known else "again" if digest in met else "new"
            met.setdefault(digest, item.row)
            found.append(Checked(item.row, status, item, None, report, met[digest]))
        return found

    def begin(self, path: Path, source: str = "patrol", *, answer_later: bool = False) -> ImportRun:
        """Begin or go on with the import of a file; each `step` of it writes one slice.

        With `answer_later` the same file gives the same summary again, and writes nothing, until
        `answered` is called. BadInput when the file cannot be read at all.
        """
        self.desk.officer.must_have(*WORKING)
        check_source(source)
        items = read_file(path)
        first = next(items, None)
        everything = iter(()) if first is None else _chain(first, items)
        batch = self._begin(path, source)
        return ImportRun(self, batch, path, source, everything, answer_later=answer_later)

    def answered(self, batch_id: str) -> None:
        """The summary of an import begun with `answer_later` has reached whoever asked for it."""
        with self.desk.store.write() as tx:
            tx.update("import_batch", batch_id, state="done")

    def import_file(
        self,
        path: Path,
        source: str = "patrol",
        progress: Progress | None = None,
        *,
        answer_later: bool = False,
    ) -> Changes[dict[str, Any]]:
        """Register every row of a file: rows = new + duplicate + rejected.

        BadInput when the file cannot be read at all; rows that cannot be used are kept as
        rejections with their reason. An interrupted import of the same file goes on.
        """
        run = self.begin(path, source, answer_later=answer_later)
        touched: set[tuple[str, str]] = set()
        while run.summary is None:
            touched |= run.step()
            if progress is not None and run.summary is None:
                progress(run.rows)
        return changed(run.summary, touched)

    def _begin(self, path: Path, source: str) -> Row:
        try:
            with path.open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
        except OSError as error:
            raise Unavailable(M_("The file {path} cannot be read.", path=str(path))) from error
        with self.desk.store.write() as tx:
            known = stored.batch_of_file(tx, digest, source)
            if known is not None:
                return known
            row: Row = {
                "id": new_id(),
                "file_name": path.name,
                "file_sha256": digest,
                "source": source,
                "state": "running",
                "position": 0,
                "rows": 0,
                "new": 0,
                "duplicate": 0,
                "rejected": 0,
                "started_at": self.desk.clock(),
                "ended_at": None,
                "officer_id": self.desk.officer.id,
            }
            tx.insert("import_batch", row)
            return row

    def write_slice(
        self,
        tx: Writing,
        batch_id: str,
        source: str,
        items: list[Item],
        counts: dict[str, int],
        touched: set[tuple[str, str]],
    ) -> None:
        drafts = [item for item in items if isinstance(item, Draft)]
        digests = {id(d): stored.url_digest(d.url.canonical) for d in drafts}
        known = stored.known_urls(tx, list(set(digests.values())))
        reports: list[Row] = []
        priorities: list[Row] = []
        sightings: list[Row] = []
        fresh: dict[str, list[int]] = {}
        again: dict[str, list[int]] = {}
        wanted = len({d for d in digests.values() if d not in known})
        numbers = iter(self.desk.reports.take_numbers(tx, "report", wanted) if wanted else [])
        weights = self.desk.weights.in_force(tx)
        for draft in drafts:
            found = found_of(draft)
            digest = digests[id(draft)]
            report_id = known.get(digest)
            place = len(sightings)
            if report_id is None:
                report, priority = self.desk.reports.report_rows(
                    draft.url, next(numbers), source, found, weights
                )
                report_id = known[digest] = report["id"]
                reports.append(report)
                priorities.append(priority)
                fresh[report_id] = [place]
            elif report_id in fresh:
                fresh[report_id].append(place)
            else:
                again.setdefault(report_id, []).append(place)
            sightings.append(
                self.desk.reports.sighting_row(
                    report_id, draft.url.entered, source, found, (batch_id, draft.row)
                )
            )
        for report in reports:
            report["sightings"] = len(fresh[report["id"]])
        report_contents = tx.insert_many("report", reports)
        priority_contents = tx.insert_many("priority", priorities)
        sighting_contents = tx.insert_many("sighting", sightings)
        self._write_custody(
            tx, source, batch_id, reports, report_contents, priority_contents, fresh, again,
            sighting_contents,
        )  # fmt: skip
        if again:
            stored.add_sightings(tx, {report: len(places) for report, places in again.items()})
        rejections = [item for item in items if isinstance(item, Rejection)]
        tx.insert_many(
            "import_rejection",
            [
                {
                    "batch_id": batch_id,
                    "row": item.row,
                    "reason": _plain(item.reason),
                    "raw": item.raw[:_RAW_KEPT],
                }
                for item in rejections
            ],
        )
        counts["rows"] += len(items)
        counts["new"] += len(reports)
        counts["duplicate"] += len(drafts) - len(reports)
        counts["rejected"] += len(rejections)
        touched |= {("report", report["id"]) for report in reports}
        touched |= {("report", report_id) for report_id in again}

    def _write_custody(
        self,
        tx: Writing,
        source: str,
        batch_id: str,
        reports: list[Row],
        report_contents: list[Content],
        priority_contents: list[Content],
        fresh: dict[str, list[int]],
        again: dict[str, list[int]],
        sightings: list[Content],
    ) -> None:
        officer, at, here = self.desk.officer, self.desk.clock(), workstation()
        entries: list[CustodyEntry] = []
        for report, content, priority in zip(
            reports, report_contents, priority_contents, strict=True
        ):
            named = [sightings[place] for place in fresh[report["id"]]]
            entries.append(
                make_entry(
                    store=self.desk.store.id,
                    subject_kind="report",
                    subject_id=report["id"],
                    seq=1,
                    previous_hash=GENESIS,
                    at_us=at,
                    officer_id=officer.id,
                    officer=officer.login,
                    workstation=here,
                    action="registered",
                    facts={"number": report["number"], "source": source, "batch": batch_id},
                    content=[content, priority, *named],
                )
            )
        tx.open_custody(entries)
        for report_id, places in again.items():
            facts = {"source": source, "batch": batch_id}
            named = [sightings[place] for place in places]
            tx.append_custody(officer, at, "report", report_id, "sighted_again", facts, named)


class ImportRun:
    """A file on its way in, a slice at a time; stopped between two, the same file goes on there."""

    def __init__(
        self,
        imports: Imports,
        batch: Row,
        path: Path,
        source: str,
        items: Iterator[Item],
        *,
        answer_later: bool,
    ) -> None:
        self._imports, self._batch, self._path, self._source = imports, batch, path, source
        self._counts = {name: batch[name] for name in ("rows", "new", "duplicate", "rejected")}
        self._items = items
        self._answer_later = answer_later
        self._started = time.monotonic()
        self._skipped = False
        # What was done, once everything is.
        self.summary: dict[str, Any] | None = None

    @property
    def rows(self) -> int:
        """Rows accounted for."""
        return int(self._counts["rows"])

    def step(self) -> set[tuple[str, str]]:
        """Write the next slice, or the end; returns what was touched."""
        if self._batch["state"] == UNANSWERED:
            # Everything was written, and whoever asked was gone before the answer came.
            with self._imports.desk.store.read() as tx:
                self._summarise(stored.rejections_of(tx, self._batch["id"]))
            return set()
        if not self._skipped:
            for _ in range(self._batch["position"]):
                next(self._items, None)
            self._skipped = True
        part = list(itertools.islice(self._items, _SLICE))
        if not part:
            self._finish()
            return set()
        touched: set[tuple[str, str]] = set()
        batch_id = self._batch["id"]
        # Counted on a copy: a slice that fails leaves no trace here either.
        counts = dict(self._counts)
        with self._imports.desk.store.write() as tx:
            self._imports.write_slice(tx, batch_id, self._source, part, counts, touched)
            tx.update("import_batch", batch_id, position=counts["rows"], **counts)
        self._counts = counts
        return touched

    def _finish(self) -> None:
        counts, desk = self._counts, self._imports.desk
        with desk.store.write() as tx:
            state = UNANSWERED if self._answer_later else "done"
            tx.update("import_batch", self._batch["id"], state=state, ended_at=desk.clock())
            facts = {**counts, "file": self._path.name, "file_sha256": self._batch["file_sha256"]}
            facts |= {"batch": self._batch["id"], "source": self._source}
            self._imports.custody(tx, "store", desk.store.id, "imported", facts)
            kept = stored.rejections_of(tx, self._batch["id"])
        self._summarise(kept)

    def _summarise(self, kept: list[Row]) -> None:
        counts = self._counts
        rejected = [Rejection(r["row"], _message(r["reason"]), r["raw"]) for r in kept]
        done = _summary(counts["rows"], counts["new"], counts["duplicate"], rejected, self._started)
        self.summary = {**done, "batch": self._batch["id"]}


def found_of(draft: Draft) -> Found:
    """What a draft says beside its URL."""
    return Found(
        note=draft.note,
        brand=draft.brand,
        category_hint=draft.category_hint,
        receipt_number=draft.receipt_number,
        received_text=draft.received_text,
        received_at=draft.received_at_us,
        search_words=draft.search_words,
        post_id=draft.post_id,
        account_id=draft.account_id,
        display_name=draft.display_name,
        posted_text=draft.posted_text,
        extra=dict(draft.extra),
    )


def _slices(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    part: list[Item] = []
    for item in items:
        part.append(item)
        if len(part) == size:
            yield part
            part = []
    if part:
        yield part


def _chain(first: Item, rest: Iterator[Item]) -> Iterator[Item]:
    yield first
    yield from rest


def _summary(
    rows: int, new: int, duplicate: int, rejected: list[Rejection], started: float
) -> dict[str, Any]:
    return {
        "rows": rows,
        "new": new,
        "duplicate": duplicate,
        "rejected": [{"row": r.row, "reason": r.reason, "raw": r.raw} for r in rejected],
        "seconds": round(time.monotonic() - started, 3),
    }


def _plain(message: Message) -> dict[str, Any]:
    values = {
        name: _plain(value) if isinstance(value, Message) else str(value)
        for name, value in message.values.items()
        if not isinstance(value, Name)
    }
    return {"msgid": message.msgid, "values": values}


def _message(plain: dict[str, Any]) -> Message:
    values = {
        name: _message(value) if isinstance(value, dict) else value
        for name, value in plain["values"].items()
    }
    return Message(plain["msgid"], values)
