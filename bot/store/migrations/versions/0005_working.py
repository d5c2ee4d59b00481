"""Working the leads: hours and absences, the service level, the rotation and the ladder."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "absence",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leads_return", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_absence_person_id")),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_absence_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    op.create_index(op.f("ix_absence_person_id"), "absence", ["person_id"], unique=False)
    op.create_table(
        "seat",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("weight", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("turn", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_seat_person_id")),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_seat_workspace_id")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_seat")),
    )
    op.create_table(
        "service_level",
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("respond_minutes", sa.BigInteger(), server_default="5", nullable=False),
        sa.Column("nudge_minutes", sa.BigInteger(), server_default="5", nullable=False),
        sa.Column("message_minutes", sa.BigInteger(), server_default="10", nullable=False),
        sa.Column("offer_minutes", sa.BigInteger(), server_default="15", nullable=False),
        sa.Column("manager_minutes", sa.BigInteger(), server_default="30", nullable=False),
        sa.Column("remind_minutes", sa.BigInteger(), server_default="15", nullable=False),
        sa.Column("take_back_minutes", sa.BigInteger(), server_default="45", nullable=False),
        sa.Column("attempts", sa.BigInteger(), server_default="3", nullable=False),
        sa.Column("most_open", sa.BigInteger(), nullable=True),
        sa.Column("head_start_seconds", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("fallback_id", sa.BigInteger(), nullable=True),
        sa.Column("names_only", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("turn", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["fallback_id"], ["person.id"], name=op.f("fk_service_level_fallback_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_service_level_workspace_id")
        ),
        sa.PrimaryKeyConstraint("workspace_id", name=op.f("pk_service_level")),
    )
    op.create_table(
        "lead_step",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("lead_id", sa.BigInteger(), nullable=False),
        sa.Column("stint", sa.BigInteger(), nullable=False),
        sa.Column("rung", sa.Text(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name=op.f("fk_lead_step_lead_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_lead_step_person_id")),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_lead_step_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead_step")),
        sa.UniqueConstraint(
            "lead_id",
            "stint",
            "rung",
            "person_id",
            name=op.f("uq_lead_step_lead_id_stint_rung_person_id"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.add_column("lead", sa.Column("stint", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("lead", sa.Column("waits_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("lead", sa.Column("rung", sa.Text(), nullable=True))
    op.add_column("lead", sa.Column("look_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("lead", sa.Column("offered_to", sa.BigInteger(), nullable=True))
    op.add_column("lead", sa.Column("passed_by", sa.BigInteger(), nullable=True))
    op.add_column("lead", sa.Column("returns_to", sa.BigInteger(), nullable=True))
    op.add_column("lead", sa.Column("reserved_for", sa.BigInteger(), nullable=True))
    op.add_column("lead", sa.Column("reserved_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("lead", sa.Column("snoozed_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("lead", sa.Column("wake_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("lead", sa.Column("claim_due_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("lead", sa.Column("response_due_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("lead", sa.Column("claim_worked", sa.BigInteger(), nullable=True))
    op.add_column("lead", sa.Column("response_worked", sa.BigInteger(), nullable=True))
    op.create_index(
        "ix_lead_look_at",
        "lead",
        ["look_at"],
        unique=False,
        postgresql_where=sa.text("look_at IS NOT NULL"),
    )
    op.create_foreign_key(op.f("fk_lead_offered_to"), "lead", "person", ["offered_to"], ["id"])
    op.create_foreign_key(op.f("fk_lead_passed_by"), "lead", "person", ["passed_by"], ["id"])
    op.create_foreign_key(op.f("fk_lead_returns_to"), "lead", "person", ["returns_to"], ["id"])
    op.create_foreign_key(op.f("fk_lead_reserved_for"), "lead", "person", ["reserved_for"], ["id"])
    op.add_column(
        "team",
        sa.Column(
            "days",
            postgresql.ARRAY(sa.SmallInteger()),
            server_default="{0,1,2,3,4}",
            nullable=False,
        ),
    )
    op.add_column(
        "team", sa.Column("opens", sa.Time(), server_default=sa.text("'09:00'"), nullable=False)
    )
    op.add_column(
        "team", sa.Column("closes", sa.Time(), server_default=sa.text("'17:00'"), nullable=False)
    )
    op.add_column("team", sa.Column("timezone", sa.Text(), nullable=True))
    op.add_column("team", sa.Column("country", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("team", "country")
    op.drop_column("team", "timezone")
    op.drop_column("team", "closes")
    op.drop_column("team", "opens")
    op.drop_column("team", "days")
    op.drop_constraint(op.f("fk_lead_reserved_for"), "lead", type_="foreignkey")
    op.drop_constraint(op.f("fk_lead_returns_to"), "lead", type_="foreignkey")
    op.drop_constraint(op.f("fk_lead_passed_by"), "lead", type_="foreignkey")
    op.drop_constraint(op.f("fk_lead_offered_to"), "lead", type_="foreignkey")
    op.drop_index(
        "ix_lead_look_at", table_name="lead", postgresql_where=sa.text("look_at IS NOT NULL")
    )
    op.drop_column("lead", "response_worked")
    op.drop_column("lead", "claim_worked")
    op.drop_column("lead", "response_due_at")
    op.drop_column("lead", "claim_due_at")
    op.drop_column("lead", "wake_at")
    op.drop_column("lead", "snoozed_until")
    op.drop_column("lead", "reserved_until")
    op.drop_column("lead", "reserved_for")
    op.drop_column("lead", "returns_to")
    op.drop_column("lead", "passed_by")
    op.drop_column("lead", "offered_to")
    op.drop_column("lead", "look_at")
    op.drop_column("lead", "rung")
    op.drop_column("lead", "waits_since")
    op.drop_column("lead", "stint")
    op.drop_table("lead_step")
    op.drop_table("service_level")
    op.drop_table("seat")
    op.drop_index(op.f("ix_absence_person_id"), table_name="absence")
    op.drop_table("absence")
