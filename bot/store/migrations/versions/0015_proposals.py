"""Proposals: answers by version, concerns, the rules of agreement, and the budget by line."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "budget_line",
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_budget_line_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_budget_line_workspace_id")
        ),
        sa.PrimaryKeyConstraint("campaign_id", "position", name=op.f("pk_budget_line")),
    )
    op.create_table(
        "concern",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("closed_by", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("token", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_concern_campaign_id")
        ),
        sa.ForeignKeyConstraint(["closed_by"], ["person.id"], name=op.f("fk_concern_closed_by")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_concern_person_id")),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_concern_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concern")),
        sa.UniqueConstraint("workspace_id", "token", name=op.f("uq_concern_workspace_id_token")),
    )
    op.create_index(op.f("ix_concern_campaign_id"), "concern", ["campaign_id"], unique=False)
    op.create_table(
        "proposal",
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("look_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("overruled_by", sa.BigInteger(), nullable=True),
        sa.Column("overruled_because", sa.Text(), nullable=True),
        sa.Column("overruled_version", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_proposal_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["overruled_by"], ["person.id"], name=op.f("fk_proposal_overruled_by")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_proposal_workspace_id")
        ),
        sa.PrimaryKeyConstraint("campaign_id", name=op.f("pk_proposal")),
    )
    op.create_index(
        "ix_proposal_look_at",
        "proposal",
        ["look_at"],
        unique=False,
        postgresql_where=sa.text("look_at IS NOT NULL"),
    )
    op.create_index(
        "ix_proposal_workspace_id_stage", "proposal", ["workspace_id", "stage"], unique=False
    )
    op.create_table(
        "proposal_answer",
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_proposal_answer_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_proposal_answer_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_proposal_answer_workspace_id")
        ),
        sa.PrimaryKeyConstraint(
            "campaign_id", "person_id", "version", name=op.f("pk_proposal_answer")
        ),
    )
    op.create_table(
        "proposal_reminder",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_proposal_reminder_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_proposal_reminder_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_proposal_reminder_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_reminder")),
        sa.UniqueConstraint(
            "campaign_id",
            "person_id",
            "version",
            name=op.f("uq_proposal_reminder_campaign_id_person_id_version"),
        ),
    )
    op.add_column(
        "planning_rules",
        sa.Column("ready_days", sa.BigInteger(), server_default="2", nullable=False),
    )
    op.add_column(
        "planning_rules",
        sa.Column(
            "asked_roles",
            postgresql.ARRAY(sa.Text()),
            server_default="{salesperson}",
            nullable=False,
        ),
    )
    op.add_column(
        "planning_rules", sa.Column("enough", sa.Text(), server_default="majority", nullable=False)
    )
    op.add_column(
        "planning_rules", sa.Column("some", sa.BigInteger(), server_default="2", nullable=False)
    )
    op.add_column(
        "planning_rules",
        sa.Column("must", postgresql.ARRAY(sa.BigInteger()), server_default="{}", nullable=False),
    )
    op.add_column("request", sa.Column("campaign_id", sa.BigInteger(), nullable=True))
    op.create_index(op.f("ix_request_campaign_id"), "request", ["campaign_id"], unique=False)
    op.create_foreign_key(
        op.f("fk_request_campaign_id"), "request", "campaign", ["campaign_id"], ["id"]
    )


def downgrade() -> None:
    op.drop_constraint(op.f("fk_request_campaign_id"), "request", type_="foreignkey")
    op.drop_index(op.f("ix_request_campaign_id"), table_name="request")
    op.drop_column("request", "campaign_id")
    op.drop_column("planning_rules", "must")
    op.drop_column("planning_rules", "some")
    op.drop_column("planning_rules", "enough")
    op.drop_column("planning_rules", "asked_roles")
    op.drop_column("planning_rules", "ready_days")
    op.drop_table("proposal_reminder")
    op.drop_table("proposal_answer")
    op.drop_index("ix_proposal_workspace_id_stage", table_name="proposal")
    op.drop_index(
        "ix_proposal_look_at",
        table_name="proposal",
        postgresql_where=sa.text("look_at IS NOT NULL"),
    )
    op.drop_table("proposal")
    op.drop_index(op.f("ix_concern_campaign_id"), table_name="concern")
    op.drop_table("concern")
    op.drop_table("budget_line")
