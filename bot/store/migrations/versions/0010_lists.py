"""The lists of App Home, by partial indexes: what is open, waits, is listed, unrated or closed."""

from alembic import op
from sqlalchemy import TextClause, text

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_OPEN = "merged_into IS NULL AND status IN ('new', 'qualified')"
_LISTED = (
    f"claimed_by IS NULL AND {_OPEN} AND status = 'new'"
    " AND call_list_id IS NOT NULL AND first_response_at IS NULL"
)
_WAITING = (
    f"claimed_by IS NULL AND {_OPEN}"
    " AND (call_list_id IS NULL OR is_hot OR first_response_at IS NOT NULL OR status <> 'new')"
)
_CLOSED = "merged_into IS NULL AND status IN ('won', 'lost')"

_INDEXES: dict[str, tuple[list[str | TextClause], str]] = {
    "ix_lead_open": (["workspace_id", "claimed_by"], _OPEN),
    "ix_lead_listed": (["call_list_id"], _LISTED),
    "ix_lead_waiting": (["workspace_id", "received_at"], _WAITING),
    "ix_lead_quiet": (
        ["workspace_id", text("heat DESC"), "received_at"], f"{_WAITING} AND NOT is_hot"
    ),
    "ix_lead_returns_to": (["returns_to"], "returns_to IS NOT NULL"),
    "ix_lead_unrated": (["claimed_by", "closed_at"], f"{_CLOSED} AND rating IS NULL"),
    "ix_lead_closed": (["claimed_by", "closed_at"], _CLOSED),
}  # fmt: skip


def upgrade() -> None:
    for name, (columns, where) in _INDEXES.items():
        op.create_index(name, "lead", columns, postgresql_where=text(where))
    op.create_index("ix_lead_offer_lead_ids", "lead_offer", ["lead_ids"], postgresql_using="gin")


def downgrade() -> None:
    op.drop_index("ix_lead_offer_lead_ids", "lead_offer")
    for name in reversed(_INDEXES):
        op.drop_index(name, "lead")
