"""The session file a login leaves: who may open the store again without the passphrase.

The file holds the data key and a random token, readable by its owner only, in the system's runtime
folder. Who the token belongs to and until when stands in the store, so that changing the file
makes nobody else of an officer.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

import platformdirs

from workbench.files import write_durably


@dataclass(frozen=True)
class SessionFile:
    """Data key and token of one login on one store."""

    data_key: bytes = field(repr=False)
    token: str = field(repr=False)


def new_token() -> str:
    return secrets.token_urlsafe(32)


def token_digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def session_path(store_folder: Path) -> Path:
    """Where the session of the store in this folder is left."""
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    base = Path(runtime) if runtime and Path(runtime).is_dir() else None
    folder = base or Path(platformdirs.user_cache_dir("patrol-workbench", appauthor=False))
    name = hashlib.sha256(os.fspath(store_folder.resolve()).encode()).hexdigest()[:24]
    return folder / "patrol-workbench" / f"session-{name}.json"


def write_session(store_folder: Path, session: SessionFile) -> None:
    path = session_path(store_folder)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    content = {"data_key": session.data_key.hex(), "token": session.token}
    write_durably(path, json.dumps(content).encode())


def read_session(store_folder: Path) -> SessionFile | None:
    """The session left for this store; None when there is none, or it is not ours alone to read."""
    path = session_path(store_folder)
    try:
        if os.name == "posix" and path.stat().st_mode & 0o077:
            return None
        content = json.loads(path.read_bytes())
        return SessionFile(bytes.fromhex(content["data_key"]), str(content["token"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def forget_session(store_folder: Path) -> None:
    session_path(store_folder).unlink(missing_ok=True)
