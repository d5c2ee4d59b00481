"""A form that was sent is a row, so that it counts once."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "form_submission",
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("view_id", sa.Text(), nullable=False),
        sa.Column("view_hash", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_form_submission_workspace_id")
        ),
        sa.PrimaryKeyConstraint(
            "workspace_id", "view_id", "view_hash", name=op.f("pk_form_submission")
        ),
    )
    op.create_index("ix_form_submission_sent_at", "form_submission", ["sent_at"], unique=False)


def downgrade() -> None:
    op.drop_table("form_submission")
