"""HTTPS: only certificates that hold are talked to; the others are put on record."""

from __future__ import annotations

import datetime
import hashlib
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from capture_servers import (
    Fetching,
    ScriptedServer,
    check_warc,
    page,
    records,
    redirect,
    says,
)
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Serve = Callable[..., ScriptedServer]
NOW = datetime.datetime.now(datetime.UTC)
DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Authority:
    """An invented authority: its key, its certificate and the PEM file that names it."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate
    path: Path

    def server_context(
        self, folder: Path, host: str = "127.0.0.1", ends: datetime.datetime = NOW + DAY
    ) -> ssl.SSLContext:
        """How a server shows a certificate of this authority for `host`."""
        key = ec.generate_private_key(ec.SECP256R1())
        try:
            name: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(host))
        except ValueError:
            name = x509.DNSName(host)
        leaf = (
            x509.CertificateBuilder()
            .subject_name(named(host))
            .issuer_name(self.certificate.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW - 20 * DAY)
            .not_valid_after(ends)
            .add_extension(x509.SubjectAlternativeName([name]), critical=False)
            .sign(self.key, hashes.SHA256())
        )
        path = folder / f"leaf-{leaf.serial_number}.pem"
        private = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        path.write_bytes(leaf.public_bytes(serialization.Encoding.PEM) + private)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context


def named(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        x509.CertificateBuilder()
        .subject_name(named("Invented Office Authority"))
        .issuer_name(named("Invented Office Authority"))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - 30 * DAY)
        .not_valid_after(NOW + 30 * DAY)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("authority") / "office.pem"
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return Authority(key, certificate, path)


def test_a_trusted_certificate_is_recorded_with_the_page(
    serve: Serve, fetching: Fetching, authority: Authority, tmp_path: Path
) -> None:
    server = serve(says(page(b"secret garden")), tls=authority.server_context(tmp_path))
    found = fetching(server.url(), server, extra_ca_file=authority.path)
    assert (found.outcome, found.untrusted_body) == ("captured", b"secret garden")
    seen = ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate(("127.0.0.1", port_of(server))))
    assert found.certificate_sha256 == hashlib.sha256(seen).hexdigest()
    assert found.certificate_chain_sha256[0] == found.certificate_sha256
    assert found.warc_path is not None
    check_warc(found.warc_path)
    all_records = records(found.warc_path)
    assert bytes(server.sent[0]) in [r.block for r in all_records if r.kind == "response"]
    assert server.requests[0] in [r.block for r in all_records if r.kind == "request"]
    (said,) = [r.block.decode() for r in all_records if r.kind == "metadata"]
    assert f"tlsCertificateSha256-0: {found.certificate_sha256}" in said
    assert "BEGIN CERTIFICATE" in said


def port_of(server: ScriptedServer) -> int:
    return int(server.host.rpartition(":")[2])


@pytest.mark.parametrize("fault", ["unknown authority", "other host", "expired"])
def test_a_certificate_that_does_not_hold(
    serve: Serve, fetching: Fetching, authority: Authority, tmp_path: Path, fault: str
) -> None:
    host = "bank.example" if fault == "other host" else "127.0.0.1"
    ends = NOW - DAY if fault == "expired" else NOW + DAY
    server = serve(says(page(b"x")), tls=authority.server_context(tmp_path, host, ends))
    trusted = {} if fault == "unknown authority" else {"extra_ca_file": authority.path}
    found = fetching(server.url(), server, **trusted)
    assert found.outcome == "tls_failed"
    assert "certificate check failed" in str(found.reason)
    assert (found.status, found.untrusted_body, found.hops) == (None, b"", ())
    assert server.requests == []
    assert found.certificate_sha256 is not None
    assert found.warc_path is not None
    check_warc(found.warc_path)
    described = records(found.warc_path)
    assert [r.kind for r in described] == ["warcinfo", "metadata"]
    assert f"tlsCertificateSha256-0: {found.certificate_sha256}".encode() in described[1].block


def test_a_server_that_does_not_speak_tls(serve: Serve, fetching: Fetching) -> None:
    server = serve(says(page(b"x")))
    # The server waits for a request and gets a greeting it takes for a broken one.
    found = fetching(server.url().replace("http:", "https:"), server, max_seconds=0.4)
    assert found.outcome == "timeout"
    assert found.reason is not None


@pytest.mark.parametrize("greeting", [b"HTTP/1.1 400 Bad\r\n\r\n", b"\0\0\0\0\0\0", b""])
def test_an_answer_in_the_clear_to_a_tls_greeting(fetching: Fetching, greeting: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            # The second time, the certificate is asked for.
            for _time in range(2):
                connection, _peer = listener.accept()
                with connection:
                    connection.recv(65536)
                    connection.sendall(greeting)

        threading.Thread(target=answer, daemon=True).start()
        host = f"127.0.0.1:{listener.getsockname()[1]}"
        found = fetching(f"https://{host}/", allow_hosts=(host,))
    assert found.outcome in ("tls_failed", "unreachable")
    assert found.reason is not None
    assert "{" not in str(found.reason)
    assert found.certificate_sha256 is None


def test_a_redirect_from_http_to_https_and_back(
    serve: Serve, fetching: Fetching, authority: Authority, tmp_path: Path
) -> None:
    last = serve(says(page(b"end")))
    secure = serve(says(redirect(last.url())), tls=authority.server_context(tmp_path))
    first = serve(says(redirect(secure.url())))
    found = fetching(first.url(), first, secure, last, extra_ca_file=authority.path)
    assert (found.outcome, found.untrusted_body) == ("captured", b"end")
    assert [hop.url.partition(":")[0] for hop in found.hops] == ["http", "https", "http"]
    # The certificate is a fact of the last page, which had none.
    assert found.certificate_sha256 is None
    assert found.warc_path is not None
    check_warc(found.warc_path)
    assert sum(b"tlsCertificateSha256-0" in r.block for r in records(found.warc_path)) == 1
