"""Triggers that forbid rewriting what is recorded and count the queue; applied after every upgrade.

SQLite's table rebuilds drop triggers, so they are never part of a migration.
"""

from __future__ import annotations

import sqlalchemy as sa

from workbench.store import tables

REFUSAL = "recorded rows are never changed"


def trigger_statements() -> dict[str, str]:
    """Name and SQLite statement of every trigger."""
    statements: dict[str, str] = {}

    def add(table: str, when: str, condition: str = "") -> None:
        name = f"keep_{table}_{when.split()[0].lower()}"
        statements[name] = (
            f"CREATE TRIGGER {name} BEFORE {when} ON {table} {condition}"
            f" BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        )

    for table in tables.APPEND_ONLY:
        add(table.name, "UPDATE")
        add(table.name, "DELETE")
    for table, columns in tables.FIXED_COLUMNS.items():
        changed = " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in columns)
        add(table.name, "UPDATE", f"WHEN {changed}")
        add(table.name, "DELETE")
    return statements | _counting()


def _counting() -> dict[str, str]:
    """Open reports by band (`queue_count`); reports are never deleted."""

    return {
        "count_report_insert": (
            "CREATE TRIGGER count_report_insert AFTER INSERT ON report WHEN NEW.open = 1 BEGIN"
            " UPDATE queue_count SET reports = reports + 1 WHERE band_rank = NEW.band_rank; END"
        ),
        "count_report_update": (
            "CREATE TRIGGER count_report_update AFTER UPDATE OF open, band_rank ON report"
            " WHEN OLD.open IS NOT NEW.open OR OLD.band_rank IS NOT NEW.band_rank BEGIN"
            " UPDATE queue_count SET reports = reports - 1"
            " WHERE band_rank = OLD.band_rank AND OLD.open = 1;"
            " UPDATE queue_count SET reports = reports + 1"
            " WHERE band_rank = NEW.band_rank AND NEW.open = 1; END"
        ),
    }


def apply_triggers(connection: sa.Connection) -> None:
    """Drop and make every trigger anew."""
    for name, statement in trigger_statements().items():
        connection.execute(sa.text(f"DROP TRIGGER IF EXISTS {name}"))
        connection.execute(sa.text(statement))
