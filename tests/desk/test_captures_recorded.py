"""Captures at the desk: whatever a page does, a row, a reason and a custody entry remain."""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "capture"))

from capture_servers import ScriptedServer, page, says
from misbehaving import KINDS, SITE

from workbench.capture.fetch import FetchRules, fetch
from workbench.desk import captures as captures_module
from workbench.desk.desk import Desk
from workbench.desk.opening import make_practice_store, open_practice
from workbench.domain.errors import BadInput, EvidenceDamaged, Message
from workbench.messages import render
from workbench.settings import load_settings

HTML = "<!doctype html><title>見本</title><p>電話 090-0000-0000</p>".encode()


@pytest.fixture
def site() -> Iterator[ScriptedServer]:
    server = ScriptedServer(SITE)
    yield server
    server.close()


@pytest.fixture
def plain() -> Iterator[ScriptedServer]:
    server = ScriptedServer(says(page(HTML, "Content-Type: text/html; charset=utf-8")))
    yield server
    server.close()


def at_desk(folder: Path, host: str, seconds: int = 20) -> Desk:
    if not (folder / "store").exists():
        make_practice_store(folder / "store")
    given = {
        "capture.allow_hosts": host,
        "capture.max_seconds": str(seconds),
        "capture.max_body_mib": "1",
    }
    settings = load_settings(folder / "store", given, {})
    return Desk(open_practice(folder / "store", "officer"), settings)


def acts(shown: dict[str, Any]) -> list[str]:
    return [json.loads(entry["body"])["action"] for entry in shown["history"]]


def test_every_misbehaviour_is_recorded_and_explained(tmp_path: Path, site: ScriptedServer) -> None:
    # Two of the slow ones are enough here: each takes all its time.
    slow = [kind for kind in KINDS if kind.slow][:2]
    for kinds, seconds in (([k for k in KINDS if not k.slow], 20), (slow, 1)):
        with at_desk(tmp_path, site.host, seconds) as desk:
            numbers = [
                desk.reports.register(site.url(f"/{kind.name}")).result["number"] for kind in kinds
            ]
            results = desk.captures.capture(numbers).result
            for kind, number, result in zip(kinds, numbers, results, strict=True):
                # A mebibyte is enough for what the smaller limit of the other tests refuses.
                expected = {kind.outcome}
                if kind.outcome == "too_large":
                    expected |= {"timeout", "bad_response"}
                assert result["outcome"] in expected, (kind.name, str(result["reason"]))
                shown = desk.reports.show(number)
                (row,) = shown["captures"]
                assert row["outcome"] == result["outcome"], kind.name
                if kind.outcome != "captured" or kind.words:
                    assert row["reason"]["text"], kind.name
                    assert isinstance(result["reason"], Message)
                    assert render(result["reason"], "ja") != render(result["reason"], "en")
                assert acts(shown).count("captured") == 1, kind.name
                assert len(shown["exhibits"]) == 1, kind.name
            assert desk.audit.verify()["ok"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("attachment", "no page but application/zip"),
        ("refreshes_itself", "sends its reader on to /refreshes_itself"),
        ("nothing", "no content"),
    ],
)
def test_what_is_kept_but_not_read_says_so(
    tmp_path: Path, site: ScriptedServer, name: str, words: str
) -> None:
    with at_desk(tmp_path, site.host) as desk:
        number = desk.reports.register(site.url(f"/{name}")).result["number"]
        (result,) = desk.captures.capture([number]).result
        assert result["outcome"] == "captured"
        assert words in str(result["reason"])
        (row,) = desk.reports.show(number)["captures"]
        assert words in row["reason"]["text"]


def test_what_is_recorded_with_a_capture(tmp_path: Path, plain: ScriptedServer) -> None:
    with at_desk(tmp_path, plain.host) as desk:
        number = desk.reports.register(plain.url("/a")).result["number"]
        desk.captures.capture([number], witness="立会人")
        shown = desk.reports.show(number)
        (row,) = shown["captures"]
    (hop,) = row["hops"]
    assert (hop["status"], hop["ip"], hop["resolved"]) == (200, "127.0.0.1", ["127.0.0.1"])
    assert hop["certificates_sha256"] == []
    sent = plain.requests[0].decode()
    assert f"User-Agent: {row['tools']['user_agent']}\r\n" in sent
    assert f"Accept-Language: {row['tools']['languages']}\r\n" in sent
    assert row["witness"] == "立会人"
    assert row["started_at"] <= row["finished_at"]
    assert {(i["kind"], i["value"]) for i in shown["identifiers"]} == {("phone", "09000000000")}


def test_an_archive_that_is_not_as_written_never_becomes_evidence(
    tmp_path: Path, plain: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def on_a_bad_disk(url: str, path: Path, rules: FetchRules) -> object:
        found = fetch(url, path, rules)
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 4
        path.write_bytes(content)
        return found

    monkeypatch.setattr(captures_module, "fetch", on_a_bad_disk)
    with at_desk(tmp_path, plain.host) as desk:
        number = desk.reports.register(plain.url("/a")).result["number"]
        with pytest.raises(EvidenceDamaged, match="not as it was written"):
            desk.captures.capture([number])
        shown = desk.reports.show(number)
        assert (shown["captures"], shown["exhibits"]) == ([], [])
        assert shown["report"]["state"] == "registered"


def archive_of(tmp_path: Path, server: ScriptedServer, path: str) -> bytes:
    rules = FetchRules(allow_hosts=(server.host,))
    file = tmp_path / "elsewhere.warc.gz"
    fetch(server.url(path), file, rules)
    return file.read_bytes()


def test_an_archive_from_elsewhere_is_kept_when_it_is_whole(
    tmp_path: Path, plain: ScriptedServer
) -> None:
    content = archive_of(tmp_path, plain, "/a")
    with at_desk(tmp_path, "") as desk:
        number = desk.reports.register(plain.url("/a")).result["number"]
        other = desk.reports.register(plain.url("/b")).result["number"]
        for damaged, words in (
            (content[:-3], "ends within record"),
            (gzip.compress(gzip.decompress(content)), "more than one record"),
            (gzip.decompress(content).replace(b"0000-0000", b"1111-1111"), "does not hold"),
            (b"", "empty"),
            (HTML, "does not begin"),
        ):
            with pytest.raises(BadInput, match=words):
                desk.captures.keep_archive(number, "a.warc", damaged)
        with pytest.raises(BadInput, match=f"page of {other}"):
            desk.captures.keep_archive(other, "a.warc.gz", content)
        for one in (number, other):
            shown = desk.reports.show(one)
            assert (shown["exhibits"], shown["report"]["state"]) == ([], "registered")
        kept = desk.captures.keep_archive(number, "a.warc.gz", content).result
        shown = desk.reports.show(number)
        assert shown["report"]["state"] == "preserved"
        assert [e["id"] for e in shown["exhibits"]] == [kept["exhibits"][0]["id"]]
        assert kept["exhibits"][0]["media_type"] == "application/warc+gzip"
        assert acts(shown)[-1] == "archive_added"
        plain_form = desk.captures.keep_archive(number, "a.warc", gzip.decompress(content)).result
        assert plain_form["exhibits"][0]["media_type"] == "application/warc"
        assert desk.audit.verify()["ok"]
