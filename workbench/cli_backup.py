"""`backup` and `restore`: the whole store out in one file, and in again."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from workbench.cli_context import Context, ask_secret, read_secret
from workbench.desk import restoring
from workbench.domain.clock import jst_text
from workbench.domain.errors import M_, Message, NotAllowed

_WHY = {
    "missing": M_("missing"),
    "damaged": M_("damaged"),
    "unreadable": M_("cannot be read from the disk"),
}


def backup(context: Context, options: argparse.Namespace) -> int:
    """1 when exhibits are damaged in the store: the backup is made, and somebody must look."""
    with context.desk() as desk:
        shown = desk.backups.backup(Path(options.file), context.progress).result
        same_disk = desk.backups.on_same_disk(Path(shown["backup"]))
    lines = [
        shown["backup"],
        context.text(
            M_(
                "Backup made and verified: {exhibits} exhibits, {files} files, {mib} MiB.",
                exhibits=shown["exhibits"],
                files=shown["files"],
                mib=-(-shown["bytes"] >> 20),
            )
        ),
    ]
    context.answer(shown, lines)
    if same_disk:
        context.note(
            M_("This backup lies on the same disk as the store: copy it to another place as well.")
        )
    return _damaged(
        context,
        shown["damaged"],
        M_("The backup was made, but these exhibits of the store cannot be used: {which}"),
    )


def restore(context: Context, options: argparse.Namespace) -> int:
    """Make the store anew in the folder of `--store`."""
    file = Path(options.file)
    if restoring.is_practice_backup(file):
        secret = restoring.Secret(context.acting)
    else:
        if context.acting is not None:
            raise NotAllowed(M_("--as works on practice stores only."))
        if options.code_file:
            secret = restoring.Secret(context.officer, code=read_secret(options.code_file))
        else:
            passphrase = ask_secret("passphrase", context.passphrase_file)
            secret = restoring.Secret(context.officer, passphrase)
    shown = restoring.restore(file, context.folder, secret, progress=context.progress)
    lines = [
        context.text(
            M_(
                "Restored to {path} as it stood on {when}: {entries} entries, {seals} seals, "
                "{exhibits} exhibits, all verified.",
                path=shown["store"],
                when=jst_text(shown["made_at_us"]),
                entries=shown["entries"],
                seals=shown["seals"],
                exhibits=shown["exhibits"],
            )
        )
    ]
    context.answer(shown, lines)
    return _damaged(
        context,
        shown["damaged"],
        M_("These exhibits were damaged already when the backup was made: {which}"),
    )


def _damaged(context: Context, damaged: list[dict[str, Any]], text: Message) -> int:
    if not damaged:
        return 0
    unknown = M_("damaged")
    which = ", ".join(
        f"{d['exhibit'][:80]} ({context.text(_WHY.get(d['why'], unknown))})" for d in damaged[:20]
    )
    if len(damaged) > 20:
        which += f" … ({len(damaged)})"
    print("workbench: " + context.text(Message(text.msgid, {"which": which})), file=sys.stderr)
    return 1
