"""Rows that fail in a loop of the clock are parked, and no longer stop the others."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "parked_row",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("loop", sa.Text(), nullable=False),
        sa.Column("row_id", sa.BigInteger(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("retry_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_parked_row_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parked_row")),
        sa.UniqueConstraint("loop", "row_id", name=op.f("uq_parked_row_loop_row_id")),
    )


def downgrade() -> None:
    op.drop_table("parked_row")
