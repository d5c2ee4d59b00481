"""The CRM: its connection, what is known of each lead's record, and who is who."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("lead", sa.Column("in_crm", JSONB()))
    op.add_column("person", sa.Column("email", sa.Text()))
    op.create_table(
        "crm_connection",
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("crm", sa.Text(), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("key_prefix", sa.Text(), nullable=False),
        sa.Column("connected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mark", sa.DateTime(timezone=True), nullable=False),
        sa.Column("polled_at", sa.DateTime(timezone=True)),
        sa.Column("next_poll_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_call_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("blocked", sa.Text()),
        sa.Column("blocked_why", sa.Text()),
        sa.Column("blocked_at", sa.DateTime(timezone=True)),
        sa.Column("try_again_at", sa.DateTime(timezone=True)),
        sa.Column("busy_until", sa.DateTime(timezone=True)),
        sa.Column("key_expires_at", sa.DateTime(timezone=True)),
        sa.Column("users_at", sa.DateTime(timezone=True)),
        sa.Column("users", JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("dropped", JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_crm_connection_workspace_id")
        ),
        sa.PrimaryKeyConstraint("workspace_id", name=op.f("pk_crm_connection")),
    )
    op.create_index("ix_crm_connection_next_poll_at", "crm_connection", ["next_poll_at"])
    op.create_table(
        "crm_record",
        sa.Column("lead_id", sa.BigInteger(), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("record_id", sa.Text()),
        sa.Column("memory", JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("written", JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("seen", JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("note_id", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("adding_note_id", sa.BigInteger()),
        sa.Column("version", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("written_version", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_backfill", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("retry_at", sa.DateTime(timezone=True)),
        sa.Column("refused", sa.Text()),
        sa.Column("refused_why", sa.Text()),
        sa.Column("written_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name=op.f("fk_crm_record_lead_id")),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_crm_record_workspace_id")
        ),
        sa.PrimaryKeyConstraint("lead_id", name=op.f("pk_crm_record")),
    )
    op.create_index(
        "ix_crm_record_waiting", "crm_record", ["workspace_id", "changed_at"],
        postgresql_where=sa.text("version <> written_version"),
    )  # fmt: skip
    op.create_index(
        "ix_crm_record_refused", "crm_record", ["workspace_id"],
        postgresql_where=sa.text("refused IS NOT NULL"),
    )  # fmt: skip
    op.create_index("ix_crm_record_record_id", "crm_record", ["workspace_id", "record_id"])
    op.create_table(
        "crm_user",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.Text()),
        sa.Column("is_chosen", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_crm_user_person_id")),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_crm_user_workspace_id")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_crm_user")),
    )
    op.create_table(
        "crm_notice",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("facts", JSONB(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_crm_notice_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crm_notice")),
    )
    op.create_index("ix_crm_notice_workspace_id_at", "crm_notice", ["workspace_id", "at"])


def downgrade() -> None:
    for table in ("crm_notice", "crm_user", "crm_record", "crm_connection"):
        op.drop_table(table)
    op.drop_column("person", "email")
    op.drop_column("lead", "in_crm")
