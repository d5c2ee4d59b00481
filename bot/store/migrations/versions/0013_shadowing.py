"""Stay in my shoes: rounds, pairs, their times and seats, and how people stand to it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "shadow_round",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_shadow_round_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shadow_round")),
        sa.UniqueConstraint("workspace_id", "day", name=op.f("uq_shadow_round_workspace_id_day")),
    )
    op.create_table(
        "shadow_setting",
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("every_weeks", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("at", sa.Time(), nullable=False),
        sa.Column("two_pairs", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_shadow_setting_workspace_id")
        ),
        sa.PrimaryKeyConstraint("workspace_id", name=op.f("pk_shadow_setting")),
    )
    op.create_table(
        "shadow_apart",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("one_id", sa.BigInteger(), nullable=False),
        sa.Column("other_id", sa.BigInteger(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("one_id < other_id", name=op.f("ck_shadow_apart_ordered")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_shadow_apart_by_id")),
        sa.ForeignKeyConstraint(["one_id"], ["person.id"], name=op.f("fk_shadow_apart_one_id")),
        sa.ForeignKeyConstraint(["other_id"], ["person.id"], name=op.f("fk_shadow_apart_other_id")),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_shadow_apart_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shadow_apart")),
        sa.UniqueConstraint("one_id", "other_id", name=op.f("uq_shadow_apart_one_id_other_id")),
    )
    op.create_table(
        "shadow_member",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("is_out", sa.Boolean(), nullable=False),
        sa.Column("silent", sa.BigInteger(), nullable=False),
        sa.Column("waited", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_shadow_member_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_shadow_member_workspace_id")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_shadow_member")),
    )
    op.create_table(
        "shadow_pair",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("round_id", sa.BigInteger(), nullable=False),
        sa.Column("marketer_id", sa.BigInteger(), nullable=False),
        sa.Column("salesperson_id", sa.BigInteger(), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=True),
        sa.Column("leads", sa.BigInteger(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("slot_id", sa.BigInteger(), nullable=True),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_shadow_pair_campaign_id")
        ),
        sa.ForeignKeyConstraint(["ended_by"], ["person.id"], name=op.f("fk_shadow_pair_ended_by")),
        sa.ForeignKeyConstraint(
            ["marketer_id"], ["person.id"], name=op.f("fk_shadow_pair_marketer_id")
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["shadow_round.id"], name=op.f("fk_shadow_pair_round_id")
        ),
        sa.ForeignKeyConstraint(
            ["salesperson_id"], ["person.id"], name=op.f("fk_shadow_pair_salesperson_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_shadow_pair_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shadow_pair")),
        sa.UniqueConstraint(
            "round_id",
            "marketer_id",
            "salesperson_id",
            name=op.f("uq_shadow_pair_round_id_marketer_id_salesperson_id"),
        ),
    )
    op.create_index(
        op.f("ix_shadow_pair_marketer_id"), "shadow_pair", ["marketer_id"], unique=False
    )
    op.create_index(
        op.f("ix_shadow_pair_salesperson_id"), "shadow_pair", ["salesperson_id"], unique=False
    )
    op.create_index(
        "ix_shadow_pair_workspace_id_stage", "shadow_pair", ["workspace_id", "stage"], unique=False
    )
    op.create_table(
        "shadow_seat",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("round_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("pair_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("picked", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("goals", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("own_goal", sa.Text(), nullable=False),
        sa.Column("acted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handed_on", sa.Boolean(), nullable=False),
        sa.Column("surprised", sa.Text(), nullable=False),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("idea", sa.Text(), nullable=False),
        sa.Column("shares", sa.Boolean(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("request_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["request_id"], ["request.id"], name=op.f("fk_shadow_seat_request_id")
        ),
        sa.ForeignKeyConstraint(
            ["pair_id"], ["shadow_pair.id"], name=op.f("fk_shadow_seat_pair_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_shadow_seat_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["shadow_round.id"], name=op.f("fk_shadow_seat_round_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_shadow_seat_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shadow_seat")),
        sa.UniqueConstraint("pair_id", "person_id", name=op.f("uq_shadow_seat_pair_id_person_id")),
    )
    op.create_index(op.f("ix_shadow_seat_person_id"), "shadow_seat", ["person_id"], unique=False)
    op.create_index(
        "ix_shadow_seat_round_id_person_id", "shadow_seat", ["round_id", "person_id"], unique=False
    )
    op.create_table(
        "shadow_slot",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("pair_id", sa.BigInteger(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_gone", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["pair_id"], ["shadow_pair.id"], name=op.f("fk_shadow_slot_pair_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_shadow_slot_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shadow_slot")),
        sa.UniqueConstraint(
            "pair_id", "starts_at", "ends_at", name=op.f("uq_shadow_slot_pair_id_starts_at_ends_at")
        ),
    )


def downgrade() -> None:
    op.drop_table("shadow_slot")
    op.drop_index("ix_shadow_seat_round_id_person_id", table_name="shadow_seat")
    op.drop_index(op.f("ix_shadow_seat_person_id"), table_name="shadow_seat")
    op.drop_table("shadow_seat")
    op.drop_index("ix_shadow_pair_workspace_id_stage", table_name="shadow_pair")
    op.drop_index(op.f("ix_shadow_pair_salesperson_id"), table_name="shadow_pair")
    op.drop_index(op.f("ix_shadow_pair_marketer_id"), table_name="shadow_pair")
    op.drop_table("shadow_pair")
    op.drop_table("shadow_member")
    op.drop_table("shadow_apart")
    op.drop_table("shadow_setting")
    op.drop_table("shadow_round")
