"""What intake keeps: raw submissions, imports, and the rules of the lead score."""

from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from bot.store import Base, Id, Moment, WorkspaceId


class Outcome(StrEnum):
    """What came of a submission."""

    LEAD = "lead"
    FETCHING = "fetching"
    """It only names leads, which durable work fetches."""
    CANCELLATION = "cancellation"
    """A meeting is off, or was moved."""
    IGNORED = "ignored"
    """A test of the vendor's, or an event that is no lead."""
    UNREADABLE = "unreadable"
    """It waits for an admin, who replays or dismisses it."""
    DISMISSED = "dismissed"


REFUSAL = "text/x-refusal"
"""The content type of what is no submission: a vendor refused to name its leads, as we note it."""


class Submission(Base):
    """A raw request of a proven sender, kept whether or not it could be read."""

    __tablename__ = "submission"
    __table_args__ = (
        Index("ix_submission_workspace_id_source_received_at", "workspace_id", "source",
              "received_at"),
        Index("ix_submission_unreadable", "workspace_id", "id",
              postgresql_where=text("outcome = 'unreadable'")),
    )  # fmt: skip

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    source: Mapped[str]
    sender: Mapped[str]
    received_at: Mapped[Moment]
    content_type: Mapped[str]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    outcome: Mapped[str]
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("lead.id"))
    """The first lead that it became or joined."""
    problem: Mapped[str | None]
    """Why it could not be read or was ignored."""


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
    """What each column means (`bot.sources.columns`)."""
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


class ScoreRules(Base):
    """How a workspace tells hot leads; without a row the defaults hold."""

    __tablename__ = "score_rules"

    workspace_id: Mapped[WorkspaceId] = mapped_column(primary_key=True)
    hot_from: Mapped[int]
    """Points from which a lead is announced at once."""
    points: Mapped[dict[str, Any]]
    """Points by rule."""
    competitors: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """Competitors' domains."""
    changed_at: Mapped[Moment]
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
