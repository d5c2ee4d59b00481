"""The tables of webhooks: who is told, and what still has to be told to them."""

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.leads.models import Lead, LeadEvent
from bot.store import Base, Id, Moment, WorkspaceId


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
    def is_told(self) -> bool:
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
