"""The window on a store of many reports: `python -m bench.ui [--reports N] [--open M]`.

Figures, each beside its limit: time until usable, next report, scrolling, filtering, what-if,
memory, and how long the window's thread was ever held up (a 5 ms heartbeat), also while another
process imports 200,000 rows. The floor is an empty Qt window in the same run.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from bench.filled import filled_store

LIMITS = {
    "usable_s": 2.0,
    "next_report_ms_p95": 80.0,
    "scroll_ms_p95": 50.0,
    "filter_ms_p95": 50.0,
    "what_if_s": 3.0,
    "memory_mb": 500.0,
    "stall_ms_p99": 50.0,
    "stall_ms_max": 200.0,
    "stall_import_ms_p99": 50.0,
    "stall_import_ms_max": 200.0,
}


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def floor() -> None:
    """Time until an empty window is shown."""
    started = time.perf_counter()
    from PySide6.QtWidgets import QApplication, QMainWindow

    application = QApplication([])
    window = QMainWindow()
    window.resize(1600, 1000)
    window.show()
    application.processEvents()
    print(json.dumps({"usable_s": time.perf_counter() - started, "memory_mb": memory_mb()}))


def memory_mb() -> float:
    """Peak resident memory of this process."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measured(store: Path, rows: Path) -> None:
    """Everything in one process, as an officer's window would be."""
    started = time.perf_counter()
    from PySide6.QtCore import QEventLoop, Qt, QTimer
    from PySide6.QtTest import QTest

    from workbench.desk.opening import open_practice
    from workbench.settings import load_settings
    from workbench.ui.application import Seat, make_application

    application = make_application()
    seat = Seat(application, store, load_settings(None, {}, {}))
    seat.sit_down(open_practice(store, "supervisor"))
    assert seat.window is not None
    screen = seat.window.go("review")
    found: dict[str, float] = {}

    def until(done, seconds: float = 120) -> float:  # type: ignore[no-untyped-def]
        begun = time.perf_counter()
        while not done():
            if time.perf_counter() - begun > seconds:
                raise TimeoutError
            # Sleeps between events as a window does: a busy wait would starve the readers.
            application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        return (time.perf_counter() - begun) * 1000

    def pause(seconds: float) -> None:
        until_then = time.perf_counter() + seconds
        QTimer.singleShot(round(seconds * 1000), lambda: None)
        until(lambda: time.perf_counter() >= until_then)

    beats: list[float] = []
    last = [time.perf_counter()]

    def beat() -> None:
        now = time.perf_counter()
        beats.append((now - last[0]) * 1000 - 5)
        last[0] = now

    heart = QTimer(interval=5, timerType=Qt.TimerType.PreciseTimer)
    heart.timeout.connect(beat)
    heart.start()

    def row_there(place: int) -> bool:
        if place < 0:
            return False
        report_id = screen.model.id_at(place)
        return report_id is not None and report_id in screen.model._rows

    # Usable: the first rows and the first report are there. The rest of the order comes after.
    until(lambda: row_there(0) and screen.report.report is not None)
    found["usable_s"] = time.perf_counter() - started
    until(lambda: screen.model.ready and screen.bar.is_ready)
    found["whole_order_s"] = time.perf_counter() - started

    beats.clear()
    nexts = []
    for _ in range(40):
        # Nobody reads a report and finds three keys in less than this.
        pause(0.1)
        before = screen.current
        QTest.keyClicks(screen.table, "9")
        QTest.keyClicks(screen.table, "1")
        QTest.keyClick(screen.table, Qt.Key.Key_Return)
        nexts.append(until(lambda b=before: screen.current != b and screen.bar.is_ready))
    found["next_report_ms_p95"] = percentile(nexts, 0.95)

    scrolls = []
    total = screen.model.rowCount()
    for turn in range(40):
        place = (turn * 7919 * 997) % max(1, total - 40)
        screen.table.verticalScrollBar().setValue(place * 48)
        scrolls.append(until(lambda p=place: row_there(p + 5)))
    found["scroll_ms_p95"] = percentile(scrolls, 0.95)

    filters = []
    for turn in range(12):
        button = screen._band_buttons[("immediate", "same_day", "routine")[turn % 3]]
        ready = [False]
        connection = screen.model.loaded.connect(lambda r=ready: r.__setitem__(0, True))
        button.toggle()
        filters.append(until(lambda r=ready: r[0] and row_there(screen.table.rowAt(5))))
        screen.model.loaded.disconnect(connection)
    found["filter_ms_p95"] = percentile(filters, 0.95)

    begun = time.perf_counter()
    supervise = seat.window.go("supervise")
    supervise.tabs.setCurrentIndex(2)
    until(lambda: supervise.weights._what is not None)
    found["what_if_s"] = time.perf_counter() - begun
    again = []
    for points in range(1, 8):
        before = supervise.weights._what
        supervise.weights.editor.box("sources", "npa").setValue(30 + points)
        again.append(until(lambda b=before: supervise.weights._what is not b))
    found["what_if_again_ms"] = statistics.median(again)
    found["memory_mb"] = memory_mb()
    found["stall_ms_p99"] = percentile(beats, 0.99)
    found["stall_ms_max"] = max(beats)

    seat.window.go("review")
    beats.clear()
    last[0] = time.perf_counter()
    importing = subprocess.Popen(
        [sys.executable, "-m", "workbench", "--store", str(store), "import", str(rows), "--quiet"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    begun = time.perf_counter()
    turn = 0
    while importing.poll() is None:
        application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        if time.perf_counter() - begun > turn:
            turn += 1
            screen.table.verticalScrollBar().setValue(turn * 48 * 100)
    found["import_s"] = time.perf_counter() - begun
    found["stall_import_ms_p99"] = percentile(beats, 0.99)
    found["stall_import_ms_max"] = max(beats)
    found["memory_after_import_mb"] = memory_mb()
    seat.end()
    print(json.dumps(found))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, default=1_000_000)
    parser.add_argument("--import-rows", type=int, default=200_000)
    parser.add_argument("--store", type=Path)
    parser.add_argument("--part", choices=["floor", "measured"])
    options = parser.parse_args()
    folder = options.store or Path(tempfile.gettempdir()) / f"bench-ui-{options.reports}"
    rows = folder.with_name(f"bench-ui-import-{options.import_rows}.csv")
    if options.part == "floor":
        floor()
        return
    if options.part == "measured":
        measured(folder, rows)
        return
    begun = time.perf_counter()
    filled_store(folder, options.reports)
    print(f"store of {options.reports:,} reports: {time.perf_counter() - begun:.0f} s")
    stamp = time.time_ns()
    lines = (f"https://n{stamp}-{i}.example.test/{i}" for i in range(options.import_rows))
    rows.write_text("url\n" + "\n".join(lines) + "\n")

    def part(name: str) -> dict[str, float]:
        command = [sys.executable, "-m", "bench.ui", "--part", name, "--reports"]
        command += [str(options.reports), "--store", str(folder)]
        command += ["--import-rows", str(options.import_rows)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(done.stderr)
        return dict(json.loads(done.stdout.strip().splitlines()[-1]))

    least, found = part("floor"), part("measured")
    for name, value in found.items():
        limit = LIMITS.get(name)
        told = "" if limit is None else f"  limit {limit:g}  ratio {value / limit:.2f}"
        base = f"  empty window {least[name]:.2f}" if name in least else ""
        print(f"{name:26} {value:10.2f}{told}{base}")


if __name__ == "__main__":
    main()
