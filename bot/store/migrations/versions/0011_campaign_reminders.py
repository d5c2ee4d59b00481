"""Who was reminded of which version of an announcement."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "campaign_reminder",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_reminder_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_campaign_reminder_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_campaign_reminder_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_reminder")),
        sa.UniqueConstraint(
            "campaign_id",
            "version",
            "person_id",
            name=op.f("uq_campaign_reminder_campaign_id_version_person_id"),
        ),
    )


def downgrade() -> None:
    op.drop_table("campaign_reminder")
