"""What a command runs with: its store, who acts, how it answers."""

from __future__ import annotations

import argparse
import getpass
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.desk.desk import Desk
from workbench.desk.opening import (
    default_store_folder,
    is_practice,
    make_practice_store,
    must_exist,
    open_practice,
    open_with_passphrase,
    open_with_session,
    store_exists,
)
from workbench.domain.errors import M_, BadInput, Message, Name, NotAllowed, Unavailable
from workbench.messages import render
from workbench.settings import Settings, load_settings


@dataclass
class Context:
    """One run of the command line."""

    folder: Path
    settings: Settings
    language: str
    as_json: bool
    quiet: bool
    practice: bool
    acting: str | None
    officer: str | None
    passphrase_file: str | None

    @classmethod
    def of(cls, options: argparse.Namespace) -> Context:
        """From parsed options, environment and the settings file beside the store."""
        place = options.store or os.environ.get("WORKBENCH_STORE", "")
        if place.startswith("postgresql"):
            raise Unavailable(M_("Team stores on PostgreSQL are not built in yet: give a folder."))
        folder = Path(place) if place else default_store_folder()
        sets = {}
        for text in options.sets or []:
            name, mark, value = text.partition("=")
            if not mark:
                raise BadInput(M_("--set needs KEY=VALUE, not {text}.", text=text[:80]))
            sets[name.strip()] = value
        if options.lang:
            sets["ui.language"] = options.lang
        settings = load_settings(folder, sets, os.environ)
        context = cls(
            folder,
            settings,
            settings["ui.language"],
            options.json,
            options.quiet,
            options.practice,
            options.acting,
            options.officer,
            options.passphrase_file,
        )
        for warning in settings.warnings:
            context.note(warning)
        return context

    def desk(self) -> Desk:
        """The Desk of the store, opened as practice, by passphrase or by session."""
        if not store_exists(self.folder) and self.practice:
            make_practice_store(self.folder)
            self.note(M_("A practice store was made in {path}.", path=str(self.folder)))
        must_exist(self.folder)
        if is_practice(self.folder):
            opened = open_practice(self.folder, self.acting)
            self.note(
                M_(
                    "PRACTICE STORE: nothing here is real. Acting as {who}.",
                    who=opened.officer.login,
                )
            )
        else:
            if self.acting is not None:
                raise NotAllowed(M_("--as works on practice stores only."))
            if self.passphrase_file:
                secret = read_secret(self.passphrase_file)
                opened = open_with_passphrase(self.folder, self.officer, secret)
            else:
                found = open_with_session(self.folder)
                if found is None:
                    raise NotAllowed(
                        M_("Nobody is logged in to this store."),
                        M_("Use `workbench login`, or `--passphrase-file`."),
                    )
                opened = found
        try:
            return Desk(opened, self.settings)
        except BaseException:
            opened.store.close()
            raise

    def text(self, message: Message | Name) -> str:
        return render(message, self.language)

    def note(self, message: Message) -> None:
        """A line for the person, on stderr."""
        if not self.quiet:
            print(self.text(message), file=sys.stderr)

    def progress(self, done: int, total: int) -> None:
        """How far a long act is, on stderr."""
        if not self.quiet and (done == total or done % 100 == 0):
            print(f"{done}/{total}", file=sys.stderr)

    def answer(self, result: Any, lines: list[str]) -> None:
        """Print the result: JSON when asked, else lines."""
        if self.as_json:
            print(json.dumps(self.plain(result), ensure_ascii=False, allow_nan=False))
        else:
            for line in lines:
                print(line)

    def plain(self, value: Any) -> Any:
        """A result with its Messages in this run's language."""
        if isinstance(value, Message | Name):
            return self.text(value)
        if isinstance(value, Mapping):
            return {str(k): self.plain(v) for k, v in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self.plain(item) for item in value]
        return value


def display_exists() -> bool:
    """Whether a window can be opened here."""
    if os.environ.get("QT_QPA_PLATFORM") or sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def read_secret(path: str) -> str:
    """The first line of a file; BadInput when it cannot be read. Never printed anywhere."""
    try:
        # An editor may have put a byte order mark before it.
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(M_("The file {path} cannot be read.", path=path)) from error
    return text.splitlines()[0] if text else ""


def ask_secret(prompt: str, path: str | None) -> str:
    """A passphrase from a file or, at a terminal, typed unseen."""
    if path:
        return read_secret(path)
    if not sys.stdin.isatty():
        raise BadInput(
            M_("A passphrase is needed and nobody is at a terminal."),
            M_("Give it with a file option."),
        )
    return getpass.getpass(f"{prompt}: ", stream=sys.stderr)
