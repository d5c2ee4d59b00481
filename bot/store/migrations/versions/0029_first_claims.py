"""A lead keeps who claimed it first and when, whoever owns it now.

What the audit says decides: a claim that was given back, or taken back, before anybody was in contact
is none. Where the audit says nothing, the owner that a lead has counts.
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_WON = ["contact_id", "campaign_id", "last_campaign_id", "source", "claimed_by", "won_minor",
        "won_currency", "merged_into"]  # fmt: skip

# The working time until the claim is measured anew where the claim that it was measured for was a
# later one: `look_at` lets the clock do so.
_FILL = """
WITH undone AS (
    SELECT lead_event.lead_id, max(lead_event.id) AS event_id
    FROM lead_event JOIN lead ON lead.id = lead_event.lead_id
    WHERE deed IN ('released', 'taken_back')
        AND (lead.first_response_at IS NULL OR lead.first_response_at > lead_event.at)
    GROUP BY lead_event.lead_id
), first AS (
    SELECT DISTINCT ON (lead_event.lead_id) lead_event.lead_id, at,
        CASE WHEN deed = 'claimed' THEN person_id ELSE CAST(facts ->> 'to_id' AS bigint) END
            AS person_id
    FROM lead_event LEFT JOIN undone ON undone.lead_id = lead_event.lead_id
    WHERE deed IN ('claimed', 'reassigned') AND lead_event.id > coalesce(undone.event_id, 0)
    ORDER BY lead_event.lead_id, lead_event.id
), found AS (
    SELECT lead.id, coalesce(first.person_id, lead.claimed_by) AS claimed_by,
        CASE WHEN first.person_id IS NULL THEN lead.claimed_at
            WHEN lead.claimed_at - first.at BETWEEN interval '-1 minute' AND interval '1 minute'
                THEN lead.claimed_at
            ELSE first.at END AS claimed_at
    FROM lead LEFT JOIN first ON first.lead_id = lead.id
    WHERE first.person_id IS NOT NULL OR lead.claimed_at IS NOT NULL
)
UPDATE lead SET first_claimed_by = found.claimed_by, first_claimed_at = found.claimed_at,
    claim_worked =
        CASE WHEN found.claimed_at IS NOT DISTINCT FROM lead.claimed_at THEN lead.claim_worked END,
    look_at = CASE WHEN found.claimed_at IS NOT DISTINCT FROM lead.claimed_at THEN lead.look_at
        ELSE least(lead.look_at, now()) END
FROM found WHERE found.id = lead.id
"""


def _index_won(owner: str) -> None:
    op.drop_index("ix_lead_won", table_name="lead")
    include = [owner if name == "claimed_by" else name for name in _WON]
    op.create_index(
        "ix_lead_won", "lead", ["workspace_id", "received_at"], unique=False,
        postgresql_where=sa.text("status = 'won'"), postgresql_include=include,
    )  # fmt: skip


def upgrade() -> None:
    op.add_column("lead", sa.Column("first_claimed_by", sa.BigInteger(), nullable=True))
    op.add_column("lead", sa.Column("first_claimed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_foreign_key(
        op.f("fk_lead_first_claimed_by"), "lead", "person", ["first_claimed_by"], ["id"]
    )
    op.execute(_FILL)
    _index_won("first_claimed_by")


def downgrade() -> None:
    _index_won("claimed_by")
    op.drop_constraint(op.f("fk_lead_first_claimed_by"), "lead", type_="foreignkey")
    op.drop_column("lead", "first_claimed_at")
    op.drop_column("lead", "first_claimed_by")
