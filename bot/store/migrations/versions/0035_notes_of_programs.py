"""A note may come through a program, with no person who wrote it here."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("lead_note", "person_id", existing_type=sa.BigInteger(), nullable=True)
    op.add_column("lead_note", sa.Column("via", sa.Text(), nullable=True))


def downgrade() -> None:
    op.execute("DELETE FROM lead_note WHERE person_id IS NULL")
    op.drop_column("lead_note", "via")
    op.alter_column("lead_note", "person_id", existing_type=sa.BigInteger(), nullable=False)
