"""A lead keeps every question with its answer, and an import how its file is encoded."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "lead",
        sa.Column(
            "answers",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
        ),
    )
    op.add_column("lead_import", sa.Column("encoding", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("lead_import", "encoding")
    op.drop_column("lead", "answers")
