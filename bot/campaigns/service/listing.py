"""Listing: the campaigns that a person may manage, and all of them page by page."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session, joinedload

from bot.campaigns.models import OVER, Campaign, Stage
from bot.campaigns.service.planning import may_manage
from bot.people import service as people
from bot.people.models import Person, Role
from bot.store import prefixes

MANAGED = 5
"""How many campaigns an answer shows with their buttons."""
LISTED = 15
"""How many campaigns a page of the list has."""

_FIRST = (Stage.LIVE, Stage.PAUSED, Stage.AGREED, Stage.PROPOSED, Stage.DRAFT, *OVER)


def to_manage(session: Session, who: Person, words: str) -> tuple[Sequence[Campaign], int]:
    """The campaigns that are not over and that the person may change, and how many there are.

    `words` are how words of the name begin; without any, all. Raises NotAllowed.
    """
    may_manage(session, who)
    mine = [Campaign.workspace_id == who.workspace_id, Campaign.stage.not_in(OVER)]
    if not who.leads_others:
        mine.append(Campaign.owner_id == who.id)
    if query := prefixes(words):
        named = func.to_tsvector("simple", Campaign.name)
        mine.append(named.bool_op("@@")(func.to_tsquery("simple", query)))
    found = session.scalars(
        select(Campaign)
        .where(*mine)
        .options(joinedload(Campaign.owner))
        .order_by(_by_stage(), Campaign.starts_on.desc(), Campaign.id.desc())
        .limit(MANAGED)
    ).all()
    return found, session.scalars(select(func.count()).select_from(Campaign).where(*mine)).one()


def page(session: Session, who: Person, number: int) -> tuple[Sequence[Campaign], int]:
    """A page of all campaigns, those that run first, each with its owner; and how many there are.

    What somebody else only drafts is theirs alone. Raises NotAllowed.
    """
    people.require(session, who, "list campaigns", Role.SALESPERSON, Role.MARKETER)
    mine = [
        Campaign.workspace_id == who.workspace_id,
        (Campaign.stage != Stage.DRAFT) | (Campaign.owner_id == who.id),
    ]
    found = session.scalars(
        select(Campaign)
        .where(*mine)
        .options(joinedload(Campaign.owner))
        .order_by(_by_stage(), Campaign.starts_on.desc(), Campaign.id.desc())
        .limit(LISTED)
        .offset(number * LISTED)
    ).all()
    return found, session.scalars(select(func.count()).select_from(Campaign).where(*mine)).one()


def _by_stage() -> ColumnElement[int]:
    return case({stage.value: place for place, stage in enumerate(_FIRST)}, value=Campaign.stage)
