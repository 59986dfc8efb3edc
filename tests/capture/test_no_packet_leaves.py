"""No packet leaves for a forbidden address, however it is written and wherever it stands.

Every connection, datagram and name asked for in this process is counted by an audit hook, which
nothing in Python can get around; a listener on loopback hears whatever else there might be.
"""

from __future__ import annotations

import ipaddress
import socket
import sys
import time
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path
from urllib.parse import quote

import pytest
import requests
from address_forms import HOST_FORMS
from capture_servers import Canary, Fetching, ScriptedServer, page, redirect, says
from test_addresses_refused import FORBIDDEN_ADDRESSES, FORBIDDEN_URLS, in_url

from workbench.capture import wire
from workbench.capture.addresses import AllowedHosts, parse_target
from workbench.capture.fetch import Fetcher, FetchRules
from workbench.capture.neighbours import own_address_towards, refusal_of_neighbour
from workbench.capture.page import read_page
from workbench.messages import render

Serve = Callable[..., ScriptedServer]

_LEAVING = ("socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo")
_LEFT: list[tuple[str, object]] = []
_COUNTING = [False]


def _count(event: str, values: tuple[object, ...]) -> None:
    if not _COUNTING[0] or event not in _LEAVING:
        return
    if event == "socket.getaddrinfo" and set(str(values[0])) <= set("0123456789abcdef.:"):
        # Python looks addresses up as well; nobody is asked then.
        return
    _LEFT.append((event, values[0] if event == "socket.getaddrinfo" else values[1]))


sys.addaudithook(_count)


@pytest.fixture
def leaving() -> Iterator[list[tuple[str, object]]]:
    """Everything that left this process since the test began."""
    _LEFT.clear()
    _COUNTING[0] = True
    yield _LEFT
    _COUNTING[0] = False


def forms(port: int) -> list[str]:
    """URLs of every forbidden form, those of this computer at the listener's port."""
    urls = [f"http://{host}:{port}/" for host in HOST_FORMS]
    return [*urls, *map(in_url, FORBIDDEN_ADDRESSES), *FORBIDDEN_URLS]


def test_there_are_forms_enough_and_the_count_counts(
    leaving: list[tuple[str, object]], canary: Canary
) -> None:
    assert len(set(forms(canary.port))) >= 500
    socket.create_connection(("127.0.0.1", canary.port)).close()
    assert ("socket.connect", ("127.0.0.1", canary.port)) in leaving
    assert not canary.untouched()


def test_no_form_sends_a_packet(
    leaving: list[tuple[str, object]], canary: Canary, tmp_path: Path
) -> None:
    fetcher = Fetcher(FetchRules(max_seconds=2))
    for url in forms(canary.port):
        found = fetcher.fetch(url, tmp_path / "a.warc.gz")
        assert found.outcome == "refused_address", (ascii(url), str(found.reason))
        assert found.reason is not None
        assert render(found.reason, "ja") != render(found.reason, "en")
    assert leaving == []
    assert canary.untouched()
    assert list(tmp_path.iterdir()) == []


def test_no_redirect_to_a_form_sends_a_packet(
    leaving: list[tuple[str, object]], canary: Canary, serve: Serve, tmp_path: Path
) -> None:
    # With a page before them these two are paths on its own host (WHATWG URL).
    urls = [u for u in forms(canary.port) if u not in ("http:127.0.0.1/", "http:/127.0.0.1/")]

    def answer(server: ScriptedServer, connection: socket.socket, request: bytes) -> None:
        # A header cannot hold what a parser drops; there it comes percent-encoded or as UTF-8.
        place = urls[int(request.split(b" ")[1][1:])].replace("\n", "").replace("\t", "")
        server.say(connection, redirect(place))

    server = serve(answer)
    fetcher = Fetcher(FetchRules(allow_hosts=(server.host,), max_seconds=5))
    for number, url in enumerate(urls):
        found = fetcher.fetch(server.url(f"/{number}"), tmp_path / f"{number}.warc.gz")
        assert found.outcome == "refused_address", (ascii(url), str(found.reason))
        assert [hop.status for hop in found.hops] == [302]
    port = int(server.host.rpartition(":")[2])
    assert {where for _event, where in leaving} == {("127.0.0.1", port)}
    assert len(leaving) == len(urls)
    assert canary.untouched()


def everything_pointing_at(url: str) -> str:
    """Markup by which a browser would come to load an address."""
    there = escape(url, quote=True)
    return (
        f'<meta http-equiv="refresh" content="0; url={there}"><base href="{there}">'
        f'<link rel="prefetch" href="{there}"><link rel="dns-prefetch" href="{there}">'
        f'<link rel="preconnect" href="{there}"><link rel="preload" as="image" href="{there}">'
        f'<link rel="stylesheet" href="{there}"><link rel="manifest" href="{there}">'
        f'<link rel="icon" href="{there}"><script src="{there}"></script>'
        f"<script>location = '{there}'; fetch('{there}')</script>"
        f'<iframe src="{there}"></iframe><frame src="{there}"><object data="{there}"></object>'
        f'<embed src="{there}"><img src="{there}" srcset="{there} 2x"><video poster="{there}">'
        f'</video><audio src="{there}"></audio><body background="{there}">'
        f'<form action="{there}"></form><p style="background:url({there})">x</p>'
        f'<a href="{there}" ping="{there}">y</a>'
    )


