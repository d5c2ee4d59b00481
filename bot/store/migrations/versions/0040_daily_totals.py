"""The daily totals of leads have the field's names."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

_TABLES = (("day_tally", "daily_totals"), ("day_wait", "daily_waits"),
           ("tallied_day", "computed_day"))  # fmt: skip
_TASK = ("metrics.tally", "metrics.daily_totals")


def upgrade() -> None:
    for old, new in _TABLES:
        op.rename_table(old, new)
        _rename_constraints(new, old, new)
        op.alter_column(new, "edition", new_column_name="formula_version")
    op.alter_column("computed_day", "tallied_at", new_column_name="computed_at")
    op.alter_column("computed_day", "good_until", new_column_name="valid_until")
    _rename_task(*_TASK)


def downgrade() -> None:
    _rename_task(*reversed(_TASK))
    op.alter_column("computed_day", "valid_until", new_column_name="good_until")
    op.alter_column("computed_day", "computed_at", new_column_name="tallied_at")
    for old, new in _TABLES:
        op.alter_column(new, "formula_version", new_column_name="edition")
        _rename_constraints(new, new, old)
        op.rename_table(new, old)


def _rename_constraints(table: str, old: str, new: str) -> None:
    for each in ("pk_{}", "fk_{}_workspace_id"):
        op.execute(
            f"ALTER TABLE {table} RENAME CONSTRAINT {each.format(old)} TO {each.format(new)}"
        )


def _rename_task(old: str, new: str) -> None:
    names = {"old": old, "new": new}
    schedules = "UPDATE schedule SET name = :new, task = :new WHERE task = :old"
    jobs = "UPDATE procrastinate_jobs SET task_name = :new WHERE task_name = :old"
    for statement in (schedules, jobs):
        op.execute(sa.text(statement).bindparams(**names))
