"""What the leads of each day add up to, so that long periods are sums of days; and an index that
alone answers what won leads are asked.

The triggers note, by quarters of an hour, when the leads came that changed. Which columns the figures read is not theirs to
know: each change of a lead counts, and the first spend of a campaign does for all of its leads.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_WON = ["contact_id", "campaign_id", "last_campaign_id", "source", "claimed_by", "won_minor",
        "won_currency", "merged_into"]  # fmt: skip

_NOTES = """
CREATE FUNCTION note_leads() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO changed_time (workspace_id, at)
        SELECT DISTINCT workspace_id, date_bin('15 minutes', received_at, '2000-01-01 00:00+00') FROM written;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO changed_time (workspace_id, at)
        SELECT DISTINCT workspace_id, date_bin('15 minutes', received_at, '2000-01-01 00:00+00') FROM gone;
    ELSE
        INSERT INTO changed_time (workspace_id, at)
        SELECT workspace_id, date_bin('15 minutes', received_at, '2000-01-01 00:00+00') FROM gone
        UNION SELECT workspace_id, date_bin('15 minutes', received_at, '2000-01-01 00:00+00') FROM written;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION note_first_spend() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO changed_time (workspace_id, at)
    SELECT DISTINCT lead.workspace_id, date_bin('15 minutes', lead.received_at, '2000-01-01 00:00+00')
    FROM (
        SELECT campaign_id FROM written
        EXCEPT
        SELECT campaign_id FROM spend_entry WHERE id NOT IN (SELECT id FROM written)
            AND campaign_id IN (SELECT campaign_id FROM written)
    ) AS first
    JOIN lead ON lead.campaign_id = first.campaign_id OR lead.last_campaign_id = first.campaign_id;
    RETURN NULL;
END $$;

CREATE TRIGGER lead_added AFTER INSERT ON lead
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION note_leads();
CREATE TRIGGER lead_changed AFTER UPDATE ON lead
    REFERENCING OLD TABLE AS gone NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION note_leads();
CREATE TRIGGER lead_deleted AFTER DELETE ON lead
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION note_leads();
CREATE TRIGGER spend_entry_added AFTER INSERT ON spend_entry
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION note_first_spend();
"""


def _whose() -> list[sa.Column[Any]]:
    return [
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("edition", sa.Text(), nullable=False),
        sa.Column("credit", sa.Text(), nullable=False),
        sa.Column("split", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("key", sa.Text(collation="C"), nullable=False),
    ]


def upgrade() -> None:
    op.create_table(
        "day_tally",
        *_whose(),
        sa.Column("counts", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_day_tally_workspace_id")
        ),
        sa.PrimaryKeyConstraint(
            "workspace_id", "edition", "credit", "split", "day", "key", name=op.f("pk_day_tally")
        ),
    )
    op.create_table(
        "day_wait",
        *_whose(),
        sa.Column("wait", sa.Text(collation="C"), nullable=False),
        sa.Column("seconds", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_day_wait_workspace_id")
        ),
        sa.PrimaryKeyConstraint(
            "workspace_id", "edition", "credit", "split", "wait", "day", "key",
            name=op.f("pk_day_wait"),
        ),
    )  # fmt: skip
    op.create_table(
        "tallied_day",
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("edition", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("tallied_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("good_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_tallied_day_workspace_id")
        ),
        sa.PrimaryKeyConstraint("workspace_id", "edition", "day", name=op.f("pk_tallied_day")),
    )
    op.create_table(
        "changed_time",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_changed_time")),
    )
    op.create_index(
        "ix_changed_time_workspace_id_at", "changed_time", ["workspace_id", "at"], unique=False
    )
    op.create_index(
        "ix_lead_won", "lead", ["workspace_id", "received_at"], unique=False,
        postgresql_where=sa.text("status = 'won'"), postgresql_include=_WON,
    )  # fmt: skip
    op.execute(_NOTES)


def downgrade() -> None:
    for name in ("added", "changed", "deleted"):
        op.execute(f"DROP TRIGGER lead_{name} ON lead")
    op.execute("DROP TRIGGER spend_entry_added ON spend_entry")
    op.execute("DROP FUNCTION note_leads()")
    op.execute("DROP FUNCTION note_first_spend()")
    op.drop_index("ix_lead_won", table_name="lead")
    for table in ("changed_time", "tallied_day", "day_wait", "day_tally"):
        op.drop_table(table)
