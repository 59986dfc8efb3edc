"""The test site that misbehaves on purpose: every kind with the result it must end in.

`SITE` answers `/name` (and `/name/…`) as the kind of that name does. The tests and `bench.capture`
walk through `KINDS`; texts are invented and say nothing.
"""

from __future__ import annotations

import gzip
import random
import socket
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from capture_servers import ScriptedServer, page, redirect

Answer = Callable[[ScriptedServer, socket.socket, bytes], None]
MIB = 1024 * 1024
PROSE = "お客様の口座のご利用を一時停止しました。下記から本人確認を完了してください。"
HTML = f"<!doctype html><title>みなと架空銀行</title><p>{PROSE}</p>".encode()
_NOISE = random.Random(6)


@dataclass(frozen=True)
class Kind:
    """One misbehaviour: its answer, the outcome of the fetch, words of the reason (in English).

    `reads` must stand in the text that the reader finds in a captured page. `slow` kinds take all
    the time they are given.
    """

    name: str
    answer: Answer
    outcome: str = "captured"
    words: str = ""
    reads: str = ""
    status: int | None = 200
    slow: bool = False


def _says(*pieces: bytes) -> Answer:
    def answer(server: ScriptedServer, connection: socket.socket, _request: bytes) -> None:
        for piece in pieces:
            server.say(connection, piece)

    return answer


def _endless(start: bytes, piece: bytes, pause: float = 0) -> Answer:
    def answer(server: ScriptedServer, connection: socket.socket, _request: bytes) -> None:
        server.say(connection, start)
        while not server.over.wait(pause):
            server.say(connection, piece)

    return answer


def _stops(start: bytes) -> Answer:
    def answer(server: ScriptedServer, connection: socket.socket, _request: bytes) -> None:
        server.say(connection, start)
        server.over.wait(60)

    return answer


def _resets(start: bytes) -> Answer:
    def answer(server: ScriptedServer, connection: socket.socket, _request: bytes) -> None:
        if start:
            server.say(connection, start)
            server.over.wait(0.1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()

    return answer


def _sends_on(name: str, place: str, *fields: str, pause: float = 0) -> Answer:
    """Redirects; `{n}` in `place` and `fields` is one more at every step."""

    def answer(server: ScriptedServer, connection: socket.socket, request: bytes) -> None:
        last = request.split(b" ")[1].rpartition(b"/")[2]
        number = int(last) + 1 if last.isdigit() else 1
        server.over.wait(pause)
        lines = [f"Location: {place.format(n=number)}", *(f.format(n=number) for f in fields)]
        server.say(connection, page(b"", *lines, status="302 Found"))

    return answer


def _html(body: bytes, *fields: str, status: str = "200 OK") -> Answer:
    return _says(page(body, "Content-Type: text/html", *fields, status=status))


def _packed(encoding: str, content: bytes) -> Answer:
    return _html(content, f"Content-Encoding: {encoding}")


def _in(codec: str, header: str, meta: str = "") -> Answer:
    stated = f'<meta charset="{meta}">' if meta else ""
    body = f"<!doctype html>{stated}<title>見本</title><p>{PROSE}</p>".encode(codec)
    return _says(page(body, f"Content-Type: text/html; charset={header}"))


def _status(line: str, body: bytes = HTML) -> Answer:
    return _html(body, status=line)


def _gzip_without_end() -> Answer:
    packer = zlib.compressobj(wbits=31)
    start = packer.compress(HTML) + packer.flush(zlib.Z_SYNC_FLUSH)
    more = packer.compress(_NOISE.randbytes(MIB)) + packer.flush(zlib.Z_SYNC_FLUSH)
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n\r\n"
    return _endless(head + start, more)


_ZEROS = bytes(40 * MIB)
_BOMB = gzip.compress(_ZEROS, 9)
_CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"
_OPEN = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
_LAUGHS = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))

# Time: answers that come too late, too slowly or never.
_SLOW = (
    Kind("silence", _stops(b""), "timeout", "time allowed", status=None, slow=True),
    Kind("headers_stop", _stops(b"HTTP/1.1 200 OK\r\nX-A:"), "timeout", status=None, slow=True),
    Kind("body_stops", _stops(page(HTML + b"x" * 99)[:-99]), "timeout", slow=True),
    Kind(
        "headers_drip",
        _endless(b"HTTP/1.1 200 OK\r\nX-A: ", b"x", 0.02),
        "timeout",
        status=None,
        slow=True,
    ),
    Kind("body_drips", _endless(_OPEN, b"x", 0.02), "timeout", slow=True),
    Kind("chunks_drip", _endless(_CHUNKED, b"1\r\nx\r\n", 0.02), "timeout", slow=True),
    Kind("interim_drips", _endless(b"", b"HTTP/1.1 102 Processing\r\n\r\n", 0.02), "timeout",
         status=None, slow=True),
    Kind(
        "slow_redirects",
        _sends_on("slow_redirects", "/slow_redirects/{n}", pause=0.3),
        "timeout",
        status=None,
        slow=True,
    ),
)  # fmt: skip

