"""As the system sees it: an exhibit is on the disk before the row that names it is committed.

strace shows the calls in their order. For every blob: its bytes synced, renamed, its folder synced,
and only then the database's log written and synced, and only then the answer printed.
"""

import re
from pathlib import Path

import pytest
from crash_tools import DECIDED, TO_CAPTURE, Bench, tracing_works

from workbench.capture.testsite import PAGES, sample_screenshot

CALLS = "openat,mkdir,mkdirat,fsync,fdatasync,rename,renameat,renameat2,pwrite64,write"
SAMPLE = """\
7 mkdir("/s/vault/ab", 0700) = 0
7 openat(AT_FDCWD</>, "/s/vault", O_RDONLY) = 4</s/vault>
7 fsync(4</s/vault>) = 0
7 openat(AT_FDCWD</>, "/s/vault/ab/x.part", O_WRONLY|O_CREAT) = 4</s/vault/ab/x.part>
7 write(4</s/vault/ab/x.part>, ""..., 900) = 900
7 fsync(4</s/vault/ab/x.part>) = 0
7 rename("/s/vault/ab/x.part", "/s/vault/ab/x.blob") = 0
7 fsync(4</s/vault/ab>) = 0
7 pwrite64(5</s/store.db-wal>, ""..., 4096, 0) = 4096
7 fdatasync(5</s/store.db-wal>) = 0
7 write(1<pipe:[1]>, ""..., 40) = 40
""".splitlines()


def problem(lines: list[str], vault: str, blob: str) -> str | None:
    """The first thing out of order for one blob (`ab/x`), or None."""
    folder = f"{vault}/{blob.partition('/')[0]}"
    part, wal = f"{vault}/{blob}.part", re.escape(vault.rpartition("/")[0] + "/store.db-wal")

    def after(start: int, pattern: str) -> int | None:
        return next((i for i in range(start, len(lines)) if re.search(pattern, lines[i])), None)

    opened = after(0, rf'openat\(.*"{re.escape(part)}"')
    if opened is None:
        return "never opened"
    place = opened
    sync = r"f(data)?sync\(\d+<"
    for what, pattern in (
        ("bytes synced", rf"{sync}{re.escape(part)}>"),
        ("renamed", rf'rename\w*\(.*"{re.escape(part)}"'),
        ("folder synced", rf"{sync}{re.escape(folder)}>"),
        ("row written", rf"write\w*\(\d+<{wal}>"),
        ("row synced", rf"{sync}{wal}>"),
        ("answered", r"write\(1<"),
    ):
        found = after(place, pattern)
        if found is None:
            return f"not {what} after what comes before"
        place = found
        if what == "folder synced":
            early = after(opened, rf"write\w*\(\d+<{wal}>")
            if early is not None and early < place:
                return "a row was written before the blob was durable"
            late = after(
                after(opened, rf"{sync}{re.escape(part)}>") or 0,
                rf"write\w*\(\d+<{re.escape(part)}>",
            )
            if late is not None:
                return "bytes were written after they were synced"
    made = after(0, rf'mkdir\w*\(.*"{re.escape(folder)}"')
    if made is not None:
        named = after(made, rf"{sync}{re.escape(vault)}>")
        if named is None or named > place:
            return "the name of a new folder was not synced"
    return None


def test_the_rule_itself_finds_what_is_out_of_order() -> None:
    assert problem(SAMPLE, "/s/vault", "ab/x") is None
    for place in range(1, len(SAMPLE)):
        if "write(4" in SAMPLE[place] or "openat" in SAMPLE[place]:
            continue
        without = SAMPLE[:place] + SAMPLE[place + 1 :]
        assert problem(without, "/s/vault", "ab/x") is not None, SAMPLE[place]
    # The row first: what must never be.
    early = [*SAMPLE[:5], *SAMPLE[8:10], *SAMPLE[5:]]
    assert "before the blob was durable" in (problem(early, "/s/vault", "ab/x") or "")
    late = [*SAMPLE[:6], SAMPLE[4], *SAMPLE[6:]]
    assert "after they were synced" in (problem(late, "/s/vault", "ab/x") or "")


def traced(bench: Bench, *arguments: str | Path) -> tuple[list[str], set[str]]:
    """The calls of one command, and the blobs it made."""
    vault = bench.store / "vault"
    before = set(vault.rglob("*.blob"))
    log = bench.out.parent / "calls"
    tracing = ("strace", "-f", "-qq", "-y", "-s", "0", "-e", f"trace={CALLS}", "-o", str(log))
    made = bench.end(bench.begin(*arguments, before=tracing))
    assert made.code == 0, made.err
    blobs = set(vault.rglob("*.blob")) - before
    assert blobs
    names = {path.relative_to(vault).with_suffix("").as_posix() for path in blobs}
    return log.read_text(errors="replace").splitlines(), names


@pytest.mark.release
@pytest.mark.parametrize("act", ["register", "capture", "draft"])
def test_an_exhibit_is_synced_before_its_row_is_committed(bench: Bench, act: str) -> None:
    if not tracing_works():
        pytest.skip("strace is not on this machine, or tracing is not permitted here")
    shot = bench.out / "shot.png"
    shot.write_bytes(sample_screenshot(PAGES[0]))
    arguments: dict[str, list[str | Path]] = {
        "register": ["register", "https://new.example.test/", "--screenshot", shot],
        "capture": [
            "--set", f"capture.allow_hosts={bench.site.host}", "capture", TO_CAPTURE,
        ],
        "draft": ["--as", "supervisor", "removal", "draft", DECIDED, "--to", "site_admin"],
    }  # fmt: skip
    lines, blobs = traced(bench, *arguments[act])
    assert len(blobs) == (2 if act == "draft" else 1)
    for blob in blobs:
        assert problem(lines, str(bench.store / "vault"), blob) is None
