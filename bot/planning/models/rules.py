"""What the two departments promise each other while they plan; an admin changes it."""

from sqlalchemy import BigInteger, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from bot.people.models import Role
from bot.planning.models.agreement import Enough, Rule
from bot.store import Base, WorkspaceId

MOST_DAYS = 60
"""The most working days that a promise may take."""

MAY_ANSWER = (Role.SALESPERSON, Role.MANAGER)
"""Whom a proposal can be put before."""


class PlanningRules(Base):
    """The rules of a workspace."""

    __tablename__ = "planning_rules"

    workspace_id: Mapped[WorkspaceId] = mapped_column(primary_key=True)
    answer_days: Mapped[int] = mapped_column(default=5, server_default="5")
    """Working days of marketing within which a request is answered."""
    ready_days: Mapped[int] = mapped_column(default=2, server_default="2")
    """Working days of sales within which a proposal is answered."""
    asked_roles: Mapped[list[str]] = mapped_column(
        ARRAY(Text), default=lambda: [Role.SALESPERSON.value], server_default="{salesperson}"
    )
    """Whose answers to a proposal count."""
    enough: Mapped[str] = mapped_column(default=Enough.MAJORITY, server_default=Enough.MAJORITY)
    some: Mapped[int] = mapped_column(default=2, server_default="2")
    """How many have to be ready, where it is a number."""
    must: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), default=list, server_default="{}")
    """The ids of people without whom nothing is agreed; they are asked in any case."""

    @property
    def rule(self) -> Rule:
        """What makes an agreement."""
        return Rule(Enough(self.enough), self.some, frozenset(self.must))
