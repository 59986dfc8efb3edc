"""One report: what it is, its tabs, and why it ranks where it does."""

from __future__ import annotations

import json
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QSplitter,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from workbench.desk.ranking import BAND_NAMES
from workbench.domain.clock import jst
from workbench.domain.errors import M_, Message
from workbench.domain.report import LEVELS, REPORT_WORKFLOW
from workbench.domain.url import defang, lookalike
from workbench.ui.design.chip import Chip
from workbench.ui.design.icons import icon
from workbench.ui.design.language import t
from workbench.ui.design.pages import Notice, Pages, label
from workbench.ui.design.tables import RowsTable
from workbench.ui.design.theme import theme, tokens
from workbench.ui.review.pictures import PicturesTab
from workbench.ui.review.text import TextTab
from workbench.ui.review.why import WhyPanel
from workbench.ui.work import DeskWork

KINDS: dict[str, Message] = {
    "email": M_("E-mail"),
    "phone": M_("Telephone"),
    "line_id": M_("LINE"),
    "telegram": M_("Telegram"),
    "signal": M_("Signal"),
    "x_account": M_("X"),
    "instagram": M_("Instagram"),
    "bank_account": M_("Bank account"),
    "crypto_address": M_("Crypto address"),
    "crypto_address_wrong": M_("Crypto address, checksum wrong"),
    "domain": M_("Domain"),
    "onion": M_("Onion address"),
    "onion_wrong": M_("Onion address, checksum wrong"),
}
_ACTS: dict[str, Message] = {
    "registered": M_("Registered"),
    "imported": M_("Imported"),
    "sighted_again": M_("Reported again"),
    "captured": M_("Page preserved"),
    "archive_added": M_("Archive from elsewhere added"),
    "assessed": M_("Assessed"),
    "claimed": M_("Taken into review"),
    "released": M_("Let go"),
    "reopened": M_("Reopened"),
    "decided": M_("Decided"),
    "review_asked": M_("Another look asked for"),
    "hold_set": M_("Hold set"),
    "hold_cleared": M_("Hold cleared"),
    "priority_set": M_("Band set by hand"),
    "closed": M_("Closed"),
}


