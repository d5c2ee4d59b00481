"""An index for the leads that their owner has paused, which stand on the list of snoozed ones."""

from alembic import op
from sqlalchemy import text

revision = "0009_paused"
down_revision = "0008_plain_words"
branch_labels = None
depends_on = None

# Whether a version that does not know this revision goes on working beside it: True where nothing is
# taken away, renamed or narrowed, and what is added may be left out of an INSERT.
serves_older = True


def upgrade() -> None:
    op.create_index(
        "ix_lead_paused", "lead", ["claimed_by", "wake_at"],
        postgresql_where=text("merged_into IS NULL AND status = 'recycled'"),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_lead_paused", table_name="lead")
