"""What the capture tests share: small fetch limits and a listener that must stay untouched."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from capture_servers import Canary, Fetching, ScriptedServer

from workbench.capture.fetch import Fetcher, FetchResult, FetchRules


@pytest.fixture
def canary() -> Iterator[Canary]:
    found = Canary()
    yield found
    found.listener.close()


@pytest.fixture
def serve() -> Iterator[Callable[..., ScriptedServer]]:
    """`serve(answer)`: a scripted server that is closed after the test."""
    servers: list[ScriptedServer] = []

    def start(answer: Callable[..., None], **named: Any) -> ScriptedServer:
        servers.append(ScriptedServer(answer, **named))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def fetching(tmp_path: Path) -> Fetching:
    """`fetching(url, server, …)`: one fetch under small limits that reaches this server."""

    def run(url: str, *servers: ScriptedServer, **limits: Any) -> FetchResult:
        rules: dict[str, Any] = {
            "max_seconds": 5.0,
            "max_body_bytes": 64 * 1024,
            "max_header_bytes": 8 * 1024,
            "allow_hosts": tuple(server.host for server in servers),
            **limits,
        }
        number = len(list(tmp_path.glob("*.warc.gz")))
        return Fetcher(FetchRules(**rules)).fetch(url, tmp_path / f"{number}.warc.gz")

    return run
