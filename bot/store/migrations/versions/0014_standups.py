"""Standups: any number of them, questions as rows, each person's own minute, blockers taken."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _tables()
    _standups()
    _rounds()


def _tables() -> None:
    op.create_table(
        "standup_question",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("standup_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("theme", sa.Text(), nullable=False),
        sa.Column("needs_answer", sa.Boolean(), nullable=False),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["standup_id"], ["standup.id"], name=op.f("fk_standup_question_standup_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_standup_question_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standup_question")),
        sa.UniqueConstraint("standup_id", "key", name=op.f("uq_standup_question_standup_id_key")),
    )
    op.create_table(
        "standup_answer",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("question_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("taken_by", sa.BigInteger(), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["standup_entry.id"], name=op.f("fk_standup_answer_entry_id")
        ),
        sa.ForeignKeyConstraint(
            ["question_id"], ["standup_question.id"], name=op.f("fk_standup_answer_question_id")
        ),
        sa.ForeignKeyConstraint(
            ["taken_by"], ["person.id"], name=op.f("fk_standup_answer_taken_by")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_standup_answer_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standup_answer")),
        sa.UniqueConstraint(
            "entry_id", "question_id", name=op.f("uq_standup_answer_entry_id_question_id")
        ),
    )


def _standups() -> None:
    for column in (
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("readers", sa.Text(), nullable=True),
        sa.Column("readers_in_thread", sa.Boolean(), nullable=False, server_default="false"),
        sa.Column("closing", sa.Text(), nullable=False, server_default="each"),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("token", sa.Text(), nullable=True),
    ):
        op.add_column("standup", column)
    op.alter_column("standup", "readers_in_thread", server_default=None)
    op.alter_column("standup", "closing", server_default=None)
    op.alter_column("standup", "zone", nullable=True)
    op.drop_constraint("uq_standup_workspace_id_team_id", "standup", type_="unique")
    op.create_unique_constraint(
        op.f("uq_standup_workspace_id_token"), "standup", ["workspace_id", "token"]
    )
    op.create_index("ix_standup_team_id", "standup", ["team_id"], unique=False)
    # Where nobody chose another zone, each person is asked in their own from now on.
    op.execute(
        """
        UPDATE standup SET name = team.name || ' standup', token = 'first:' || team.id,
               zone = nullif(standup.zone, workspace.timezone)
        FROM team, workspace
        WHERE team.id = standup.team_id AND workspace.id = standup.workspace_id
        """
    )
    op.alter_column("standup", "name", nullable=False)
    # What every standup asked so far, by the keys under which the answers were kept.
    op.execute(
        """
        INSERT INTO standup_question
            (workspace_id, standup_id, key, position, label, theme, needs_answer, retired)
        SELECT standup.workspace_id, standup.id, asked.*, false FROM standup,
            (VALUES ('did', 0, 'What did you get done since last time?', 'done', true),
                    ('plan', 1, 'What will you do next?', 'plans', true),
                    ('blockers', 2, 'What is in your way?', 'blockers', false),
                    ('ideas', 3, 'An idea worth sharing?', 'ideas', false))
            AS asked (key, position, label, theme, needs_answer)
        """
    )
    _forget_timers()


def _forget_timers() -> None:
    """The schedules are of a zone now, and closing and reminding stand in the rows."""
    op.execute("DELETE FROM schedule WHERE name LIKE 'standup:%'")
    op.execute(
        "DELETE FROM procrastinate_jobs WHERE status = 'todo' AND task_name LIKE 'standup.%'"
    )


def _rounds() -> None:
    op.execute(
        """
        INSERT INTO standup_answer (workspace_id, entry_id, question_id, text)
        SELECT entry.workspace_id, entry.id, question.id, entry.answers ->> question.key
        FROM standup_entry AS entry
        JOIN standup_round AS round ON round.id = entry.round_id
        JOIN standup_question AS question ON question.standup_id = round.standup_id
        WHERE entry.answers ->> question.key <> ''
        """
    )
    for name in ("due_at", "closes_at", "remind_at"):
        op.add_column("standup_entry", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.execute(
        """
        UPDATE standup_entry SET due_at = asked_at, closes_at = round.closes_at
        FROM standup_round AS round WHERE round.id = standup_entry.round_id
        """
    )
    op.alter_column("standup_entry", "due_at", nullable=False)
    op.alter_column("standup_entry", "closes_at", nullable=False)
    op.alter_column("standup_entry", "asked_at", nullable=True)
    op.drop_column("standup_entry", "answers")
    op.create_index(
        "ix_standup_entry_remind_at",
        "standup_entry",
        ["remind_at"],
        unique=False,
        postgresql_where=sa.text("remind_at IS NOT NULL"),
    )
    op.create_index(
        "ix_standup_round_closes_at",
        "standup_round",
        ["closes_at"],
        unique=False,
        postgresql_where=sa.text("closed_at IS NULL"),
    )


def downgrade() -> None:
    """Only the oldest standup of a team stays, and only what is asked everywhere."""
    op.drop_index("ix_standup_round_closes_at", table_name="standup_round")
    op.drop_index("ix_standup_entry_remind_at", table_name="standup_entry")
    op.add_column(
        "standup_entry",
        sa.Column("answers", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    )
    op.execute(
        """
        UPDATE standup_entry SET asked_at = coalesce(asked_at, due_at), answers = coalesce(
            (SELECT jsonb_object_agg(question.key, answer.text) FROM standup_answer AS answer
             JOIN standup_question AS question ON question.id = answer.question_id
             WHERE answer.entry_id = standup_entry.id), '{}')
        """
    )
    op.alter_column("standup_entry", "answers", nullable=False)
    op.alter_column("standup_entry", "asked_at", nullable=False)
    for name in ("remind_at", "closes_at", "due_at"):
        op.drop_column("standup_entry", name)
    op.drop_table("standup_answer")
    op.drop_table("standup_question")
    op.execute(
        """
        CREATE TEMPORARY TABLE younger ON COMMIT DROP AS
        SELECT id FROM standup
        WHERE id NOT IN (SELECT min(id) FROM standup GROUP BY workspace_id, team_id)
        """
    )
    op.execute(
        """
        DELETE FROM standup_entry USING standup_round AS round
        WHERE round.id = round_id AND round.standup_id IN (SELECT id FROM younger)
        """
    )
    op.execute("DELETE FROM standup_round WHERE standup_id IN (SELECT id FROM younger)")
    op.execute("DELETE FROM standup WHERE id IN (SELECT id FROM younger)")
    op.execute(
        """
        UPDATE standup SET zone = workspace.timezone FROM workspace
        WHERE workspace.id = standup.workspace_id AND zone IS NULL
        """
    )
    _forget_timers()
    op.drop_index("ix_standup_team_id", table_name="standup")
    op.drop_constraint("uq_standup_workspace_id_token", "standup", type_="unique")
    op.create_unique_constraint(
        op.f("uq_standup_workspace_id_team_id"), "standup", ["workspace_id", "team_id"]
    )
    op.alter_column("standup", "zone", nullable=False)
    for name in ("token", "archived_at", "closing", "readers_in_thread", "readers", "name"):
        op.drop_column("standup", name)
