"""Ruling: what an admin lets count as an agreement."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from bot.errors import FieldErrors
from bot.people import service as people
from bot.people.models import Person, Role
from bot.planning.models import MAY_ANSWER, Enough, PlanningRules
from bot.planning.service.agreeing import settle_all
from bot.planning.service.promising import DAYS_WRONG, changeable, in_days

_MOST_PEOPLE = 1_000


@dataclass(frozen=True)
class Ruling:
    """The rules as somebody wrote them."""

    roles: Sequence[str]
    enough: str
    some: str
    must: Sequence[str]
    """Slack's IDs."""
    days: str


def change_rules(session: Session, who: Person, told: Ruling) -> PlanningRules:
    """Set who has to agree, and until when; what is open is looked at again by the new rules.

    Raises NotAllowed, and FieldErrors by the names of the ruling.
    """
    changed = changeable(session, who)
    if problems := _problems(told):
        raise FieldErrors(problems)
    days = in_days(told.days)
    assert days is not None
    changed.asked_roles, changed.enough = sorted(told.roles), told.enough
    changed.some = int(told.some) if told.some else changed.some
    changed.ready_days = days
    changed.must = sorted(
        people.person(session, who.workspace_id, slack_id).id for slack_id in set(told.must)
    )
    session.flush()
    settle_all(session, who)
    return changed


def _problems(told: Ruling) -> dict[str, str]:
    problems = {}
    if not told.roles or not {Role(role) for role in told.roles} <= set(MAY_ANSWER):
        problems["roles"] = "Choose whose answers count."
    if told.enough == Enough.SOME and not told.some:
        problems["some"] = "Say how many have to be ready."
    if told.some and not (told.some.isdecimal() and 1 <= int(told.some[:9]) <= _MOST_PEOPLE):
        problems["some"] = f"Write a whole number from 1 to {_MOST_PEOPLE:,}."
    if in_days(told.days) is None:
        problems["days"] = DAYS_WRONG
    return problems
