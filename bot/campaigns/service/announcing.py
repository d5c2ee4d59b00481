"""Announcing: the campaign's card in the shared channel, the word to its owner, and its end."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot import clock, slack
from bot.campaigns.models import Campaign, EventType, Stage
from bot.campaigns.service import audit
from bot.campaigns.service.cards import CARD, CONFIRMATION, redraw, tell, tell_the_end
from bot.campaigns.service.drafting import Draft
from bot.campaigns.service.planning import held, manageable, may_announce, see_whole, write
from bot.campaigns.service.reading import known, today
from bot.campaigns.service.reminding import remind_in_time
from bot.errors import FieldErrors, HandoffError
from bot.people.models import Person, Workspace
from bot.slack.text import safe
from bot.tasks import enqueue

CONFIRM = "campaigns.confirm"
END = "campaigns.end"
LAUNCH = "campaigns.launch"

_FURTHEST = timedelta(days=366)


class AlreadyAnnounced(HandoffError):
    """“{name}” was announced already. `/campaign manage` changes, pauses, resumes or ends it."""


def announce(
    session: Session, who: Person, draft: Draft, token: str, at: datetime | None = None
) -> Campaign:
    """Announce a campaign in the shared channel, without asking sales before; `who` owns it.

    `at` is when, None at once. `token` stands for the form: one that arrives again finds its
    campaign and changes nothing. Raises NotAllowed, CodeTaken, and FieldErrors with what is
    missing, or for `launch_at`.
    """
    may_announce(session, who)
    campaign, is_new = write(session, who, draft, token)
    if is_new:
        _launch(session, who, campaign, at)
    return campaign


def launch(session: Session, who: Person, campaign_id: int, at: datetime | None = None) -> Campaign:
    """Announce what was drafted, or agreed with sales: at once, or at a set time.

    Another time takes the place of the one before.
    Raises NotFound, NotAllowed, NotYours, AlreadyAnnounced, CannotMove, and FieldErrors as
    `announce` does.
    """
    campaign = manageable(session, who, campaign_id)
    _launch(session, who, campaign, at)
    return campaign


def launch_in_time(session: Session, campaign_id: int) -> None:
    """The time to announce it has come; it has not, where that was put off or taken back since."""
    campaign = held(session, campaign_id)
    if campaign.launch_at is None or campaign.stage not in (Stage.DRAFT, Stage.AGREED):
        return
    if campaign.launch_at > clock.now():
        enqueue(session, LAUNCH, at=campaign.launch_at, campaign_id=campaign.id)
    elif campaign.is_over(today(session, campaign.workspace_id)):
        campaign.launch_at = None  # its last day was brought forward
        audit.note(session, campaign, None, EventType.UNSCHEDULED)
        slack.redraw(session, CONFIRMATION, campaign.id)
    else:
        _go_live(session, None, campaign)


def unschedule(session: Session, who: Person, campaign_id: int) -> Campaign:
    """Do not announce it by itself. Raises NotFound, NotAllowed, NotYours."""
    campaign = manageable(session, who, campaign_id)
    if campaign.launch_at is not None and campaign.announced_at is None:
        campaign.launch_at = None
        audit.note(session, campaign, who, EventType.UNSCHEDULED)
        slack.redraw(session, CONFIRMATION, campaign.id)
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
        audit.move(session, campaign, None, EventType.ENDED, Stage.ENDED)
        tell(session, campaign)
        if not _was_over(session, campaign):
            tell_the_end(session, campaign)
    elif not over and campaign.stage in (Stage.LIVE, Stage.PAUSED):
        finish_in_time(session, campaign)
    redraw(session, campaign)


def _was_over(session: Session, campaign: Campaign) -> bool:
    """Whether it was announced for the record alone, when its last day was over already."""
    workspace = session.get_one(Workspace, campaign.workspace_id)
    announced = campaign.announced_at
    return announced is not None and campaign.has_ended_by(workspace.day_of(announced))


def finish_in_time(session: Session, campaign: Campaign) -> None:
    """Let the clock look at the campaign when its last day is over."""
    if campaign.ends_on:
        zone = session.get_one(Workspace, campaign.workspace_id).zone
        over = audit.midnight(campaign.ends_on + timedelta(days=1), zone)
        enqueue(session, END, at=over, campaign_id=campaign.id)


def _launch(session: Session, who: Person, campaign: Campaign, at: datetime | None) -> None:
    see_whole(campaign)
    if campaign.stage in (Stage.LIVE, Stage.PAUSED):
        # Its version would come into force anew, and what it promised before be forgotten.
        raise AlreadyAnnounced(name=safe(campaign.name))
    if at is None:
        _go_live(session, who, campaign)
        return
    if campaign.stage not in (Stage.DRAFT, Stage.AGREED):
        campaign.move(Stage.LIVE)  # says why not
    workspace = session.get_one(Workspace, campaign.workspace_id)
    _see_time(campaign, workspace, at)
    campaign.launch_at = at
    audit.note(session, campaign, who, EventType.SCHEDULED, launch_at=at.isoformat())
    enqueue(session, LAUNCH, at=at, campaign_id=campaign.id)
    owner = session.get_one(Person, campaign.owner_id)
    slack.show(session, workspace.id, CONFIRMATION, campaign.id, owner.slack_id)


def _see_time(campaign: Campaign, workspace: Workspace, at: datetime) -> None:
    if at <= clock.now():
        problem = "This moment is over. Leave it empty to announce at once."
    elif at > clock.now() + _FURTHEST:
        problem = "This is more than a year away. Is the year right?"
    elif campaign.has_ended_by(workspace.day_of(at)):
        problem = "By then the last day is over. Choose an earlier time."
    else:
        return
    raise FieldErrors({"launch_at": problem})


def _go_live(session: Session, who: Person | None, campaign: Campaign) -> None:
    workspace = session.get_one(Workspace, campaign.workspace_id)
    audit.move(session, campaign, who, EventType.ANNOUNCED, Stage.LIVE)
    version = audit.version(session, campaign.id, campaign.version)
    owner = session.get_one(Person, campaign.owner_id)
    version = version or audit.keep(session, campaign, who or owner)
    audit.put_in_force(session, campaign, version)
    slack.show(session, workspace.id, CARD, campaign.id, workspace.channel)
    # In the channel's lane it comes after the announcement, and knows what became of that.
    enqueue(session, CONFIRM, lane=workspace.channel, campaign_id=campaign.id)
    remind_in_time(session, campaign)
    finish_in_time(session, campaign)
