"""Imports: rows wait in a table of their own, and contacts of a call list are found in order."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lead_import_row",
        sa.Column("import_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("cells", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["import_id"], ["lead_import.id"], name=op.f("fk_lead_import_row_import_id")
        ),
        sa.PrimaryKeyConstraint("import_id", "number", name=op.f("pk_lead_import_row")),
    )
    op.drop_column("lead_import", "content")
    op.drop_column("lead_import", "mapping")
    op.drop_column("lead_import", "channel")
    op.drop_column("lead_import", "position")
    op.add_column("lead_import", sa.Column("file_id", sa.Text(), nullable=True))
    op.add_column("lead_import", sa.Column("header", postgresql.ARRAY(sa.Text()), nullable=False))
    op.add_column("lead_import", sa.Column("meanings", postgresql.ARRAY(sa.Text()), nullable=False))
    op.add_column(
        "lead_import",
        sa.Column("preview", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    )
    op.add_column("lead_import", sa.Column("problem", sa.Text(), nullable=True))
    op.create_unique_constraint(
        op.f("uq_lead_import_workspace_id_file_id"), "lead_import", ["workspace_id", "file_id"]
    )
    op.drop_index("ix_lead_call_list_id", table_name="lead")
    op.create_index(
        "ix_lead_to_call",
        "lead",
        ["call_list_id", "call_attempts", "id"],
        unique=False,
        postgresql_where=sa.text("call_list_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index(
        "ix_lead_to_call", table_name="lead", postgresql_where=sa.text("call_list_id IS NOT NULL")
    )
    op.create_index("ix_lead_call_list_id", "lead", ["call_list_id"], unique=False)
    op.drop_constraint(op.f("uq_lead_import_workspace_id_file_id"), "lead_import", type_="unique")
    for name in ("problem", "preview", "meanings", "header", "file_id"):
        op.drop_column("lead_import", name)
    op.add_column("lead_import", sa.Column("position", sa.BigInteger(), nullable=False))
    op.add_column("lead_import", sa.Column("channel", sa.Text(), nullable=True))
    op.add_column(
        "lead_import",
        sa.Column("mapping", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    )
    op.add_column("lead_import", sa.Column("content", sa.LargeBinary(), nullable=False))
    op.drop_table("lead_import_row")
