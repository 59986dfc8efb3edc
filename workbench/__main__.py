"""Wiring only: the command line, or the window when no command is given."""

from __future__ import annotations

import sys

from workbench.cli import run


def main() -> int:
    """Entry point of the console script."""
    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
