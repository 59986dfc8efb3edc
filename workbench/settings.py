"""Every setting, declared once: type, default, help, level.

`ordinary` settings come from `--set`, then `WORKBENCH_…`, then `settings.toml` beside the store.
`practice` settings do the same, on practice stores only. `security` settings live in the store,
are changed only by an administrator's act, and refuse `--set` and the environment; a policy file of
the computer's administrators outranks everything.
"""

from __future__ import annotations

import os
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.domain.errors import M_, BadInput, Message, NotAllowed

SETTINGS_NAME = "settings.toml"
ENVIRONMENT_PREFIX = "WORKBENCH_"

Value = str | int | bool


@dataclass(frozen=True)
class Setting:
    """One setting; `choices` limits texts, `least` and `most` limit numbers."""

    name: str
    default: Value
    help: Message
    level: str = "ordinary"
    choices: tuple[str, ...] = ()
    least: int = 0
    most: int = 1_000_000

    @property
    def environment(self) -> str:
        """The variable that sets it: `WORKBENCH_UI_LANGUAGE`."""
        return ENVIRONMENT_PREFIX + self.name.upper().replace(".", "_")


SETTINGS: dict[str, Setting] = {
    s.name: s
    for s in (
        Setting("ui.language", "ja", M_("Language of screens and messages."), choices=("ja", "en")),
        Setting(
            "capture.allow_hosts",
            "",
            M_("Hosts of a test site (host:port, separated by commas) that captures may reach."),
            level="practice",
        ),
        Setting(
            "capture.max_seconds",
            30,
            M_("Longest time for one page, in seconds."),
            least=1,
            most=600,
        ),
        Setting("capture.max_body_mib", 20, M_("Largest page body, in MiB."), least=1, most=2_000),
        Setting(
            "lease.minutes",
            10,
            M_("How long a claimed report stays with its officer."),
            least=1,
            most=600,
        ),
        Setting(
            "removal.answer_days",
            7,
            M_("Business days until the date a removal letter names for an answer (not binding)."),
            least=1,
            most=90,
        ),
        Setting(
            "approval.four_eyes",
            False,
            M_("Nobody approves what they drafted themselves."),
            level="security",
        ),
        Setting(
            "exposure.guide_minutes",
            20,
            M_("Guide for a day's viewing of masked pictures, in minutes; 0 for none."),
            level="security",
            most=480,
        ),
        Setting(
            "exposure.break_after_minutes",
            10,
            M_("After how many minutes of such pictures a break is suggested; 0 for never."),
            level="security",
            most=240,
        ),
        Setting(
            "exposure.pause_minutes",
            15,
            M_("How long without such pictures counts as a break, in minutes."),
            level="security",
            least=1,
            most=240,
        ),
        Setting(
            "session.hours",
            8,
            M_("How long a login lasts, in hours."),
            level="security",
            least=1,
            most=24,
        ),
    )
}


def find_setting(name: str) -> Setting:
    """The declared setting; BadInput when there is none of that name."""
    found = SETTINGS.get(name)
    if found is None:
        raise BadInput(
            M_("There is no setting {name}.", name=name),
            M_("Known: {names}", names=", ".join(SETTINGS)),
        )
    return found


def read_value(setting: Setting, given: object) -> Value:
    """`given` (a text, or a value of a TOML file) as the setting's type, within its limits."""
    problem = BadInput(
        M_("{value} is no value for the setting {name}.", value=str(given)[:80], name=setting.name)
    )
    if isinstance(setting.default, bool):
        if isinstance(given, bool):
            return given
        words = {"true": True, "yes": True, "on": True, "1": True}
        words |= {"false": False, "no": False, "off": False, "0": False}
        if str(given).strip().lower() not in words:
            raise problem
        return words[str(given).strip().lower()]
    if isinstance(setting.default, int):
        try:
            number = int(str(given).strip())
        except ValueError:
            raise problem from None
        if isinstance(given, bool) or not setting.least <= number <= setting.most:
            raise problem
        return number
    if isinstance(given, list):
        given = ",".join(str(item) for item in given)
    if not isinstance(given, str) or (setting.choices and given not in setting.choices):
        raise problem
    return given


