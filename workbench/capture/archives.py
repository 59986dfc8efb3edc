"""Looks at a WARC in the limited process: whole and right in every digest, or refused with why."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.capture.isolate import MIB, Limits, run_isolated
from workbench.domain.errors import M_, BadInput

_READ = "workbench.capture.archive_reading:read_archive"
# As much as an archive may unpack to, beside the archive itself.
_LIMITS = Limits(seconds=120.0, memory_bytes=2_560 * MIB)


@dataclass(frozen=True)
class ArchiveFacts:
    """Facts of a WARC that is whole; `targets` are the addresses it holds answers of."""

    records: int
    responses: int
    digests: int
    targets: tuple[str, ...]
    first: str
    last: str


def inspect_archive(untrusted_bytes: bytes) -> ArchiveFacts:
    """Facts of a WARC (plain or gzip); BadInput names the first record that is damaged, and how."""
    (answer,) = run_isolated(_READ, [untrusted_bytes], {}, _LIMITS)
    if isinstance(answer, BadInput):
        raise answer
    try:
        return ArchiveFacts(
            int(answer["records"]),
            int(answer["responses"]),
            int(answer["digests"]),
            tuple(str(target) for target in answer["targets"]),
            str(answer["first"]),
            str(answer["last"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise BadInput(M_("The archive broke its reader.")) from error
