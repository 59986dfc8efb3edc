"""Guarded GET of one page into a WARC; redirects are followed here, each hop checked anew."""

from __future__ import annotations

import hashlib
import http.client
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import ada_url
import certifi
import requests
import urllib3

import workbench
from workbench.capture.addresses import AllowedHosts, Target, parse_target, refusal_of_target
from workbench.capture.bodies import decode_content, split_response, unchunk
from workbench.capture.bodies import field as header_field
from workbench.capture.warc import CaptureArchive
from workbench.capture.wire import (
    Exchange,
    ExchangeStopped,
    Resolver,
    os_reason,
    peek_certificate,
    send,
    system_resolver,
)
from workbench.domain.errors import M_, BadInput, Message, Unavailable

MIB = 1024 * 1024
SOFTWARE = "Patrol Workbench"
_REDIRECTS = (301, 302, 303, 307, 308)
# A page behind cloaking shows itself to ordinary browsers only.
USER_AGENT = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/131.0.0.0 Safari/537.36"
)
_BROKE_OFF = M_("The page broke off before its end.")
_SWITCHED = M_("The server switched to another protocol, which was not asked for.")
LANGUAGES = "ja,en;q=0.5"
# What http.client raises for a header line too long, and for more than 100 of them.
_HEADER_FLOODS = (http.client.LineTooLong, http.client.HTTPException)
_ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@dataclass(frozen=True)
class FetchRules:
    """Limits of one fetch. `allow_hosts`: `host` or `host:port` of test sites, opened exactly.

    `extra_ca_file`: PEM certificates trusted besides the public ones (an office's own authority).
    """

    allow_hosts: tuple[str, ...] = ()
    max_body_bytes: int = 20 * MIB
    max_seconds: float = 30.0
    max_redirects: int = 10
    max_header_bytes: int = 64 * 1024
    user_agent: str = USER_AGENT
    extra_ca_file: Path | None = None


@dataclass(frozen=True)
class Hop:
    """One answered request of the redirect chain.

    `resolved`: every address the name had; `certificates_sha256`: the chain shown, leaf first.
    """

    url: str
    status: int
    location: str | None
    ip: str | None
    resolved: tuple[str, ...] = ()
    certificates_sha256: tuple[str, ...] = ()


@dataclass(frozen=True)
class FetchResult:
    """What a fetch found. `final_url` is the last URL tried; the facts below it are of that URL.

    outcome: captured, refused_scheme, refused_address, unreachable, timeout, too_large,
    too_many_redirects, tls_failed, bad_response. Any status the server gave is `captured`;
    `reason` may then name a caveat. With too_large, timeout and bad_response the body is what had
    arrived. Times are UTC microseconds. `warc_path` is None when nothing was exchanged.
    """

    outcome: str
    reason: Message | None
    requested_url: str
    final_url: str
    status: int | None = None
    ip: str | None = None
    certificate_sha256: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    hops: tuple[Hop, ...] = ()
    content_type: str | None = None
    untrusted_body: bytes = b""
    warc_path: Path | None = None
    started_at_us: int = 0
    finished_at_us: int = 0
    certificate_chain_sha256: tuple[str, ...] = ()


@dataclass
class _Answer:
    outcome: str = "captured"
    reason: Message | None = None
    status: int | None = None
    fields: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""
    truncated: str | None = None
    started_at_us: int = 0


def _now_us() -> int:
    return time.time_ns() // 1000


def fetch(url: str, warc_path: Path, rules: FetchRules) -> FetchResult:
    """Fetch `url` into a new WARC at `warc_path`.

    Never raises for what the network or page does; Unavailable when the disk refuses.
    """
    return Fetcher(rules).fetch(url, warc_path)


