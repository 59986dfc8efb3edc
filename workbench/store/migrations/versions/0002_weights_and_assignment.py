"""The office's own priority weights, and reports given to an officer."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "weights",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("officer_id", sa.String(length=36), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_weights_officer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_weights")),
    )
    op.add_column("priority", sa.Column("basis", sa.Text(), server_default="", nullable=False))
    with op.batch_alter_table("report") as batch:
        batch.add_column(sa.Column("assigned_to", sa.String(length=36), nullable=True))
        batch.add_column(sa.Column("basis", sa.Text(), server_default="", nullable=False))
        batch.add_column(
            sa.Column("by_hand", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch.create_foreign_key(op.f("fk_report_assigned_to"), "officer", ["assigned_to"], ["id"])
    op.drop_index("ix_report_queue", table_name="report")
    columns: list[str | sa.TextClause] = [
        "open",
        sa.text("band_rank DESC"),
        sa.text("score DESC"),
        "id",
        "state",
        "assigned_to",
    ]
    op.create_index("ix_report_queue", "report", columns)
    weighing = ["open", "id", "score", "band_rank", "by_hand", "basis"]
    op.create_index("ix_report_weighing", "report", weighing)
