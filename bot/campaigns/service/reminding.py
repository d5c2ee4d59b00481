"""Reminding: who in sales has not confirmed an announcement hears of it once more."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot import clock, slack
from bot.campaigns.models import Campaign, CampaignReminder
from bot.campaigns.service.cards import CONFIRMATION
from bot.campaigns.service.reading import has_read, known, today
from bot.people import service as people
from bot.people.models import Person, Role, Workspace
from bot.people.rota import rota
from bot.tasks import enqueue

REMIND = "campaigns.remind"
REMINDER = "campaign.reminder"

REMIND_AFTER = timedelta(hours=4)
"""Working time, of each person's own, between the announcement and the reminder."""


def remind_in_time(session: Session, campaign: Campaign) -> None:
    """Set a timer for each salesperson, on their own working time."""
    workspace = session.get_one(Workspace, campaign.workspace_id)
    hours = rota(session, workspace)
    for person in people.having(session, workspace.id, Role.SALESPERSON):
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
    elif (back := hours.calendar(person.id).after(clock.now(), timedelta())) is not None:
        _set_timer(session, campaign, person, back)


def reminder(session: Session, reminder_id: int) -> tuple[Campaign, bool]:
    """What a reminder is about, and whether it has been read by now."""
    found = session.get_one(CampaignReminder, reminder_id)
    campaign = known(session, found.campaign_id)
    return campaign, has_read(session, campaign, found.person_id)


def settle(session: Session, campaign: Campaign, who: Person) -> None:
    """Let the person's reminders show that there is nothing more to do."""
    mine = select(CampaignReminder.id).where(
        CampaignReminder.campaign_id == campaign.id, CampaignReminder.person_id == who.id
    )
    for reminder_id in session.scalars(mine):
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