class ReportView(QWidget):
    """The right side of 審査."""

    capture_wanted = Signal(str)

    def __init__(self, work: DeskWork) -> None:
        super().__init__()
        self._work = work
        self.report: dict[str, Any] | None = None
        head = QFrame()
        head.setProperty("panel", "flat")
        self._head = QVBoxLayout(head)
        self._head.setContentsMargins(16, 10, 16, 8)
        self._head.setSpacing(4)
        first = QHBoxLayout()
        first.setSpacing(8)
        self.number = label("", "title")
        self.number.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._band, self._level, self._state, self._hold = Chip(), Chip(), Chip(), Chip()
        first.addWidget(self.number)
        for chip in (self._band, self._level, self._state, self._hold):
            first.addWidget(chip)
        first.addStretch(1)
        self.owner = label("", "caption")
        first.addWidget(self.owner)
        self._head.addLayout(first)
        second = QHBoxLayout()
        second.setSpacing(8)
        self.url = label("")
        self.url.setFont(theme().font(mono=True))
        self.url.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.url.setAccessibleName(t(M_("URL, made harmless")))
        self._alike = Chip()
        self.copy_button = QPushButton(icon("mdi6.content-copy"), t(M_("Copy harmless")))
        self.copy_button.clicked.connect(self._copy)
        self.capture_button = QPushButton(icon("mdi6.camera-outline"), t(M_("Preserve the page")))
        self.capture_button.setToolTip(t(M_("Fetches this page once, now; it is written down.")))
        self.capture_button.clicked.connect(self._capture)
        second.addWidget(self.url, 1)
        second.addWidget(self._alike)
        second.addWidget(self.capture_button)
        second.addWidget(self.copy_button)
        self._head.addLayout(second)
        self.facts = label("", "caption")
        self.facts.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._head.addWidget(self.facts)
        self.notice = Notice()
        self._head.addWidget(self.notice)

        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.setAccessibleName(t(M_("The report's parts")))
        self.pictures = PicturesTab(work)
        self.text = TextTab()
        self.identifiers = RowsTable(
            M_("Identifiers"),
            (M_("Kind"), M_("Value"), M_("As seen")),
            (140, 260),
            M_("No identifiers were found on the page."),
        )
        self.links = RowsTable(
            M_("Linked reports"),
            (M_("Report"), M_("Shared"), M_("Value")),
            (160, 140),
            M_("No other report shares an identifier."),
        )
        self.history = RowsTable(
            M_("History"),
            (M_("When"), M_("Officer"), M_("Act"), M_("Facts")),
            (150, 110, 150),
            M_("Nothing has happened yet."),
        )
        self._tabs = (
            (self.pictures, M_("Exhibits"), "mdi6.camera-outline"),
            (self.text, M_("Text"), "mdi6.text-box-outline"),
            (self.identifiers, M_("Identifiers"), "mdi6.fingerprint"),
            (self.links, M_("Linked"), "mdi6.link-variant"),
            (self.history, M_("History"), "mdi6.history"),
        )
        for widget, name, picture in self._tabs:
            self.tabs.addTab(widget, icon(picture), t(name))
        self.tabs.setCurrentWidget(self.text)
        self.why = WhyPanel()
        self._why_scroll = QScrollArea()
        self._why_scroll.setWidget(self.why)
        self._why_scroll.setWidgetResizable(True)
        self._why_scroll.setProperty("panel", "flat")
        self._why_scroll.setMinimumWidth(250)
        self._why_scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._why_scroll.setAccessibleName(t(M_("Why this rank")))
        self._middle = middle = QSplitter(Qt.Orientation.Horizontal)
        middle.addWidget(self.tabs)
        middle.addWidget(self._why_scroll)
        middle.setStretchFactor(0, 1)
        middle.setSizes([640, 270])
        middle.setChildrenCollapsible(False)
        inner = QFrame()
        inner.setProperty("panel", "flat")
        inside = QVBoxLayout(inner)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(0)
        inside.addWidget(head)
        inside.addWidget(middle, 1)
        self.pages = Pages(inner)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.pages)
        self.clear()

    def set_narrow(self, narrow: bool) -> None:
        """In a narrow window the reasons for the rank become a tab."""
        there = self.tabs.indexOf(self._why_scroll) >= 0
        if narrow and not there:
            self.tabs.addTab(self._why_scroll, icon("mdi6.sort"), t(M_("Rank")))
        elif not narrow and there:
            self.tabs.removeTab(self.tabs.indexOf(self._why_scroll))
            self._middle.addWidget(self._why_scroll)
            self._why_scroll.show()
            self._middle.setSizes([640, 270])

    def clear(self) -> None:
        """No report is chosen."""
        self.report = None
        self.pictures.show_exhibits([])
        self.pages.show_empty(
            M_("Choose a report in the queue."), icon="mdi6.clipboard-search-outline"
        )

    def show_report(self, shown: dict[str, Any], row: dict[str, Any]) -> None:
        """`shown` as `desk.reports.show`, `row` as the queue gives it."""
        fresh = self.report is None or self.report["id"] != shown["report"]["id"]
        self.report = shown["report"]
        self._show_head(shown, row)
        if fresh:
            self.pictures.show_exhibits(shown["exhibits"])
        self._show_text(shown)
        reference = self._work.desk.reference
        self.identifiers.show_rows(
            [
                (t(KINDS.get(i["kind"], M_("Other"))), i["value"], i["seen"])
                for i in shown["identifiers"]
            ]
        )
        self.links.show_rows(
            [
                (x["number"], t(KINDS.get(x["kind"], M_("Other"))), x["value"])
                for x in shown["links"]
            ]
        )
        self.history.show_rows([_history_row(entry, reference) for entry in shown["history"]])
        counts = (
            len(shown["exhibits"]),
            None,
            len(shown["identifiers"]),
            len(shown["links"]),
            len(shown["history"]),
        )
        for place, ((_, name, _icon), count) in enumerate(zip(self._tabs, counts, strict=True)):
            self.tabs.setTabText(place, t(name) if count is None else f"{t(name)} {count}")
        self.why.show_row(row)
        self.pages.show_content()

    def say(self, text: str, tone: str = "wait") -> None:
        """A line above the tabs: a hold, another officer's claim; empty takes it away."""
        self.notice.say(text, tone)

    def _show_head(self, shown: dict[str, Any], row: dict[str, Any]) -> None:
        report = shown["report"]
        reference = self._work.desk.reference
        self.number.setText(report["number"])
        band = tokens()["bands"][row["band"]]
        self._band.say(t(BAND_NAMES[row["band"]]), band["colour"], band["icon"])
        levels = [e["level"] for e in shown["exhibits"] if e["role"] == "screenshot"]
        strictest = max(levels, key=LEVELS.index) if levels else ""
        handling = tokens()["handling"].get(strictest, {"tone": "muted", "icon": ""})
        self._level.say(strictest, handling["tone"], handling["icon"])
        state = tokens()["states"]["report"][report["state"]]
        self._state.say(t(REPORT_WORKFLOW.names[report["state"]]), state["tone"], state["icon"])
        self._hold.say(t(M_("Hold")) if report["hold"] else "", "hold", "mdi6.pause-octagon")
        lease = shown["lease"]
        held = ""
        if lease is not None:
            until = jst(lease["until"]).strftime("%H:%M")
            held = t(M_("{name} has it until {time}", name=lease["name"], time=until))
        self.owner.setText(held)
        protected = strictest == "S3"
        url = t(M_("(not shown)")) if protected else defang(report["url_canonical"])
        self.url.setText(url if len(url) <= 90 else url[:89] + "…")
        self.url.setToolTip(url[:2_000])
        self.copy_button.setEnabled(not protected)
        allowed = REPORT_WORKFLOW.actions(report["state"], self._work.desk.officer)
        self.capture_button.setEnabled("preserve" in allowed and not protected)
        signs = set(lookalike(report["host"]).signs) - {"punycode"}
        self._alike.say(
            t(M_("Look-alike host")) if signs and not protected else "",
            "wait",
            "mdi6.alert-outline",
        )
        source = shown["sightings"][0]["source"] if shown["sightings"] else ""
        known = reference.sources.get(source)
        parts = [t(known.name) if known else source]
        parts.append(
            t(M_("registered {time}", time=jst(report["registered_at"]).strftime("%m/%d %H:%M")))
        )
        if len(shown["sightings"]) > 1:
            parts.append(t(M_("{n} sightings", n=len(shown["sightings"]))))
        if shown["captures"]:
            last = shown["captures"][-1]
            when = jst(last["finished_at"]).strftime("%m/%d %H:%M")
            status = last["status"] if last["status"] is not None else last["outcome"]
            parts.append(t(M_("preserved {time} (HTTP {status})", time=when, status=status)))
        self.facts.setText("  ·  ".join(parts))
        if report["hold"]:
            self.say(t(M_("Removal is on hold: {reason}", reason=report["hold_reason"])), "hold")
        else:
            self.say("")

    def _show_text(self, shown: dict[str, Any]) -> None:
        assessment = shown["assessment"]
        if assessment is not None:
            reference = self._work.desk.reference
            grounds = [
                {**g, "name": t(reference.labels[g["label"]].name)}
                for g in assessment["grounds"]
                if g["label"] in reference.labels
            ]
            text = assessment["assessed_text"]
            caption = t(M_("{n} characters · {k} grounds", n=f"{len(text):,}", k=len(grounds)))
            self.text.show_text(text, grounds, caption)
            return
        texts = [s["note"] for s in shown["sightings"] if s["note"]]
        texts += [c["page_text"] for c in shown["captures"][-1:] if c["page_text"]]
        self.text.show_text("\n".join(texts), [], t(M_("Not assessed yet")))

    def _capture(self) -> None:
        if self.report is not None:
            self.capture_button.setEnabled(False)
            self.capture_wanted.emit(self.report["id"])

    def _copy(self) -> None:
        if self.report is not None:
            QGuiApplication.clipboard().setText(defang(self.report["url_canonical"]))


def _history_row(entry: dict[str, Any], reference: Any) -> tuple[str, ...]:
    body = json.loads(entry["body"])
    facts = []
    for name, value in body.get("facts", {}).items():
        if name == "category" and value in reference.categories:
            facts.append(t(reference.categories[value].name))
        elif name == "measures":
            facts += [t(reference.measures[m].name) for m in value if m in reference.measures]
        elif name in ("reason", "score", "outcome", "status") and value not in (None, ""):
            facts.append(str(value))
        elif name in ("from", "to", "band") and value in BAND_NAMES:
            facts.append(t(BAND_NAMES[value]))
    when = (
        jst(body["at_us"]).strftime("%Y-%m-%d %H:%M:%S") if "at_us" in body else body.get("at", "")
    )
    act = body["action"]
    return (when, body["officer"], t(_ACTS[act]) if act in _ACTS else act, " · ".join(facts))
