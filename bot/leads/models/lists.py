"""Lists of leads: a file that is imported, and the call list that sales works through."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from bot.campaigns.models import Campaign
from bot.store import Base, Id, Moment, WorkspaceId


class ImportState(StrEnum):
    """Where an import stands."""

    READING = "reading"
    """The file is fetched and its rows are written down."""
    FAILED = "failed"
    """The file cannot be read as a list."""
    PREVIEW = "preview"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    SPEND = "spend"
    """It is a report of what was spent, which goes on with spend."""


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


class QuietLeadsDigest(Base):
    """Quiet leads that were offered to the channel together, at one of the set hours."""

    __tablename__ = "quiet_leads_digest"
    __table_args__ = (
        UniqueConstraint("workspace_id", "at"),
        Index("ix_quiet_leads_digest_lead_ids", "lead_ids", postgresql_using="gin"),
    )

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


@dataclass(frozen=True)
class CallProgress:
    """How far a call list is."""

    listed: CallList
    campaign: Campaign | None
    total: int
    left: int
    """Those to be called yet, or again."""
    by_outcome: Mapping[str | None, int]
    """The calls that brought something, and those whom nobody reached at last."""


class Import(Base):
    """A list on its way in: what its columns mean, and what has become of its rows."""

    __tablename__ = "lead_import"
    __table_args__ = (UniqueConstraint("workspace_id", "file_id"),)

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """Who dropped it; None for the command line."""
    name: Mapped[str]
    file_id: Mapped[str | None]
    """Slack's id of the file; None for the command line."""
    encoding: Mapped[str | None]
    """How the file is encoded, as it was found or as somebody chose; None until it is read."""
    header: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    meanings: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    """What each column means (`bot.leads.sources.columns`)."""
    preview: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What would come of it, until it is started."""
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"))
    call_list_id: Mapped[int | None] = mapped_column(ForeignKey("call_list.id"))
    state: Mapped[str] = mapped_column(default=ImportState.READING)
    problem: Mapped[str | None]
    """Why the file cannot be read."""
    created_at: Mapped[Moment]
    finished_at: Mapped[Moment | None]
    total: Mapped[int] = mapped_column(default=0)
    added: Mapped[int] = mapped_column(default=0)
    joined: Mapped[int] = mapped_column(default=0)
    """Rows of people whose lead is open."""
    known: Mapped[int] = mapped_column(default=0)
    """Rows that are here already."""
    refused: Mapped[int] = mapped_column(default=0)

    @property
    def done(self) -> int:
        """The rows that something has become of."""
        return self.added + self.joined + self.known + self.refused


class ImportRow(Base):
    """A row of a list that waits, or was refused; what became a lead is deleted here."""

    __tablename__ = "lead_import_row"

    import_id: Mapped[int] = mapped_column(ForeignKey("lead_import.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """1 for the first below the header."""
    cells: Mapped[list[str]] = mapped_column(ARRAY(Text))
    problem: Mapped[str | None]
    """Why it was refused."""
