"""The parts of which the modals of leads are made."""

from collections.abc import Sequence

from slack_sdk.models.blocks import (
    Block,
    InputBlock,
    PlainTextInputElement,
    PlainTextObject,
    SectionBlock,
)

from bot.campaigns.models import Campaign
from bot.leads.models import Lead
from bot.slack.inputs import Changes, Choice, listed
from bot.slack.text import clean


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
