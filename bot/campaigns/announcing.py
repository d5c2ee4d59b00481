"""Announcing: the campaign's card in the shared channel, *Got it* of those who have read it, the
reminder of those who have not, the word to its owner, and its end.
"""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot import clock, slack
from bot.campaigns import history
from bot.campaigns.draft import Draft
from bot.campaigns.drafting import lock, manageable, may_announce, require_complete, write
from bot.campaigns.models import (
    Campaign,
    CampaignEventType,
    CampaignReceipt,
    CampaignReminder,
    Stage,
)
from bot.campaigns.queries import find, has_read, known, owner_or_managers, today
from bot.errors import FieldErrors, HandoffError
from bot.people import service as people
from bot.people.models import Person, Role, Workspace
from bot.people.rota import rota
from bot.slack.text import moment, safe
from bot.tasks import enqueue

CARD = "campaign"
CONFIRMATION = "campaign.announced"
TIMELINE = "campaign.timeline"
OVER = "campaign.over"

REMIND = "campaigns.remind"
REMINDER = "campaign.reminder"

REMIND_AFTER = timedelta(hours=4)
"""Working time, of each person's own, between the announcement and the reminder."""

CONFIRM = "campaigns.confirm"
END = "campaigns.end"
LAUNCH = "campaigns.launch"

_FURTHEST = timedelta(days=366)


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


def remind_in_time(session: Session, campaign: Campaign) -> None:
    """Set a timer for each salesperson, on their own working time."""
    hours = rota(session, session.get_one(Workspace, campaign.workspace_id))
    for person in hours.salespeople:
        at = hours.calendar(person.id).after(clock.now(), REMIND_AFTER)
        if at is not None:
            _set_timer(session, campaign, person, at)


def remind(session: Session, campaign_id: int, version: int, person_id: int) -> None:
    """Remind the person of this version, unless they have read it, or it asks nobody any more.

    Who is away or has closed for the day is reminded when they are back.
    """
    campaign, person = known(session, campaign_id), session.get_one(Person, person_id)
    if not _asks(session, campaign, version, person):
        return
    hours = rota(session, session.get_one(Workspace, campaign.workspace_id))
    if hours.is_present(person.id, clock.now()):
        _remind(session, campaign, person)
    elif (present_from := hours.calendar(person.id).after(clock.now(), timedelta())) is not None:
        _set_timer(session, campaign, person, present_from)


def reminder(session: Session, reminder_id: int) -> tuple[Campaign, bool]:
    """What a reminder is about, and whether it has been read by now."""
    row = session.get_one(CampaignReminder, reminder_id)
    campaign = known(session, row.campaign_id)
    return campaign, has_read(session, campaign, row.person_id)


def settle(session: Session, campaign: Campaign, person: Person) -> None:
    """Let the person's reminders show that there is nothing more to do."""
    pending = select(CampaignReminder.id).where(
        CampaignReminder.campaign_id == campaign.id, CampaignReminder.person_id == person.id
    )
    for reminder_id in session.scalars(pending):
        slack.redraw(session, REMINDER, reminder_id)


def _asks(session: Session, campaign: Campaign, version: int, person: Person) -> bool:
    return (
        campaign.holds_from == version
        and campaign.is_in_force(max(today(session, campaign.workspace_id), campaign.starts_on))
        and person.active
        and Role.SALESPERSON in person.roles
        and not has_read(session, campaign, person.id)
    )


def _remind(session: Session, campaign: Campaign, person: Person) -> None:
    written = session.scalar(
        insert(CampaignReminder)
        .values(
            workspace_id=campaign.workspace_id,
            campaign_id=campaign.id,
            version=campaign.holds_from,
            person_id=person.id,
            at=clock.now(),
        )
        .on_conflict_do_nothing()
        .returning(CampaignReminder.id)
    )
    if written is not None:
        slack.show(session, campaign.workspace_id, REMINDER, written, person.slack_id)
        slack.redraw(session, CONFIRMATION, campaign.id)


def _set_timer(session: Session, campaign: Campaign, person: Person, at: datetime) -> None:
    enqueue(
        session,
        REMIND,
        at=at,
        campaign_id=campaign.id,
        version=campaign.holds_from,
        person_id=person.id,
    )


class AlreadyAnnounced(HandoffError):
    """“{name}” is already announced. Change, pause, resume or end it with `/campaign manage`."""


def announce(
    session: Session, person: Person, draft: Draft, token: str, at: datetime | None = None
) -> Campaign:
    """Announce a campaign in the shared channel, without asking sales before; `who` owns it.

    `at` is when, None at once. `token` stands for the form: one that arrives again finds its
    campaign and changes nothing. Raises NotAllowed, CodeTaken, and FieldErrors with what is
    missing, or for `launch_at`.
    """
    may_announce(session, person)
    campaign, is_new = write(session, person, draft, token)
    if is_new:
        _launch(session, person, campaign, at)
    return campaign


def launch(
    session: Session, person: Person, campaign_id: int, at: datetime | None = None
) -> Campaign:
    """Announce what was drafted, or agreed with sales: at once, or at a set time.

    Another time takes the place of the one before.
    Raises NotFound, NotAllowed, NotYours, AlreadyAnnounced, CannotMove, and FieldErrors as
    `announce` does.
    """
    campaign = manageable(session, person, campaign_id)
    _launch(session, person, campaign, at)
    return campaign


