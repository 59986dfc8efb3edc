"""Backup and restore of a store with many exhibits: `python -m bench.backup [--reports N] [--exhibits N]`.

The floor in the same run is what anybody would do by hand with the store at rest: `tar` into one
file, synced, then `sha256sum` over what `tar` reads back; and `tar` out again, synced. Beyond that
a backup decrypts every exhibit, and a restore also checks every chain and seal. Printed as well:
how long another desk's registrations take while a backup runs.
"""

from __future__ import annotations

import argparse
import io
import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from bench.filled import filled_store
from workbench.desk.desk import Desk
from workbench.desk.opening import open_practice
from workbench.desk.restoring import Secret, restore

MIB = 1 << 20


def timed(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def shell(command: str, **places: Path) -> float:
    """Seconds of a shell line; `places` reach it as variables."""
    environment = {**os.environ, **{name: str(path) for name, path in places.items()}}
    return timed(lambda: subprocess.run(["sh", "-ec", command], env=environment, check=True))


def add_exhibits(folder: Path, count: int, size: int) -> None:
    """Exhibits of random bytes on the first report, as WARC files would lie there."""
    with Desk(open_practice(folder, "officer")) as desk:
        report = desk.reports.register("https://exhibits.example.test/").result["id"]
        for _ in range(count):
            with desk.exhibits.preparing() as preparation:
                content = io.BytesIO(os.urandom(size))
                made = preparation.write(content, "warc", "application/warc+gzip", "a.warc.gz")
                with desk.store.write() as tx:
                    _, contents = desk.exhibits.add(tx, report, [made])
                    desk.exhibits.custody(tx, "report", report, "exhibit_added", {}, contents)


def registering(folder: Path, until: threading.Event, name: str) -> list[float]:
    """Milliseconds of each registration at another desk until told to stop."""
    took: list[float] = []
    with Desk(open_practice(folder, "supervisor")) as desk:
        while not until.is_set():
            url = f"https://{name}{len(took)}.example.test/"
            took.append(1_000 * timed(lambda url=url: desk.reports.register(url)))
            time.sleep(0.02)
    return sorted(took)


def beside(folder: Path, name: str, act: Callable[[], object]) -> tuple[float, list[float]]:
    """An act's seconds, and what registrations took meanwhile."""
    until = threading.Event()
    found: list[float] = []
    other = threading.Thread(target=lambda: found.extend(registering(folder, until, name)))
    other.start()
    seconds = timed(act)
    until.set()
    other.join()
    return seconds, found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, default=50_000)
    parser.add_argument("--exhibits", type=int, default=400)
    parser.add_argument("--size", type=int, default=MIB, help="bytes of one exhibit")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="workbench-bench-") as name:
        folder = Path(name)
        store = filled_store(folder / "store", options.reports)
        add_exhibits(store, options.exhibits, options.size)
        size = sum(p.stat().st_size for p in store.rglob("*") if p.is_file())
        print(
            f"store: {options.reports:,} reports, {options.exhibits} exhibits, {size / MIB:.0f} MiB"
        )

        def backed_up(file: str) -> None:
            with Desk(open_practice(store, "officer")) as desk:
                desk.backups.backup(folder / file)

        made = timed(lambda: backed_up("saved.tar"))
        by_hand = shell(
            'tar cf "$to" -C "$store" . && sync "$to" && tar xOf "$to" | sha256sum > /dev/null',
            store=store,
            to=folder / "hand.tar",
        )
        print(
            f"backup   {made:8.2f} s  tar, sync and sha256sum {by_hand:.2f} s  ratio {made / by_hand:.2f}"
        )
        back = timed(lambda: restore(folder / "saved.tar", folder / "back", Secret()))
        (folder / "hand").mkdir()
        out = shell('tar xf "$file" -C "$to" && sync', file=folder / "hand.tar", to=folder / "hand")
        print(f"restore  {back:8.2f} s  tar and sync {out:.2f} s  ratio {back / out:.2f}")
        _, alone = beside(store, "alone", lambda: time.sleep(made))
        busy, meanwhile = beside(store, "busy", lambda: backed_up("second.tar"))
        for what, took in (("alone", alone), (f"beside a backup of {busy:.1f} s", meanwhile)):
            middle, worst = took[len(took) // 2], took[-1]
            print(
                f"another desk registers {what}: median {middle:.1f} ms, longest {worst:.1f} ms, {len(took)} times"
            )


if __name__ == "__main__":
    main()
