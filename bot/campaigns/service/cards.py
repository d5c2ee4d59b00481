"""The messages of a campaign, which are redrawn whenever it changes."""

from sqlalchemy.orm import Session

from bot import slack
from bot.campaigns.models import Campaign
from bot.people.models import Workspace

CARD = "campaign"
CONFIRMATION = "campaign.announced"
TIMELINE = "campaign.timeline"
OVER = "campaign.over"


def redraw(session: Session, campaign: Campaign) -> None:
    """Let the announcement and its owner's message say what is the case now."""
    slack.redraw_all(session, [(CARD, campaign.id), (CONFIRMATION, campaign.id)])


def tell(session: Session, campaign: Campaign) -> None:
    """Something happened to it: the timeline in its thread tells, once it was announced."""
    if campaign.announced_at is not None:
        channel, thread = channel_of(session, campaign), (CARD, campaign.id)
        workspace_id = campaign.workspace_id
        slack.show(session, workspace_id, TIMELINE, campaign.id, channel, thread_of=thread)
    redraw(session, campaign)


def tell_the_end(session: Session, campaign: Campaign) -> None:
    """Tell the channel, in one message, that the offer is over."""
    if campaign.announced_at is not None:
        channel = channel_of(session, campaign)
        slack.show(session, campaign.workspace_id, OVER, campaign.id, channel)


def channel_of(session: Session, campaign: Campaign) -> str:
    """Where the announcement stands; the shared channel may be another one by now."""
    stands = slack.place(session, CARD, campaign.id)
    if stands is not None:
        return stands[0]
    return session.get_one(Workspace, campaign.workspace_id).channel
