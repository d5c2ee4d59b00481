"""The durable work of the home tab: drawing it."""

from sqlalchemy.orm import Session

from bot import slack
from bot.home import capability, messages, service
from bot.people.models import Person
from bot.slack import Message


@capability.card(slack.HOME)
def draw(session: Session, person_id: int) -> Message | None:
    """A person's page; nothing for who has left, which Slack would refuse."""
    if not session.get_one(Person, person_id).active:
        return None
    return messages.home(service.page(session, person_id))
