"""Ideas of a standup know the request that they became."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("standup_answer", sa.Column("request_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_standup_answer_request_id"), "standup_answer", "request", ["request_id"], ["id"]
    )


def downgrade() -> None:
    op.drop_constraint(op.f("fk_standup_answer_request_id"), "standup_answer", type_="foreignkey")
    op.drop_column("standup_answer", "request_id")
