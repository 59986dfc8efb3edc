"""Which addresses captures may reach: every forbidden form is refused before a packet leaves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from capture_servers import Canary, Fetching, ScriptedServer, page, records, redirect, says

from workbench.capture.addresses import AllowedHosts, parse_target, refusal_of_target
from workbench.capture.fetch import Fetcher, FetchRules
from workbench.domain.errors import BadInput
from workbench.messages import render


def listed(text: str) -> list[str]:
    return text.split()


FORBIDDEN_ADDRESSES = listed("""
0.0.0.0 0.1.2.3 10.0.0.0 10.0.0.1 10.255.255.255 100.64.0.0 100.64.0.1 100.127.255.255
127.0.0.0 127.0.0.1 127.0.0.2 127.1.2.3 127.255.255.255
169.254.0.1 169.254.169.254 169.254.169.253 169.254.170.2 169.254.170.23 169.254.255.255
100.100.100.200 168.63.129.16 192.0.0.192 172.16.0.0 172.16.0.1 172.31.255.255
192.0.0.1 192.0.0.255 192.0.2.1 192.88.99.1 192.168.0.0 192.168.1.1 192.168.255.255
198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.9 224.0.0.1 239.255.255.255
240.0.0.1 250.1.2.3 255.255.255.255
:: ::1 ::2 ::127.0.0.1 ::10.0.0.1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:8.8.8.8
::ffff:169.254.169.254 ::ffff:0:127.0.0.1 64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 64:ff9b::808:808
64:ff9b:1::1 100::1 2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:2::1 2001:10::1
2001:20::1 2001:1ff::1 2001:db8::1 2002:: 2002:7f00:1:: 2002:a00:1::1 2002:808:808::1
3fff::1 4000::1 5f00::1 fc00::1 fd00::1 fd00:ec2::254 fd00:ec2::253 fd20:ce::254 fdff:ffff::1
fe80::1 febf::1 fec0::1 feff::1 ff00::1 ff02::1 ff0e::1
""")

FORBIDDEN_URLS = listed("""
http://2130706433/ http://017700000001/ http://0x7f000001/ http://0X7F.0.0.1/ http://0177.0.0.1/
http://0177.0.0.01/ http://127.1/ http://127.0.1/ http://0x7f.1/ http://0/ http://0.0/ http://00/
http://3232235777/ http://0xc0a80101/ http://192.168.257/ http://10.1/ http://2852039166/
http://0xa9fea9fe/ http://169.254.43518/ http://0251.0376.0251.0376/ http://4294967295/
http://１２７.０.０.１/ http://127。0。0。1/ http://127．0．0．1/ http://127｡0｡0｡1/ http://①②⑦.0.0.1/
http://２１３０７０６４３３/ http://０ｘ７ｆ.1/ http://%31%32%37.0.0.1/ http://127%2e0%2e0%2e1/
http://127.0.0.1./ http://2130706433./ http://[::1]:80/ http://[0:0:0:0:0:0:0:1]/
http://[0000:0000:0000:0000:0000:0000:0000:0001]/ http://[::FFFF:7F00:0001]/ http://[::ffff:7f00:1]/
http://user@127.0.0.1/ http://user:word@127.0.0.1/ http://page.example@127.0.0.1/
http://page.example:80@127.0.0.1/ http://127.0.0.1\\@page.example/ http://127.0.0.1#@page.example/
http://127.0.0.1?@page.example/ http://page.example%2f@127.0.0.1/ http:127.0.0.1/ http:/127.0.0.1/
http:///127.0.0.1/ http:\\\\127.0.0.1\\ HTTP://127.0.0.1/ https://127.0.0.1/ http://127.0.0.1:8080/
http://localhost/ http://LOCALHOST/ http://ＬＯＣＡＬＨＯＳＴ/ http://ⓛocalhost/ http://loc%61lhost/
http://localhost./ http://localhost../ http://a.localhost/ http://a.b.localhost./ https://localhost:444/
http://localhost.localdomain/ http://printer.local/ http://printer.LOCAL/ http://printer.local./
http://printer。local/ http://local/ http://nas.lan/ http://portal.intranet/ http://intranet/
http://metadata.google.internal/ http://router.home.arpa/
http://page.example:22/ http://page.example:25/ http://page.example:6667/ http://page.example:0/
http://8.8.8.8:53/
""")

NOT_EVEN_A_URL = listed("""
http://256.0.0.1/ http://4294967296/ http://0x100000000/ http://1.2.3.4.5/ http://127.0.0.1.08/
http://[fe80::1%25eth0]/ http://[::1/ http://[::g]/ http://127.0.0.1%00.example/ http:// http://%/
http://a:99999/ //127.0.0.1/ 127.0.0.1
""")

OTHER_SCHEMES = listed("""
file:///etc/passwd ftp://127.0.0.1/ gopher://127.0.0.1/ data:text/html,x javascript:alert(1)
about:blank ws://127.0.0.1/ mailto:a@mail.example tel:0900000000 blob:http://page.example/x
""")

ALLOWED_ADDRESSES = listed("""
1.0.0.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.1
168.63.129.15 169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 191.255.255.255 192.0.1.0
192.0.3.0 192.88.98.255 192.88.100.0 192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0
198.51.99.255 198.51.101.0 203.0.112.255 203.0.114.0 223.255.255.255
2001:200::1 2001:db7:ffff::1 2001:db9::1 2003::1 2400::1 2606:4700::1111 2a00:1450::1 3ffe::1
""")

ALLOWED_URLS = listed("""
http://page.example/ https://page.example/ http://page.example:8080/ https://page.example:8443/x
http://PAGE.example./ http://例え.example/ http://xn--r8jz45g.example/ http://localhost.example/
http://local.example/ http://notlocal/ http://mylocalhost.example/ http://127.0.0.1.example/
http://10.example/ http://internal-news.example/ http://lan.example/ http://user:word@page.example/
http://page.example\\@127.0.0.1/ http://page.example/?u=http://127.0.0.1/ http://134744072/
""")


@pytest.fixture(scope="module")
def nowhere() -> Fetcher:
    """A fetcher whose names are never asked for."""

    def no_resolving(host: str, port: int) -> list[str]:
        raise AssertionError(host)

    return Fetcher(FetchRules(max_seconds=2), no_resolving)


def in_url(address: str) -> str:
    return f"http://[{address}]/" if ":" in address else f"http://{address}/"


def test_the_lists_are_long_enough() -> None:
    forbidden = {*map(in_url, FORBIDDEN_ADDRESSES), *FORBIDDEN_URLS, *NOT_EVEN_A_URL}
    assert len(forbidden) >= 150
    assert len({*map(in_url, ALLOWED_ADDRESSES), *ALLOWED_URLS}) >= 50


@pytest.mark.parametrize("url", [*map(in_url, FORBIDDEN_ADDRESSES), *FORBIDDEN_URLS])
def test_a_forbidden_form_is_refused_unresolved(nowhere: Fetcher, tmp_path: Path, url: str) -> None:
    found = nowhere.fetch(url, tmp_path / "a.warc.gz")
    assert found.outcome == "refused_address"
    assert found.reason is not None
    assert render(found.reason, "ja") != render(found.reason, "en")
    assert (found.status, found.hops, found.warc_path) == (None, (), None)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("url", [*NOT_EVEN_A_URL, *OTHER_SCHEMES])
def test_what_is_no_web_address_is_refused(nowhere: Fetcher, tmp_path: Path, url: str) -> None:
    found = nowhere.fetch(url, tmp_path / "a.warc.gz")
    assert found.outcome == "refused_scheme"
    assert found.reason is not None
    assert render(found.reason, "ja")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("url", [*map(in_url, ALLOWED_ADDRESSES), *ALLOWED_URLS])
def test_a_public_form_is_not_refused(url: str) -> None:
    assert refusal_of_target(parse_target(url), AllowedHosts()) is None


ANSWERS: list[str] = []


@pytest.fixture(scope="module")
def misled() -> Fetcher:
    """A fetcher whose resolver gives what stands in ANSWERS."""
    return Fetcher(FetchRules(max_seconds=2), lambda host, port: list(ANSWERS))


@pytest.mark.parametrize("address", FORBIDDEN_ADDRESSES)
def test_a_name_with_a_forbidden_address_is_refused(
    misled: Fetcher, address: str, tmp_path: Path
) -> None:
    for answer in ([address], ["8.8.8.8", address], [address, "8.8.8.8"]):
        ANSWERS[:] = answer
        found = misled.fetch("http://page.example/", tmp_path / "a.warc.gz")
        assert found.outcome == "refused_address"
        assert found.warc_path is None


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [([], "unreachable"), (["no address"], "unreachable"), (["fe80::1%eth0"], "refused_address")],
)
def test_odd_answers_of_the_resolver(answer: list[str], outcome: str, tmp_path: Path) -> None:
    fetcher = Fetcher(FetchRules(max_seconds=2), lambda host, port: answer)
    assert fetcher.fetch("http://page.example/", tmp_path / "a.warc.gz").outcome == outcome


@pytest.mark.parametrize("host", ["page.onion", "a.b.ONION.", "onion"])
def test_an_onion_name_is_never_asked_for(nowhere: Fetcher, tmp_path: Path, host: str) -> None:
    found = nowhere.fetch(f"http://{host}/", tmp_path / "a.warc.gz")
    assert found.outcome == "unreachable"
    assert str(found.reason).endswith("was not found.")


@pytest.mark.parametrize(
    "host",
    listed(
        "127.0.0.1 2130706433 0x7f.1 １２７.0.0.1 127.0.0.1. a:b@127.0.0.1 localhost localhost. "
        "[::ffff:127.0.0.1] 0"
    ),
)
def test_no_packet_reaches_a_listener_here(canary: Canary, fetching: Fetching, host: str) -> None:
    assert fetching(f"http://{host}:{canary.port}/").outcome == "refused_address"
    assert canary.untouched()


def test_no_packet_reaches_a_listener_behind_a_name(canary: Canary, tmp_path: Path) -> None:
    answers = [["127.0.0.1"], ["8.8.8.8", "127.0.0.1"]]
    for answer in answers:
        fetcher = Fetcher(FetchRules(max_seconds=2), lambda host, port, a=answer: a)
        found = fetcher.fetch(f"http://rebound.example:{canary.port}/", tmp_path / "a.warc.gz")
        assert found.outcome == "refused_address"
    assert canary.untouched()


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See", "307 Same", "308 Same"])
@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "localhost", "[::ffff:7f00:1]", "0"])
def test_a_redirect_to_a_listener_here_is_refused(
    canary: Canary, serve: Callable[..., ScriptedServer], fetching: Fetching, status: str, host: str
) -> None:
    server = serve(says(redirect(f"http://{host}:{canary.port}/x", status)))
    found = fetching(server.url(), server)
    assert found.outcome == "refused_address"
    assert found.final_url.endswith(f":{canary.port}/x")
    assert [(hop.url, hop.status) for hop in found.hops] == [(server.url(), int(status[:3]))]
    assert canary.untouched()
    assert found.warc_path is not None
    assert bytes(server.sent[0]) in [r.block for r in records(found.warc_path)]


def test_the_allow_list_opens_exactly_host_and_port(
    canary: Canary, serve: Callable[..., ScriptedServer], fetching: Fetching
) -> None:
    server = serve(says(page(b"here")))
    port = server.host.rpartition(":")[2]
    assert fetching(server.url(), server).untrusted_body == b"here"
    assert fetching(f"http://127.0.0.1:{canary.port}/", server).outcome == "refused_address"
    for other in ("127.0.0.2", "localhost", "[::1]", "[::ffff:127.0.0.1]"):
        assert fetching(f"http://{other}:{port}/", server).outcome == "refused_address"
    assert len(server.requests) == 1
    assert canary.untouched()


def test_a_listed_name_opens_here_and_private_but_no_metadata(
    serve: Callable[..., ScriptedServer], tmp_path: Path
) -> None:
    server = serve(says(page(b"here")))
    port = server.host.rpartition(":")[2]
    rules = FetchRules(allow_hosts=(f"site.test:{port}",), max_seconds=2)
    url = f"http://site.test:{port}/"
    opened = Fetcher(rules, lambda host, port: ["127.0.0.1"]).fetch(url, tmp_path / "a.warc.gz")
    assert (opened.outcome, opened.ip) == ("captured", "127.0.0.1")
    assert f"Host: site.test:{port}\r\n".encode() in server.requests[0]
    for address in (
        "169.254.169.254",
        "fd00:ec2::254",
        "100.64.0.1",
        "::ffff:127.0.0.1",
        "0.0.0.0",
    ):
        fetcher = Fetcher(rules, lambda host, port, a=address: [a])
        assert fetcher.fetch(url, tmp_path / "b.warc.gz").outcome == "refused_address"
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "entry",
    [
        "a b",
        *listed(
            "http://a.test a.test/x a@a.test a.test:99999 a.test: a.test:x ::1 a.test?x a.test#x"
        ),
        *listed("a.test:80:90 [::1 a.test:-1"),
    ],
)
def test_an_allow_list_that_is_none_is_refused(entry: str) -> None:
    with pytest.raises(BadInput, match="not a host"):
        AllowedHosts((entry,))


def test_entries_of_an_allow_list() -> None:
    allowed = AllowedHosts(("a.test", " B.test:8080 ", "[::1]:81", "", "127.1:82"))
    for url, named in (
        ("http://a.test/", True),
        ("https://a.test:8443/", True),
        ("http://x.a.test/", False),
        ("http://b.test:8080/", True),
        ("http://b.test/", False),
        ("http://[::1]:81/", True),
        ("http://[::1]:82/", False),
        ("http://127.0.0.1:82/", True),
    ):
        assert allowed.names(parse_target(url)) is named, url
