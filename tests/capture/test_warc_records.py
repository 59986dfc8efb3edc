"""WARCs: bytes as they passed, digests that hold, and no half-written file left behind."""

from __future__ import annotations

import base64
import gzip
import hashlib
import random
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from capture_servers import Fetching, ScriptedServer, check_warc, page, records, redirect, says

import workbench
from workbench.capture.warc import CaptureArchive, warc_date
from workbench.domain.errors import Unavailable

Serve = Callable[..., ScriptedServer]


def sha256(content: bytes) -> str:
    return "sha256:" + base64.b32encode(hashlib.sha256(content).digest()).decode()


def test_records_of_a_redirect_and_a_page(serve: Serve, fetching: Fetching) -> None:
    body = gzip.compress("見本".encode() * 400)
    pages = [redirect("/b"), page(body, "Content-Encoding: gzip", "X-Odd: \0\x7f")]

    def answer(server: ScriptedServer, connection: socket.socket, request: bytes) -> None:
        server.say(connection, pages[len(server.requests) - 1])

    server = serve(answer)
    found = fetching(server.url("/a"), server)
    assert found.warc_path is not None
    check_warc(found.warc_path)
    info, *rest = records(found.warc_path)
    assert info.kind == "warcinfo"
    assert workbench.__version__.encode() in info.block
    assert [r.kind for r in rest] == ["response", "request", "metadata"] * 2
    assert [r.block for r in rest if r.kind == "response"] == [bytes(s) for s in server.sent]
    assert [r.block for r in rest if r.kind == "request"] == server.requests
    for place, record in enumerate([info, *rest]):
        assert record.fields["WARC-Block-Digest"] == sha256(record.block)
        assert record.fields["Content-Length"] == str(len(record.block))
        if place:
            assert record.fields["WARC-Warcinfo-ID"] == info.fields["WARC-Record-ID"]
            assert record.fields["WARC-IP-Address"] == "127.0.0.1"
            url = server.url("/a" if place <= 3 else "/b")
            assert record.fields["WARC-Target-URI"] == url
    assert rest[3].fields["WARC-Payload-Digest"] == sha256(body)
    assert rest[1].fields["WARC-Concurrent-To"] == rest[0].fields["WARC-Record-ID"]
    assert rest[2].fields["WARC-Concurrent-To"] == rest[0].fields["WARC-Record-ID"]
    assert b"outcome: captured" in rest[5].block
    assert len({r.fields["WARC-Record-ID"] for r in [info, *rest]}) == 7


@pytest.mark.parametrize("size", [0, 1, 65_535, 3_000_001])
def test_a_body_of_any_bytes(serve: Serve, fetching: Fetching, size: int) -> None:
    body = random.Random(size).randbytes(size)
    server = serve(says(page(body)))
    found = fetching(server.url(), server, max_body_bytes=4_000_000)
    assert found.untrusted_body == body
    assert found.warc_path is not None
    check_warc(found.warc_path)
    assert bytes(server.sent[0]) in [r.block for r in records(found.warc_path)]


@pytest.mark.parametrize(
    ("raw", "limits", "word"),
    [
        (page(b"x" * 900)[:-1], {}, "disconnect"),
        (page(b"x" * 900), {"max_body_bytes": 500}, "length"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", {}, "disconnect"),
    ],
)
def test_a_cut_answer_says_so(
    serve: Serve, fetching: Fetching, raw: bytes, limits: dict[str, int], word: str
) -> None:
    server = serve(says(raw))
    found = fetching(server.url(), server, **limits)
    assert found.warc_path is not None
    check_warc(found.warc_path)
    (answer,) = [r for r in records(found.warc_path) if r.kind == "response"]
    assert answer.fields["WARC-Truncated"] == word


def test_what_is_not_http_is_kept_as_bare_bytes(serve: Serve, fetching: Fetching) -> None:
    server = serve(says(b"220 mail.example ESMTP\r\n\r\n"))
    found = fetching(server.url(), server)
    assert found.warc_path is not None
    check_warc(found.warc_path)
    kinds = [(r.kind, r.fields["Content-Type"]) for r in records(found.warc_path)]
    assert ("metadata", "application/octet-stream") in kinds
    assert "response" not in [kind for kind, _type in kinds]


def test_a_changed_byte_is_found(serve: Serve, fetching: Fetching) -> None:
    server = serve(says(page(b"the price is 100 yen")))
    found = fetching(server.url(), server)
    assert found.warc_path is not None
    tool = Path(sys.executable).with_name("warcio")
    whole = subprocess.run([tool, "check", "-v", found.warc_path], capture_output=True, text=True)
    assert (whole.returncode, whole.stdout.count("digest pass")) == (0, 4), whole.stdout
    plain = gzip.decompress(found.warc_path.read_bytes())
    assert plain.count(b"100 yen") == 1
    changed = found.warc_path.with_name("changed.warc")
    changed.write_bytes(plain.replace(b"100 yen", b"900 yen"))
    assert subprocess.run([tool, "check", changed], capture_output=True).returncode == 1


def test_the_file_is_private_and_alone(serve: Serve, fetching: Fetching, tmp_path: Path) -> None:
    server = serve(says(page(b"x")))
    found = fetching(server.url(), server)
    assert [path for path in tmp_path.iterdir() if path.is_file()] == [found.warc_path]
    assert found.warc_path is not None
    assert found.warc_path.stat().st_mode & 0o077 == 0


def write_one(archive: CaptureArchive) -> None:
    archive.exchange("http://a.test/", 0, b"GET / HTTP/1.1\r\n\r\n", b"", None, None, None, {})


def test_an_abandoned_archive_leaves_nothing(tmp_path: Path) -> None:
    archive = CaptureArchive(tmp_path / "a.warc.gz", "test", 0)
    write_one(archive)
    assert len(list(tmp_path.iterdir())) == 1
    archive.abandon()
    archive.abandon()
    assert list(tmp_path.iterdir()) == []


def test_an_archive_without_a_record_is_no_file(tmp_path: Path) -> None:
    assert CaptureArchive(tmp_path / "a.warc.gz", "test", 0).close() is None
    assert list(tmp_path.iterdir()) == []


def test_a_name_taken_by_a_folder_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    archive = CaptureArchive(path, "test", 0)
    write_one(archive)
    path.mkdir()
    with pytest.raises(Unavailable, match="cannot be written"):
        archive.close()
    assert list(tmp_path.iterdir()) == [path]


def test_facts_stay_on_their_line(tmp_path: Path) -> None:
    archive = CaptureArchive(tmp_path / "a.warc.gz", "test", 0)
    facts = {"reason": "one\r\nWARC-Type: response\r\n\r\n 二 "}
    archive.exchange("http://a.test/", 0, b"", b"", None, "192.0.2.1", None, facts)
    path = archive.close()
    assert path is not None
    assert records(path)[1].block == "reason: one WARC-Type: response 二\r\n".encode()
    check_warc(path)


def test_dates_keep_their_microseconds() -> None:
    assert warc_date(1_767_538_800_000_001) == "2026-01-04T15:00:00.000001Z"
    assert warc_date(0) == "1970-01-01T00:00:00.000000Z"
