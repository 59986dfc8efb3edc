"""Model folders: written whole, read without running any code from them.

`model.skops` holds one dictionary of plain arrays and values. Before skops reads it, every type
named in its schema must be on the short list below; nothing else is ever built.
"""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from skops.io import dump, get_untrusted_types
from skops.io import load as skops_load

from classifiers.card import card
from classifiers.errors import ArtefactError
from classifiers.labels import LABELS
from classifiers.triage import Triage

PROTOCOL = 1
FILES = ("model.skops", "card.md", "metrics.json", "labels.json")
KEYS = (
    "terms_0",
    "terms_1",
    "idf",
    "coef",
    "intercept",
    "calibration",
    "thresholds",
    "abstain_below",
)
PARAMETERS: dict[str, type] = {
    "C": float,
    "min_df": int,
    "coverage": float,
    "name": str,
    "random_state": int,
}

# The only types a model.skops may name. All are data; skops trusts them by itself.
TYPES = frozenset(
    {
        ("builtins", "dict"),
        ("builtins", "list"),
        ("builtins", "str"),
        ("builtins", "int"),
        ("builtins", "float"),
        ("numpy", "ndarray"),
    }
)
SIZE_LIMIT = 512 * 1024 * 1024
SCHEMA_LIMIT = 1024 * 1024


def save(triage: Triage, folder: Path, metrics: dict[str, Any]) -> None:
    """Write model.skops, labels.json, metrics.json and card.md into `folder`, made if missing."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    content = {
        "protocol": PROTOCOL,
        "model_id": triage.model_id,
        "labels": list(LABELS),
        "parameters": {name: kind(getattr(triage, name)) for name, kind in PARAMETERS.items()},
        "arrays": triage.learned(),
    }
    described = {"protocol": PROTOCOL, "model_id": triage.model_id, "labels": list(LABELS)}
    metrics = {"model_id": triage.model_id, **metrics}
    dump(content, folder / "model.skops", compression=zipfile.ZIP_DEFLATED, compresslevel=9)
    _write(folder / "labels.json", json.dumps(described, indent=1) + "\n")
    _write(folder / "metrics.json", json.dumps(metrics, indent=1, ensure_ascii=False) + "\n")
    _write(folder / "card.md", card(triage, metrics))


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def load(folder: Path) -> Triage:
    """Read a model folder; anything missing, altered or unknown raises ArtefactError."""
    folder = Path(folder)
    path = folder / "model.skops"
    described = _labels(folder / "labels.json")
    _check_archive(path)
    try:
        untrusted = get_untrusted_types(file=path)
        if untrusted:
            raise ArtefactError(f"{path}: holds types that are not data: {', '.join(untrusted)}")
        untrusted_content = skops_load(path, trusted=[])
    except ArtefactError:
        raise
    except Exception as error:  # skops raises many kinds on a damaged file
        raise ArtefactError(f"{path}: cannot be read ({type(error).__name__})") from error
    try:
        triage = _rebuild(untrusted_content)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise ArtefactError(f"{path}: {error}") from error
    if not triage.model_id == untrusted_content["model_id"] == described["model_id"]:
        raise ArtefactError(f"{folder}: the model's content does not match its id")
    return triage


def _labels(path: Path) -> dict[str, Any]:
    try:
        described = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ArtefactError(f"{path}: cannot be read ({type(error).__name__})") from error
    if not isinstance(described, dict):
        raise ArtefactError(f"{path}: not a JSON object")
    if described.get("protocol") != PROTOCOL:
        raise ArtefactError(
            f"{path}: protocol {described.get('protocol')!r}, this program reads {PROTOCOL}"
        )
    if described.get("labels") != list(LABELS):
        raise ArtefactError(f"{path}: the labels are not the 28 of this program in their order")
    return described


def _check_archive(path: Path) -> None:
    """Bounds and types, from the archive's directory and schema alone."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if sum(member.file_size for member in members) > SIZE_LIMIT or len(members) > 1000:
                raise ArtefactError(f"{path}: larger than any model")
            if archive.getinfo("schema.json").file_size > SCHEMA_LIMIT:
                raise ArtefactError(f"{path}: its schema is too large")
            if archive.testzip() is not None:
                raise ArtefactError(f"{path}: damaged")
            schema = json.loads(archive.read("schema.json"))
    except ArtefactError:
        raise
    except Exception as error:  # zipfile and zlib raise many kinds on a damaged file
        raise ArtefactError(f"{path}: cannot be read ({type(error).__name__})") from error
    todo: list[Any] = [schema]
    while todo:
        node = todo.pop()
        if isinstance(node, dict):
            if "__class__" in node:
                kind = (str(node.get("__module__")), str(node["__class__"]))
                if kind not in TYPES:
                    raise ArtefactError(f"{path}: holds the type {'.'.join(kind)}")
            todo.extend(node.values())
        elif isinstance(node, list):
            todo.extend(node)


def _rebuild(untrusted_content: Any) -> Triage:
    if not isinstance(untrusted_content, dict):
        raise ArtefactError("not a model")
    if untrusted_content.get("protocol") != PROTOCOL:
        raise ArtefactError(
            f"protocol {untrusted_content.get('protocol')!r}, this program reads {PROTOCOL}"
        )
    if untrusted_content.get("labels") != list(LABELS):
        raise ArtefactError("the labels are not the 28 of this program in their order")
    parameters = untrusted_content["parameters"]
    if set(parameters) != set(PARAMETERS):
        raise ArtefactError("its parameters are not those of this program")
    for name, kind in PARAMETERS.items():
        if type(parameters[name]) is not kind:
            raise ArtefactError(f"parameter {name} is not of type {kind.__name__}")
    arrays: dict[str, NDArray[Any]] = untrusted_content["arrays"]
    if set(arrays) != set(KEYS):
        raise ArtefactError("its arrays are not those of this program")
    for name, array in arrays.items():
        if not isinstance(array, np.ndarray) or array.dtype.kind not in "fiu":
            raise ArtefactError(f"{name} is not an array of numbers")
    return Triage.from_learned(parameters, arrays)
