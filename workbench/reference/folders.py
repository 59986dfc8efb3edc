"""The one place that knows where `data/` and `models/` lie, in a checkout and when installed."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def _resource(name: str) -> Path:
    installed = _PACKAGE / "_resources" / name
    return installed if installed.is_dir() else _PACKAGE.parent / name


def data_folder() -> Path:
    """Reference data, templates and corpus (read-only)."""
    return _resource("data")


def models_folder() -> Path:
    """Trained artefacts, one folder each (read-only)."""
    return _resource("models")
