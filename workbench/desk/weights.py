"""The weights of the priority: in force, tried, saved, taken back, and the queue ranked anew."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from workbench.desk.changes import Changes, changed
from workbench.desk.part import DeskPart, required
from workbench.desk.ranking import priority_row, ranked_columns, stored_factors
from workbench.desk.whatif import QueueTable
from workbench.domain.clock import jst_date
from workbench.domain.errors import M_, BadInput
from workbench.domain.ids import new_id
from workbench.domain.officer import WORKING, Role
from workbench.domain.priority import reweigh
from workbench.reference.data import PriorityWeights, read_weights
from workbench.store import weights as stored
from workbench.store.store import Reading

_SLICE = 500
# What a supervisor may change; words and limits are the reference data's.
EDITABLE = ("bounds", "class_points", "band_points", "label_points", "signals", "sources")


class WeightsOfPriority(DeskPart):
    """Versions of the weights. Without one of the office's own, the reference data's hold."""

    def __init__(self, desk: Any) -> None:
        super().__init__(desk)
        self._cached: tuple[str | None, PriorityWeights] | None = None

    def in_force(self, tx: Reading) -> PriorityWeights:
        """The weights that rank now."""
        newest = stored.latest_id(tx)
        if self._cached is None or self._cached[0] != newest:
            row = stored.latest(tx)
            reference = self.desk.reference
            found = reference.weights
            if row is not None:
                found = read_weights(row["document"], set(reference.labels))
            self._cached = (newest, found)
        return self._cached[1]

    def document(self) -> dict[str, Any]:
        """The document of the weights in force, to be changed and tried."""
        with self.desk.store.read() as tx:
            row = stored.latest(tx)
        return copy.deepcopy(
            self.desk.reference.weights_document if row is None else row["document"]
        )

    def history(self) -> list[dict[str, Any]]:
        """Every version, newest first; the last is the one that came with the program."""
        with self.desk.store.read() as tx:
            rows = stored.history(tx)
        found = [
            {
                "id": row["id"],
                "version": row["version"],
                "reason": row["reason"],
                "officer": row["officer"],
                "created_at": row["created_at"],
                "document": row["document"],
            }
            for row in rows
        ]
        shipped = self.desk.reference.weights_document
        return [
            *found,
            {
                "id": "",
                "version": shipped["version"],
                "reason": "",
                "officer": "",
                "created_at": None,
                "document": copy.deepcopy(shipped),
            },
        ]

    def read(self, document: dict[str, Any]) -> PriorityWeights:
        """A trial document as weights; BadInput names the field that is wrong."""
        return read_weights(copy.deepcopy(document), set(self.desk.reference.labels))

    def queue_table(self) -> QueueTable:
        """The open queue as arrays, for any number of trials (see `QueueTable.what_if`)."""
        with self.desk.store.read() as tx:
            return QueueTable(stored.open_priorities(tx))

    def save(self, document: dict[str, Any], reason: str) -> Changes[dict[str, Any]]:
        """Put weights in force, as a new version; the queue is ranked anew by `rerank`.

        Only what `EDITABLE` names may differ from the weights in force. BadInput when nothing
        does, or a value is wrong.
        """
        self.desk.officer.must_have(Role.SUPERVISOR)
        reason = required(reason, M_("A reason"))
        with self.desk.store.write() as tx:
            row = stored.latest(tx)
            before = self.desk.reference.weights_document if row is None else row["document"]
            differing = differences(before, document)
            if not differing:
                raise BadInput(M_("No weight was changed."))
            new = {**copy.deepcopy(before), **{n: document[n] for n in EDITABLE}}
            count = len(stored.history(tx)) + 1
            new["version"] = f"{jst_date(self.desk.clock()).isoformat()}.{count}"
            self.read(new)
            weights_id = new_id()
            content = tx.insert(
                "weights",
                {
                    "id": weights_id,
                    "version": new["version"],
                    "document": new,
                    "reason": reason,
                    "officer_id": self.desk.officer.id,
                    "created_at": self.desk.clock(),
                },
            )
            facts = {
                "version": new["version"],
                "before": before["version"],
                "changed": differing,
                "reason": reason,
            }
            self.custody(tx, "store", self.desk.store.id, "weights_set", facts, [content])
        result = {"id": weights_id, "version": new["version"], "changed": differing}
        return changed(result, ("weights", weights_id))

    def waiting(self) -> int:
        """Open reports still ranked under other weights than those in force."""
        with self.desk.store.read() as tx:
            return stored.count_under_other_weights(tx, self.in_force(tx).version)

    def rerank(self, progress: Callable[[int, int], None] | None = None) -> Changes[dict[str, Any]]:
        """Rank every open report under the weights in force, in short transactions."""
        total = self.waiting()
        after: str | None = ""
        done, moved = 0, 0
        touched: set[tuple[str, str]] = set()
        while after is not None:
            part = self.rerank_slice(after)
            after = part.result["after"]
            done += part.result["ranked"]
            moved += part.result["moved"]
            touched |= part.touched
            if progress is not None:
                progress(done, max(total, done))
        return changed({"ranked": done, "moved": moved}, touched)

    def rerank_slice(self, after: str = "") -> Changes[dict[str, Any]]:
        """Rank the next 500 open reports behind `after` that stand under other weights.

        A report whose score or band changes gets a custody entry. `after` of the result is where
        to go on, None at the end; stopped at any moment, the rest is found again.
        """
        self.desk.officer.must_have(*WORKING)
        moved = 0
        touched: set[tuple[str, str]] = set()
        with self.desk.store.write() as tx:
            weights = self.in_force(tx)
            part = stored.under_other_weights(tx, weights.version, after, _SLICE)
            before = tx.many("priority", [row["priority_id"] for row in part])
            for row in part:
                old = before[row["priority_id"]]
                computed = reweigh(stored_factors(old), weights)
                new = priority_row(self.desk, row["id"], computed)
                if old["officer_id"] is not None:
                    kept = ("band", "override_reason", "officer_id")
                    new |= {name: old[name] for name in kept}
                content = tx.insert("priority", new)
                tx.update("report", row["id"], **ranked_columns(new))
                if new["score"] != old["score"] or new["band"] != row["band"]:
                    moved += 1
                    facts = {
                        "from": row["band"],
                        "to": new["band"],
                        "score": new["score"],
                        "weights": weights.version,
                    }
                    self.custody(tx, "report", row["id"], "reranked", facts, [content])
                touched.add(("report", row["id"]))
        last = part[-1]["id"] if len(part) == _SLICE else None
        return changed({"ranked": len(part), "moved": moved, "after": last}, touched)


def differences(before: dict[str, Any], after: dict[str, Any]) -> dict[str, list[int]]:
    """Changed points as `{"sources.ihc": [before, after]}`."""
    found: dict[str, list[int]] = {}
    for group in EDITABLE:
        for name, value in after[group].items():
            old = before[group].get(name)
            if group == "signals":
                value, old = value["points"], (old or {}).get("points")
            if value != old:
                found[f"{group}.{name}"] = [old, value]
    return found
