"""Fetching pages of well and ill behaved servers: every end is explained and kept as it came."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from capture_servers import (
    Canary,
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

from workbench.capture.fetch import Fetcher, FetchRules
from workbench.domain.errors import BadInput, Unavailable

Serve = Callable[..., ScriptedServer]
HTML = "<!doctype html><title>みなと架空銀行</title><p>見本です</p>".encode()


def test_a_good_page(serve: Serve, fetching: Fetching) -> None:
    answer = page(HTML, "Content-Type: text/html; charset=utf-8", "X-Twice: a", "X-Twice: b")
    server = serve(says(answer))
    found = fetching(server.url("/login?a=1#part"), server)
    assert (found.outcome, found.reason, found.status) == ("captured", None, 200)
    assert found.untrusted_body == HTML
    assert found.content_type == "text/html; charset=utf-8"
    assert [pair for pair in found.headers if pair[0] == "X-Twice"] == [
        ("X-Twice", "a"),
        ("X-Twice", "b"),
    ]
    assert (found.requested_url, found.ip) == (server.url("/login?a=1#part"), "127.0.0.1")
    assert 0 < found.started_at_us <= found.finished_at_us
    (request,) = server.requests
    assert request.startswith(b"GET /login?a=1 HTTP/1.1\r\n")
    assert f"\r\nHost: {server.host}\r\n".encode() in request
    for never in (b"cookie:", b"authorization:", b"referer:", b"range:", b"if-"):
        assert never not in request.lower()
    kept(found, server)


def test_times_are_those_of_the_clock_given(serve: Serve, tmp_path: Path) -> None:
    server = serve(says(page(HTML)))
    clock = iter(range(1_700_000_000_000_000, 1_700_000_000_000_100))
    rules = FetchRules(allow_hosts=(server.host,), max_seconds=5)
    found = Fetcher(rules, now_us=lambda: next(clock)).fetch(server.url(), tmp_path / "a.warc.gz")
    assert found.started_at_us == 1_700_000_000_000_000
    assert found.started_at_us < found.finished_at_us < 1_700_000_000_000_100
    dates = {record.fields["WARC-Date"][:22] for record in records(tmp_path / "a.warc.gz")}
    assert dates == {"2023-11-14T22:13:20.00"}


@pytest.mark.parametrize(
    "status", ["404 Not Found", "403 No", "410 Gone", "451 Law", "500 Oh", "503 x"]
)
def test_a_bad_status_is_a_result(serve: Serve, fetching: Fetching, status: str) -> None:
    server = serve(says(page(b"gone", status=status)))
    found = fetching(server.url(), server)
    assert (found.outcome, found.status) == ("captured", int(status[:3]))
    assert found.untrusted_body == b"gone"
    kept(found, server)


@pytest.mark.parametrize("status", ["204 Nothing", "304 As before"])
def test_an_answer_without_a_body(serve: Serve, fetching: Fetching, status: str) -> None:
    server = serve(says(f"HTTP/1.1 {status}\r\nX-A: b\r\n\r\n".encode()))
    found = fetching(server.url(), server)
    assert (found.outcome, found.status) == ("captured", int(status[:3]))
    assert found.untrusted_body == b""
    kept(found, server)


@pytest.mark.parametrize("first", ["100 Continue", "102 Processing", "103 Early Hints"])
@pytest.mark.parametrize("count", [1, 3])
def test_the_real_answer_behind_interim_ones(
    serve: Serve, fetching: Fetching, first: str, count: int
) -> None:
    interim = f"HTTP/1.1 {first}\r\nLink: </a.css>\r\n\r\n".encode() * count
    server = serve(says(interim, page(HTML, "Content-Type: text/html")))
    found = fetching(server.url(), server)
    assert (found.outcome, found.status, found.untrusted_body) == ("captured", 200, HTML)
    assert found.content_type == "text/html"
    assert found.warc_path is not None
    check_warc(found.warc_path)
    written = {(r.kind, r.block) for r in records(found.warc_path)}
    assert {("metadata", interim), ("response", bytes(server.sent[0])[len(interim) :])} <= written


def test_redirects_with_their_statuses(serve: Serve, fetching: Fetching) -> None:
    steps = {
        b"/1": redirect("/2?q=見本", "301 Moved"),
        b"/2": redirect("3", "302 Found"),
        b"/3": redirect("//{host}/4", "303 See"),
        b"/4": redirect("?5", "307 Same"),
        b"/4?5": redirect("http://{host}/6#end", "308 Same"),
        b"/6": page(HTML, status="404 Gone"),
    }
    steps[b"/2?q=%E8%A6%8B%E6%9C%AC"] = steps.pop(b"/2")

    def answer(server: ScriptedServer, connection: socket.socket, request: bytes) -> None:
        content = steps[request.split(b" ")[1]]
        server.say(connection, content.replace(b"{host}", server.host.encode()))

    server = serve(answer)
    found = fetching(server.url("/1"), server)
    assert (found.outcome, found.status) == ("captured", 404)
    assert [hop.status for hop in found.hops] == [301, 302, 303, 307, 308, 404]
    assert [hop.url.removeprefix(server.url("")) for hop in found.hops] == [
        *("/1", "/2?q=%E8%A6%8B%E6%9C%AC", "/3", "/4", "/4?5", "/6#end"),
    ]
    assert {hop.ip for hop in found.hops} == {"127.0.0.1"}
    assert found.hops[1].location == "3"
    assert found.requested_url == server.url("/1")
    assert all(request.startswith(b"GET ") for request in server.requests)
    kept(found, server)


def test_a_redirect_without_a_place_is_the_page(serve: Serve, fetching: Fetching) -> None:
    server = serve(says(page(HTML, status="302 Found")))
    found = fetching(server.url(), server)
    assert (found.outcome, found.status, found.untrusted_body) == ("captured", 302, HTML)


def test_a_redirect_in_a_circle(serve: Serve, fetching: Fetching) -> None:
    def answer(server: ScriptedServer, connection: socket.socket, request: bytes) -> None:
        server.say(connection, redirect("/b" if b" /a " in request else "/a"))

    server = serve(answer)
    found = fetching(server.url("/a"), server)
    explained(found, "too_many_redirects", "circle")
    assert [hop.status for hop in found.hops] == [302, 302]
    kept(found, server)


def test_a_page_that_sets_a_cookie_and_asks_again(serve: Serve, fetching: Fetching) -> None:
    def answer(server: ScriptedServer, connection: socket.socket, request: bytes) -> None:
        known = b"Cookie: seen=1" in request
        again = page(b"", "Location: /", "Set-Cookie: seen=1", status="302 Found")
        server.say(connection, page(HTML) if known else again)

    server = serve(answer)
    found = fetching(server.url(), server)
    assert (found.outcome, len(found.hops)) == ("captured", 2)
    assert found.untrusted_body == HTML


def test_cookies_stay_with_their_host(serve: Serve, fetching: Fetching) -> None:
    other = serve(says(page(HTML)))
    server = serve(says(page(b"", f"Location: {other.url()}", "Set-Cookie: a=1", status="302 x")))
    assert fetching(server.url(), server, other).outcome == "captured"
    assert b"cookie" not in other.requests[0].lower()


def test_too_many_redirects(serve: Serve, fetching: Fetching) -> None:
    def answer(server: ScriptedServer, connection: socket.socket, request: bytes) -> None:
        server.say(connection, redirect(f"/{len(server.requests)}"))

    server = serve(answer)
    found = fetching(server.url(), server, max_redirects=4)
    explained(found, "too_many_redirects", "4")
    assert len(found.hops) == len(server.requests) == 5
    kept(found, server)


@pytest.mark.parametrize(
    ("place", "outcome"),
    [
        ("ftp://page.example/", "refused_scheme"),
        ("javascript:alert(1)", "refused_scheme"),
        ("data:text/html,x", "refused_scheme"),
        ("file:///etc/passwd", "refused_scheme"),
        ("intent://page.example/#Intent;end", "refused_scheme"),
        ("http://[::1/", "bad_response"),
        ("http://256.1.1.1/", "bad_response"),
        ("https://printer.local/", "refused_address"),
    ],
)
def test_a_redirect_away_from_the_web(
    serve: Serve, fetching: Fetching, place: str, outcome: str
) -> None:
    server = serve(says(redirect(place)))
    found = fetching(server.url(), server)
    explained(found, outcome)
    assert [(hop.status, hop.location) for hop in found.hops] == [(302, place)]
    kept(found, server)


def test_a_redirect_sends_no_password_along(serve: Serve, fetching: Fetching) -> None:
    other = serve(says(page(HTML)))
    place = other.url().replace("//", "//user:word@")
    server = serve(says(redirect(place)))
    found = fetching(server.url().replace("//", "//user:word@"), server, other)
    assert (found.outcome, found.final_url) == ("captured", other.url())
    assert b"authorization" not in (server.requests[0] + other.requests[0]).lower()


def test_very_many_small_headers(serve: Serve, fetching: Fetching) -> None:
    server = serve(says(page(HTML, *(f"X-{i}: {i}" for i in range(150)))))
    found = fetching(server.url(), server)
    if found.outcome == "captured":
        assert found.untrusted_body == HTML
    else:
        explained(found, "bad_response", "headers larger")
    kept(found, server)


@pytest.mark.parametrize(
    "raw",
    [
        b"\0\0\0\0\r\n\r\n",
        b"\x15\x03\x01\x00\x02\x02\x28",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1 \0\0\0 OK\r\n\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/1.1 99 Low\r\n\r\n",
        b"HTTP/1.1 2000 High\r\n\r\n",
        b"HTTP/9.9 200 OK\r\n\r\n",
        b"ICY 200 OK\r\n\r\nmusic",
        b"<html>no header at all</html>",
        b"\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
        "こんにちは\r\n\r\n".encode("cp932"),
        b"HTTP/1.1\r\n\r\n",
    ],
)
def test_what_is_not_http(serve: Serve, fetching: Fetching, raw: bytes) -> None:
    server = serve(says(raw))
    found = fetching(server.url(), server)
    explained(found, "bad_response", "not HTTP")
    assert (found.status, found.hops) == (None, ())
    kept(found, server)


@pytest.mark.parametrize(
    ("raw", "body"),
    [
        (page(b"x" * 500)[:-100], b"x" * 400),
        (page(b"x" * 500)[:-500], b""),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n9\r\nwo", b"hellowo"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", b"hello"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nno size\r\nx", b""),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n0\r\n\r\n", b""),
        (b"HTTP/1.1 200 OK\r\nContent-Type: te", b""),
        (b"HTTP/1.1 200 OK\r\n", b""),
        (b"HTTP/1.1 200 OK", b""),
    ],
)
def test_an_answer_that_breaks_off(
    serve: Serve, fetching: Fetching, raw: bytes, body: bytes
) -> None:
    server = serve(says(raw))
    found = fetching(server.url(), server)
    explained(found, "bad_response", "broke off")
    assert found.untrusted_body == body
    kept(found, server)


@pytest.mark.parametrize(
    ("raw", "body"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello, and more", b"hello"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello", b"hello"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\nhello", b"hello"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", b""),
        (b"HTTP/1.1 200 OK\n\nhello", b"hello"),
        (b"HTTP/1.1 200 OK\nX-A: b\n\r\nhello", b"hello"),
        (b"HTTP/1.0 200\r\n\r\nhello", b"hello"),
        (b"HTTP/1.1 200 \0\xff\r\nX-\0: \xff\r\nno colon\r\n\r\nhello", b"hello"),
        (b"HTTP/1.1 200 OK\r\nX-A: b\r\n  folded\r\n\r\nhello", b"hello"),
        (b"HTTP/1.1 999 Odd\r\n\r\nhello", b"hello"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\nT: x\r\n\r\n", b"hello"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n5\r\nhello\r\n0\r\n\r\n", b"hello"),
    ],
)  # fmt: skip
def test_odd_answers_that_a_browser_shows(
    serve: Serve, fetching: Fetching, raw: bytes, body: bytes
) -> None:
    server = serve(says(raw))
    found = fetching(server.url(), server)
    assert (found.outcome, found.untrusted_body) == ("captured", body), str(found.reason)
    kept(found, server)


def test_a_server_that_resets_the_connection(serve: Serve, fetching: Fetching) -> None:
    def answer(server: ScriptedServer, connection: socket.socket, request: bytes) -> None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        connection.close()

    server = serve(answer)
    found = fetching(server.url(), server)
    explained(found, "unreachable", "without an answer")
    assert found.warc_path is not None
    assert server.requests == [r.block for r in records(found.warc_path) if r.kind == "request"]


def test_a_server_that_says_nothing_and_closes(serve: Serve, fetching: Fetching) -> None:
    server = serve(says())
    explained(found := fetching(server.url(), server), "unreachable", "without an answer")
    kept(found, server)


def test_nobody_listens(canary: Canary, fetching: Fetching, serve: Serve) -> None:
    server = serve(says())
    server.close()
    found = fetching(server.url(), server)
    explained(found, "unreachable", "No connection")
    assert (found.status, found.warc_path, found.hops) == (None, None, ())


def test_a_name_that_nobody_knows_or_that_takes_too_long(serve: Serve, tmp_path: Path) -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise socket.gaierror(-2, "Name or service not known")

    found = Fetcher(FetchRules(max_seconds=5), unknown).fetch(
        "http://gone.example/", tmp_path / "a.warc.gz"
    )
    explained(found, "unreachable", "not found")
    server = serve(says())

    def slow(host: str, port: int) -> list[str]:
        server.over.wait(20)
        return ["127.0.0.1"]

    found = Fetcher(FetchRules(max_seconds=0.2), slow).fetch(
        "http://slow.example/", tmp_path / "a.warc.gz"
    )
    explained(found, "timeout", "in time")
    assert list(tmp_path.iterdir()) == []


def test_nothing_but_get_is_ever_sent(serve: Serve, fetching: Fetching) -> None:
    form = b'<form method="post" action="/send"><input name="pin"></form><script>x()</script>'
    server = serve(says(page(form, "Refresh: 0; url=/next", "Link: </p>; rel=preload")))
    assert fetching(server.url(), server).outcome == "captured"
    assert [request.split(b" ")[:2] for request in server.requests] == [[b"GET", b"/"]]
    assert server.requests[0].endswith(b"\r\n\r\n")


def test_a_warc_is_never_written_over(serve: Serve, tmp_path: Path) -> None:
    server = serve(says(page(HTML)))
    path = tmp_path / "a.warc.gz"
    path.write_bytes(b"older")
    with pytest.raises(Unavailable, match="already a file"):
        Fetcher(FetchRules(allow_hosts=(server.host,))).fetch(server.url(), path)
    assert path.read_bytes() == b"older"
    assert server.requests == []


def test_a_folder_that_takes_no_file(serve: Serve, tmp_path: Path) -> None:
    server = serve(says(page(HTML)))
    with pytest.raises(Unavailable, match="cannot be written"):
        Fetcher(FetchRules(allow_hosts=(server.host,))).fetch(
            server.url(), tmp_path / "missing" / "a.warc.gz"
        )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"no certificate", None])
def test_an_authority_file_that_is_none(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "office.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadInput, match="cannot be read"):
        Fetcher(FetchRules(extra_ca_file=path))
