"""What intake keeps: raw submissions, the touches of a lead, and the rules of its score."""

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


class Touch(Base):
    """A later submission that joined an open lead; the lead itself is its own first touch."""

    __tablename__ = "touch"
    __table_args__ = (
        UniqueConstraint("workspace_id", "source", "sender", "external_id", "person_key"),
    )

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    lead_id: Mapped[int] = mapped_column(ForeignKey("lead.id"), index=True)
    source: Mapped[str]
    sender: Mapped[str] = mapped_column(default="", server_default="")
    external_id: Mapped[str]
    person_key: Mapped[str] = mapped_column(default="", server_default="")
    at: Mapped[Moment]
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"))
    facts: Mapped[dict[str, Any]]
    """What it said, by the names of a payload."""

    @property
    def unplaced(self) -> list[dict[str, str]]:
        """The answers that no field says: they are shown under their questions."""
        return [each for each in self.facts.get("answers") or [] if "field" not in each]


class ScoreRules(Base):
    """How a workspace tells hot leads; without a row the defaults hold."""

    __tablename__ = "score_rules"

    workspace_id: Mapped[WorkspaceId] = mapped_column(primary_key=True)
    hot_from: Mapped[int]
    """Points from which a lead is announced at once."""
    points: Mapped[dict[str, Any]]
    """Points by rule."""
    competitors: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """Domains of competitors."""
    changed_at: Mapped[Moment]
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
