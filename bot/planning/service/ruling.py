"""Ruling: what an admin lets count as an agreement."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from bot.people import service as people
from bot.people.models import Person, Role
from bot.planning.models import Enough, PlanningRules
from bot.planning.service.agreeing import settle_all
from bot.planning.service.sla import changeable


@dataclass(frozen=True)
class Ruling:
    """The rules as an admin wants them."""

    roles: Sequence[Role]
    """Whose answers count."""
    enough: Enough
    some: int | None
    """How many have to be ready, where it is a number; None: as before."""
    must: Sequence[str]
    """Slack's IDs of people without whom nothing is agreed."""
    days: int
    """Working days until answers are due."""


def change_rules(session: Session, who: Person, ruling: Ruling) -> PlanningRules:
    """Set who has to agree, and until when; what is open is looked at again by the new rules.

    Raises NotAllowed.
    """
    changed = changeable(session, who)
    changed.asked_roles, changed.enough = sorted(ruling.roles), ruling.enough
    changed.some = ruling.some or changed.some
    changed.ready_days = ruling.days
    changed.must = sorted(
        people.person(session, who.workspace_id, slack_id).id for slack_id in set(ruling.must)
    )
    session.flush()
    settle_all(session, who)
    return changed
