"""Announcing: the campaign's card in the shared channel, the word to its owner, and its end."""

from datetime import timedelta

from sqlalchemy.orm import Session

from bot import slack
from bot.campaigns.model import Campaign, Deed, Stage
from bot.campaigns.service import audit
from bot.campaigns.service.drafting import Draft
from bot.campaigns.service.planning import held, manageable, may_announce, see_whole, write
from bot.campaigns.service.reading import known, today
from bot.jobs import enqueue
from bot.people.model import Person, Workspace

CARD = "campaign"
CONFIRMATION = "campaign.announced"
CONFIRM = "campaigns.confirm"
END = "campaigns.end"


def announce(session: Session, who: Person, draft: Draft, token: str) -> Campaign:
    """Announce a campaign in the shared channel, without asking sales before; `who` owns it.

    `token` stands for the form: one that arrives again finds its campaign and changes nothing.
    Raises NotAllowed, CodeTaken, and FieldErrors with what is missing.
    """
    may_announce(session, who)
    campaign, is_new = write(session, who, draft, token)
    if is_new:
        see_whole(campaign)
        _go_live(session, who, campaign)
    return campaign


def launch(session: Session, who: Person, campaign_id: int) -> Campaign:
    """Announce what was drafted, or agreed with sales.

    Raises NotFound, NotAllowed, NotYours, CannotMove, and FieldErrors with what is missing.
    """
    campaign = manageable(session, who, campaign_id)
    see_whole(campaign)
    _go_live(session, who, campaign)
    return campaign


def confirm(session: Session, campaign_id: int) -> None:
    """Tell the owner what became of the announcement, now that it was tried."""
    campaign = known(session, campaign_id)
    slack.show(session, campaign.workspace_id, CONFIRMATION, campaign.id, campaign.owner.slack_id)


def finish(session: Session, campaign_id: int) -> None:
    """The clock says that the last day may be over; it is not, where that was put off since."""
    campaign = held(session, campaign_id)
    over = campaign.has_ended_by(today(session, campaign.workspace_id))
    if over and campaign.stage in (Stage.LIVE, Stage.PAUSED):
        audit.turn(session, campaign, None, Deed.ENDED, Stage.ENDED)
    slack.redraw(session, CARD, campaign.id)


def finish_in_time(session: Session, campaign: Campaign) -> None:
    """Let the clock look at the campaign when its last day is over."""
    if campaign.ends_on:
        zone = session.get_one(Workspace, campaign.workspace_id).zone
        over = audit.midnight(campaign.ends_on + timedelta(days=1), zone)
        enqueue(session, END, at=over, campaign_id=campaign.id)


def _go_live(session: Session, who: Person | None, campaign: Campaign) -> None:
    workspace = session.get_one(Workspace, campaign.workspace_id)
    audit.turn(session, campaign, who, Deed.ANNOUNCED, Stage.LIVE)
    version = audit.version(session, campaign.id, campaign.version)
    version = version or audit.keep(session, campaign, who or campaign.owner)
    audit.put_in_force(session, campaign, version)
    slack.show(session, workspace.id, CARD, campaign.id, workspace.channel)
    # In the channel's lane it comes after the announcement, and knows what became of that.
    enqueue(session, CONFIRM, lane=workspace.channel, campaign_id=campaign.id)
    finish_in_time(session, campaign)
