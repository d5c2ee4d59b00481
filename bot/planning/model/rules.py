"""What the two departments promise each other while they plan; an admin changes it."""

from sqlalchemy.orm import Mapped, mapped_column

from bot.store import Base, WorkspaceId

MOST_DAYS = 60
"""The most working days that a promise may take."""


class PlanningRules(Base):
    """The rules of a workspace."""

    __tablename__ = "planning_rules"

    workspace_id: Mapped[WorkspaceId] = mapped_column(primary_key=True)
    answer_days: Mapped[int] = mapped_column(default=5, server_default="5")
    """Working days of marketing within which a request is answered."""
