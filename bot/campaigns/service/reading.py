"""Reading: which campaign a lead belongs to, what runs, and who of sales has read of it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session, joinedload

from bot import clock
from bot.campaigns.model import (
    RECENTLY_DAYS,
    Campaign,
    CampaignReceipt,
    Overview,
    Readership,
    utm_code,
)
from bot.errors import NotFound
from bot.people import service as people
from bot.people.model import Person, Role, Workspace
from bot.store import table

_with_owner = select(Campaign).options(joinedload(Campaign.owner))


def today(session: Session, workspace_id: int) -> date:
    """The day that it is in the workspace's zone."""
    return session.get_one(Workspace, workspace_id).day_of(clock.now())


# Built once, since every lead runs through it.
_BY_UTM = select(table(Campaign).c.id).where(
    table(Campaign).c.workspace_id == bindparam("workspace_id"),
    table(Campaign).c.utm_campaign == bindparam("code"),
)


def by_utm(session: Session, workspace_id: int, utm_campaign: str) -> int | None:
    """The id of the campaign that a UTM campaign code stands for, however it was written.

    It is called for every lead that arrives: one look into one index, and none for a code that no
    campaign can have.
    """
    code = utm_code(utm_campaign)
    if code is None:
        return None
    return session.scalar(_BY_UTM, {"workspace_id": workspace_id, "code": code})


def find(session: Session, workspace_id: int, campaign_id: int) -> Campaign:
    """The campaign of this workspace, with its owner. Raises NotFound."""
    campaign = session.scalar(
        _with_owner.where(Campaign.id == campaign_id, Campaign.workspace_id == workspace_id)
    )
    if campaign is None:
        raise NotFound(what="this campaign")
    return campaign


def known(session: Session, campaign_id: int) -> Campaign:
    """A campaign that is there, with its owner: for our own work, which carries its id."""
    return session.scalars(_with_owner.where(Campaign.id == campaign_id)).one()


def running(session: Session, workspace_id: int, day: date) -> Sequence[Campaign]:
    """The campaigns whose offer is in force on that day, the newest first."""
    return [campaign for campaign in _since(session, workspace_id, day) if campaign.runs_on(day)]


def overview(session: Session, workspace_id: int, day: date) -> Overview:
    """The campaigns that run on that day, that come, and that ended recently."""
    recent = _since(session, workspace_id, day - timedelta(days=RECENTLY_DAYS))
    ended = [campaign for campaign in recent if campaign.has_ended_by(day)]
    return Overview(
        running=[campaign for campaign in recent if campaign.runs_on(day)],
        coming=[campaign for campaign in reversed(recent) if campaign.starts_on > day],
        ended=sorted(ended, key=lambda campaign: campaign.ends_on or day, reverse=True),
        readers=_reader_counts(session, (campaign.id for campaign in recent)),
        sales=len(people.having(session, workspace_id, Role.SALESPERSON)),
    )


def readership(session: Session, campaign: Campaign) -> Readership:
    """Who of the salespeople has pressed *Got it*, and who has not yet."""
    sales = people.having(session, campaign.workspace_id, Role.SALESPERSON)
    read = set(
        session.scalars(
            select(CampaignReceipt.person_id).where(CampaignReceipt.campaign_id == campaign.id)
        )
    )
    return Readership(
        readers=[person for person in sales if person.id in read],
        waiting=[person for person in sales if person.id not in read],
    )


def _since(session: Session, workspace_id: int, day: date) -> Sequence[Campaign]:
    """The campaigns that had not ended by that day, the newest start first."""
    return session.scalars(
        select(Campaign)
        .where(
            Campaign.workspace_id == workspace_id,
            Campaign.ends_on.is_(None) | (Campaign.ends_on >= day),
        )
        .order_by(Campaign.starts_on.desc(), Campaign.name, Campaign.id)
    ).all()


def _reader_counts(session: Session, campaign_ids: Iterable[int]) -> Mapping[int, int]:
    """How many of the salespeople have read of each campaign."""
    rows = session.execute(
        select(CampaignReceipt.campaign_id, func.count().label("readers"))
        .join(Person, Person.id == CampaignReceipt.person_id)
        .where(
            CampaignReceipt.campaign_id.in_(campaign_ids),
            Person.active,
            Person.roles.contains([Role.SALESPERSON]),
        )
        .group_by(CampaignReceipt.campaign_id)
    )
    return {row.campaign_id: row.readers for row in rows}
