"""Shadowing has participants and exclusions, where it had seats and people apart."""

from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

_TABLES = {"shadow_seat": "shadow_participant", "shadow_apart": "shadow_exclusion"}
_CONSTRAINTS = {
    "shadow_seat": (
        "pk_{}", "uq_{}_pair_id_person_id", "fk_{}_campaign_id", "fk_{}_pair_id",
        "fk_{}_person_id", "fk_{}_request_id", "fk_{}_round_id", "fk_{}_workspace_id",
    ),
    "shadow_apart": (
        "pk_{}", "uq_{}_one_id_other_id", "ck_{}_ordered", "fk_{}_by_id", "fk_{}_one_id",
        "fk_{}_other_id", "fk_{}_workspace_id",
    ),
}  # fmt: skip
_INDEXES = {"shadow_seat": ("ix_{}_person_id", "ix_{}_round_id_person_id"), "shadow_apart": ()}


def upgrade() -> None:
    for before, after in _TABLES.items():
        _rename(before, after, before)


def downgrade() -> None:
    for before, after in _TABLES.items():
        _rename(after, before, before)


def _rename(one: str, other: str, named: str) -> None:
    """Rename a table with its constraints, indexes and sequence."""
    op.rename_table(one, other)
    for name in _CONSTRAINTS[named]:
        op.execute(
            f"ALTER TABLE {other} RENAME CONSTRAINT {name.format(one)} TO {name.format(other)}"
        )
    for name in _INDEXES[named]:
        op.execute(f"ALTER INDEX {name.format(one)} RENAME TO {name.format(other)}")
    op.execute(f"ALTER SEQUENCE {one}_id_seq RENAME TO {other}_id_seq")
