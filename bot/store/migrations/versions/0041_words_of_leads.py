"""Leads have a score, an escalation and events by type: the field's names."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

_TABLES = (
    ("heat_rules", "score_rules"), ("seat", "round_robin_weight"),
    ("lead_offer", "quiet_leads_digest"),
)  # fmt: skip
_COLUMNS = (
    ("lead", "heat", "score"), ("lead", "heat_reasons", "score_reasons"),
    ("lead", "stint", "assignment_no"), ("lead", "rung", "step"),
    ("lead", "waits_since", "step_started_at"), ("lead", "look_at", "next_check_at"),
    ("lead", "offered_to", "suggested_to"), ("lead_step", "stint", "assignment_no"),
    ("lead_step", "rung", "step"), ("lead_event", "deed", "event_type"),
    ("lead_note", "deed", "event_type"), ("service_level", "offer_minutes", "suggest_minutes"),
)  # fmt: skip
_CONSTRAINTS = (
    ("lead", "fk_lead_offered_to", "fk_lead_suggested_to"),
    ("lead_step", "uq_lead_step_lead_id_stint_rung_person_id_by_id",
     "uq_lead_step_lead_id_assignment_no_step_person_id_by_id"),
    ("score_rules", "pk_heat_rules", "pk_score_rules"),
    ("score_rules", "fk_heat_rules_changed_by", "fk_score_rules_changed_by"),
    ("score_rules", "fk_heat_rules_workspace_id", "fk_score_rules_workspace_id"),
    ("round_robin_weight", "pk_seat", "pk_round_robin_weight"),
    ("round_robin_weight", "fk_seat_person_id", "fk_round_robin_weight_person_id"),
    ("round_robin_weight", "fk_seat_workspace_id", "fk_round_robin_weight_workspace_id"),
    ("quiet_leads_digest", "pk_lead_offer", "pk_quiet_leads_digest"),
    ("quiet_leads_digest", "uq_lead_offer_workspace_id_at", "uq_quiet_leads_digest_workspace_id_at"),
    ("quiet_leads_digest", "fk_lead_offer_workspace_id", "fk_quiet_leads_digest_workspace_id"),
)  # fmt: skip
_INDEXES = (
    ("ix_lead_look_at", "ix_lead_next_check_at"),
    ("ix_lead_offer_lead_ids", "ix_quiet_leads_digest_lead_ids"),
)
_SEQUENCE = ("lead_offer_id_seq", "quiet_leads_digest_id_seq")
_VALUES = (
    ("lead", "step", "offer", "suggest"), ("lead_step", "step", "offer", "suggest"),
    ("lead_event", "event_type", "offered", "suggested"),
    ("lead_event", "event_type", "passed_on", "declined"),
)  # fmt: skip
# Cards, schedules and the jobs that wait go by names of ours.
_CARDS = (
    ("lead.tally", "lead.rating_summary"), ("leads.offer", "leads.quiet_leads_digest"),
)  # fmt: skip
_TASKS = (
    ("leads.offer", "leads.quiet_leads_digest"), ("leads.listen", "leads.check_sources"),
    ("leads.follow", "leads.refresh_home_tabs"), ("leads.look_ahead", "leads.preview_import"),
    ("leads.back", "leads.end_absence"), ("leads.go_on_importing", "leads.import_batch"),
)  # fmt: skip


def upgrade() -> None:
    for old, new in _TABLES:
        op.rename_table(old, new)
    op.execute(f"ALTER SEQUENCE {_SEQUENCE[0]} RENAME TO {_SEQUENCE[1]}")
    for table, old, new in _COLUMNS:
        op.alter_column(table, old, new_column_name=new)
    for table, old, new in _CONSTRAINTS:
        op.execute(f"ALTER TABLE {table} RENAME CONSTRAINT {old} TO {new}")
    for old, new in _INDEXES:
        op.execute(f"ALTER INDEX {old} RENAME TO {new}")
    for table, column, old, new in _VALUES:
        _replace(table, column, old, new)
    for old, new in _CARDS:
        _replace("card", "kind", old, new)
    for old, new in _TASKS:
        _rename_task(old, new)


def downgrade() -> None:
    for old, new in _TASKS:
        _rename_task(new, old)
    for old, new in _CARDS:
        _replace("card", "kind", new, old)
    for table, column, old, new in _VALUES:
        _replace(table, column, new, old)
    for old, new in _INDEXES:
        op.execute(f"ALTER INDEX {new} RENAME TO {old}")
    for table, old, new in _CONSTRAINTS:
        op.execute(f"ALTER TABLE {table} RENAME CONSTRAINT {new} TO {old}")
    for table, old, new in _COLUMNS:
        op.alter_column(table, new, new_column_name=old)
    op.execute(f"ALTER SEQUENCE {_SEQUENCE[1]} RENAME TO {_SEQUENCE[0]}")
    for old, new in _TABLES:
        op.rename_table(new, old)


def _replace(table: str, column: str, old: str, new: str) -> None:
    values = {"old": old, "new": new}
    statement = f"UPDATE {table} SET {column} = :new WHERE {column} = :old"  # noqa: S608
    op.execute(sa.text(statement).bindparams(**values))


def _rename_task(old: str, new: str) -> None:
    _replace("schedule", "name", old, new)
    _replace("schedule", "task", old, new)
    _replace("procrastinate_jobs", "task_name", old, new)
