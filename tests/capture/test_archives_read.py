"""WARCs are read strictly: whole ones are described, damaged ones refused with the record and why."""

from __future__ import annotations

import base64
import gzip
import hashlib
import os
import random
import tarfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from capture_servers import Fetching, ScriptedServer, check_warc, page, redirect, says

from workbench.capture.archives import ArchiveFacts, inspect_archive
from workbench.domain.errors import BadInput
from workbench.messages import render

Serve = Callable[..., ScriptedServer]
BODY = b"the price is 100 yen"
HTTP = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n" + BODY
URL = "http://page.example/"


def digest(content: bytes, algorithm: str = "sha1") -> str:
    raw = hashlib.new(algorithm, content).digest()
    return f"{algorithm}:{base64.b32encode(raw).decode()}"


def record(
    kind: str = "response",
    block: bytes = HTTP,
    media: str = "application/http; msgtype=response",
    version: str = "WARC/1.1",
    **changed: str | None,
) -> bytes:
    """One record; `changed` fields (`_` for `-`) replace the usual ones or, with None, go away."""
    fields: dict[str, str | None] = {
        "WARC-Type": kind,
        "WARC-Record-ID": "<urn:uuid:00000000-0000-4000-8000-000000000000>",
        "WARC-Date": "2026-01-04T15:00:00Z",
        "WARC-Target-URI": URL,
        "Content-Type": media,
        "Content-Length": str(len(block)),
    }
    fields |= {name.replace("_", "-"): value for name, value in changed.items()}
    lines = [version, *(f"{n}: {v}" for n, v in fields.items() if v is not None), "", ""]
    return "\r\n".join(lines).encode() + block + b"\r\n\r\n"


def info() -> bytes:
    return record("warcinfo", b"software: x\r\n", "application/warc-fields", WARC_Target_URI=None)


def zipped(*parts: bytes) -> bytes:
    return b"".join(gzip.compress(part) for part in parts)


def refused(content: bytes) -> str:
    with pytest.raises(BadInput) as caught:
        inspect_archive(content)
    assert render(caught.value.message, "ja") != render(caught.value.message, "en")
    return str(caught.value)


GOOD = record(WARC_Block_Digest=digest(HTTP), WARC_Payload_Digest=digest(BODY))


@pytest.mark.parametrize("content", [info() + GOOD, zipped(info(), GOOD)])
def test_a_whole_archive(content: bytes) -> None:
    assert inspect_archive(content) == ArchiveFacts(
        2, 1, 2, (URL,), "2026-01-04T15:00:00Z", "2026-01-04T15:00:00Z"
    )


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"


@pytest.mark.parametrize(
    ("content", "digests"),
    [
        (record(), 0),
        (record(version="WARC/1.0", WARC_Target_URI=f"<{URL}>"), 0),
        (record(WARC_Block_Digest=digest(HTTP, "sha256")), 1),
        (record(WARC_Block_Digest="SHA-256:" + hashlib.sha256(HTTP).hexdigest()), 1),
        (record(WARC_Block_Digest=digest(HTTP, "sha256").rstrip("=")), 1),
        (
            record(
                WARC_Block_Digest="sha256:"
                + base64.b64encode(hashlib.sha256(HTTP).digest()).decode()
            ),
            1,
        ),
        (record(WARC_Block_Digest="blake3:abc"), 0),
        (record(block=CHUNKED, WARC_Payload_Digest=digest(b"hello")), 1),
        (record(block=CHUNKED, WARC_Payload_Digest=digest(CHUNKED.partition(b"\r\n\r\n")[2])), 1),
        (record("revisit", WARC_Payload_Digest=digest(b"elsewhere")), 0),
        (record("continuation", b"x", WARC_Segment_Number="2", WARC_Payload_Digest="sha1:A"), 0),
        (record("resource", b"x", "text/plain", WARC_Payload_Digest=digest(b"x")), 1),
        (record("resource", b"", "text/plain", WARC_Block_Digest=digest(b"")), 1),
        (record("made-up", b"x", "text/plain", WARC_Target_URI=None), 0),
    ],
)
def test_what_the_standard_allows(content: bytes, digests: int) -> None:
    found = inspect_archive(content)
    assert (found.records, found.digests) == (1, digests)


