"""Stay in my shoes: an idea can become the draft of a campaign."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("shadow_seat", sa.Column("campaign_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_shadow_seat_campaign_id"), "shadow_seat", "campaign", ["campaign_id"], ["id"]
    )


def downgrade() -> None:
    op.drop_constraint(op.f("fk_shadow_seat_campaign_id"), "shadow_seat", type_="foreignkey")
    op.drop_column("shadow_seat", "campaign_id")
