"""区分・引継先: the reference data as it is in force, with source, validity and 要確認."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QTabWidget, QVBoxLayout, QWidget

from workbench.desk.ranking import BAND_NAMES
from workbench.domain.errors import M_
from workbench.ui.design.language import t
from workbench.ui.design.pages import panel
from workbench.ui.design.tables import Cell, RowsTable
from workbench.ui.design.theme import tokens
from workbench.ui.removal.ladder import LAYER_NAMES
from workbench.ui.work import DeskWork


class ReferenceSection(QWidget):
    """Tables to read; the office replaces rows of the files, never the program."""

    told = Signal(str)

    def __init__(self, work: DeskWork) -> None:
        super().__init__()
        self._reference = work.desk.reference
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        frame, column, head = panel(
            M_("Categories and addressees"), M_("read-only; rows are replaced in data/reference")
        )
        self.filter = QLineEdit(placeholderText=t(M_("Find a word")))
        self.filter.setAccessibleName(t(M_("Find a word")))
        self.filter.setFixedWidth(240)
        self.filter.textChanged.connect(self._fill)
        head.addWidget(self.filter)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.setAccessibleName(t(M_("Categories and addressees")))
        empty = M_("No row holds this word.")
        self.categories = RowsTable(
            M_("Categories"),
            (
                M_("Category"), M_("Class"), M_("Band"), M_("Level"), M_("Law"),
                M_("Source of the law"), M_("Division"), M_("Measures"), M_("Valid"),
            ),
            (230, 130, 64, 62, 190, 130, 170, 200),
            empty,
        )  # fmt: skip
        self.addressees = RowsTable(
            M_("Addressees"),
            (M_("Layer"), M_("Name"), M_("Contact"), M_("Language"), M_("Marks"), M_("Valid")),
            (130, 260, 260, 80, 190),
            empty,
        )
        self.clocks = RowsTable(
            M_("Clocks"),
            (M_("Clock"), M_("Days"), M_("Kind"), M_("For"), M_("Source")),
            (280, 60, 190, 230),
            empty,
        )
        for widget, name in (
            (self.categories, M_("Categories")),
            (self.addressees, M_("Addressees")),
            (self.clocks, M_("Clocks")),
        ):
            self.tabs.addTab(widget, t(name))
        column.addWidget(self.tabs, 1)
        outer.addWidget(frame)
        self._fill()

    def _fill(self) -> None:
        word = self.filter.text().strip().lower()

        def fitting(rows: list[list[Cell]]) -> list[list[Cell]]:
            return [
                row
                for row in rows
                if not word or any(word in (c if isinstance(c, str) else c[0]).lower() for c in row)
            ]

        reference = self._reference
        unconfirmed = t(M_("unconfirmed"))
        rows: list[list[Cell]] = []
        for one in reference.categories.values():
            shape = tokens()["handling"][one.handling]
            mark = f" ({unconfirmed})" if one.unconfirmed and one.law else ""
            rows.append(
                [
                    t(one.name),
                    t(reference.class_name(one.cls)),
                    t(BAND_NAMES[one.band]),
                    (one.handling, shape["tone"], shape["icon"]),
                    one.law + mark if one.law else "—",
                    one.law_source or "—",
                    "・".join(t(reference.divisions[d].name) for d in one.division_ids),
                    "・".join(t(reference.measures[m].name) for m in one.measures),
                    _validity(one.valid_from, one.valid_to),
                ]
            )
        self.categories.show_rows(fitting(rows))
        rows = []
        for who in reference.addressees.values():
            marks = [t(M_("designated operator"))] if who.designated else []
            marks += [unconfirmed] if who.unconfirmed else []
            rows.append(
                [
                    t(LAYER_NAMES[who.layer]),
                    t(who.name),
                    who.contact or "—",
                    who.language,
                    "・".join(marks) or "—",
                    _validity(who.valid_from, who.valid_to),
                ]
            )
        self.addressees.show_rows(fitting(rows))
        rows = []
        for clock in reference.clocks.values():
            guide = clock.binding_for == "none"
            kind = M_("guide") if guide else M_("statutory, toward the victim")
            rows.append(
                [
                    t(clock.name),
                    str(clock.days),
                    t(kind),
                    clock.applies_to,
                    clock.source + (f" ({unconfirmed})" if clock.unconfirmed else ""),
                ]
            )
        self.clocks.show_rows(fitting(rows))


def _validity(start: object, end: object) -> str:
    if start is None and end is None:
        return "—"
    return f"{start or ''} – {end or ''}"
