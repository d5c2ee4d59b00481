"""Money: spend, margins, the cost of departments, and when a lead was first qualified."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "spend_entry",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("entered_by", sa.BigInteger(), nullable=True),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("corrects_id", sa.BigInteger(), nullable=True),
        sa.Column("import_key", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_spend_entry_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["corrects_id"], ["spend_entry.id"], name=op.f("fk_spend_entry_corrects_id")
        ),
        sa.ForeignKeyConstraint(
            ["entered_by"], ["person.id"], name=op.f("fk_spend_entry_entered_by")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_spend_entry_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spend_entry")),
        sa.UniqueConstraint("corrects_id", name=op.f("uq_spend_entry_corrects_id")),
        sa.UniqueConstraint(
            "workspace_id", "import_key", name=op.f("uq_spend_entry_workspace_id_import_key")
        ),
    )
    op.create_index(
        "ix_spend_entry_campaign_id_day", "spend_entry", ["campaign_id", "day"], unique=False
    )
    op.create_index(
        "ix_spend_entry_workspace_id_day", "spend_entry", ["workspace_id", "day"], unique=False
    )
    op.create_table(
        "margin",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=True),
        sa.Column("percent", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column("set_by", sa.BigInteger(), nullable=True),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_margin_campaign_id")
        ),
        sa.ForeignKeyConstraint(["set_by"], ["person.id"], name=op.f("fk_margin_set_by")),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_margin_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_margin")),
        sa.UniqueConstraint(
            "workspace_id",
            "campaign_id",
            name=op.f("uq_margin_workspace_id_campaign_id"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_table(
        "department_cost",
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("department", sa.Text(), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("set_by", sa.BigInteger(), nullable=True),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["set_by"], ["person.id"], name=op.f("fk_department_cost_set_by")),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_department_cost_workspace_id")
        ),
        sa.PrimaryKeyConstraint(
            "workspace_id", "month", "department", name=op.f("pk_department_cost")
        ),
    )
    op.add_column("lead", sa.Column("qualified_at", sa.DateTime(timezone=True), nullable=True))
    # The audit knows when; a deal that was won without it proves that it was.
    op.execute(
        """
        UPDATE lead SET qualified_at = coalesce(
            (SELECT min(at) FROM lead_event WHERE lead_id = lead.id AND deed = 'qualified'),
            closed_at, received_at)
        WHERE status IN ('qualified', 'won') OR EXISTS
            (SELECT FROM lead_event WHERE lead_id = lead.id AND deed = 'qualified')
        """
    )


def downgrade() -> None:
    op.drop_column("lead", "qualified_at")
    op.drop_table("department_cost")
    op.drop_table("margin")
    op.drop_index("ix_spend_entry_workspace_id_day", table_name="spend_entry")
    op.drop_index("ix_spend_entry_campaign_id_day", table_name="spend_entry")
    op.drop_table("spend_entry")
