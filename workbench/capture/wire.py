"""One guarded, recorded HTTP exchange through requests: checked address, time and size limits.

The adapter resolves the name once, checks every address, connects to a checked one and looks at
the connected peer again, so a name that changes its mind between check and use gains nothing.
Every byte sent and received (after TLS) is kept as it was.
"""

from __future__ import annotations

import http.client
import io
import ipaddress
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from workbench.capture.addresses import Address, AllowedHosts, Target, refusal_of_address
from workbench.capture.bodies import end_of_headers
from workbench.capture.neighbours import own_address_towards, refusal_of_neighbour
from workbench.domain.errors import M_, Message

Resolver = Callable[[str, int], list[str]]
# What asks for a page and changes nothing on its server.
_METHODS = ("GET", "HEAD")


class ExchangeStopped(Exception):
    """The exchange may not go on; `outcome` is a word of FetchResult."""

    def __init__(self, outcome: str, reason: Message) -> None:
        super().__init__(str(reason))
        self.outcome = outcome
        self.reason = reason


def system_resolver(host: str, port: int) -> list[str]:
    """Every address the system's resolver gives for a name; raises OSError or UnicodeError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass
class Exchange:
    """What one request may take and what was seen of it; times are monotonic seconds."""

    target: Target
    allowed: AllowedHosts
    resolver: Resolver
    deadline: float
    max_header_bytes: int
    max_wire_bytes: int
    sent: bytearray = field(default_factory=bytearray)
    received: bytearray = field(default_factory=bytearray)
    answer_start: int = 0
    header_end: int | None = None
    resolved: tuple[str, ...] = ()
    peer: str | None = None
    chain: tuple[bytes, ...] = ()
    stopped: ExchangeStopped | None = None
    closed_by_server: bool = False
    connection: socket.socket | None = None

    def stop(self, outcome: str, reason: Message) -> ExchangeStopped:
        """Remember why the exchange ends; the first reason stays."""
        self.stopped = self.stopped or ExchangeStopped(outcome, reason)
        return self.stopped

    def seconds_left(self) -> float:
        """Seconds until the whole fetch must be over; raises ExchangeStopped when none."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise self.stop("timeout", M_("The page did not arrive in the time allowed."))
        return left

    def note_received(self, piece: bytes) -> None:
        """Keep received bytes and hold them against the limits.

        `answer_start` is where the final answer begins, behind any interim ones.
        """
        start = max(self.answer_start, len(self.received) - 3)
        self.received += piece
        while self.header_end is None:
            end = end_of_headers(self.received, start)
            if end is None:
                break
            if _is_interim(self.received[self.answer_start : end]):
                self.answer_start = start = end
            else:
                self.header_end = end
        headers_seen = len(self.received) if self.header_end is None else self.header_end
        if headers_seen > self.max_header_bytes:
            raise self.stop("bad_response", M_("The server sent headers larger than allowed."))
        if len(self.received) > self.max_wire_bytes:
            raise self.stop("too_large", M_("The page is larger than allowed."))

    def final_answer(self) -> tuple[bytes, int | None]:
        """The bytes received after any interim answers, and where their headers end."""
        end = None if self.header_end is None else self.header_end - self.answer_start
        return bytes(self.received[self.answer_start :]), end

    def hang_up(self) -> None:
        """Close the connection, also when its answer was left half read."""
        if self.connection is not None:
            self.connection.close()


_INTERIM = re.compile(rb"HTTP/1\.\d 1(?!01)\d\d\b")


def _is_interim(header: bytes | bytearray) -> bool:
    """Whether this announces that the answer comes later (100, 102, 103, …; not 101)."""
    return _INTERIM.match(header) is not None


class _Response(http.client.HTTPResponse):
    """Reads past every interim answer; http.client itself knows only 100 as one."""

    def _read_status(self) -> tuple[str, int, str]:
        while True:
            found: tuple[str, int, str] = super()._read_status()  # type: ignore[misc]
            if not 100 <= found[1] < 200 or found[1] == 101:
                return found
            while self.fp.readline(65536) not in (b"\r\n", b"\n", b""):
                pass


