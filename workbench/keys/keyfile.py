"""`keys.json` beside the store: the wraps of the data key, one per officer and one for recovery."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from workbench.domain.errors import M_, BadInput, EvidenceDamaged, NotAllowed
from workbench.files import write_durably
from workbench.keys.wrapping import Wrap, WrongSecret, plain_code, unwrap_key, wrap_key

KEYFILE_NAME = "keys.json"
RECOVERY = "recovery"
_FORMAT = 1
# As the fields of a Wrap stand.
_WRAP_TYPES = (str, str, int, int, int, str)


@dataclass(frozen=True)
class KeyFile:
    """The wraps of one store's data key."""

    store: str
    wraps: dict[str, Wrap] = field(default_factory=dict)

    def with_wrap(self, data_key: bytes, secret: str, holder: str) -> KeyFile:
        """This file with a new wrap for `holder` (replacing an older one)."""
        wrap = wrap_key(data_key, secret, holder, self.store)
        return replace(self, wraps={**self.wraps, holder: wrap})

    def without(self, holder: str) -> KeyFile:
        return replace(self, wraps={n: w for n, w in self.wraps.items() if n != holder})

    def open_as(self, holder: str, secret: str) -> bytes:
        """The data key; NotAllowed when the holder is unknown or the secret wrong (same words)."""
        wrap = self.wraps.get(holder)
        if wrap is not None:
            try:
                return unwrap_key(wrap, secret, self.store)
            except WrongSecret:
                pass
        raise NotAllowed(M_("The name or the passphrase is wrong. Nothing was opened."))

    def open_any(self, secret: str) -> tuple[str, bytes]:
        """Holder and data key of the first officer's wrap that `secret` opens."""
        for holder, wrap in self.wraps.items():
            if holder == RECOVERY:
                continue
            try:
                return holder, unwrap_key(wrap, secret, self.store)
            except WrongSecret:
                continue
        raise NotAllowed(M_("The name or the passphrase is wrong. Nothing was opened."))

    def open_with_recovery_code(self, code: str) -> bytes:
        """The data key from the printed recovery code."""
        wrap = self.wraps.get(RECOVERY)
        if wrap is not None:
            try:
                return unwrap_key(wrap, plain_code(code), self.store)
            except WrongSecret:
                pass
        raise NotAllowed(M_("The recovery code is wrong. Nothing was opened."))


def read_keyfile(folder: Path) -> KeyFile:
    """Read `keys.json`; BadInput when missing, EvidenceDamaged when it cannot be understood."""
    path = folder / KEYFILE_NAME
    try:
        raw = path.read_bytes()
    except FileNotFoundError as error:
        raise BadInput(
            M_("The key file {path} is missing.", path=os.fspath(path)),
            M_("Put it back from a backup; without it the store stays closed."),
        ) from error
    return understand_keyfile(raw, path)


def understand_keyfile(raw: bytes, path: Path) -> KeyFile:
    """The wraps in the bytes of a `keys.json`; EvidenceDamaged, naming `path`, otherwise."""
    try:
        document = json.loads(raw)
        if document["format"] != _FORMAT:
            raise ValueError("format")
        wraps = {name: Wrap(**wrap) for name, wrap in document["wraps"].items()}
        for name, wrap in wraps.items():
            if name != wrap.holder:
                raise ValueError("holder")
            for value, known in zip(asdict(wrap).values(), _WRAP_TYPES, strict=True):
                if type(value) is not known:
                    raise ValueError("type")
        return KeyFile(str(document["store"]), wraps)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise EvidenceDamaged(
            M_("The key file {path} is damaged.", path=os.fspath(path)),
            M_("Put it back from a backup; without it the store stays closed."),
        ) from error


def write_keyfile(folder: Path, keys: KeyFile) -> None:
    """Write `keys.json` in one step: a crash leaves the old file or the new one."""
    document = {
        "format": _FORMAT,
        "store": keys.store,
        "wraps": {name: asdict(wrap) for name, wrap in keys.wraps.items()},
    }
    write_durably(
        folder / KEYFILE_NAME,
        json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False).encode(),
    )
