"""Notes about leads, with those that the audit has kept so far; who caused a message; and which leads
were handed over for an absence."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

# The note of a call of which nothing came stands with the loss that followed.
_KEPT = """
INSERT INTO lead_note (workspace_id, lead_id, person_id, deed, at, text)
SELECT workspace_id, lead_id, person_id, deed, at, words
FROM (
    SELECT *, btrim(coalesce(facts ->> 'note', facts ->> 'reason')) AS words FROM lead_event
    WHERE deed IN ('called', 'lost', 'recycled', 'rated')
        AND facts ->> 'outcome' IS DISTINCT FROM 'not_interested'
) AS event
WHERE words <> '' AND person_id IS NOT NULL
ORDER BY id
"""

_STEP = ["lead_id", "stint", "rung", "person_id"]


def _unique(columns: list[str]) -> None:
    op.create_unique_constraint(
        op.f(f"uq_lead_step_{'_'.join(columns)}"), "lead_step", columns,
        postgresql_nulls_not_distinct=True,
    )  # fmt: skip


def _not_unique(columns: list[str]) -> None:
    op.drop_constraint(op.f(f"uq_lead_step_{'_'.join(columns)}"), "lead_step", type_="unique")


def upgrade() -> None:
    op.create_table(
        "lead_note",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("lead_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("deed", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name=op.f("fk_lead_note_lead_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_lead_note_person_id")),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_lead_note_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead_note")),
    )
    op.create_index(op.f("ix_lead_note_lead_id"), "lead_note", ["lead_id"], unique=False)
    op.execute(_KEPT)
    op.add_column("lead_step", sa.Column("by_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_lead_step_by_id"), "lead_step", "person", ["by_id"], ["id"])
    _not_unique(_STEP)
    _unique([*_STEP, "by_id"])
    op.drop_column("absence", "leads_return")
    op.add_column(
        "absence",
        sa.Column(
            "lead_ids",
            postgresql.ARRAY(sa.BigInteger()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
    )


def downgrade() -> None:
    op.drop_column("absence", "lead_ids")
    op.add_column(
        "absence",
        sa.Column("leads_return", sa.Boolean(), server_default=sa.text("true"), nullable=False),
    )
    op.alter_column("absence", "leads_return", server_default=None)
    _not_unique([*_STEP, "by_id"])
    op.execute("DELETE FROM lead_step WHERE by_id IS NOT NULL")
    _unique(_STEP)
    op.drop_constraint(op.f("fk_lead_step_by_id"), "lead_step", type_="foreignkey")
    op.drop_column("lead_step", "by_id")
    op.drop_table("lead_note")
