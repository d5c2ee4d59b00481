"""The durable work of campaigns: drawing their cards, confirming to the owner, and their end."""

from sqlalchemy.orm import Session

from bot import slack
from bot.campaigns import service, view
from bot.jobs import Tasks
from bot.people.model import Workspace
from bot.slack import Cards, Message
from bot.store import Store


def register(tasks: Tasks, store: Store, cards: Cards) -> None:
    """Add the tasks, and how each card is drawn."""

    def confirm(campaign_id: int) -> None:
        with store.transaction() as session:
            service.confirm(session, campaign_id)

    def end(campaign_id: int) -> None:
        with store.transaction() as session:
            service.finish(session, campaign_id)

    tasks.add(service.CONFIRM, confirm)
    tasks.add(service.END, end)
    cards.add(service.CARD, _card)
    cards.add(service.QUESTION, _question)
    cards.add(service.CONFIRMATION, _confirmation)


def _card(session: Session, campaign_id: int) -> Message:
    campaign = service.known(session, campaign_id)
    today = service.today(session, campaign.workspace_id)
    return view.card(campaign, service.readership(session, campaign), today)


def _question(session: Session, question_id: int) -> Message:
    return view.question(service.question(session, question_id))


def _confirmation(session: Session, campaign_id: int) -> Message:
    campaign = service.known(session, campaign_id)
    stands = slack.place(session, service.CARD, campaign_id)
    workspace = session.get_one(Workspace, campaign.workspace_id)
    channel = stands[0] if stands else workspace.channel
    return view.confirmation(campaign, channel, posted=stands is not None)