def cut(content: bytes, of_end: int) -> bytes:
    return content[:-of_end]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"<html>", "Record 1 does not begin"),
        (b"WARC/2.0\r\n\r\n", "Record 1 does not begin"),
        (gzip.compress(b"<html>"), "Record 1 does not begin"),
        (gzip.compress(b""), "Record 1 does not begin"),
        (b"filedesc://x.arc 192.0.2.1 20260104150000 text/plain 9\n1 0 x\n", "older ARC"),
        (b"http://page.example/ 192.0.2.1 20260104150000 text/html 9\nx", "older ARC"),
        (cut(info() + GOOD, 1), "ends within record 2"),
        (cut(info() + GOOD, 30), "ends within record 2"),
        ((info() + GOOD)[: len(info()) + 20], "ends within record 2"),
        (cut(zipped(info(), GOOD), 9), "ends within record 2"),
        (cut(zipped(info(), GOOD), 1), "ends within record 2"),
        (zipped(info()) + gzip.compress(GOOD)[:-8] + bytes(8), "compression of record 2"),
        (zipped(info()) + b"rubbish", "foreign bytes before record 2"),
        (info() + b"rubbish", "Record 2 does not begin"),
        (gzip.compress(info() + GOOD), "Member 1 of the gzip file"),
        (zipped(record(Content_Length=str(len(HTTP) + 40))), "Record 1 is not as long"),
        (record(Content_Length=str(len(HTTP) - 2)), "Record 1 is not as long"),
        (record(Content_Length="-1"), "Content-Length"),
        (record(Content_Length=None), "Content-Length"),
        (record(Content_Length="٣"), "Content-Length"),
        (record(Content_Length="9" * 40), "Content-Length"),
        (record(WARC_Type=None), "WARC-Type"),
        (record(WARC_Record_ID=None), "WARC-Record-ID"),
        (record(WARC_Record_ID="urn:uuid:x"), "WARC-Record-ID"),
        (record(WARC_Date=None), "WARC-Date"),
        (record(WARC_Date="yesterday"), "WARC-Date"),
        (record(WARC_Target_URI=None), "WARC-Target-URI"),
        (record(WARC_Target_URI="file:///a picture.png"), "WARC-Target-URI"),
        (record(WARC_Target_URI=f"{URL}\r\nWARC-Target-URI: http://other.example/"), "warc-target"),
        (record(Content_Length=f"{len(HTTP)}\r\nContent-Length: 1"), "content-length"),
        (record(X="a\nb"), "line ends"),
        (record(X="a\0b"), "line ends"),
        (record(X="a" * 70_000), "its length"),
        (GOOD.replace(b"100 yen", b"900 yen"), "WARC-Block-Digest does not hold"),
        (record(WARC_Payload_Digest=digest(b"other")), "WARC-Payload-Digest does not hold"),
        (record(WARC_Block_Digest="sha1:no digest"), "WARC-Block-Digest does not hold"),
        (record(WARC_Block_Digest="md5:"), "WARC-Block-Digest does not hold"),
        (info() * 40 + GOOD.replace(b"100 yen", b"900 yen"), "Record 41 was changed"),
    ],
)
def test_a_damaged_archive_is_refused_with_the_place(content: bytes, words: str) -> None:
    assert words in refused(content)


def test_an_archive_that_unpacks_to_too_much() -> None:
    packer = zlib.compressobj(1, wbits=31)
    bomb = packer.compress(info().replace(b"Content-Length: 13", b"Content-Length: 700000000"))
    for _mebibyte in range(600):
        bomb += packer.compress(bytes(1024 * 1024))
    assert "larger than allowed" in refused(bomb + packer.flush())


def test_every_changed_byte_of_our_own_archive_is_noticed(serve: Serve, fetching: Fetching) -> None:
    """Our records carry digests, gzip carries its checksums: no flip goes through unseen."""
    server = serve(says(page(BODY, "Content-Type: text/html")))
    found = fetching(server.url(), server)
    assert found.warc_path is not None
    content = found.warc_path.read_bytes()
    assert inspect_archive(content).targets == (server.url(),)
    chance = random.Random(5)
    quiet = 0
    for place in [*range(10), *chance.sample(range(10, len(content)), 40)]:
        damaged = bytearray(content)
        damaged[place] ^= 1 << chance.randrange(8)
        try:
            inspect_archive(bytes(damaged))
            quiet += 1
        except BadInput:
            pass
    # Time and system in the header of a gzip member mean nothing.
    assert quiet <= 6
    for length in chance.sample(range(1, len(content) - 1), 20):
        try:
            whole = inspect_archive(content[:length])
        except BadInput:
            continue
        # Cut exactly between two records.
        assert whole.records < 4


def test_our_own_archives_are_whole(serve: Serve, fetching: Fetching) -> None:
    packed = gzip.compress(BODY * 50)
    answers = [redirect("/b"), page(packed, "Content-Encoding: gzip")]
    server = serve(lambda s, c, request: s.say(c, answers[len(s.requests) - 1]))
    found = fetching(server.url("/a"), server)
    assert found.warc_path is not None
    check_warc(found.warc_path)
    facts = inspect_archive(found.warc_path.read_bytes())
    assert (facts.records, facts.responses) == (7, 2)
    assert facts.targets == (server.url("/a"), server.url("/b"))
    # A block digest each, and a payload digest each but for the description of the file.
    assert facts.digests == 13


# Files of the reference implementation's own tests, and the reason each is refused for.
REAL = {
    "bad.arc": "older ARC",
    "example.arc": "older ARC",
    "example.arc.gz": "older ARC",
    "example-space-in-url.arc": "older ARC",
    "example-bad-non-chunked.warc.gz": "Member 1 of the gzip file",
    "example-bad.warc.gz.bad": "Member 1 of the gzip file",
    "example-digest.warc": "WARC-Payload-Digest does not hold",
    "example-space-in-target-uri.warc.gz": "WARC-Target-URI",
    "example-trunc.warc": "Record 3 is not as long",
    "example-wrong-chunks.warc.gz": "Record 1 is not as long",
    "example-iana.org-chunked.warc": "",
    "example-resource.warc.gz": "",
    "example-wget-bad-target-uri.warc.gz": "",
    "example.warc": "",
    "example.warc.gz": "",
    "post-test.warc.gz": "",
}


@pytest.mark.realdata
def test_the_archives_of_the_reference_implementation() -> None:
    folder = Path(os.environ.get("TESTDATA", Path(__file__).parents[3] / "shared" / "data"))
    path = folder / "warcio_test_warcs.tar.gz"
    if not path.exists():
        pytest.skip(f"the real archives {path} are not on this machine")
    seen = set()
    with tarfile.open(path) as archive:
        for member in archive:
            name = Path(member.name).name
            stream = archive.extractfile(member) if name in REAL else None
            if stream is None:
                continue
            seen.add(name)
            content = stream.read()
            if REAL[name]:
                assert REAL[name] in refused(content), name
            else:
                assert inspect_archive(content).records >= 3, name
    assert seen == REAL.keys()
