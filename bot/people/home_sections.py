"""What home tabs show of people, to admins: that Handoff is not set up yet, and the settings."""

from slack_sdk.models.blocks import Block
from sqlalchemy.orm import Session

from bot.capability import Place
from bot.people import capability, messages, setting_up
from bot.people.models import Person, Role

capability.home_setting("Set up Handoff", messages.SET_UP, 5, Role.ADMIN)
capability.home_setting("People and roles", messages.OPEN, 10, Role.ADMIN)
capability.home_setting("Teams, hours, holidays", messages.HOURS, 20, Role.ADMIN)


@capability.home_section(Place.SET_UP, Role.ADMIN)
def set_up(session: Session, who: Person) -> list[Block]:
    """The way to the form, as long as nobody can claim a lead."""
    return [] if setting_up.is_set_up(session, who.workspace_id) else messages.not_set_up()