def launch_in_time(session: Session, campaign_id: int) -> None:
    """The time to announce it has come; it has not, where that was put off or taken back since."""
    campaign = lock(session, campaign_id)
    if campaign.launch_at is None or campaign.stage not in (Stage.DRAFT, Stage.AGREED):
        return
    if campaign.launch_at > clock.now():
        enqueue(session, LAUNCH, at=campaign.launch_at, campaign_id=campaign.id)
    elif campaign.is_over(today(session, campaign.workspace_id)):
        campaign.launch_at = None  # its last day was brought forward
        history.note(session, campaign, None, CampaignEventType.UNSCHEDULED)
        slack.redraw(session, CONFIRMATION, campaign.id)
    else:
        _go_live(session, None, campaign)


def unschedule(session: Session, person: Person, campaign_id: int) -> Campaign:
    """Do not announce it by itself. Raises NotFound, NotAllowed, NotYours."""
    campaign = manageable(session, person, campaign_id)
    if campaign.launch_at is not None and campaign.announced_at is None:
        campaign.launch_at = None
        history.note(session, campaign, person, CampaignEventType.UNSCHEDULED)
        slack.redraw(session, CONFIRMATION, campaign.id)
    return campaign


def confirm(session: Session, campaign_id: int) -> None:
    """Tell the owner what became of the announcement, now that it was tried."""
    _show_confirmation(session, known(session, campaign_id))


def finish(session: Session, campaign_id: int) -> None:
    """The clock says that the last day may be over; it is not, where that was put off since."""
    campaign = lock(session, campaign_id)
    over = campaign.has_ended_by(today(session, campaign.workspace_id))
    if over and campaign.stage in (Stage.LIVE, Stage.PAUSED):
        history.move(session, campaign, None, CampaignEventType.ENDED, Stage.ENDED)
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
        over = history.midnight(campaign.ends_on + timedelta(days=1), zone)
        enqueue(session, END, at=over, campaign_id=campaign.id)


def _launch(session: Session, person: Person, campaign: Campaign, at: datetime | None) -> None:
    require_complete(campaign)
    if campaign.stage in (Stage.LIVE, Stage.PAUSED):
        # Its version would come into force anew, and what it promised before be forgotten.
        raise AlreadyAnnounced(name=safe(campaign.name))
    if at is None:
        _go_live(session, person, campaign)
        return
    if campaign.stage not in (Stage.DRAFT, Stage.AGREED):
        campaign.move(Stage.LIVE)  # says why not
    workspace = session.get_one(Workspace, campaign.workspace_id)
    _see_time(campaign, workspace, at)
    campaign.launch_at = at
    history.note(session, campaign, person, CampaignEventType.SCHEDULED, launch_at=at.isoformat())
    enqueue(session, LAUNCH, at=at, campaign_id=campaign.id)
    _show_confirmation(session, campaign)


def _show_confirmation(session: Session, campaign: Campaign) -> None:
    for person in owner_or_managers(session, campaign):
        slack.show(session, campaign.workspace_id, CONFIRMATION, campaign.id, person.slack_id)


def _see_time(campaign: Campaign, workspace: Workspace, at: datetime) -> None:
    if at <= clock.now():
        problem = "Choose a time in the future, or leave this empty to announce now."
    elif at > clock.now() + _FURTHEST:
        problem = "This is more than a year away. Is the year right?"
    elif campaign.has_ended_by(workspace.day_of(at)):
        problem = "The campaign ends before that. Choose an earlier time."
    else:
        return
    raise FieldErrors({"launch_at": problem})


def _go_live(session: Session, person: Person | None, campaign: Campaign) -> None:
    workspace = session.get_one(Workspace, campaign.workspace_id)
    history.move(session, campaign, person, CampaignEventType.ANNOUNCED, Stage.LIVE)
    version = history.version(session, campaign.id, campaign.version)
    owner = session.get_one(Person, campaign.owner_id)
    version = version or history.keep(session, campaign, person or owner)
    history.put_in_force(session, campaign, version)
    slack.show(session, workspace.id, CARD, campaign.id, workspace.channel)
    # In the channel's lane it comes after the announcement, and knows what became of that.
    enqueue(session, CONFIRM, lane=workspace.channel, campaign_id=campaign.id)
    remind_in_time(session, campaign)
    finish_in_time(session, campaign)


class AlreadyRead(HandoffError):
    """You already confirmed “{name}” {at}."""


class Ended(HandoffError):
    """“{name}” has ended, so there is nothing left to confirm."""


def got_it(session: Session, person: Person, campaign_id: int) -> bool:
    """Note that the person has read the announcement; True where the card counts them, as sales.

    Raises NotFound, NotAllowed, Ended, AlreadyRead.
    """
    people.require(session, person, "confirm campaigns", Role.SALESPERSON, Role.MARKETER)
    campaign = find(session, person.workspace_id, campaign_id)
    if campaign.is_over(today(session, person.workspace_id)):
        raise Ended(name=safe(campaign.name))
    _note_receipt(session, person, campaign)
    redraw(session, campaign)
    settle(session, campaign, person)
    return Role.SALESPERSON in person.roles


def _note_receipt(session: Session, person: Person, campaign: Campaign) -> None:
    holds = (
        CampaignReceipt.campaign_id == campaign.id,
        CampaignReceipt.person_id == person.id,
        CampaignReceipt.version >= campaign.holds_from,
    )
    before = session.scalar(select(func.min(CampaignReceipt.at)).where(*holds))
    first = before is None and session.scalar(
        insert(CampaignReceipt)
        .values(
            campaign_id=campaign.id,
            person_id=person.id,
            version=campaign.version,
            workspace_id=person.workspace_id,
            at=clock.now(),
        )
        .on_conflict_do_nothing()
        .returning(CampaignReceipt.at)
    )
    if not first:
        at = before or session.scalars(select(func.min(CampaignReceipt.at)).where(*holds)).one()
        raise AlreadyRead(name=safe(campaign.name), at=moment(at))
