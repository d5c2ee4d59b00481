"""External ids count per sender, and for one person: who sent a lead, and a key of whom it names."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_BEFORE = ["workspace_id", "source", "external_id"]
_NOW = ["workspace_id", "source", "sender", "external_id", "person_key"]

# A submission and what it became have the same time. A phone number in international form was not
# kept with a touch: where one came without an address, its repetition joins the lead once more.
_SENDER = """
    UPDATE {table} SET sender = submission.sender FROM submission
    WHERE submission.workspace_id = {table}.workspace_id AND submission.source = {table}.source
      AND submission.received_at = {table}.{at}
"""
_PERSON = """
    UPDATE {table}
    SET person_key = left(encode(sha256(convert_to(coalesce({who}, ''), 'UTF8')), 'hex'), 32)
"""
_TABLES = {
    "lead": ("received_at", "email_key, phone_e164, phone_raw"),
    "touch": ("at", "lower(facts ->> 'email'), facts ->> 'phone'"),
}


def upgrade() -> None:
    for table, (at, who) in _TABLES.items():
        for name in ("sender", "person_key"):
            op.add_column(table, sa.Column(name, sa.Text(), server_default="", nullable=False))
        op.execute(_SENDER.format(table=table, at=at))
        op.execute(_PERSON.format(table=table, who=who))
        op.drop_constraint(f"uq_{table}_{'_'.join(_BEFORE)}", table, type_="unique")
        op.create_unique_constraint(f"uq_{table}_{'_'.join(_NOW)}", table, _NOW)


def downgrade() -> None:
    for table in _TABLES:
        op.drop_constraint(f"uq_{table}_{'_'.join(_NOW)}", table, type_="unique")
        op.create_unique_constraint(f"uq_{table}_{'_'.join(_BEFORE)}", table, _BEFORE)
        op.drop_column(table, "person_key")
        op.drop_column(table, "sender")
