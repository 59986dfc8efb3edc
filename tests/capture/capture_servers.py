"""Small servers that answer as a test says, byte for byte, and how their WARCs are looked at."""

from __future__ import annotations

import contextlib
import io
import socket
import ssl
import threading
from argparse import Namespace
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from workbench.capture.fetch import FetchResult
from workbench.messages import render

Fetching = Callable[..., FetchResult]


class Canary:
    """A listener on loopback; `untouched` tells whether anything ever connected to it."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.setblocking(False)
        self.port = int(self.listener.getsockname()[1])

    def untouched(self) -> bool:
        """Nothing waits to be accepted: a connection made before this call would."""
        try:
            connection, _peer = self.listener.accept()
        except BlockingIOError:
            return True
        connection.close()
        return False


class ScriptedServer:
    """A loopback server; `answer(server, connection, request)` writes what it likes.

    `requests` holds the request bytes as they came, `sent` the bytes each answer wrote through
    `say`. `over` is set when the test ends, so that a slow answer can stop.
    """

    def __init__(
        self,
        answer: Callable[[ScriptedServer, socket.socket, bytes], None],
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._answer = answer
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.host = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self.requests: list[bytes] = []
        self.sent: list[bytearray] = []
        self.over = threading.Event()
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def url(self, path: str = "/") -> str:
        return f"{'https' if self._tls else 'http'}://{self.host}{path}"

    def say(self, connection: socket.socket, content: bytes) -> None:
        """Send, and keep what was sent."""
        connection.sendall(content)
        self.sent[-1] += content

    def close(self) -> None:
        self.over.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        while True:
            try:
                connection, _peer = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, plain: socket.socket) -> None:
        with plain, contextlib.suppress(OSError):
            plain.settimeout(20)
            connection = plain
            if self._tls is not None:
                connection = self._tls.wrap_socket(plain, server_side=True)
            with connection:
                request = b""
                while b"\r\n\r\n" not in request:
                    piece = connection.recv(65536)
                    if not piece:
                        return
                    request += piece
                self.requests.append(request)
                self.sent.append(bytearray())
                self._answer(self, connection, request)
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_WR)
                    # Closing with unread bytes would reset the connection and lose the answer.
                    while connection.recv(65536):
                        pass


def says(*pieces: bytes) -> Callable[[ScriptedServer, socket.socket, bytes], None]:
    """An answer of these bytes, then the end of the connection."""

    def answer(server: ScriptedServer, connection: socket.socket, _request: bytes) -> None:
        for piece in pieces:
            server.say(connection, piece)

    return answer


def page(body: bytes, *fields: str, status: str = "200 OK") -> bytes:
    """A whole HTTP answer; Content-Length is added."""
    lines = [f"HTTP/1.1 {status}", *fields, f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode() + body


def redirect(location: str, status: str = "302 Found") -> bytes:
    return page(b"", f"Location: {location}", status=status)


@dataclass(frozen=True)
class Record:
    """One WARC record: type, its own fields and the block as it was written."""

    kind: str
    fields: dict[str, str]
    block: bytes


def records(path: Path) -> list[Record]:
    """Every record of a WARC, blocks untouched."""
    with path.open("rb") as stream:
        return [
            Record(r.rec_type, dict(r.rec_headers.headers), r.raw_stream.read())
            for r in ArchiveIterator(stream, no_record_parse=True)
        ]


def check_warc(path: Path) -> None:
    """The reference tool (`warcio check -v`, in this process) finds every digest right."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        code = Checker(Namespace(inputs=[str(path)], verbose=True)).process_all()
    assert code == 0, said.getvalue()
    assert "digest pass" in said.getvalue()


def kept(found: FetchResult, server: ScriptedServer) -> None:
    """Whatever was sent both ways lies in the WARC, and the reference tool agrees with it."""
    assert found.warc_path is not None
    check_warc(found.warc_path)
    all_records = records(found.warc_path)
    requests = [r.block for r in all_records if r.kind == "request"]
    assert requests == server.requests
    answers = [
        r.block
        for r in all_records
        if r.kind == "response" or r.fields["Content-Type"] == "application/octet-stream"
    ]
    assert len(answers) == len([sent for sent in server.sent if sent])
    for sent, answer in zip([s for s in server.sent if s], answers, strict=True):
        assert bytes(sent).startswith(answer)
        assert answer


def explained(found: FetchResult, outcome: str, words: str = "") -> None:
    assert found.outcome == outcome, str(found.reason)
    assert found.reason is not None
    assert words in str(found.reason)
    assert "{" not in str(found.reason)
    assert render(found.reason, "ja") != render(found.reason, "en")
