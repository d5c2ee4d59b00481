"""Files that come into a channel on a schedule."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "scheduled_export",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("sheet", sa.Text(), nullable=False),
        sa.Column("rhythm", sa.Text(), nullable=False),
        sa.Column("at", sa.Time(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("set_up_by", sa.BigInteger(), nullable=False),
        sa.Column("set_up_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_slot", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["set_up_by"], ["person.id"], name=op.f("fk_scheduled_export_set_up_by")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_scheduled_export_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scheduled_export")),
        sa.UniqueConstraint(
            "workspace_id",
            "channel",
            "sheet",
            "rhythm",
            name=op.f("uq_scheduled_export_workspace_id_channel_sheet_rhythm"),
        ),
    )


def downgrade() -> None:
    op.drop_table("scheduled_export")
