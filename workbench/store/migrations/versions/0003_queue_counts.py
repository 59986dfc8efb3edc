"""Open reports counted by band as they change: a long queue need not be counted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "queue_count",
        sa.Column("band_rank", sa.SmallInteger(), nullable=False),
        sa.Column("reports", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("band_rank", name=op.f("pk_queue_count")),
    )
    for rank in (0, 1, 2):
        op.get_bind().execute(
            sa.text(
                "INSERT INTO queue_count SELECT :rank, count(*) FROM report"
                " WHERE open = 1 AND band_rank = :rank"
            ),
            {"rank": rank},
        )
