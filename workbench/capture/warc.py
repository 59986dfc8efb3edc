"""The WARC of one capture (WARC/1.1, one gzip member a record), bytes exactly as they passed."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from workbench.domain.errors import M_, Unavailable
from workbench.files import sync_folder

_VERSION = "WARC/1.1"


def warc_date(at_us: int) -> str:
    """UTC microseconds as a WARC-Date."""
    moment = datetime.fromtimestamp(at_us // 1_000_000, UTC).replace(microsecond=at_us % 1_000_000)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _digest(content: bytes) -> str:
    # With its padding: `warcio check` takes an unpadded SHA-256 for another one.
    return "sha256:" + base64.b32encode(hashlib.sha256(content).digest()).decode()


def _record_id() -> str:
    return f"<urn:uuid:{uuid.uuid4()}>"


def _is_http(raw: bytes, header_end: int | None) -> bool:
    return header_end is not None and raw[:9] in (b"HTTP/1.1 ", b"HTTP/1.0 ")


class CaptureArchive:
    """Writes records beside the final name and puts the file in place when closed.

    Nothing is created before the first record. Raises Unavailable when the disk refuses.
    """

    def __init__(self, path: Path, software: str, started_at_us: int) -> None:
        self.path = path
        self._partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
        self._software = software
        self._started_at_us = started_at_us
        self._stream: io.BufferedWriter | None = None
        self._writer: WARCWriter | None = None
        self._warcinfo_id = _record_id()

    def exchange(
        self,
        url: str,
        at_us: int,
        sent: bytes,
        received: bytes,
        header_end: int | None,
        ip: str | None,
        truncated: str | None,
        facts: Mapping[str, str],
        interim: bytes = b"",
    ) -> None:
        """One hop: request, response and a metadata record with what HTTP does not say.

        `interim` answers (status 1xx) get a record of their own: a reader of WARC takes the first
        header block of a response for that of the page.
        """
        common = {"WARC-Target-URI": url, "WARC-Date": warc_date(at_us)}
        if ip is not None:
            common["WARC-IP-Address"] = ip
        request_id, answer_id = _record_id(), _record_id()
        cut = {"WARC-Truncated": truncated} if truncated else {}
        if received:
            if _is_http(received, header_end):
                kind, media = "response", "application/http; msgtype=response"
                payload = received[header_end:]
            else:
                # Not a response that a reader of WARC could parse: kept as bare bytes.
                kind, media, payload = "metadata", "application/octet-stream", received
            self._write(kind, media, received, payload, answer_id, {**common, **cut})
        if sent:
            relation = {"WARC-Concurrent-To": answer_id} if received else {}
            end = sent.find(b"\r\n\r\n")
            payload = sent[end + 4 :] if end >= 0 else b""
            media = "application/http; msgtype=request"
            self._write("request", media, sent, payload, request_id, {**common, **relation})
        if interim:
            relation = {"WARC-Concurrent-To": answer_id if received else request_id}
            media = "application/http; msgtype=response"
            self._write("metadata", media, interim, interim, _record_id(), {**common, **relation})
        described = answer_id if received else request_id
        relation = {"WARC-Concurrent-To": described} if (sent or received) else {}
        lines = "".join(f"{name}: {_one_line(value)}\r\n" for name, value in facts.items())
        content = lines.encode()
        media = "application/warc-fields"
        self._write("metadata", media, content, content, _record_id(), {**common, **relation})

    def close(self) -> Path | None:
        """Put the finished file in place; None when nothing was written."""
        if self._stream is None:
            return None
        try:
            self._stream.flush()
            os.fsync(self._stream.fileno())
            self._stream.close()
            self._partial.replace(self.path)
            sync_folder(self.path.parent)
        except OSError as error:
            self.abandon()
            raise self._refused(error) from error
        return self.path

    def abandon(self) -> None:
        """Leave no half-written file behind."""
        if self._stream is not None:
            self._stream.close()
            self._partial.unlink(missing_ok=True)

    def _refused(self, error: OSError) -> Unavailable:
        why = error.strerror or type(error).__name__
        return Unavailable(
            M_("The capture cannot be written to {path}: {why}", path=str(self.path), why=why)
        )

    def _write(
        self,
        kind: str,
        media: str,
        block: bytes,
        payload: bytes,
        record_id: str,
        fields: Mapping[str, str],
    ) -> None:
        try:
            if self._writer is None:
                descriptor = os.open(self._partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                self._stream = os.fdopen(descriptor, "wb")
                self._writer = WARCWriter(self._stream, gzip=True, warc_version=_VERSION)
                self._write_warcinfo()
            headers = [("WARC-Type", kind), ("WARC-Record-ID", record_id), *fields.items()]
            headers.append(("WARC-Warcinfo-ID", self._warcinfo_id))
            headers.append(("WARC-Payload-Digest", _digest(payload)))
            self._put(kind, media, block, headers)
        except OSError as error:
            self.abandon()
            raise self._refused(error) from error

    def _write_warcinfo(self) -> None:
        lines = (
            f"software: {self._software}\r\n"
            "format: WARC File Format 1.1\r\n"
            "conformsTo: https://iipc.github.io/warc-specifications/specifications/"
            "warc-format/warc-1.1/\r\n"
        )
        headers = [
            ("WARC-Type", "warcinfo"),
            ("WARC-Record-ID", self._warcinfo_id),
            ("WARC-Date", warc_date(self._started_at_us)),
            ("WARC-Filename", self.path.name),
        ]
        self._put("warcinfo", "application/warc-fields", lines.encode(), headers)

    def _put(self, kind: str, media: str, block: bytes, headers: list[tuple[str, str]]) -> None:
        assert self._writer is not None
        headers = [*headers, ("WARC-Block-Digest", _digest(block))]
        fields = StatusAndHeaders("", headers, protocol=_VERSION)
        record = ArcWarcRecord("warc", kind, fields, io.BytesIO(block), None, media, len(block))
        record.payload_length = len(block)
        self._writer.write_record(record)


def _one_line(value: str) -> str:
    return " ".join(value.split())
