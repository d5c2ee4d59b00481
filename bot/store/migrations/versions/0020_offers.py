"""Finding offers by their words."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_WORDS = (
    "to_tsvector('simple', name || ' ' || offer || ' ' || price || ' ' || audience || ' '"
    " || terms || ' ' || talking_points)"
)


def upgrade() -> None:
    op.add_column(
        "campaign_version",
        sa.Column(
            "words", postgresql.TSVECTOR(), sa.Computed(_WORDS, persisted=True), nullable=False
        ),
    )
    op.create_index(
        "ix_campaign_version_words", "campaign_version", ["words"], postgresql_using="gin"
    )


def downgrade() -> None:
    op.drop_index("ix_campaign_version_words", table_name="campaign_version")
    op.drop_column("campaign_version", "words")
