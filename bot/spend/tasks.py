"""The durable work of spend: drawing its cards, and sending back what an import refused."""

from functools import partial

from sqlalchemy.orm import Session

from bot.campaigns.models import Campaign
from bot.sheet import refused_file, refused_name
from bot.slack import Cards, Message, Slack, place
from bot.spend import messages, service
from bot.spend.models import SpendImport
from bot.store import Store
from bot.tasks import Tasks


def register(tasks: Tasks, store: Store, cards: Cards, slack: Slack) -> None:
    """Add the task, and how each card is drawn."""
    tasks.add(service.RETURN, partial(_give_back, store, slack))
    cards.add(service.CARD, _imported)
    cards.add(service.WARNING, _warning)


def _imported(session: Session, import_id: int) -> Message:
    found = session.get_one(SpendImport, import_id)
    campaign = session.get(Campaign, found.campaign_id) if found.campaign_id else None
    return messages.imported(found, campaign)


def _warning(session: Session, warning_id: int) -> Message:
    return messages.warning(*service.warning(session, warning_id))


def _give_back(store: Store, slack: Slack, import_id: int) -> None:
    """Send the refused rows to whoever brought the file, each with its reason; then forget them."""
    with store.transaction() as session:
        found = session.get_one(SpendImport, import_id)
        stands = place(session, service.CARD, import_id)
    if stands is None or not found.rows:
        return
    content = refused_file(found.header, ((cells, why) for cells, why in found.rows))
    said = (
        "These rows were refused, each with its reason. Fix them in the export and drop all of it "
        "here again: nothing is counted twice."
    )
    slack.upload(stands[0], refused_name(found.name), content, said)
    with store.transaction() as session:
        session.get_one(SpendImport, import_id).rows = []
