"""Messages about several leads: several a day, each of a moment."""

from alembic import op

revision = "0004_notices_of_a_moment"
down_revision = "0003_minutes_since_the_start"
branch_labels = None
depends_on = None

# Whether a version that does not know this revision goes on working beside it: True where nothing is
# taken away, renamed or narrowed, and what is added may be left out of an INSERT.
serves_older = False


def upgrade() -> None:
    op.execute("ALTER TABLE lead_notice ADD at timestamptz")
    op.execute(
        """
        UPDATE lead_notice SET at = day::timestamp AT TIME ZONE workspace.timezone,
            kind = CASE kind WHEN 'nobody_free' THEN 'unclaimed' ELSE kind END
        FROM workspace WHERE workspace.id = workspace_id
        """
    )
    op.execute(
        """
        ALTER TABLE lead_notice ALTER at SET NOT NULL, DROP day,
            ADD CONSTRAINT uq_lead_notice_person_id_kind_at UNIQUE (person_id, kind, at)
        """
    )


def downgrade() -> None:
    op.execute("ALTER TABLE lead_notice ADD day date")
    op.execute(
        """
        UPDATE lead_notice SET day = (at AT TIME ZONE workspace.timezone)::date,
            kind = CASE kind WHEN 'unclaimed' THEN 'nobody_free' ELSE kind END
        FROM workspace WHERE workspace.id = workspace_id
        """
    )
    # Of the messages of a day, the older version knows one: the newest, with what is still open.
    op.execute(
        """
        DELETE FROM lead_notice USING lead_notice AS newer
        WHERE newer.person_id = lead_notice.person_id AND newer.kind = lead_notice.kind
            AND newer.day = lead_notice.day AND newer.at > lead_notice.at
        """
    )
    op.execute(
        """
        ALTER TABLE lead_notice ALTER day SET NOT NULL, DROP at,
            ADD CONSTRAINT uq_lead_notice_person_id_kind_day UNIQUE (person_id, kind, day)
        """
    )
