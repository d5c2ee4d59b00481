"""The durable work of spend: drawing its cards, and sending back what an import refused."""

from sqlalchemy.orm import Session

from bot.campaigns.models import Campaign
from bot.capability import Services
from bot.sheet import refused_file, refused_name
from bot.slack import Message, place
from bot.spend import budget, capability, importing, messages
from bot.spend.models import SpendImport


@capability.card(importing.CARD)
def import_card(session: Session, import_id: int) -> Message:
    """An import as it stands."""
    staged = session.get_one(SpendImport, import_id)
    campaign = session.get(Campaign, staged.campaign_id) if staged.campaign_id else None
    return messages.imported(staged, campaign)


@capability.card(budget.WARNING)
def warning(session: Session, warning_id: int) -> Message:
    """The budget runs out, or has."""
    return messages.warning(*budget.warning(session, warning_id))


@capability.task(importing.RETURN)
def return_refused(services: Services, import_id: int) -> None:
    """Send the refused rows to whoever brought the file, each with its reason; then forget them."""
    with services.store.transaction() as session:
        staged = session.get_one(SpendImport, import_id)
        card = place(session, importing.CARD, import_id)
    if card is None or not staged.rows:
        return
    content = refused_file(staged.header, ((cells, why) for cells, why in staged.rows))
    words = (
        "These rows were refused; the last column says why. Fix them and drop the whole export "
        "here again. Nothing is counted twice."
    )
    services.slack.upload(card[0], refused_name(staged.name), content, words)
    with services.store.transaction() as session:
        session.get_one(SpendImport, import_id).rows = []