# Size: answers without end, and small ones that become large.
_LARGE = (
    Kind("body_without_end", _endless(_OPEN, b"<p>x</p>" * 8_192), "too_large"),
    Kind("chunks_without_end", _endless(_CHUNKED, b"1000\r\n" + b"y" * 4_096 + b"\r\n"), "too_large"),
    Kind("small_chunks", _endless(_CHUNKED, b"1\r\ny\r\n" * 5_000), "too_large"),
    Kind("chunk_extensions", _endless(_CHUNKED, b"1;" + b"e" * 4_000 + b"\r\ny\r\n"), "too_large"),
    Kind("announces_a_terabyte", _endless(
        b"HTTP/1.1 200 OK\r\nContent-Length: 1099511627776\r\n\r\n", b"y" * 65_536), "too_large"),
    Kind("header_flood", _endless(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n" * 100), "bad_response",
         "headers larger", status=None),
    Kind("long_header", _endless(b"HTTP/1.1 200 OK\r\nX-A: ", b"long" * 1_000), "bad_response",
         "headers larger", status=None),
    Kind("long_status", _endless(b"HTTP/1.1 200 ", b"OK" * 1_000), "bad_response",
         "headers larger", status=None),
    Kind("cookie_flood", _html(HTML, *(f"Set-Cookie: c{n}={n}" for n in range(3_000))),
         "bad_response", "headers larger", status=None),
    Kind("interim_flood", _endless(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 50), "bad_response",
         "headers larger", status=None),
    Kind("trailer_flood", _endless(_CHUNKED + b"1\r\nx\r\n0\r\n", b"X-T: y\r\n" * 2_000),
         "too_large"),
    Kind("gzip_bomb", _packed("gzip", _BOMB), "too_large", "unpacked"),
    Kind("gzip_bomb_in_gzip", _packed("gzip, gzip", gzip.compress(_BOMB)), "too_large", "unpacked"),
    Kind("deflate_bomb", _packed("deflate", zlib.compress(_ZEROS, 9)), "too_large", "unpacked"),
    Kind("gzip_of_many_members", _packed("gzip", gzip.compress(bytes(40_000)) * 600), "too_large",
         "unpacked"),
    Kind("gzip_without_end", _gzip_without_end(), "too_large"),
)  # fmt: skip

# Redirects: chains, circles and places that are none of the web's.
_SENT_ON = (
    Kind("redirects_without_end", _sends_on("x", "/redirects_without_end/{n}"),
         "too_many_redirects", "More than", status=None),
    Kind("redirect_circle", _sends_on("x", "/redirect_circle"), "too_many_redirects", "circle",
         status=None),
    Kind("cookie_redirects", _sends_on("x", "/cookie_redirects/{n}", "Set-Cookie: n{n}={n}"),
         "too_many_redirects", status=None),
    Kind("to_this_computer", _says(redirect("http://127.1/")), "refused_address", status=None),
    Kind("to_metadata", _says(redirect("http://169.254.169.254/latest/")), "refused_address",
         "metadata", status=None),
    Kind("to_a_local_name", _says(redirect("http://printer.local/")), "refused_address",
         status=None),
    Kind("to_a_mail_port", _says(redirect("http://page.example:25/")), "refused_address", "25",
         status=None),
    Kind("to_a_file", _says(redirect("file:///etc/passwd")), "refused_scheme", "file", status=None),
    Kind("to_a_script", _says(redirect("javascript:alert(1)")), "refused_scheme", status=None),
    Kind("to_an_app", _says(redirect("line://ti/p/x")), "refused_scheme", "line", status=None),
    Kind("to_data", _says(redirect("data:text/html,x")), "refused_scheme", "data", status=None),
    Kind("to_nowhere", _says(redirect("http://[::g]/")), "bad_response", "not a URL", status=None),
    Kind("to_an_onion", _says(redirect("http://page.onion/")), "unreachable", status=None),
    Kind("redirect_without_place", _html(HTML, status="302 Found"), reads=PROSE, status=302),
    Kind("refreshes_itself", _html(b'<meta http-equiv=refresh content="0;url=/refreshes_itself">x'),
         reads="x"),
    Kind("refresh_header", _html(HTML, "Refresh: 0; url=http://127.0.0.1/"), reads=PROSE),
)  # fmt: skip

# The protocol itself.
_BROKEN = (
    Kind("closes", _says(), "unreachable", "without an answer", status=None),
    Kind("resets", _resets(b""), "unreachable", "without an answer", status=None),
    Kind("resets_midway", _resets(page(HTML + b"x" * 50)[:-50]), "bad_response", "broke off"),
    Kind("not_http", _says(b"SSH-2.0-OpenSSH_9.6\r\n"), "bad_response", "not HTTP", status=None),
    Kind("no_header", _says(HTML), "bad_response", "not HTTP", status=None),
    Kind("noise", _says(_NOISE.randbytes(3_000) + b"\r\n\r\n"), "bad_response", status=None),
    Kind("two_answers", _says(page(HTML, "Content-Type: text/html") * 2), reads=PROSE),
    Kind("length_too_long", _says(page(HTML + b"x" * 50)[:-50]), "bad_response", "broke off"),
    Kind("length_too_short", _says(_OPEN[:-2] + b"Content-Length: 20\r\n\r\n" + HTML)),
    Kind("length_negative", _says(_OPEN[:-2] + b"Content-Length: -9\r\n\r\n" + HTML), reads=PROSE),
    Kind("length_no_number", _says(_OPEN[:-2] + b"Content-Length: x\r\n\r\n" + HTML), reads=PROSE),
    Kind("two_lengths", _html(HTML, "Content-Length: 5"), "bad_response", status=None),
    Kind("chunks_of_rubbish", _says(_CHUNKED + b"rubbish\r\n" + HTML), "bad_response", "broke off"),
    Kind("chunks_negative", _says(_CHUNKED + b"-5\r\nhello\r\n0\r\n\r\n"), "bad_response"),
    Kind("chunks_too_long", _says(_CHUNKED + b"ffffff\r\n" + HTML), "bad_response", "broke off"),
    Kind("chunks_without_last", _says(_CHUNKED + b"5\r\nhello\r\n"), "bad_response", "broke off"),
    Kind("gzip_broken_off", _packed("gzip", gzip.compress(HTML)[:-12]), "bad_response",
         "too early"),
    Kind("gzip_damaged", _packed("gzip", gzip.compress(HTML)[:-8] + bytes(8)), "bad_response",
         "damaged"),
    Kind("gzip_that_is_none", _packed("gzip", HTML), "bad_response", "damaged"),
    Kind("packed_unasked", _packed("br", b"\x0b\x02\x80hello\x03"), words="not asked for: br"),
    Kind("packed_four_times", _packed("gzip, gzip, gzip, gzip", HTML), words="too many times"),
    Kind("header_with_nul", _html(HTML, "X-A: \0\x7f\x1b[2J"), reads=PROSE),
    Kind("switches_protocol", _says(b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n\x81\x05hello"),
         "bad_response", "another protocol", status=101),
    Kind("hints_first", _says(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 3, page(HTML)), reads=PROSE),
    Kind("nothing", _says(b"HTTP/1.1 204 Nothing\r\n\r\n"), words="no content", status=204),
    Kind("not_modified", _says(b"HTTP/1.1 304 As before\r\n\r\n"), words="no content", status=304),
    Kind("empty", _html(b""), words="no content"),
    Kind("partial", _status("206 Partial", HTML), reads=PROSE, status=206),
    Kind("gone", _status("410 Gone"), reads=PROSE, status=410),
    Kind("asks_to_log_in", _html(HTML, 'WWW-Authenticate: Basic realm="x"', status="401 No"),
         reads=PROSE, status=401),
    Kind("too_many_requests", _html(HTML, "Retry-After: 99999", status="429 Later"), status=429),
    Kind("server_error", _status("500 Oh"), reads=PROSE, status=500),
    Kind("odd_status", _status("999 Odd"), reads=PROSE, status=999),
)  # fmt: skip


def _typed(kind: str, body: bytes, *fields: str) -> Answer:
    return _says(page(body, f"Content-Type: {kind}", *fields))


# The page: bytes that are not what they say, and markup that goes too far.
_PAGES = (
    Kind("sjis_says_utf8", _in("cp932", "utf-8", "utf-8"), reads=PROSE),
    Kind("euc_says_sjis", _in("euc_jp", "Shift_JIS"), reads=PROSE),
    Kind("utf8_says_sjis", _in("utf-8", "Shift_JIS", "EUC-JP"), reads=PROSE),
    Kind("jis_says_latin", _in("iso2022_jp", "iso-8859-1"), reads=PROSE),
    Kind("utf16_says_utf8", _in("utf-16", "utf-8", "Shift_JIS"), reads=PROSE),
    Kind("charset_unknown", _in("cp932", "x-nonsense", "idna"), reads=PROSE),
    Kind("two_marks", _html(b"\xef\xbb\xbf\xef\xbb\xbf" + HTML), reads=PROSE),
    Kind("mark_against_header", _typed("text/html; charset=EUC-JP", b"\xef\xbb\xbf" + HTML),
         reads=PROSE),
    Kind("utf16_mark_alone", _html(b"\xff\xfe")),
    Kind("nul_between_letters", _html(HTML.replace(b"<p>", b"<\0p>").replace("。".encode(), b"\0")
                                      + "<p>見本\0です".encode()), reads="見本です"),
    Kind("only_nul", _html(bytes(40_000))),
    Kind("broken_letters", _html(HTML + b"\xff\xfe\xed\xa0\x80\xf8" * 500), reads=PROSE),
    Kind("turned_letters", _html(HTML + "<p>\u202eexe.gnp\u202c</p>".encode()), reads=PROSE),
    Kind("deep_page", _html(HTML + b"<div>" * 12_000 + b"deep"), reads=PROSE),
    Kind("deep_tables", _html(HTML + b"<table><tr><td>" * 3_000), reads=PROSE),
    Kind("misnested", _html(HTML + b"<b><p><i><a href=x>" * 2_500), reads=PROSE),
    Kind("many_attributes", _html(HTML + b"<p " + b" ".join(b"a%d=b" % n for n in range(6_000))
                                  + b">"), reads=PROSE),
    Kind("long_title", _html(b"<title>" + b"x" * 60_000 + b"</title>" + HTML), reads=PROSE),
    Kind("comment_without_end", _html(HTML + b"<!-- " + b"x" * 50_000), reads=PROSE),
    Kind("script_without_end", _html(HTML + b"<script>" + b"x = 1;" * 8_000), reads=PROSE),
    Kind("tags_without_end", _html(HTML + b"<" * 50_000)),
    Kind("entities_of_entities", _typed("application/xhtml+xml", (
        f'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY l0 "x">{_LAUGHS}]><p>&l9;</p>').encode())),
    Kind("entity_of_a_file", _typed("text/xml", b'<!DOCTYPE a [<!ENTITY f SYSTEM "file:///etc/'
                                    b'passwd">]><p>seen &f;</p>'), reads="seen"),
    Kind("many_links", _html(HTML + b"<a href=/x>y</a>" * 3_900), reads=PROSE),
    Kind("many_forms", _html(HTML + b"<form><input type=password></form>" * 1_500), reads=PROSE),
    Kind("frames_only", _html(b'<frameset><frame src="/a"><frame src="/b"></frameset>')),
    Kind("script_only", _html(b"<script>document.write('x')</script>")),
    Kind("picture_as_page", _html(b"\x89PNG\r\n\x1a\n" + _NOISE.randbytes(5_000))),
    Kind("program_as_page", _html(b"MZ" + _NOISE.randbytes(20_000))),
    Kind("page_as_text", _typed("text/plain", HTML), reads=PROSE),
    Kind("page_as_program", _typed("application/octet-stream", HTML)),
    Kind("page_without_type", _says(page(HTML)), reads=PROSE),
    Kind("type_of_rubbish", _typed(";;=\xff/\t", HTML)),
    Kind("attachment", _typed("application/zip", b"PK\3\4" + _NOISE.randbytes(4_000),
                              'Content-Disposition: attachment; filename="../../x.exe"')),
    Kind("one_long_line", _html(HTML + "あ".encode() * 15_000), reads=PROSE),
    Kind("address_flood", _html(HTML + b" ".join(b"u%d@mail.example" % n for n in range(3_000))),
         reads=PROSE),
    Kind("almost_addresses", _html(HTML + b"a." * 25_000 + b"090-" * 3_000), reads=PROSE),
)  # fmt: skip

KINDS = (*_SLOW, *_LARGE, *_SENT_ON, *_BROKEN, *_PAGES)
_BY_NAME = {kind.name: kind for kind in KINDS}


def SITE(server: ScriptedServer, connection: socket.socket, request: bytes) -> None:
    """Answer as the kind named by the path does."""
    kind = _BY_NAME.get(request.split(b" ")[1].split(b"/")[1].decode("ascii", "replace"))
    if kind is None:
        server.say(connection, page(b"not found", status="404 Not Found"))
    else:
        kind.answer(server, connection, request)
