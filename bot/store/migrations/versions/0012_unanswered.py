"""The leads whose promised answer is overdue, for managers."""

from alembic import op
from sqlalchemy import text

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_UNANSWERED = (
    "merged_into IS NULL AND status IN ('new', 'qualified')"
    " AND first_response_at IS NULL AND response_due_at IS NOT NULL"
)


def upgrade() -> None:
    op.create_index(
        "ix_lead_unanswered", "lead", ["workspace_id", "response_due_at"],
        postgresql_where=text(_UNANSWERED),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_lead_unanswered", "lead")
