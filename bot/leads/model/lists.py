"""Lists of leads: a file that is imported, and the call list that sales works through."""

from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from bot.store import Base, Id, Moment, WorkspaceId


class ImportState(StrEnum):
    """Where an import stands."""

    PREVIEW = "preview"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"


class CallOutcome(StrEnum):
    """What a call of a list brought."""

    INTERESTED = "interested"
    CALL_BACK = "call_back"
    NO_ANSWER = "no_answer"
    NOT_INTERESTED = "not_interested"

    @property
    def label(self) -> str:
        """The outcome in words."""
        return self.value.replace("_", " ").capitalize()


class Offer(Base):
    """Quiet leads that were offered to the channel together, at one of the set hours."""

    __tablename__ = "lead_offer"
    __table_args__ = (UniqueConstraint("workspace_id", "at"),)

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    at: Mapped[Moment]
    lead_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    waiting: Mapped[int]
    """How many quiet leads waited then, with those that are not shown."""


class CallList(Base):
    """Contacts to call one after the other, such as those of a webinar."""

    __tablename__ = "call_list"

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    name: Mapped[str]
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"))
    created_at: Mapped[Moment]


class Import(Base):
    """A file of leads on its way in; `position` rows of it are done."""

    __tablename__ = "lead_import"

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """Who dropped it; None for the command line."""
    name: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    mapping: Mapped[dict[str, Any]]
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"))
    call_list_id: Mapped[int | None] = mapped_column(ForeignKey("call_list.id"))
    state: Mapped[str] = mapped_column(default=ImportState.PREVIEW)
    created_at: Mapped[Moment]
    finished_at: Mapped[Moment | None]
    channel: Mapped[str | None]
    """The conversation in which it was dropped; None for the command line."""
    total: Mapped[int]
    position: Mapped[int] = mapped_column(default=0)
    added: Mapped[int] = mapped_column(default=0)
    joined: Mapped[int] = mapped_column(default=0)
    """Rows of people whose lead is open."""
    known: Mapped[int] = mapped_column(default=0)
    """Rows that an earlier import brought."""
    refused: Mapped[int] = mapped_column(default=0)
