"""Finding leads by what one remembers of them."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_WORDS = (
    "to_tsvector('simple', ((((((((coalesce(first_name, '') || ' ') || coalesce(last_name, ''))"
    " || ' ') || coalesce(company, '')) || ' ') || replace(coalesce(email, ''), '@', ' '))"
    " || ' ') || ltrim(coalesce(phone_e164, ''), '+')))"
)


def upgrade() -> None:
    op.create_index("ix_lead_words", "lead", [sa.text(_WORDS)], postgresql_using="gin")


def downgrade() -> None:
    op.drop_index("ix_lead_words", table_name="lead")
