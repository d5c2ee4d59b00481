"""The parts of which the modals of leads are made."""

from collections.abc import Sequence

from slack_sdk.models.blocks import (
    Block,
    InputBlock,
    Option,
    PlainTextInputElement,
    PlainTextObject,
    SectionBlock,
    StaticSelectElement,
)

from bot.campaigns.models import Campaign
from bot.leads.models import Lead
from bot.slack import option_of
from bot.slack.inputs import Changes, Choice, listed
from bot.slack.text import clean

NO_CAMPAIGN = "0"
_MOST_OPTIONS = 100  # Slack's documents, select menus


def subject(lead: Lead) -> Block:
    """Whom it is about."""
    company = f", {lead.company}" if lead.company else ""
    return SectionBlock(text=PlainTextObject(text=clean(lead.name + company, 200), emoji=False))


def text(
    name: str,
    label: str,
    *,
    most: int,
    optional: bool = False,
    multiline: bool = False,
    hint: str | None = None,
    initial: str | None = None,
) -> InputBlock:
    """A field for text."""
    element = PlainTextInputElement(
        action_id=name, multiline=multiline, max_length=most, initial_value=initial or None
    )
    return InputBlock(block_id=name, label=label, optional=optional, hint=hint, element=element)


def campaigns_listed(campaigns: Sequence[Campaign], hint: str = "") -> Changes:
    """The campaigns as options of a field that may say none."""
    return listed([Choice(each.id, each.name) for each in campaigns], "campaigns", hint)


def choice_of(campaigns: Sequence[Campaign], chosen: int | None = None) -> StaticSelectElement:
    """One of these campaigns, or none."""
    none = Option(text="No campaign", value=NO_CAMPAIGN)
    known = [
        Option(text=PlainTextObject(text=clean(each.name, 75), emoji=False), value=str(each.id))
        for each in campaigns[: _MOST_OPTIONS - 1]
    ]
    initial = next((each for each in known if each.value == str(chosen)), none)
    return StaticSelectElement(action_id="campaign", options=[none, *known], initial_option=initial)


def unlisted(campaigns: Sequence[Campaign]) -> str:
    """What to say where not all of them can be chosen; empty where they can."""
    if len(campaigns) < _MOST_OPTIONS:
        return ""
    return f"The first {_MOST_OPTIONS - 1} of {len(campaigns):,} campaigns are listed."


def campaign_of(value: str) -> int | None:
    """The campaign that an option stands for."""
    return None if value == NO_CAMPAIGN else option_of(int, value)
