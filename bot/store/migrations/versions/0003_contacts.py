"""Contacts, touches, consent, heat, call lists and imports; leads of before get their contacts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contact",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("merged_into", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["merged_into"], ["contact.id"], name=op.f("fk_contact_merged_into")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_contact_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
    )
    op.create_table(
        "consent",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=False),
        sa.Column("wording", sa.Text(), nullable=True),
        sa.Column("purposes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_consent_contact_id")),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_consent_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index(
        "ix_consent_contact_id_given_at", "consent", ["contact_id", "given_at"], unique=False
    )
    op.create_table(
        "contact_key",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_contact_key_contact_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_contact_key_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_key")),
        sa.UniqueConstraint(
            "workspace_id", "kind", "value", name=op.f("uq_contact_key_workspace_id_kind_value")
        ),
    )
    op.create_index(op.f("ix_contact_key_contact_id"), "contact_key", ["contact_id"], unique=False)
    op.create_table(
        "heat_rules",
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("hot_from", sa.BigInteger(), nullable=False),
        sa.Column("points", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("competitors", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["changed_by"], ["person.id"], name=op.f("fk_heat_rules_changed_by")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_heat_rules_workspace_id")
        ),
        sa.PrimaryKeyConstraint("workspace_id", name=op.f("pk_heat_rules")),
    )
    op.create_table(
        "call_list",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_call_list_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_call_list_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_list")),
    )
    op.create_table(
        "lead_offer",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lead_ids", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("waiting", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_lead_offer_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead_offer")),
        sa.UniqueConstraint("workspace_id", "at", name=op.f("uq_lead_offer_workspace_id_at")),
    )
    op.create_table(
        "lead_import",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("mapping", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=True),
        sa.Column("call_list_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("added", sa.BigInteger(), nullable=False),
        sa.Column("joined", sa.BigInteger(), nullable=False),
        sa.Column("known", sa.BigInteger(), nullable=False),
        sa.Column("refused", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_lead_import_by_id")),
        sa.ForeignKeyConstraint(
            ["call_list_id"], ["call_list.id"], name=op.f("fk_lead_import_call_list_id")
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_lead_import_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_lead_import_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead_import")),
    )
    op.create_table(
        "touch",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("lead_id", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=True),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_touch_campaign_id")
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name=op.f("fk_touch_lead_id")),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_touch_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_touch")),
        sa.UniqueConstraint(
            "workspace_id",
            "source",
            "external_id",
            name=op.f("uq_touch_workspace_id_source_external_id"),
        ),
    )
    op.create_index(op.f("ix_touch_lead_id"), "touch", ["lead_id"], unique=False)
    op.add_column("lead", sa.Column("contact_id", sa.BigInteger(), nullable=True))
    op.add_column("lead", sa.Column("gclid", sa.Text(), nullable=True))
    op.add_column("lead", sa.Column("fbclid", sa.Text(), nullable=True))
    op.add_column("lead", sa.Column("li_fat_id", sa.Text(), nullable=True))
    op.add_column("lead", sa.Column("ttclid", sa.Text(), nullable=True))
    op.add_column("lead", sa.Column("form_id", sa.Text(), nullable=True))
    op.add_column("lead", sa.Column("ad_id", sa.Text(), nullable=True))
    op.add_column("lead", sa.Column("last_touch_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("lead", sa.Column("last_campaign_id", sa.BigInteger(), nullable=True))
    op.add_column(
        "lead",
        sa.Column(
            "labels", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
    )
    op.add_column(
        "lead", sa.Column("heat", sa.BigInteger(), server_default=sa.text("'0'"), nullable=False)
    )
    op.add_column(
        "lead",
        sa.Column(
            "heat_reasons",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
        ),
    )
    op.add_column(
        "lead", sa.Column("is_hot", sa.Boolean(), server_default=sa.text("'true'"), nullable=False)
    )
    op.add_column("lead", sa.Column("merged_into", sa.BigInteger(), nullable=True))
    op.add_column("lead", sa.Column("call_list_id", sa.BigInteger(), nullable=True))
    op.add_column("lead", sa.Column("call_outcome", sa.Text(), nullable=True))
    op.add_column(
        "lead",
        sa.Column("call_attempts", sa.BigInteger(), server_default=sa.text("'0'"), nullable=False),
    )
    op.create_index("ix_lead_call_list_id", "lead", ["call_list_id"], unique=False)
    op.create_index("ix_lead_contact_id", "lead", ["contact_id"], unique=False)
    op.create_foreign_key(op.f("fk_lead_contact_id"), "lead", "contact", ["contact_id"], ["id"])
    op.create_foreign_key(op.f("fk_lead_merged_into"), "lead", "lead", ["merged_into"], ["id"])
    op.create_foreign_key(
        op.f("fk_lead_call_list_id"), "lead", "call_list", ["call_list_id"], ["id"]
    )
    op.create_foreign_key(
        op.f("fk_lead_last_campaign_id"), "lead", "campaign", ["last_campaign_id"], ["id"]
    )
    op.add_column(
        "submission",
        sa.Column("outcome", sa.Text(), server_default=sa.text("'lead'"), nullable=False),
    )
    op.create_index(
        "ix_submission_unreadable",
        "submission",
        ["workspace_id", "id"],
        unique=False,
        postgresql_where=sa.text("outcome = 'unreadable'"),
    )
    op.create_index(
        "ix_submission_workspace_id_source_received_at",
        "submission",
        ["workspace_id", "source", "received_at"],
        unique=False,
    )
    _fill()
    op.alter_column("lead", "contact_id", nullable=False)
    op.alter_column("lead", "last_touch_at", nullable=False)
    op.alter_column("lead", "labels", server_default=None)
    op.alter_column("lead", "heat", server_default=None)
    op.alter_column("lead", "heat_reasons", server_default=None)
    op.alter_column("lead", "is_hot", server_default=None)
    op.alter_column("lead", "call_attempts", server_default=None)
    op.alter_column("submission", "outcome", server_default=None)


def downgrade() -> None:
    op.drop_index("ix_submission_workspace_id_source_received_at", table_name="submission")
    op.drop_index(
        "ix_submission_unreadable",
        table_name="submission",
        postgresql_where=sa.text("outcome = 'unreadable'"),
    )
    op.drop_column("submission", "outcome")
    op.drop_constraint(op.f("fk_lead_last_campaign_id"), "lead", type_="foreignkey")
    op.drop_constraint(op.f("fk_lead_call_list_id"), "lead", type_="foreignkey")
    op.drop_constraint(op.f("fk_lead_merged_into"), "lead", type_="foreignkey")
    op.drop_constraint(op.f("fk_lead_contact_id"), "lead", type_="foreignkey")
    op.drop_index("ix_lead_contact_id", table_name="lead")
    op.drop_index("ix_lead_call_list_id", table_name="lead")
    op.drop_column("lead", "call_attempts")
    op.drop_column("lead", "call_outcome")
    op.drop_column("lead", "call_list_id")
    op.drop_column("lead", "merged_into")
    op.drop_column("lead", "is_hot")
    op.drop_column("lead", "heat_reasons")
    op.drop_column("lead", "heat")
    op.drop_column("lead", "labels")
    op.drop_column("lead", "last_campaign_id")
    op.drop_column("lead", "last_touch_at")
    op.drop_column("lead", "ad_id")
    op.drop_column("lead", "form_id")
    op.drop_column("lead", "ttclid")
    op.drop_column("lead", "li_fat_id")
    op.drop_column("lead", "fbclid")
    op.drop_column("lead", "gclid")
    op.drop_column("lead", "contact_id")
    op.drop_index(op.f("ix_touch_lead_id"), table_name="touch")
    op.drop_table("touch")
    op.drop_table("lead_import")
    op.drop_table("lead_offer")
    op.drop_table("call_list")
    op.drop_table("heat_rules")
    op.drop_index(op.f("ix_contact_key_contact_id"), table_name="contact_key")
    op.drop_table("contact_key")
    op.drop_index("ix_consent_contact_id_given_at", table_name="consent")
    op.drop_table("consent")
    op.drop_table("contact")


# Each lead of before belongs to the contact of its e-mail address, else of its phone number, else
# to one of its own; a contact's id is that of its first lead.
_FILL = """
CREATE TEMPORARY TABLE person_of ON COMMIT DROP AS
    SELECT id AS lead_id, min(id) OVER (PARTITION BY workspace_id,
        coalesce('e' || email_key, 'p' || phone_e164, 'l' || id)) AS first_id
    FROM lead;
INSERT INTO contact (id, workspace_id, created_at) OVERRIDING SYSTEM VALUE
    SELECT id, workspace_id, received_at FROM lead
    WHERE id IN (SELECT first_id FROM person_of);
SELECT setval(pg_get_serial_sequence('contact', 'id'), max(id)) FROM contact HAVING max(id) > 0;
INSERT INTO contact_key (workspace_id, contact_id, kind, value)
    SELECT DISTINCT ON (workspace_id, kind, value) workspace_id, first_id, kind, value
    FROM lead JOIN person_of ON lead_id = lead.id,
        LATERAL (VALUES ('email', email_key), ('phone', phone_e164)) AS key (kind, value)
    WHERE value IS NOT NULL ORDER BY workspace_id, kind, value, lead.id;
UPDATE lead SET contact_id = first_id, last_touch_at = received_at,
        last_campaign_id = campaign_id
    FROM person_of WHERE lead_id = lead.id;
UPDATE submission SET outcome = 'unreadable' WHERE problem IS NOT NULL;
"""


def _fill() -> None:
    for statement in _FILL.split(";"):
        if statement.strip():
            op.execute(statement)
