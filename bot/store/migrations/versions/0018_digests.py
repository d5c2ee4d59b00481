"""Digests: what each audience is told, when, to whom it went, and who wants none of their own."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("digest", sa.Column("person_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_digest_person_id"), "digest", "person", ["person_id"], ["id"])
    op.drop_constraint("uq_digest_workspace_id_kind_period_start", "digest", type_="unique")
    op.create_unique_constraint(
        op.f("uq_digest_workspace_id_kind_period_start_person_id"),
        "digest",
        ["workspace_id", "kind", "period_start", "person_id"],
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "digest_delivery",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("digest_id", sa.BigInteger(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("shows_money", sa.Boolean(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["digest_id"], ["digest.id"], name=op.f("fk_digest_delivery_digest_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_digest_delivery_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_digest_delivery_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest_delivery")),
        sa.UniqueConstraint(
            "digest_id",
            "audience",
            "person_id",
            name=op.f("uq_digest_delivery_digest_id_audience_person_id"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index("ix_digest_delivery_person_id", "digest_delivery", ["person_id"], unique=False)
    op.create_table(
        "digest_timetable",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("at", sa.Time(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("shows_money", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_digest_timetable_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest_timetable")),
        sa.UniqueConstraint(
            "workspace_id", "audience", name=op.f("uq_digest_timetable_workspace_id_audience")
        ),
    )
    op.create_table(
        "digest_opt_out",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_digest_opt_out_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_digest_opt_out_workspace_id")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_digest_opt_out")),
    )
    # Each audience has a schedule of its own now, which the next start writes.
    op.execute("DELETE FROM schedule WHERE name = 'digest.weekly'")


def downgrade() -> None:
    op.execute("DELETE FROM schedule WHERE name LIKE 'digest:%'")
    op.drop_table("digest_opt_out")
    op.drop_table("digest_timetable")
    op.drop_index("ix_digest_delivery_person_id", table_name="digest_delivery")
    op.drop_table("digest_delivery")
    op.execute("DELETE FROM digest WHERE kind <> 'weekly'")
    op.drop_constraint(
        "uq_digest_workspace_id_kind_period_start_person_id", "digest", type_="unique"
    )
    op.create_unique_constraint(
        "uq_digest_workspace_id_kind_period_start",
        "digest",
        ["workspace_id", "kind", "period_start"],
    )
    op.drop_constraint("fk_digest_person_id", "digest", type_="foreignkey")
    op.drop_column("digest", "person_id")
