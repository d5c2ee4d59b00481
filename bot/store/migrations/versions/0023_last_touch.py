"""The leads of a campaign by last touch are found by an index, as those by first touch are."""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_lead_last_campaign_id", "lead", ["last_campaign_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_lead_last_campaign_id", table_name="lead")
