"""Reading an announcement: *Got it*, once for each version that asks."""

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot import clock
from bot.campaigns.models import Campaign, CampaignReceipt
from bot.campaigns.service.cards import redraw
from bot.campaigns.service.reading import find, today
from bot.campaigns.service.reminding import settle
from bot.errors import HandoffError
from bot.people import service as people
from bot.people.models import Person, Role
from bot.slack.text import moment, safe


class AlreadyRead(HandoffError):
    """You have confirmed “{name}” already, {at}. There is nothing more to do."""


class Ended(HandoffError):
    """“{name}” has ended, so there is nothing left to confirm."""


def got_it(session: Session, who: Person, campaign_id: int) -> bool:
    """Note that the person has read the announcement; True where the card counts them, as sales.

    Raises NotFound, NotAllowed, Ended, AlreadyRead.
    """
    people.require(session, who, "confirm campaigns", Role.SALESPERSON, Role.MARKETER)
    campaign = find(session, who.workspace_id, campaign_id)
    if campaign.is_over(today(session, who.workspace_id)):
        raise Ended(name=safe(campaign.name))
    _note_receipt(session, who, campaign)
    redraw(session, campaign)
    settle(session, campaign, who)
    return Role.SALESPERSON in who.roles


def _note_receipt(session: Session, who: Person, campaign: Campaign) -> None:
    holds = (
        CampaignReceipt.campaign_id == campaign.id,
        CampaignReceipt.person_id == who.id,
        CampaignReceipt.version >= campaign.holds_from,
    )
    before = session.scalar(select(func.min(CampaignReceipt.at)).where(*holds))
    first = before is None and session.scalar(
        insert(CampaignReceipt)
        .values(
            campaign_id=campaign.id,
            person_id=who.id,
            version=campaign.version,
            workspace_id=who.workspace_id,
            at=clock.now(),
        )
        .on_conflict_do_nothing()
        .returning(CampaignReceipt.at)
    )
    if not first:
        at = before or session.scalars(select(func.min(CampaignReceipt.at)).where(*holds)).one()
        raise AlreadyRead(name=safe(campaign.name), at=moment(at))