def test_nothing_a_page_names_is_loaded(
    leaving: list[tuple[str, object]], canary: Canary, serve: Serve, fetching: Fetching
) -> None:
    """Refreshes, frames, scripts, pictures, prefetches: kept, read, and never asked for."""
    urls = forms(canary.port)
    body = "".join(everything_pointing_at(url) for url in urls).encode()
    there = quote(urls[0], safe=":/")
    fields = (
        f"Refresh: 0; url={there}",
        f"Link: <{there}>; rel=preload; as=script, <{there}>; rel=prefetch",
        f"Content-Location: {there}",
        f'Alt-Svc: h3="127.0.0.1:{canary.port}"',
        f"Content-Security-Policy: default-src *; report-uri {there}",
    )
    server = serve(says(page(body, "Content-Type: text/html; charset=utf-8", *fields)))
    found = fetching(server.url(), server, max_body_bytes=8_000_000)
    assert (found.outcome, found.untrusted_body) == ("captured", body)
    reading = read_page(found.untrusted_body, found.content_type, found.final_url)
    assert urls[0] in reading.links
    assert [event for event, _where in leaving] == ["socket.connect"]
    assert len(server.requests) == 1
    assert canary.untouched()


def test_a_name_is_asked_for_once_and_that_answer_is_used(serve: Serve, tmp_path: Path) -> None:
    """A name that would answer otherwise the second time (rebinding) is not asked again."""
    server = serve(says(page(b"here")))
    port = server.host.rpartition(":")[2]
    answers = iter([["127.0.0.1"], ["169.254.169.254"], ["10.0.0.1"]])
    asked: list[str] = []

    def turning(host: str, _port: int) -> list[str]:
        asked.append(host)
        return next(answers)

    rules = FetchRules(allow_hosts=(f"turning.test:{port}",), max_seconds=5)
    found = Fetcher(rules, turning).fetch(f"http://turning.test:{port}/", tmp_path / "a.warc.gz")
    assert (found.outcome, found.ip, asked) == ("captured", "127.0.0.1", ["turning.test"])


def test_a_connection_that_ends_up_elsewhere_carries_nothing(
    canary: Canary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The address was public when checked; where the connection leads is looked at again."""
    connect = socket.create_connection

    def misrouted(_address: tuple[str, int], timeout: float) -> socket.socket:
        return connect(("127.0.0.1", canary.port), timeout)

    monkeypatch.setattr(wire.socket, "create_connection", misrouted)
    fetcher = Fetcher(FetchRules(max_seconds=5), lambda host, port: ["8.8.8.8"])
    found = fetcher.fetch("http://page.example/", tmp_path / "a.warc.gz")
    assert found.outcome == "refused_address"
    assert "127.0.0.1" in str(found.reason)
    assert found.warc_path is None
    connection, _peer = canary.listener.accept()
    with connection:
        connection.settimeout(5)
        assert connection.recv(100) == b""


@pytest.mark.parametrize(
    ("address", "own", "words"),
    [
        ("8.8.8.8", "8.8.8.8", "this computer itself"),
        ("8.8.8.8", "8.8.8.9", None),
        ("2400::1", "2400::1", "this computer itself"),
        ("2400::1", "2400::ffff:0:0:2", "own network"),
        ("2400::1", "2400:0:0:1::2", None),
        ("2400::1", "8.8.8.8", None),
        ("8.8.8.8", None, None),
    ],
)
def test_public_addresses_that_are_near(address: str, own: str | None, words: str | None) -> None:
    refusal = refusal_of_neighbour(
        ipaddress.ip_address(address), ipaddress.ip_address(own) if own else None
    )
    if words is None:
        assert refusal is None
    else:
        assert refusal is not None
        assert words in str(refusal)


def test_the_own_address_is_the_one_the_system_would_send_from() -> None:
    assert own_address_towards(ipaddress.ip_address("127.0.0.9")) == ipaddress.ip_address(
        "127.0.0.1"
    )


def test_an_own_public_address_is_refused_before_connecting(
    leaving: list[tuple[str, object]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "own_address_towards", lambda address: address)
    found = Fetcher(FetchRules(max_seconds=5)).fetch("http://8.8.8.8/", tmp_path / "a.warc.gz")
    assert found.outcome == "refused_address"
    assert "this computer itself" in str(found.reason)
    assert leaving == []


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "CONNECT", "get"])
def test_a_method_that_changes_something_is_never_sent(serve: Serve, method: str) -> None:
    """Whoever comes to use the guarded transport for more than a fetch."""
    server = serve(says(page(b"here")))
    target = parse_target(server.url())
    exchange = wire.Exchange(
        target, AllowedHosts((server.host,)), wire.system_resolver, time.monotonic() + 5, 8192, 8192
    )
    request = requests.PreparedRequest()
    request.method, request.url, request.body = method, target.url, None
    request.headers = requests.structures.CaseInsensitiveDict()
    with pytest.raises((ValueError, requests.RequestException)):
        wire.GuardedAdapter(exchange, None).send(request, stream=True, timeout=5)
    assert (server.requests, bytes(exchange.sent)) == ([], b"")
    exchange.hang_up()
