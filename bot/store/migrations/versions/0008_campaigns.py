"""Campaigns from the draft to the end: stages, versions, the audit, questions and answers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_CODE = "uq_campaign_workspace_id_utm_campaign"
# The days of those that were announced before there were stages, by the workspace's own calendar.
_ENDED = "campaign.ends_on < (now() AT TIME ZONE workspace.timezone)::date"
_BEGINS = "campaign.starts_on::timestamp AT TIME ZONE workspace.timezone"
_ENDS = "(campaign.ends_on + 1)::timestamp AT TIME ZONE workspace.timezone"
_OF_WORKSPACE = "FROM campaign JOIN workspace ON workspace.id = campaign.workspace_id"


def upgrade() -> None:
    for name in ("price", "objections", "late_callers"):
        op.add_column("campaign", sa.Column(name, sa.Text(), server_default="", nullable=False))
    op.add_column(
        "campaign",
        sa.Column("channels", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
    )
    op.add_column(
        "campaign",
        sa.Column("materials", postgresql.JSONB(), server_default="[]", nullable=False),
    )
    op.add_column("campaign", sa.Column("stage", sa.Text(), server_default="draft", nullable=False))
    for name in ("version", "holds_from"):
        op.add_column(
            "campaign", sa.Column(name, sa.BigInteger(), server_default="1", nullable=False)
        )
    for name in ("expected_customers", "target_cost_per_lead_minor"):
        op.add_column("campaign", sa.Column(name, sa.BigInteger(), nullable=True))
    op.add_column("campaign", sa.Column("launch_at", sa.DateTime(timezone=True), nullable=True))
    op.alter_column("campaign", "announced_at", nullable=True)
    op.drop_constraint(_CODE, "campaign", type_="unique")
    op.create_index(
        _CODE,
        "campaign",
        ["workspace_id", "utm_campaign"],
        unique=True,
        postgresql_where=sa.text("stage <> 'cancelled'"),
    )
    op.create_index("ix_campaign_workspace_id_stage", "campaign", ["workspace_id", "stage"])
    op.create_table(
        "campaign_version",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("in_force_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("offer", sa.Text(), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("price", sa.Text(), server_default="", nullable=False),
        sa.Column("talking_points", sa.Text(), nullable=False),
        sa.Column("objections", sa.Text(), server_default="", nullable=False),
        sa.Column("channels", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("materials", postgresql.JSONB(), server_default="[]", nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_version_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_campaign_version_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_campaign_version_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_version")),
        sa.UniqueConstraint(
            "campaign_id", "number", name=op.f("uq_campaign_version_campaign_id_number")
        ),
    )
    op.create_table(
        "campaign_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("deed", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_event_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_campaign_event_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_campaign_event_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_event")),
    )
    op.create_index(op.f("ix_campaign_event_campaign_id"), "campaign_event", ["campaign_id"])
    op.add_column(
        "campaign_receipt",
        sa.Column("version", sa.BigInteger(), server_default="1", nullable=False),
    )
    op.drop_constraint("pk_campaign_receipt", "campaign_receipt", type_="primary")
    op.create_primary_key(
        "pk_campaign_receipt", "campaign_receipt", ["campaign_id", "person_id", "version"]
    )
    op.add_column("campaign_question", sa.Column("answer", sa.Text(), nullable=True))
    op.add_column("campaign_question", sa.Column("answered_by", sa.BigInteger(), nullable=True))
    op.add_column(
        "campaign_question", sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.create_foreign_key(
        op.f("fk_campaign_question_answered_by"),
        "campaign_question",
        "person",
        ["answered_by"],
        ["id"],
    )
    _first_versions()


def _first_versions() -> None:
    """Those that were announced already: version 1, in force since their first day."""
    op.execute(
        f"""
        UPDATE campaign SET stage = CASE WHEN {_ENDED} THEN 'ended' ELSE 'live' END
        FROM workspace WHERE workspace.id = campaign.workspace_id
        """  # noqa: S608
    )
    op.execute(
        f"""
        INSERT INTO campaign_version (workspace_id, campaign_id, number, person_id, at,
            in_force_from, name, audience, offer, terms, talking_points, starts_on, ends_on)
        SELECT campaign.workspace_id, campaign.id, 1, owner_id, announced_at,
            least(announced_at, {_BEGINS}), campaign.name, audience, offer, terms, talking_points,
            starts_on, ends_on
        {_OF_WORKSPACE}
        """
    )
    op.execute(
        """
        INSERT INTO campaign_event (workspace_id, campaign_id, person_id, deed, at, facts)
        SELECT workspace_id, id, owner_id, 'announced', announced_at,
            '{"stage": "live", "version": 1}'
        FROM campaign
        """
    )
    op.execute(
        f"""
        INSERT INTO campaign_event (workspace_id, campaign_id, deed, at, facts)
        SELECT campaign.workspace_id, campaign.id, 'ended', greatest(announced_at, {_ENDS}),
            '{{"stage": "ended"}}'
        {_OF_WORKSPACE} WHERE stage = 'ended'
        """
    )


def downgrade() -> None:
    """What was never announced had no place before; its row stays, as announced now."""
    op.execute("UPDATE campaign SET announced_at = now() WHERE announced_at IS NULL")
    op.execute("UPDATE campaign SET utm_campaign = NULL WHERE stage = 'cancelled'")
    op.execute(
        """
        DELETE FROM campaign_receipt AS older USING campaign_receipt AS newer
        WHERE older.campaign_id = newer.campaign_id AND older.person_id = newer.person_id
            AND older.version < newer.version
        """
    )
    op.drop_constraint(
        op.f("fk_campaign_question_answered_by"), "campaign_question", type_="foreignkey"
    )
    for name in ("answered_at", "answered_by", "answer"):
        op.drop_column("campaign_question", name)
    op.drop_constraint("pk_campaign_receipt", "campaign_receipt", type_="primary")
    op.create_primary_key("pk_campaign_receipt", "campaign_receipt", ["campaign_id", "person_id"])
    op.drop_column("campaign_receipt", "version")
    op.drop_index(op.f("ix_campaign_event_campaign_id"), table_name="campaign_event")
    op.drop_table("campaign_event")
    op.drop_table("campaign_version")
    op.drop_index("ix_campaign_workspace_id_stage", table_name="campaign")
    op.drop_index(_CODE, table_name="campaign")
    op.create_unique_constraint(_CODE, "campaign", ["workspace_id", "utm_campaign"])
    op.alter_column("campaign", "announced_at", nullable=False)
    for name in (
        "launch_at", "target_cost_per_lead_minor", "expected_customers", "holds_from", "version",
        "stage", "materials", "channels", "late_callers", "objections", "price",
    ):  # fmt: skip
        op.drop_column("campaign", name)
