"""Assessing reports: the classifier's opinion, and the priority that follows from it."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from typing import Any

from workbench.desk.changes import Changes, changed
from workbench.desk.part import DeskPart
from workbench.desk.ranking import circumstances, write_priority
from workbench.desk.reports import LINKING_KINDS
from workbench.domain.ids import new_id
from workbench.domain.officer import WORKING
from workbench.domain.priority import rank
from workbench.domain.report import REPORT_WORKFLOW
from workbench.store import reports as stored
from workbench.store.store import Reading, Row

_SLICE = 200
# What is assessed of one report: a page longer than this is cut, the officer's note never.
_TEXT_LIMIT = 20_000


class Assessments(DeskPart):
    """Opinions of the classifier; never mixed with a person's finding."""

    def waiting(self, *, again: bool = False) -> list[str]:
        """Ids of reports without an assessment; with `again`, of every report not yet decided."""
        states = ["registered", "preserved"]
        states += ["assessed", "in_review", "needs_review"] if again else []
        with self.desk.store.read() as tx:
            return [row["id"] for row in stored.in_states(tx, states)]

    def assess(
        self, tokens: Sequence[str], progress: Callable[[int, int], None] | None = None
    ) -> Changes[dict[str, Any]]:
        """Assess reports and rank them anew. Slices of 200 are one transaction each."""
        self.desk.officer.must_have(*WORKING)
        started = time.monotonic()
        abstained = 0
        touched: set[tuple[str, str]] = set()
        model = self.desk.triage.model_id
        for start in range(0, len(tokens), _SLICE):
            part = tokens[start : start + _SLICE]
            with self.desk.store.read() as tx:
                reports = [self.find(tx, "report", token) for token in part]
                texts = [self._text(tx, report) for report in reports]
            for report in reports:
                REPORT_WORKFLOW.advance(report["state"], "assess", self.desk.officer)
            urls = [report["url_canonical"] for report in reports]
            opinions = self.desk.triage.assess(texts, urls)
            with self.desk.store.write() as tx:
                weights = self.desk.weights.in_force(tx)
                for report_id, text, opinion in zip(
                    (r["id"] for r in reports), texts, opinions, strict=True
                ):
                    # Read again: another officer may have moved it while the classifier worked.
                    report = self.find(tx, "report", report_id)
                    row = {
                        "id": new_id(),
                        "report_id": report_id,
                        "model_id": model,
                        "text_digest": hashlib.sha256(
                            text.encode("utf-8", "surrogatepass")
                        ).hexdigest(),
                        "assessed_text": text,
                        "labels": [[p.label, round(p.probability, 6)] for p in opinion.labels],
                        "abstained": opinion.abstained,
                        "grounds": [
                            {
                                "start": g.start,
                                "end": g.end,
                                "weight": round(g.weight, 6),
                                "label": g.label,
                            }
                            for g in opinion.grounds
                        ],
                        "created_at": self.desk.clock(),
                    }
                    content = tx.insert("assessment", row)
                    capture = stored.last_capture(tx, report_id)
                    known = circumstances(
                        self.desk,
                        report,
                        stored.first_source(tx, report_id),
                        row["labels"] if text.strip() else (),
                        opinion.abstained,
                        text,
                        None if capture is None else capture["outcome"] == "captured",
                        bool(stored.linked_reports(tx, report_id, LINKING_KINDS)),
                    )
                    priority = rank(known, weights)
                    columns, ranked = write_priority(tx, self.desk, report, priority)
                    self.advance(
                        tx, REPORT_WORKFLOW, report, "assess", assessment_id=row["id"], **columns
                    )
                    facts = {"model": model, "score": priority.score, "band": columns["band"]}
                    self.custody(tx, "report", report_id, "assessed", facts, [content, ranked])
                    abstained += opinion.abstained
                    touched.add(("report", report_id))
            if progress is not None:
                progress(min(start + _SLICE, len(tokens)), len(tokens))
        result = {
            "assessed": len(tokens),
            "abstained": abstained,
            "model": model,
            "seconds": round(time.monotonic() - started, 3),
        }
        return changed(result, touched)

    def _text(self, tx: Reading, report: Row) -> str:
        """What is assessed: the officer's notes, then the newest preserved page."""
        notes = [s["note"] for s in stored.sightings_of(tx, report["id"])] + [report["note"]]
        pages = [c for c in stored.captures_of(tx, report["id"]) if c["page_text"]]
        page = [pages[-1]["title"], pages[-1]["page_text"]] if pages else []
        parts = [part.strip() for part in dict.fromkeys([*notes, *page])]
        return "\n".join(part for part in parts if part)[:_TEXT_LIMIT]
