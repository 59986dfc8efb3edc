"""統計: what came in, what was decided, asked and handed over; charts, tables and files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from workbench.desk.changes import Changes
from workbench.desk.ranking import BAND_NAMES
from workbench.desk.statistics import Waiting, months_back
from workbench.documents.statistics_sheet import CountTable, tables_csv, tables_xlsx
from workbench.domain.case import REFERRAL_WORKFLOW
from workbench.domain.clock import jst_date
from workbench.domain.errors import M_, Unavailable
from workbench.domain.removal import REMOVAL_WORKFLOW
from workbench.files import write_durably
from workbench.ui.design.icons import icon
from workbench.ui.design.language import language, t
from workbench.ui.design.pages import Notice, label, panel
from workbench.ui.design.tables import RowsTable
from workbench.ui.statistics.charts import BarChart, MonthChart
from workbench.ui.work import DeskWork

_MONTHS = 12
_MOST_CATEGORIES = 14
_SETTLE_MS = 1_000


class StatisticsScreen(QWidget):
    """Every chart is also a table; every figure is a count."""

    told = Signal(str)

    def __init__(self, work: DeskWork) -> None:
        super().__init__()
        self._work, self._desk = work, work.desk
        self.setProperty("fill", "window")
        self.tables: list[CountTable] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(10)
        head = QHBoxLayout()
        self.month = QComboBox()
        self.month.setAccessibleName(t(M_("Month")))
        for month in reversed(months_back(jst_date(work.desk.clock()), 36)):
            self.month.addItem(_month_name(month), month)
        self.month.addItem(t(M_("All time")), None)
        self.month.currentIndexChanged.connect(self.load)
        self.kind = QPushButton(icon("mdi6.table"), t(M_("As tables")))
        self.kind.setCheckable(True)
        self.kind.toggled.connect(self._turn)
        csv_button = QPushButton(icon("mdi6.file-delimited-outline"), t(M_("Save as CSV…")))
        csv_button.clicked.connect(lambda: self._choose("csv"))
        xlsx_button = QPushButton(icon("mdi6.file-excel-outline"), t(M_("Save as XLSX…")))
        xlsx_button.clicked.connect(lambda: self._choose("xlsx"))
        head.addWidget(self.month)
        head.addWidget(self.kind)
        head.addStretch(1)
        head.addWidget(csv_button)
        head.addWidget(xlsx_button)
        column.addLayout(head)
        self.notice = Notice()
        column.addWidget(self.notice)
        self.waiting = label("", "strong")
        column.addWidget(self.waiting)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._charts())
        self.table = RowsTable(
            M_("All counts"),
            (M_("Table"), M_("Name"), M_("Count"), M_("Second count")),
            (260, 360, 120),
            M_("Nothing is counted yet."),
        )
        self._stack.addWidget(self.table)
        column.addWidget(self._stack, 1)
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settle.timeout.connect(self.load)
        work.changed.connect(self._changed)
        self.load()

    def _charts(self) -> QWidget:
        inner = QWidget()
        inner.setProperty("fill", "window")
        grid = QGridLayout(inner)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(12)
        frame, inside, _ = panel(
            M_("Twelve months"), M_("sightings count notices, findings count decisions")
        )
        self.course = MonthChart(t(M_("Twelve months")), t(M_("Sightings")), t(M_("Findings")))
        inside.addWidget(self.course)
        grid.addWidget(frame, 0, 0, 1, 2)
        self.charts: dict[str, BarChart] = {}
        places = (
            ("sightings_by_source", M_("Sightings by source"), "chart_1"),
            ("decisions_by_category", M_("Findings by category"), "chart_3"),
            ("removals_by_state", M_("Removal requests drafted, by state now"), "chart_2"),
            ("referrals_by_state", M_("Hand-overs drafted, by state now"), "chart_4"),
            ("open_by_band", M_("Open reports by band (now)"), "chart_5"),
        )
        for number, (name, title, role) in enumerate(places):
            frame, inside, _ = panel(title)
            self.charts[name] = BarChart(t(title), role)
            inside.addWidget(self.charts[name])
            inside.addStretch(1)
            grid.addWidget(frame, 1 + number // 2, number % 2)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(inner)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setAccessibleName(t(M_("Charts")))
        return scroll

    # --- reading ------------------------------------------------------------------------------

    def load(self) -> None:
        """Count anew."""
        month = self.month.currentData()
        months = months_back(jst_date(self._desk.clock()), _MONTHS)
        part = self._desk.statistics
        self._work.read(
            lambda: (part.month(month), part.course(months), part.waiting(month)),
            self._show,
            self.notice.say_error,
            key="statistics",
        )

    def _show(self, found: tuple[dict[str, Any], dict[str, dict[str, int]], Waiting]) -> None:
        counts, course, waiting = found
        self.notice.say("")
        months = [
            (f"{int(m[5:])}", course["sightings"][m], course["decisions"][m])
            for m in course["sightings"]
        ]
        if language() == "ja":
            months = [(f"{name}月", a, b) for name, a, b in months]
        self.course.show_months(months)
        named = {name: self._named(name, counts[name]) for name in self.charts}
        for name, chart in self.charts.items():
            chart.show_counts(named[name][:_MOST_CATEGORIES])
        if waiting.count:
            text = M_(
                "From registration to finding: half within {median} h, nine in ten within {ninth} h ({n} findings).",
                median=f"{waiting.median:.1f}",
                ninth=f"{waiting.ninth:.1f}",
                n=f"{waiting.count:,}",
            )
        else:
            text = M_("No finding in this time.")
        registered = t(M_("Reports registered: {n}.", n=f"{counts['reports_registered']:,}"))
        self.waiting.setText(f"{registered}  {t(text)}")
        heading = (t(M_("Name")), t(M_("Count")))
        titles = {
            "sightings_by_source": M_("Sightings by source"),
            "decisions_by_category": M_("Findings by category"),
            "removals_by_state": M_("Removal requests drafted, by state now"),
            "referrals_by_state": M_("Hand-overs drafted, by state now"),
            "open_by_band": M_("Open reports by band (now)"),
        }
        self.tables = [
            CountTable(
                t(M_("Twelve months")),
                (t(M_("Month")), t(M_("Sightings")), t(M_("Findings"))),
                tuple(
                    (m, course["sightings"][m], course["decisions"][m]) for m in course["sightings"]
                ),
            ),
            *(CountTable(t(titles[name]), heading, tuple(named[name])) for name in self.charts),
        ]
        rows = []
        for table in self.tables:
            for row in table.rows:
                second = f"{row[2]:,}" if len(row) > 2 else ""
                rows.append((table.title, str(row[0]), f"{row[1]:,}", second))
        self.table.show_rows(rows)

    def _named(self, name: str, counts: dict[str, int]) -> list[tuple[str, int]]:
        reference = self._desk.reference
        rows = []
        for key, count in counts.items():
            if name == "sightings_by_source" and key in reference.sources:
                shown = t(reference.sources[key].name)
            elif name == "decisions_by_category" and key in reference.categories:
                shown = t(reference.categories[key].name)
            elif name == "removals_by_state" and key in REMOVAL_WORKFLOW.names:
                shown = t(REMOVAL_WORKFLOW.names[key])
            elif name == "referrals_by_state" and key in REFERRAL_WORKFLOW.names:
                shown = t(REFERRAL_WORKFLOW.names[key])
            elif name == "open_by_band":
                shown = t(BAND_NAMES[key])
            else:
                shown = key
            rows.append((shown, count))
        return rows if name == "open_by_band" else sorted(rows, key=lambda row: -row[1])

    def _turn(self, tables: bool) -> None:
        self._stack.setCurrentIndex(1 if tables else 0)

    def _changed(self, changes: Changes[Any]) -> None:
        if self.isVisible() and any(
            changes.concerns(kind) for kind in ("report", "removal", "referral")
        ):
            self._settle.start()

    # --- files --------------------------------------------------------------------------------

    def _choose(self, kind: str) -> None:
        month = self.month.currentData() or "all"
        name, _ = QFileDialog.getSaveFileName(
            self, t(M_("Save the counts")), f"statistics-{month}.{kind}"
        )
        if name:
            self.save(Path(name), kind)

    def save(self, path: Path, kind: str) -> None:
        """Write the tables in view as `csv` or `xlsx`."""
        tables = list(self.tables)

        def call() -> Path:
            content = tables_csv(tables) if kind == "csv" else tables_xlsx(tables)
            try:
                write_durably(path, content)
            except OSError as error:
                raise Unavailable(
                    M_("The file {path} cannot be written.", path=str(path))
                ) from error
            return path

        self._work.read(
            call,
            lambda done: self.told.emit(t(M_("Saved: {path}", path=str(done)))),
            self.notice.say_error,
        )


def _month_name(month: str) -> str:
    year, number = month.split("-")
    if language() == "ja":
        return (
            f"令和{int(year) - 2018}年{int(number)}月"
            if int(year) > 2018
            else f"{year}年{int(number)}月"
        )
    return month
