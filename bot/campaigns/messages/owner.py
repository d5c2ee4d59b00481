"""What concerns one person: the owner's own message, and the reminder of who has not read yet."""

from datetime import date

from slack_sdk.models.blocks import ActionsBlock, Block, SectionBlock

from bot.campaigns.messages.card import got_it_button, names, read_by
from bot.campaigns.messages.manage import buttons
from bot.campaigns.messages.offer import offer_line
from bot.campaigns.messages.words import only, small
from bot.campaigns.models import Campaign, Readership, Stage
from bot.slack import Message
from bot.slack.text import moment, plural, safe

_MOST_MISSING = 40


def confirmation(
    campaign: Campaign,
    channel: str,
    readership: Readership,
    today: date,
    *,
    posted: bool,
    capacity: str = "",
) -> Message:
    """What the owner sees: where it stands, who has not confirmed it yet, and what may be done.

    `capacity` says whether sales has the hands for it; it is told, and stands in nobody's way.
    """
    name, where = f"“{safe(campaign.name)}”", f"<#{channel}>"
    hands = [SectionBlock(text=f"*Capacity*\n{capacity}")] if capacity else []
    if campaign.announced_at is None:
        planned = _planned(campaign, name, where)
        return Message(planned, [SectionBlock(text=planned), *hands, *buttons(campaign, today)])
    if not posted:
        return only(
            f"{name} is saved, but Slack did not let me post it in {where}. Please tell an admin, "
            "and do not announce it again: `handoff doctor` says what to fix, and `handoff jobs` "
            "posts it after that."
        )
    if campaign.is_over(today):
        return only(f"{name} is over. Its announcement in {where} says so, and what you answered.")
    text = f"{name} is announced in {where}."
    if campaign.stage == Stage.PAUSED:
        text = f"{name} is paused: sales is told not to promise it."
    text += (
        " Sales confirms it there with *Got it*; questions come into its thread and mention you."
    )
    return Message(
        text,
        [SectionBlock(text=text), *hands, small(_missing(readership)), *buttons(campaign, today)],
    )


def reminder(campaign: Campaign, *, read: bool) -> Message:
    """The one reminder, to someone who has not confirmed an announcement."""
    name = f"“{safe(campaign.name)}”"
    if read:
        return only(f"You have confirmed the campaign {name}. Thank you.")
    text = f"You have not confirmed the campaign {name} yet. Please read what it promises."
    blocks: list[Block] = [
        SectionBlock(text=text),
        SectionBlock(text=f"*Offer* {offer_line(campaign)}\n*Terms* {safe(campaign.terms, 2_200)}"),
        ActionsBlock(elements=[got_it_button(campaign)]),
    ]
    return Message(text, blocks)


def _planned(campaign: Campaign, name: str, where: str) -> str:
    if campaign.stage == Stage.CANCELLED:
        return f"{name} was cancelled, and was not announced."
    if campaign.launch_at is None:
        return f"{name} is not announced, and no time is set for it."
    return f"{name} will be announced in {where} {moment(campaign.launch_at)}."


def _missing(readership: Readership) -> str:
    """All who are missing, for the owner; the card in the channel names only some."""
    if not readership.size or not readership.waiting:
        return read_by(readership)
    count = f"Read by {len(readership.readers)} of {readership.size} in sales."
    line = f"{count} Not yet: {names(readership.waiting, _MOST_MISSING)}."
    if readership.reminded:
        line += f" I have reminded {plural(readership.reminded, 'person', 'people')} of them, once."
    return line
