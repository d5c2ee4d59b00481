"""The tables of the CRM and of webhooks: the connection, what each lead is there, who is who, and
where lead events are posted to."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.leads.models import Lead, LeadEvent
from bot.people.models import Person
from bot.store import Base, Id, Moment, WorkspaceId

AMOUNT = "crm.amount"
"""The card that asks about an amount; its subject is the lead."""


class CrmConnection(Base):
    """The one CRM of a workspace, how far it was read, and how it does."""

    __tablename__ = "crm_connection"

    workspace_id: Mapped[WorkspaceId] = mapped_column(primary_key=True)
    crm: Mapped[str]
    """Its name in HANDOFF_CRM."""
    is_active: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    """False: the settings name none any more, and nothing is collected for it."""
    key_prefix: Mapped[str]
    """Makes our keys differ from those of every other installation that writes there."""
    connected_at: Mapped[Moment]
    mark: Mapped[Moment]
    """Up to when, by the CRM's clock, its changes were read."""
    polled_at: Mapped[Moment | None]
    """When they were read last."""
    next_poll_at: Mapped[Moment] = mapped_column(index=True)
    """When they are read next; a hook brings it forward."""
    next_call_at: Mapped[Moment]
    """When the next call is within the rate limit."""
    blocked: Mapped[str | None]
    """What stops all work (`port.Trouble`), until an admin mends it."""
    blocked_why: Mapped[str | None]
    blocked_at: Mapped[Moment | None]
    try_again_at: Mapped[Moment | None]
    """When reading is tried again although it is blocked. None: it works again, and writing is
    tried."""
    busy_until: Mapped[Moment | None]
    """Until when the CRM asked us to wait."""
    key_expires_at: Mapped[Moment | None]
    users_at: Mapped[Moment | None]
    """When the CRM's users were read last."""
    users: Mapped[list[Any]] = mapped_column(default=list, server_default=text("'[]'"))
    """Its users as they were then: id, name, email, is_active."""
    dropped: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'"))
    """Values that the CRM has refused, with the day of the last time."""


class Refused(StrEnum):
    """Why a lead is not in the CRM as it is here."""

    INVALID = "invalid"
    """The CRM refuses it; it is tried again once it changes, or somebody asks."""
    NOT_TAKEN = "not_taken"
    """It was changed there, and our own rules forbid that here; until both agree again."""
    GONE = "gone"
    """Its record was deleted; nobody makes it anew but a person."""
    DUPLICATE = "duplicate"
    """Another lead of ours has this record already."""
    AMOUNT = "amount"
    """It was won there without an amount."""
    TWO_AMOUNTS = "two_amounts"
    """The amount was changed here and there; a person decides."""


class CrmRecord(Base):
    """A lead's record in the CRM: what was written, what it held when we last looked."""

    __tablename__ = "crm_record"
    __table_args__ = (
        Index("ix_crm_record_waiting", "workspace_id", "changed_at",
              postgresql_where=text("version <> written_version")),
        Index("ix_crm_record_refused", "workspace_id",
              postgresql_where=text("refused IS NOT NULL")),
        Index("ix_crm_record_record_id", "workspace_id", "record_id"),
    )  # fmt: skip

    lead_id: Mapped[int] = mapped_column(ForeignKey(Lead.id), primary_key=True)
    workspace_id: Mapped[WorkspaceId]
    record_id: Mapped[str | None]
    """Its id in the CRM, once that is known."""
    memory: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'"))
    """What the adapter remembers with it."""
    written: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'"))
    """The values that were written (`port.Values`, as JSON)."""
    seen: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'"))
    """Stage, amount, owner and reason as the CRM held them when we last looked; under `writing`
    those that we have begun to write since."""
    note_id: Mapped[int] = mapped_column(default=0, server_default="0")
    """The newest note that was added."""
    adding_note_id: Mapped[int | None]
    """The note that is being added, and so may be there already."""
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    """Counts the changes here."""
    written_version: Mapped[int] = mapped_column(default=0, server_default="0")
    """The change up to which all was written."""
    changed_at: Mapped[Moment]
    """Since when a change waits; what waits longest goes first."""
    is_backfill: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    """It waits for a backfill, and so goes after all else."""
    retry_at: Mapped[Moment | None]
    """Until when it is left alone, since others were writing to it."""
    refused: Mapped[str | None]
    """Why it is not there as it is here (`Refused`)."""
    refused_why: Mapped[str | None]
    """What the CRM, or our own rules, say of it."""
    written_at: Mapped[Moment | None]


class CrmUser(Base):
    """Who a person is in the CRM."""

    __tablename__ = "crm_user"

    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), primary_key=True)
    workspace_id: Mapped[WorkspaceId]
    user_id: Mapped[str | None]
    """Their id there; None: nobody has their email address."""
    is_chosen: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    """An admin chose it, whatever the addresses say."""


class CrmNotice(Base):
    """Something that the admins hear of once."""

    __tablename__ = "crm_notice"
    __table_args__ = (Index("ix_crm_notice_workspace_id_at", "workspace_id", "at"),)

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    kind: Mapped[str]
    facts: Mapped[dict[str, Any]]
    at: Mapped[datetime]


class WebhookEndpoint(Base):
    """A receiver that the settings name, and how it does. Its address stands in the settings
    alone: who knows it may send to it."""

    __tablename__ = "webhook_endpoint"
    __table_args__ = (UniqueConstraint("workspace_id", "name"),)

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    name: Mapped[str]
    is_set: Mapped[bool] = mapped_column(default=True, server_default="true")
    """Whether the settings name it."""
    next_at: Mapped[Moment | None]
    """When the clock sends what waits; None: nothing waits, or it is being sent."""
    paused_until: Mapped[Moment | None]
    """It is away, or asked us to wait: what comes meanwhile waits too."""
    last_success_at: Mapped[Moment | None]
    failures: Mapped[int] = mapped_column(default=0, server_default="0")
    """Attempts that failed one after the other."""
    failing_since: Mapped[Moment | None]
    problem: Mapped[str | None]
    """Why the last attempt failed, in words."""
    disabled_at: Mapped[Moment | None]

    @property
    def is_active(self) -> bool:
        """Whether changes are kept for it."""
        return self.is_set and self.disabled_at is None


class WebhookDelivery(Base):
    """An event that a receiver has not taken yet; the row goes when it has."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        UniqueConstraint("endpoint_id", "event_id"),
        Index("ix_webhook_delivery_endpoint_id_lead_id", "endpoint_id", "lead_id", "event_id"),
    )

    id: Mapped[Id]
    endpoint_id: Mapped[int] = mapped_column(ForeignKey(WebhookEndpoint.id))
    event_id: Mapped[int] = mapped_column(ForeignKey(LeadEvent.id))
    lead_id: Mapped[int] = mapped_column(ForeignKey(Lead.id))
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    """How often it was refused; that the receiver was away does not count."""
    retry_at: Mapped[Moment | None]
    """When it is tried again; None: at once."""