@dataclass
class Settings:
    """The values in force outside the store, and what was wrong with the file they came from."""

    values: dict[str, Value] = field(default_factory=dict)
    given: frozenset[str] = frozenset()
    warnings: list[Message] = field(default_factory=list)

    def __getitem__(self, name: str) -> Any:
        return self.values.get(name, SETTINGS[name].default)

    def check_practice(self, practice: bool) -> None:
        """NotAllowed when a practice-only setting was given for a real store."""
        used = [n for n in self.given if SETTINGS[n].level == "practice"]
        if used and not practice:
            raise NotAllowed(M_("The setting {name} works on practice stores only.", name=used[0]))


def load_settings(
    folder: Path | None, sets: Mapping[str, str], environment: Mapping[str, str]
) -> Settings:
    """Settings from `--set` values, environment and the file in `folder`, in this order.

    BadInput for an unknown name or value in `--set` or environment; NotAllowed for a security
    setting there. A damaged file is set aside and named in `warnings`.
    """
    found = Settings()
    given: set[str] = set()
    if folder is not None:
        _load_file(folder / SETTINGS_NAME, found, given)
    by_variable = {s.environment: s for s in SETTINGS.values()}
    for variable, text in environment.items():
        setting = by_variable.get(variable)
        if setting is not None:
            _refuse_security(setting)
            found.values[setting.name] = read_value(setting, text)
            given.add(setting.name)
    for name, text in sets.items():
        setting = find_setting(name)
        _refuse_security(setting)
        found.values[name] = read_value(setting, text)
        given.add(name)
    found.given = frozenset(given)
    return found


def _refuse_security(setting: Setting) -> None:
    if setting.level == "security":
        raise NotAllowed(
            M_(
                "{name} is a security setting: only an administrator changes it, in the store.",
                name=setting.name,
            )
        )


def _load_file(path: Path, found: Settings, given: set[str]) -> None:
    try:
        tree = tomllib.loads(path.read_bytes().decode())
    except FileNotFoundError:
        return
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        found.warnings.append(_set_aside(path))
        return
    for name, value in _flat(tree):
        setting = SETTINGS.get(name)
        if setting is None or setting.level == "security":
            found.warnings.append(
                M_("{path}: {name} is not a setting of this file.", path=os.fspath(path), name=name)
            )
            continue
        try:
            found.values[name] = read_value(setting, value)
            given.add(name)
        except BadInput as error:
            found.warnings.append(error.message)


def _set_aside(path: Path) -> Message:
    number = 1
    while (aside := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    try:
        path.rename(aside)
    except OSError:
        return M_(
            "The settings file {path} is damaged and is not used; it was left as it is.",
            path=os.fspath(path),
        )
    return M_(
        "The settings file was damaged. It is kept as {path}; the usual values are used.",
        path=os.fspath(aside),
    )


def _flat(tree: Mapping[str, object], prefix: str = "") -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = []
    for name, value in tree.items():
        if isinstance(value, dict):
            found += _flat(value, f"{prefix}{name}.")
        else:
            found.append((prefix + name, value))
    return found


def policy_path() -> Path:
    """The policy file of this computer's administrators; its place cannot be set by an officer."""
    if sys.platform == "win32":
        return Path(r"C:\ProgramData\PatrolWorkbench\policy.toml")
    return Path("/etc/patrol-workbench/policy.toml")


def load_policy(path: Path | None = None) -> dict[str, Value]:
    """The values the policy file fixes; BadInput when it cannot be understood (never ignored)."""
    path = policy_path() if path is None else path
    try:
        tree = tomllib.loads(path.read_bytes().decode())
    except FileNotFoundError:
        return {}
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(
            M_("The policy file {path} cannot be read.", path=os.fspath(path)),
            M_("Ask the administrator of this computer."),
        ) from error
    return {name: read_value(find_setting(name), value) for name, value in _flat(tree)}
