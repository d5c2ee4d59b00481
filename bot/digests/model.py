"""The table of digests: what was reported, when, so that a week is never reported twice."""

from datetime import date
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from bot.store import Base, Id, Moment, WorkspaceId


class Digest(Base):
    """One digest and the figures that it showed."""

    __tablename__ = "digest"
    __table_args__ = (UniqueConstraint("workspace_id", "kind", "period_start"),)

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    kind: Mapped[str]
    period_start: Mapped[date]
    """The Monday of the week (ISO 8601), in the workspace's zone."""
    period_end: Mapped[date]
    """The Monday after it, not included."""
    figures: Mapped[dict[str, Any]]
    created_at: Mapped[Moment]