def resolve(exchange: Exchange) -> list[Address]:
    """The addresses of the target, each checked; raises ExchangeStopped."""
    target = exchange.target
    literal = target.literal
    if literal is not None:
        texts = [str(literal)]
    else:
        texts = _resolve_in_time(exchange)
    exchange.resolved = tuple(texts)
    addresses: list[Address] = []
    for text in texts:
        try:
            address = ipaddress.ip_address(text.partition("%")[0])
        except ValueError:
            continue
        refusal = refusal_of_address(address, target, exchange.allowed)
        if refusal is not None:
            raise exchange.stop("refused_address", refusal)
        if not exchange.allowed.names(target):
            refusal = refusal_of_neighbour(address, own_address_towards(address))
        if refusal is not None:
            raise exchange.stop("refused_address", refusal)
        addresses.append(address)
    if not addresses:
        raise exchange.stop("unreachable", M_("{host} has no address.", host=target.host))
    return addresses


def _resolve_in_time(exchange: Exchange) -> list[str]:
    target = exchange.target
    if f".{target.host}".rstrip(".").endswith(".onion"):
        # RFC 7686: such a name means nothing to the DNS, and asking would tell who looks for it.
        raise exchange.stop("unreachable", M_("The name {host} was not found.", host=target.host))
    answer: list[list[str]] = []
    failure: list[Exception] = []

    def ask() -> None:
        try:
            answer.append(exchange.resolver(target.host, target.port))
        except (OSError, UnicodeError) as error:
            failure.append(error)

    asking = threading.Thread(target=ask, daemon=True, name="resolve")
    asking.start()
    asking.join(exchange.seconds_left())
    if answer:
        return answer[0]
    if failure:
        raise exchange.stop("unreachable", M_("The name {host} was not found.", host=target.host))
    raise exchange.stop(
        "timeout", M_("The name {host} was not resolved in time.", host=target.host)
    )


def connect_checked(exchange: Exchange) -> socket.socket:
    """A connection to a checked address of the target; raises ExchangeStopped."""
    failure: OSError | None = None
    for address in resolve(exchange):
        try:
            connected = socket.create_connection(
                (str(address), exchange.target.port), timeout=exchange.seconds_left()
            )
        except OSError as error:
            failure = error
            continue
        peer = ipaddress.ip_address(str(connected.getpeername()[0]).partition("%")[0])
        refusal = refusal_of_address(peer, exchange.target, exchange.allowed)
        if refusal is not None:
            connected.close()
            raise exchange.stop("refused_address", refusal)
        exchange.peer = str(peer)
        exchange.connection = connected
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connected
    exchange.seconds_left()
    if isinstance(failure, TimeoutError):
        raise exchange.stop("timeout", M_("The server did not answer in the time allowed."))
    raise exchange.stop(
        "unreachable",
        M_("No connection to {host}: {why}", host=exchange.target.host, why=os_reason(failure)),
    )


def os_reason(error: BaseException | None) -> str:
    """The system's own short words for a failure."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return type(error).__name__ if error is not None else "no answer"


class RecordedSocket:
    """A connected socket that keeps what passes and lets nothing pass the limits."""

    def __init__(self, inner: socket.socket, exchange: Exchange) -> None:
        self._inner = inner
        self._exchange = exchange
        self._readers = 0
        self._closing = False

    def sendall(self, data: Any) -> None:
        """Send everything within the time left."""
        content = bytes(data)
        self._inner.settimeout(self._exchange.seconds_left())
        self._exchange.sent += content
        self._inner.sendall(content)

    def receive_into(self, buffer: Any) -> int:
        """Receive into `buffer`; 0 at the end."""
        self._inner.settimeout(self._exchange.seconds_left())
        try:
            count = self._inner.recv_into(buffer)
        except TimeoutError:
            self._exchange.seconds_left()
            raise
        if count == 0:
            self._exchange.closed_by_server = True
        self._exchange.note_received(bytes(memoryview(buffer)[:count]))
        return count

    def makefile(self, mode: str, *_args: Any, **_named: Any) -> io.BufferedReader:
        """The reader http.client asks for."""
        if mode != "rb":
            raise ValueError(mode)
        self._readers += 1
        return io.BufferedReader(_Reader(self))

    def reader_closed(self) -> None:
        """A reader is done; the connection ends with the last one if it was to be closed."""
        self._readers -= 1
        if self._closing and self._readers <= 0:
            self._inner.close()

    def settimeout(self, _seconds: float | None) -> None:
        """Ignored: the exchange has one deadline."""

    def fileno(self) -> int:
        """Descriptor of the connection."""
        return self._inner.fileno()

    def close(self) -> None:
        """Close the connection once nobody reads from it.

        http.client closes as soon as it has the header of an answer that ends the connection,
        while the body is still to be read.
        """
        self._closing = True
        if self._readers <= 0:
            self._inner.close()

    def shutdown(self, how: int) -> None:
        """Shut the connection down."""
        self._inner.shutdown(how)


class _Reader(io.RawIOBase):
    def __init__(self, recorded: RecordedSocket) -> None:
        self._recorded = recorded

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._recorded.receive_into(buffer)

    def close(self) -> None:
        if not self.closed:
            super().close()
            self._recorded.reader_closed()


def certificate_chain(connected: Any) -> tuple[bytes, ...]:
    """The server's certificates (DER, leaf first) as far as this Python shows them."""
    leaf = connected.getpeercert(binary_form=True)
    if not leaf:
        return ()
    inner = getattr(connected, "_sslobj", None)
    ask = getattr(inner, "get_unverified_chain", None)
    if ask is None:
        return (leaf,)
    others = []
    for certificate in ask() or ():
        if isinstance(certificate, bytes):
            others.append(certificate)
        else:
            others.append(ssl.PEM_cert_to_DER_cert(certificate.public_bytes()))
    return (leaf, *(other for other in others if other != leaf))