class Fetcher:
    """Fetches under one set of rules; `resolver` gives the addresses of a name.

    Raises BadInput for rules that are not usable (allow list, authority file).
    """

    def __init__(
        self,
        rules: FetchRules,
        resolver: Resolver = system_resolver,
        now_us: Callable[[], int] = _now_us,
    ) -> None:
        self.rules = rules
        self._resolver = resolver
        self._now_us = now_us
        self._allowed = AllowedHosts(rules.allow_hosts)
        if rules.extra_ca_file is not None:
            # Read now, so that a file that is none is told before a page is tried.
            _ = self._tls

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=certifi.where())
        extra = self.rules.extra_ca_file
        if extra is not None:
            try:
                context.load_verify_locations(extra)
            except OSError as error:
                raise BadInput(
                    M_("The certificates in {path} cannot be read.", path=str(extra))
                ) from error
        return context

    def fetch(self, url: str, warc_path: Path) -> FetchResult:
        """One page with its redirects; see the module's `fetch`."""
        started = self._now_us()
        if warc_path.exists():
            raise Unavailable(M_("There is already a file {path}.", path=str(warc_path)))
        archive = CaptureArchive(warc_path, f"{SOFTWARE} {workbench.__version__}", started)
        try:
            result = self._follow(url, archive)
            path = archive.close()
        except BaseException:
            archive.abandon()
            raise
        return replace(result, warc_path=path, started_at_us=started, finished_at_us=self._now_us())

    def _follow(self, url: str, archive: CaptureArchive) -> FetchResult:
        deadline = time.monotonic() + self.rules.max_seconds
        hops: list[Hop] = []
        visited: set[tuple[str, str]] = set()
        jars: dict[tuple[str, int], requests.cookies.RequestsCookieJar] = {}
        next_url, base = url, None

        def ended(outcome: str, reason: Message | None, final_url: str) -> FetchResult:
            return FetchResult(outcome, reason, url, final_url, hops=tuple(hops))

        while True:
            try:
                target = _without_credentials(parse_target(next_url, base))
            except BadInput as error:
                if base is None:
                    return ended("refused_scheme", error.message, next_url)
                return ended("bad_response", error.message, next_url)
            if target.scheme not in ("http", "https"):
                reason = M_("Only http and https are fetched, not {scheme}.", scheme=target.scheme)
                return ended("refused_scheme", reason, target.url)
            refusal = refusal_of_target(target, self._allowed)
            if refusal is not None:
                return ended("refused_address", refusal, target.url)
            jar = jars.setdefault((target.host, target.port), requests.cookies.RequestsCookieJar())
            cookies = "; ".join(sorted(f"{c.name}={c.value}" for c in jar))
            if (target.url, cookies) in visited:
                return ended(
                    "too_many_redirects", M_("The redirects go round in a circle."), target.url
                )
            visited.add((target.url, cookies))
            exchange = self._exchange(target, deadline)
            answer = self._ask(exchange, jar, archive)
            result = self._result(url, exchange, answer, hops)
            if answer.status is not None:
                found, location = result
                hops.append(
                    Hop(
                        target.url,
                        answer.status,
                        location,
                        exchange.peer,
                        exchange.resolved,
                        found.certificate_chain_sha256,
                    )
                )
            location = result[1] if answer.status in _REDIRECTS else None
            if location is None and answer.outcome == "captured" and not answer.body:
                reason = answer.reason or M_("The server's answer has no content.")
                return replace(result[0], reason=reason, hops=tuple(hops))
            if location is None or answer.outcome not in ("captured", "too_large", "bad_response"):
                return replace(result[0], hops=tuple(hops))
            if len(hops) > self.rules.max_redirects:
                return ended(
                    "too_many_redirects",
                    M_("More than {count} redirects.", count=self.rules.max_redirects),
                    target.url,
                )
            next_url, base = location, target.url

    def _exchange(self, target: Target, deadline: float) -> Exchange:
        limits = self.rules
        # Chunk sizes and headers ride along with the body on the wire.
        wire = limits.max_header_bytes + 2 * limits.max_body_bytes + 65536
        return Exchange(
            target, self._allowed, self._resolver, deadline, limits.max_header_bytes, wire
        )

    def _ask(
        self, exchange: Exchange, jar: requests.cookies.RequestsCookieJar, archive: CaptureArchive
    ) -> _Answer:
        answer = _Answer(started_at_us=self._now_us())
        try:
            response = self._send(exchange, jar)
            try:
                answer.status = response.status_code
                if answer.status == 101:
                    raise exchange.stop("bad_response", _SWITCHED)
                self._read(exchange, response)
                if exchange.header_end is None:
                    # http.client takes the end of the connection for the end of the headers.
                    raise exchange.stop("bad_response", _BROKE_OFF)
            finally:
                response.close()
        except ExchangeStopped as stopped:
            answer.outcome, answer.reason = stopped.outcome, stopped.reason
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            self._explain(exchange, error, answer)
        except ValueError as error:
            # http.client and urllib3 refuse some absurd responses with plain ValueErrors.
            answer.outcome = "bad_response"
            answer.reason = M_("The answer is not HTTP: {why}", why=str(error)[:120])
        finally:
            exchange.hang_up()
        self._complete(exchange, answer)
        self._keep(exchange, answer, archive)
        return answer

    def _send(
        self, exchange: Exchange, jar: requests.cookies.RequestsCookieJar
    ) -> requests.Response:
        headers = (
            ("User-Agent", self.rules.user_agent),
            ("Accept", _ACCEPT),
            ("Accept-Language", LANGUAGES),
            ("Accept-Encoding", "gzip, deflate"),
            ("Connection", "close"),
        )
        tls = self._tls if exchange.target.scheme == "https" else None
        response = send(exchange, headers, jar, tls)
        jar.update(response.cookies)
        return response

    def _read(self, exchange: Exchange, response: requests.Response) -> None:
        taken = 0
        while piece := response.raw.read1(65536, decode_content=False):
            taken += len(piece)
            if taken > self.rules.max_body_bytes:
                raise exchange.stop("too_large", M_("The page is larger than allowed."))

    def _explain(self, exchange: Exchange, error: Exception, answer: _Answer) -> None:
        if exchange.stopped is not None:
            answer.outcome, answer.reason = exchange.stopped.outcome, exchange.stopped.reason
            return
        tls = _cause(error, ssl.SSLError)
        if tls is not None and not exchange.sent:
            verify = getattr(tls, "verify_message", "") or getattr(tls, "reason", "") or str(tls)
            answer.outcome = "tls_failed"
            answer.reason = M_("The certificate check failed: {why}", why=str(verify)[:160])
            # Look again, without a request, so that the certificate itself is on record.
            again = replace(exchange, sent=bytearray(), received=bytearray(), stopped=None)
            exchange.chain = peek_certificate(again)
            return
        if time.monotonic() >= exchange.deadline:
            answer.outcome = "timeout"
            answer.reason = M_("The page did not arrive in the time allowed.")
            return
        system = _cause(error, OSError)
        if not exchange.received:
            answer.outcome = "unreachable"
            why = os_reason(system) if system is not None else type(error).__name__
            answer.reason = M_(
                "The server closed the connection without an answer ({why}).", why=why
            )
            return
        answer.outcome = "bad_response"
        if answer.status is not None:
            answer.reason = _BROKE_OFF
        elif type(_cause(error, http.client.HTTPException)) in _HEADER_FLOODS:
            answer.reason = M_("The server sent headers larger than allowed.")
        else:
            answer.reason = M_("The answer is not HTTP.")

    def _complete(self, exchange: Exchange, answer: _Answer) -> None:
        """Fields and decoded body from the very bytes received, also of a broken answer."""
        answer.fields, body = split_response(*exchange.final_answer())
        if (header_field(answer.fields, "transfer-encoding") or "").lower().endswith("chunked"):
            body = unchunk(body)
        else:
            length = header_field(answer.fields, "content-length") or ""
            if length.isascii() and length.isdigit() and len(length) < 16:
                body = body[: int(length)]
        limit = self.rules.max_body_bytes
        content, word, reason = decode_content(
            body, header_field(answer.fields, "content-encoding"), limit
        )
        answer.body = content
        if answer.outcome == "captured" and reason is not None:
            answer.reason = reason
            answer.outcome = {"too_large": "too_large", "damaged": "bad_response"}.get(
                word, "captured"
            )
            return
        answer.truncated = {
            "too_large": "length",
            "timeout": "time",
            "bad_response": "disconnect" if exchange.closed_by_server else "unspecified",
        }.get(answer.outcome)

    def _keep(self, exchange: Exchange, answer: _Answer, archive: CaptureArchive) -> None:
        if not exchange.sent and not exchange.received and not exchange.chain:
            return
        facts = {
            "outcome": answer.outcome,
            "resolvedAddresses": " ".join(exchange.resolved),
            "fetchTimeMs": str((self._now_us() - answer.started_at_us) // 1000),
        }
        if answer.reason is not None:
            facts["reason"] = str(answer.reason)
        for place, certificate in enumerate(exchange.chain):
            digest = hashlib.sha256(certificate).hexdigest()
            facts[f"tlsCertificateSha256-{place}"] = digest
        if exchange.chain:
            facts["tlsCertificatePem"] = ssl.DER_cert_to_PEM_cert(exchange.chain[0])
        received, header_end = exchange.final_answer()
        archive.exchange(
            exchange.target.url,
            answer.started_at_us,
            bytes(exchange.sent),
            received,
            header_end,
            exchange.peer,
            answer.truncated,
            facts,
            bytes(exchange.received[: exchange.answer_start]),
        )

    def _result(
        self, url: str, exchange: Exchange, answer: _Answer, hops: list[Hop]
    ) -> tuple[FetchResult, str | None]:
        digests = tuple(hashlib.sha256(item).hexdigest() for item in exchange.chain)
        location = header_field(answer.fields, "location")
        return FetchResult(
            outcome=answer.outcome,
            reason=answer.reason,
            requested_url=url,
            final_url=exchange.target.url,
            status=answer.status,
            ip=exchange.peer,
            certificate_sha256=digests[0] if digests else None,
            certificate_chain_sha256=digests,
            headers=tuple(answer.fields),
            content_type=header_field(answer.fields, "content-type"),
            untrusted_body=answer.body,
            hops=tuple(hops),
        ), location


def _without_credentials(target: Target) -> Target:
    """The target without `user:password@`: a capture never logs in."""
    url = ada_url.URL(target.url)
    if not url.username and not url.password:
        return target
    url.username = ""
    url.password = ""
    return replace(target, url=str(url.href))


_Kind = TypeVar("_Kind", bound=BaseException)


def _cause(error: BaseException, kind: type[_Kind]) -> _Kind | None:
    """The first error of a kind among an error, its causes and its arguments."""
    waiting: list[object] = [error]
    for _step in range(40):
        if not waiting:
            return None
        seen = waiting.pop(0)
        if isinstance(seen, kind) and not isinstance(seen, requests.RequestException):
            return seen
        if isinstance(seen, BaseException):
            waiting += [*seen.args, getattr(seen, "reason", None), seen.__cause__, seen.__context__]
    return None
