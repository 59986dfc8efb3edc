"""Limits of a fetch: slow, endless and tightly packed answers end where they were told to."""

from __future__ import annotations

import gzip
import socket
import zlib
from collections.abc import Callable

import pytest
from capture_servers import (
    Fetching,
    ScriptedServer,
    check_warc,
    explained,
    kept,
    page,
    records,
    redirect,
    says,
)

Serve = Callable[..., ScriptedServer]
HTML = "<!doctype html><title>みなと架空銀行</title><p>見本です</p>".encode()


@pytest.mark.parametrize("sent", [b"", b"HTTP/1.1 200 OK\r\nX-A: ", page(b"x" * 5_000)[:-4_000]])
def test_an_answer_that_stops_coming(serve: Serve, fetching: Fetching, sent: bytes) -> None:
    def answer(server: ScriptedServer, connection: socket.socket, request: bytes) -> None:
        server.say(connection, sent)
        server.over.wait(20)

    server = serve(answer)
    found = fetching(server.url(), server, max_seconds=0.6)
    explained(found, "timeout")
    kept(found, server)
    assert found.untrusted_body == sent.partition(b"\r\n\r\n")[2]


@pytest.mark.parametrize("start", [b"HTTP/1.1 200 OK\r\nX-A: ", page(b"x" * 50_000)[:-50_000]])
def test_an_answer_that_drips(serve: Serve, fetching: Fetching, start: bytes) -> None:
    def answer(server: ScriptedServer, connection: socket.socket, request: bytes) -> None:
        server.say(connection, start)
        while not server.over.wait(0.02):
            server.say(connection, b"x")

    server = serve(answer)
    found = fetching(server.url(), server, max_seconds=0.5)
    explained(found, "timeout")
    kept(found, server)
    assert set(found.untrusted_body) <= {ord("x")}


def test_a_chain_of_slow_redirects_has_one_limit(serve: Serve, fetching: Fetching) -> None:
    def answer(server: ScriptedServer, connection: socket.socket, request: bytes) -> None:
        server.over.wait(0.15)
        server.say(connection, redirect(f"/{len(server.requests)}"))

    server = serve(answer)
    found = fetching(server.url(), server, max_seconds=0.9, max_redirects=1_000)
    explained(found, "timeout")
    assert 1 <= len(found.hops) < 7
    assert found.warc_path is not None
    check_warc(found.warc_path)
    written = [r.block for r in records(found.warc_path) if r.kind == "response"]
    assert written == [bytes(sent) for sent in server.sent[: len(found.hops)]]


def endless(start: bytes, piece: bytes) -> Callable[[ScriptedServer, socket.socket, bytes], None]:
    def answer(server: ScriptedServer, connection: socket.socket, request: bytes) -> None:
        server.say(connection, start)
        while not server.over.is_set():
            server.say(connection, piece)

    return answer


@pytest.mark.parametrize(
    ("start", "piece"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", b"y" * 4_096),
        (b"HTTP/1.0 200 OK\r\n\r\n", b"y" * 4_096),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            b"1000\r\n" + b"y" * 4_096 + b"\r\n",
        ),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\ny\r\n" * 500),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n", b"y" * 4_096),
    ],
)
def test_a_body_without_end(serve: Serve, fetching: Fetching, start: bytes, piece: bytes) -> None:
    server = serve(endless(start, piece))
    found = fetching(server.url(), server)
    explained(found, "too_large")
    assert found.status == 200
    assert set(found.untrusted_body) == {ord("y")}
    assert 20_000 < len(found.untrusted_body) <= 64 * 1024
    assert found.warc_path is not None
    answer = next(r for r in records(found.warc_path) if r.kind == "response")
    assert answer.fields["WARC-Truncated"] == "length"
    check_warc(found.warc_path)


def test_a_body_of_just_the_size_allowed(serve: Serve, fetching: Fetching) -> None:
    for size, outcome in ((64 * 1024, "captured"), (64 * 1024 + 1, "too_large")):
        server = serve(says(page(b"z" * size)))
        found = fetching(server.url(), server)
        assert found.outcome == outcome
        assert found.untrusted_body == b"z" * (64 * 1024)


@pytest.mark.parametrize(
    ("start", "piece"),
    [
        (b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n"),
        (b"HTTP/1.1 200 OK\r\nX-A: ", b"long"),
        (b"HTTP/1.1 200 ", b"OK"),
        (b"", b"\0\xff" * 50),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
    ],
)
def test_headers_without_end(serve: Serve, fetching: Fetching, start: bytes, piece: bytes) -> None:
    server = serve(endless(start, piece))
    found = fetching(server.url(), server)
    explained(found, "bad_response", "headers larger")
    assert found.untrusted_body == b""
    assert found.warc_path is not None
    check_warc(found.warc_path)


def deflated(content: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(content) + packer.flush()


@pytest.mark.parametrize(
    ("encoding", "content"),
    [
        ("gzip", gzip.compress(HTML)),
        ("x-gzip", gzip.compress(HTML[:20]) + gzip.compress(HTML[20:])),
        ("gzip", gzip.compress(HTML) + b"rubbish"),
        ("GZIP", gzip.compress(HTML)),
        ("deflate", zlib.compress(HTML)),
        ("deflate", deflated(HTML)),
        ("identity", HTML),
        ("gzip, deflate", zlib.compress(gzip.compress(HTML))),
        ("", HTML),
    ],
)
def test_a_packed_page(serve: Serve, fetching: Fetching, encoding: str, content: bytes) -> None:
    server = serve(says(page(content, f"Content-Encoding: {encoding}")))
    found = fetching(server.url(), server)
    assert (found.outcome, found.untrusted_body) == ("captured", HTML), str(found.reason)
    kept(found, server)


ZEROS = bytes(10_000_000)


@pytest.mark.parametrize(
    ("encoding", "content"),
    [
        ("gzip", gzip.compress(ZEROS)),
        ("deflate", zlib.compress(ZEROS)),
        ("gzip, gzip", gzip.compress(gzip.compress(ZEROS))),
        ("gzip", gzip.compress(bytes(1_000)) * 1_000),
    ],
)
def test_a_page_that_unpacks_to_too_much(
    serve: Serve, fetching: Fetching, encoding: str, content: bytes
) -> None:
    server = serve(says(page(content, f"Content-Encoding: {encoding}")))
    found = fetching(server.url(), server)
    explained(found, "too_large", "unpacked")
    assert found.untrusted_body == bytes(64 * 1024)
    kept(found, server)


@pytest.mark.parametrize(
    ("encoding", "content", "outcome", "words"),
    [
        ("gzip", gzip.compress(HTML)[:-12], "bad_response", "too early"),
        ("gzip", HTML, "bad_response", "damaged"),
        ("gzip", gzip.compress(HTML)[:-8] + bytes(8), "bad_response", "damaged"),
        ("deflate", b"\xff\xff\xff", "bad_response", "damaged"),
        ("br", b"\x0b\x02\x80hello\x03", "captured", "not asked for: br"),
        ("gzip, gzip, gzip, gzip", HTML, "captured", "too many times"),
    ],
)
def test_a_packing_that_cannot_be_undone(
    serve: Serve, fetching: Fetching, encoding: str, content: bytes, outcome: str, words: str
) -> None:
    server = serve(says(page(content, f"Content-Encoding: {encoding}")))
    found = fetching(server.url(), server)
    explained(found, outcome, words)
    assert HTML.startswith(found.untrusted_body)
    kept(found, server)