def peek_certificate(exchange: Exchange) -> tuple[bytes, ...]:
    """Certificates of a server whose check failed: one handshake, no request is ever sent."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with connect_checked(exchange) as plain:
            plain.settimeout(min(10.0, exchange.seconds_left()))
            with context.wrap_socket(plain, server_hostname=exchange.target.host) as connected:
                return certificate_chain(connected)
    except (OSError, ValueError, ExchangeStopped):
        return ()


def _connection_class(base: type[Any], exchange: Exchange) -> type[Any]:
    class Guarded(base):  # type: ignore[misc]
        sock: Any
        response_class = _Response

        def _new_conn(self) -> socket.socket:
            connected = connect_checked(exchange)
            connected.settimeout(exchange.seconds_left())
            return connected

        def putrequest(self, method: str, url: str, *rest: Any, **named: Any) -> None:
            if method not in _METHODS:
                raise ValueError(method)
            super().putrequest(method, url, *rest, **named)

        def connect(self) -> None:
            super().connect()
            if isinstance(self.sock, ssl.SSLSocket):
                exchange.chain = certificate_chain(self.sock)
            exchange.connection = self.sock
            self.sock = RecordedSocket(self.sock, exchange)

    return Guarded


class GuardedAdapter(HTTPAdapter):
    """Transport of one exchange; never reuses a connection, never retries, knows no proxy."""

    def __init__(self, exchange: Exchange, tls: ssl.SSLContext | None) -> None:
        self._exchange = exchange
        self._tls = tls
        super().__init__(max_retries=0, pool_connections=1, pool_maxsize=1)

    def init_poolmanager(
        self, connections: int, maxsize: int, block: bool = False, **named: Any
    ) -> None:
        """Make urllib3 build its connections through the checks."""
        super().init_poolmanager(connections, maxsize, block, ssl_context=self._tls, **named)
        plain = _connection_class(HTTPConnection, self._exchange)
        secure = _connection_class(HTTPSConnection, self._exchange)
        self.poolmanager.pool_classes_by_scheme = {
            "http": type("Plain", (HTTPConnectionPool,), {"ConnectionCls": plain}),
            "https": type("Secure", (HTTPSConnectionPool,), {"ConnectionCls": secure}),
        }

    def proxy_manager_for(self, proxy: Any, **proxy_kwargs: Any) -> Any:
        """No proxy: it would resolve names itself, unchecked."""
        raise self._exchange.stop("unreachable", M_("Captures use no proxy."))


def send(
    exchange: Exchange,
    headers: Iterable[tuple[str, str]],
    cookies: requests.cookies.RequestsCookieJar,
    tls: ssl.SSLContext | None,
) -> requests.Response:
    """Send one GET and return the response with its body still unread (no redirect followed).

    `tls` is what an https target's certificate is checked with; only an http target goes without.
    """
    if tls is None and exchange.target.scheme != "http":
        raise ValueError(exchange.target.scheme)
    request = requests.PreparedRequest()
    request.method = "GET"
    request.headers = requests.structures.CaseInsensitiveDict(headers)
    # The address is set as the URL parser wrote it: requests would parse and quote it again.
    request.url = exchange.target.url
    request.body = None
    request.hooks = requests.hooks.default_hooks()
    request.prepare_cookies(cookies)
    adapter = GuardedAdapter(exchange, tls)
    left = exchange.seconds_left()
    return adapter.send(request, stream=True, timeout=left, verify=True, proxies={})
