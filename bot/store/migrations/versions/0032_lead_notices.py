"""One message about several leads, the days after which a contacted lead stands still, and the zones
in which a workspace was."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lead_notice",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("lead_ids", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_lead_notice_workspace_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_lead_notice_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead_notice")),
        sa.UniqueConstraint(
            "person_id", "kind", "day", name=op.f("uq_lead_notice_person_id_kind_day")
        ),
    )
    op.create_index("ix_lead_notice_lead_ids", "lead_notice", ["lead_ids"], postgresql_using="gin")
    op.add_column(
        "service_level",
        sa.Column("stalled_days", sa.BigInteger(), server_default="14", nullable=False),
    )
    op.add_column(
        "workspace",
        sa.Column(
            "past_zones",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
        ),
    )


def downgrade() -> None:
    op.drop_column("workspace", "past_zones")
    op.drop_column("service_level", "stalled_days")
    op.drop_table("lead_notice")
