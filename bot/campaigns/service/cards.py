"""The messages of a campaign that are redrawn whenever it changes."""

from sqlalchemy.orm import Session

from bot import slack
from bot.campaigns.model import Campaign

CARD = "campaign"
CONFIRMATION = "campaign.announced"


def redraw(session: Session, campaign: Campaign) -> None:
    """Let the announcement and its owner's message say what is the case now."""
    slack.redraw(session, CARD, campaign.id)
    slack.redraw(session, CONFIRMATION, campaign.id)
