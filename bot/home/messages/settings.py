"""The buttons behind which managers and admins set things up."""

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement

from bot.crm import page as crm
from bot.digests import forms as digests
from bot.home.messages.parts import header
from bot.leads import forms as lead_forms
from bot.leads import messages as leads
from bot.people import messages as people
from bot.people import messages as people_messages
from bot.shadowing import forms as shadowing
from bot.standups import messages as standups

SOURCES_OPEN = "home.sources"

_OF_MANAGERS = (
    ("Standups", standups.OVERVIEW),
    ("Stay in my shoes", shadowing.SETTINGS),
    ("Weekly digests", digests.SETTINGS),
)
_OF_ADMINS = (
    ("People and roles", people.OPEN),
    ("Teams, hours, holidays", people_messages.HOURS),
    ("What sales promises", lead_forms.PROMISE),
    ("Turns", lead_forms.TURNS),
    ("Heat", leads.CHANGE_RULES),
    *_OF_MANAGERS,
    ("Sources", SOURCES_OPEN),
    ("CRM", crm.OPEN),
)


def settings(*, is_admin: bool) -> list[Block]:
    """A button for each thing that this person may set up."""
    buttons = [
        ButtonElement(text=text, action_id=action, value="0")
        for text, action in (_OF_ADMINS if is_admin else _OF_MANAGERS)
    ]
    return [header("Settings"), ActionsBlock(elements=buttons)]
