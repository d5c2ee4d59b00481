"""The durable work of the home tab: drawing it."""

from sqlalchemy.orm import Session

from bot import slack
from bot.capability import Services
from bot.home import capability
from bot.home.page import page
from bot.people.models import Person
from bot.slack import Message


@capability.card(slack.HOME)
def draw(session: Session, person_id: int, services: Services) -> Message | None:
    """A person's page; nothing for who has left, which Slack would refuse."""
    person = session.get_one(Person, person_id)
    return page(session, person, services.capabilities) if person.active else None
