"""Planning's columns have the field's names: a request has a status, an event a type, and what the
clock looks at a next check."""

from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

_COLUMNS = (
    ("request", "turn", "status"),
    ("request", "look_at", "next_check_at"),
    ("proposal", "look_at", "next_check_at"),
    ("request_event", "deed", "event_type"),
    ("campaign_event", "deed", "event_type"),
)
_INDEXES = (
    ("ix_request_workspace_id_turn", "ix_request_workspace_id_status"),
    ("ix_request_look_at", "ix_request_next_check_at"),
    ("ix_proposal_look_at", "ix_proposal_next_check_at"),
)


def upgrade() -> None:
    for table, before, after in _COLUMNS:
        op.alter_column(table, before, new_column_name=after)
    for before, after in _INDEXES:
        op.execute(f"ALTER INDEX {before} RENAME TO {after}")


def downgrade() -> None:
    for table, before, after in _COLUMNS:
        op.alter_column(table, after, new_column_name=before)
    for before, after in _INDEXES:
        op.execute(f"ALTER INDEX {after} RENAME TO {before}")
