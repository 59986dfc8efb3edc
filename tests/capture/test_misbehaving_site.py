"""Every misbehaviour of the test site ends in a result that is recorded and explained."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from capture_servers import Fetching, ScriptedServer, check_warc, explained
from misbehaving import KINDS, SITE, Kind

from workbench.capture.fetch import FetchResult
from workbench.capture.isolate import run_isolated
from workbench.domain.errors import BadInput
from workbench.messages import render

Serve = Callable[..., ScriptedServer]


@pytest.fixture(scope="module")
def site() -> Iterator[ScriptedServer]:
    server = ScriptedServer(SITE)
    yield server
    server.close()


def fetched(kind: Kind, site: ScriptedServer, fetching: Fetching) -> FetchResult:
    seconds = 0.7 if kind.slow else 20
    return fetching(site.url(f"/{kind.name}"), site, max_seconds=seconds, max_redirects=8)


def test_there_are_kinds_enough() -> None:
    assert len({kind.name for kind in KINDS}) == len(KINDS) >= 100


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_kind_ends_in_its_result(
    kind: Kind, site: ScriptedServer, fetching: Fetching
) -> None:
    found = fetched(kind, site, fetching)
    if kind.outcome != "captured" or kind.words:
        explained(found, kind.outcome, kind.words)
    else:
        assert (found.outcome, found.reason) == ("captured", None)
    assert found.status == kind.status
    assert len(found.untrusted_body) <= 64 * 1024
    assert found.warc_path is not None
    check_warc(found.warc_path)
    # What is kept stays within what a fetch may take.
    assert found.warc_path.stat().st_size < 1_000_000


def test_every_captured_page_is_read_or_said_not_to_be(
    site: ScriptedServer, fetching: Fetching
) -> None:
    by_type: dict[str | None, list[tuple[Kind, bytes]]] = {}
    for kind in KINDS:
        if kind.outcome == "captured":
            found = fetched(kind, site, fetching)
            by_type.setdefault(found.content_type, []).append((kind, found.untrusted_body))
    for content_type, pages in by_type.items():
        options = {"content_type": content_type, "url": site.url()}
        bodies = [body for _kind, body in pages]
        answers = run_isolated("workbench.capture.reading:read_html", bodies, options)
        for (kind, _body), answer in zip(pages, answers, strict=True):
            if isinstance(answer, BadInput):
                assert not kind.reads, (kind.name, str(answer))
                assert render(answer.message, "ja") != render(answer.message, "en")
                continue
            assert kind.reads in answer["text"], kind.name
            assert "root:" not in answer["text"], kind.name
            assert len(answer["text"]) + len(answer["title"]) <= 401_000
