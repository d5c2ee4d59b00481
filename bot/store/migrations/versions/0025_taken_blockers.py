"""What somebody has taken and not lifted yet is found by an index."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_standup_answer_taken_by",
        "standup_answer",
        ["taken_by"],
        unique=False,
        postgresql_where=sa.text("taken_by IS NOT NULL AND lifted_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_standup_answer_taken_by", table_name="standup_answer")
