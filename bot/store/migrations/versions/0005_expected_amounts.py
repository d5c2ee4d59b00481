"""What a lead is expected to bring, and by when."""

from alembic import op

revision = "0005_expected_amounts"
down_revision = "0004_notices_of_a_moment"
branch_labels = None
depends_on = None

# Whether a version that does not know this revision goes on working beside it: True where nothing is
# taken away, renamed or narrowed, and what is added may be left out of an INSERT.
serves_older = True


def upgrade() -> None:
    op.execute(
        """
        ALTER TABLE lead ADD expected_minor bigint, ADD expected_currency text,
            ADD expected_on date
        """
    )


def downgrade() -> None:
    op.execute("ALTER TABLE lead DROP expected_minor, DROP expected_currency, DROP expected_on")
