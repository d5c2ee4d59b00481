"""The durable work of campaigns: drawing their cards, and what the clock brings."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from bot import slack
from bot.campaigns import service, view
from bot.jobs import Tasks
from bot.people.model import Workspace
from bot.slack import Cards, Message
from bot.store import Store


def register(tasks: Tasks, store: Store, cards: Cards) -> None:
    """Add the tasks, and how each card is drawn."""

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
    cards.add(service.CONFIRMATION, _confirmation)
    cards.add(service.QUESTION, lambda session, key: view.question(service.question(session, key)))
    cards.add(service.ANSWERED, lambda session, key: view.answered(service.question(session, key)))
    cards.add(service.REMINDER, _reminder)
    cards.add(service.TIMELINE, _timeline)
    cards.add(service.OVER, lambda session, key: view.over(service.known(session, key)))


def _card(session: Session, campaign_id: int) -> Message:
    campaign = service.known(session, campaign_id)
    today = service.today(session, campaign.workspace_id)
    readership = service.readership(session, campaign)
    return view.card(campaign, readership, today, service.since(session, campaign))


def _confirmation(session: Session, campaign_id: int) -> Message:
    campaign = service.known(session, campaign_id)
    stands = slack.place(session, service.CARD, campaign_id)
    workspace = session.get_one(Workspace, campaign.workspace_id)
    channel = stands[0] if stands else workspace.channel
    readership = service.readership(session, campaign)
    today = service.today(session, workspace.id)
    return view.confirmation(campaign, channel, readership, today, posted=stands is not None)


def _timeline(session: Session, campaign_id: int) -> Message:
    campaign = service.known(session, campaign_id)
    return view.timeline(campaign, service.events(session, campaign_id))


def _reminder(session: Session, reminder_id: int) -> Message:
    campaign, read = service.reminder(session, reminder_id)
    return view.reminder(campaign, read=read)
