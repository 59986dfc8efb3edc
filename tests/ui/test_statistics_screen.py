"""統計 in the window: the same counts as the command line, as charts, tables and files."""

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
from pytestqt.qtbot import QtBot

from workbench.desk.desk import Desk
from workbench.desk.opening import open_practice
from workbench.desk.statistics import months_back
from workbench.documents.statistics_sheet import CountTable, tables_csv, tables_xlsx
from workbench.domain.clock import jst_date
from workbench.ui.statistics.view import StatisticsScreen

Sit = Callable[..., Any]


def test_the_counts_are_those_of_the_store(
    store: Path, sit: Sit, qtbot: QtBot, tmp_path: Path
) -> None:
    with Desk(open_practice(store, "officer")) as desk:
        for _ in range(2):
            report = desk.queue.claim().result["id"]
            desk.reviews.decide(report, "phishing_credential_request", "偽画面")
        counts = desk.statistics.month(None)
        month = months_back(jst_date(desk.clock()), 1)[0]
        course = desk.statistics.course([month])
        assert course["decisions"] == {month: 2}
        assert sum(course["sightings"].values()) == sum(counts["sightings_by_source"].values())
        assert desk.statistics.waiting().count == 2
    seat = sit(store)
    screen = seat.window.go("statistics")
    assert isinstance(screen, StatisticsScreen)
    qtbot.waitUntil(lambda: bool(screen.tables), timeout=15_000)
    assert ("サイバーパトロール", counts["sightings_by_source"]["patrol"]) in [
        tuple(row) for row in screen.tables[1].rows
    ]
    assert "2" in screen.waiting.text()
    screen.kind.setChecked(True)
    assert screen.table.model.rowCount() >= 16
    with qtbot.waitSignal(screen.told, timeout=15_000):
        screen.save(tmp_path / "counts.csv", "csv")
    text = (tmp_path / "counts.csv").read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    assert "情報源別の認知" in text.decode("utf-8-sig")
    with qtbot.waitSignal(screen.told, timeout=15_000):
        screen.save(tmp_path / "counts.xlsx", "xlsx")
    assert len(openpyxl.load_workbook(tmp_path / "counts.xlsx").sheetnames) == 6
    screen.save(tmp_path / "no" / "folder.csv", "csv")
    qtbot.waitUntil(lambda: bool(screen.notice.text), timeout=15_000)


def test_no_cell_is_a_formula() -> None:
    hostile = ["=1+1", "+1", "-1", "@x", "\t=1", "＝1", "普通"]
    table = CountTable("=題", ("+名", "数"), tuple((text, 1) for text in hostile))
    rows = list(csv.reader(io.StringIO(tables_csv([table]).decode("utf-8-sig"))))
    cells = [cell for row in rows for cell in row[:1]]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "＝")) for cell in cells)
    book = openpyxl.load_workbook(io.BytesIO(tables_xlsx([table])))
    found = [cell for row in book.worksheets[0].iter_rows() for cell in row]
    assert not any(cell.data_type == "f" for cell in found)
    assert "=1+1" in [cell.value for cell in found]
