"""The durable work of campaigns: drawing their cards, and what the clock brings."""

from collections.abc import Callable
from datetime import date
from functools import partial

from sqlalchemy.orm import Session

from bot import slack
from bot.campaigns import messages, service
from bot.campaigns.models import Campaign, Stage
from bot.people.models import Workspace
from bot.slack import Cards, Message
from bot.store import Store
from bot.tasks import Tasks

Weigh = Callable[[Session, Campaign], str]
"""Sets what a campaign brings against the hands that are free, in plain words."""


def register(tasks: Tasks, store: Store, cards: Cards, weigh: Weigh) -> None:
    """Add the tasks, and how each card is drawn; `weigh` stands above us, where leads are known."""

    def in_transaction(verb: Callable[..., None]) -> Callable[..., None]:
        def run(**ids: int) -> None:
            with store.transaction() as session:
                verb(session, **ids)

        return run

    tasks.add(service.CONFIRM, in_transaction(service.confirm))
    tasks.add(service.LAUNCH, in_transaction(service.launch_in_time))
    tasks.add(service.REMIND, in_transaction(service.remind))
    tasks.add(service.END, in_transaction(service.finish))
    cards.add(service.CARD, _card)
    cards.add(service.CONFIRMATION, partial(_confirmation, weigh))
    cards.add(
        service.QUESTION, lambda session, key: messages.question(service.question(session, key))
    )
    cards.add(
        service.ANSWERED, lambda session, key: messages.answered(service.question(session, key))
    )
    cards.add(service.REMINDER, _reminder)
    cards.add(service.TIMELINE, _timeline)
    cards.add(service.OVER, lambda session, key: messages.over(service.known(session, key)))


def _card(session: Session, campaign_id: int) -> Message:
    campaign = service.known(session, campaign_id)
    today = service.today(session, campaign.workspace_id)
    readership = service.readership(session, campaign)
    return messages.card(campaign, readership, today, service.since(session, campaign))


def _confirmation(weigh: Weigh, session: Session, campaign_id: int) -> Message:
    campaign = service.known(session, campaign_id)
    stands = slack.place(session, service.CARD, campaign_id)
    workspace = session.get_one(Workspace, campaign.workspace_id)
    channel = stands[0] if stands else workspace.channel
    readership = service.readership(session, campaign)
    today = service.today(session, workspace.id)
    capacity = weigh(session, campaign) if _launches(campaign, workspace, today) else ""
    return messages.confirmation(
        campaign, channel, readership, today, posted=stands is not None, capacity=capacity
    )


def _launches(campaign: Campaign, workspace: Workspace, today: date) -> bool:
    """Whether it is about to be announced, or was today; later its leads are already coming."""
    if campaign.stage == Stage.PAUSED or campaign.is_over(today):
        return False
    if campaign.announced_at is None:
        return campaign.launch_at is not None
    return workspace.day_of(campaign.announced_at) == today


def _timeline(session: Session, campaign_id: int) -> Message:
    campaign = service.known(session, campaign_id)
    return messages.timeline(campaign, service.events(session, campaign_id))


def _reminder(session: Session, reminder_id: int) -> Message:
    campaign, read = service.reminder(session, reminder_id)
    return messages.reminder(campaign, read=read)
