"""What the owner of a campaign may do with it, wherever it is shown to them."""

from collections.abc import Sequence
from datetime import date

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ConfirmObject,
    PlainTextObject,
    SectionBlock,
)

from bot.campaigns.messages.offer import offer_line
from bot.campaigns.messages.words import only, small
from bot.campaigns.models import Campaign, Stage
from bot.slack import Message
from bot.slack.text import moment, plural, safe

CHANGE = "campaign.change"
PAUSE = "campaign.pause"
RESUME = "campaign.resume"
END = "campaign.end"
CANCEL = "campaign.cancel"
LAUNCH = "campaign.launch"
UNSCHEDULE = "campaign.unschedule"


def manage(found: Sequence[Campaign], count: int, words: str, today: date) -> Message:
    """The answer to `/campaign manage`."""
    if not found:
        named = f" whose name begins like “{safe(words, 100)}”" if words else ""
        return only(
            f"You have no campaign to manage{named}. `/campaign list` shows all; `/campaign` "
            "announces one."
        )
    text = f"{plural(count, 'campaign')} to manage."
    blocks: list[Block] = [block for each in found for block in _entry(each, today)]
    if count > len(found):
        left = f"and {count - len(found):,} more. A word of the name finds one: "
        blocks.append(small(f"{left}`/campaign manage summer`"))
    return Message(text, blocks)


def buttons(campaign: Campaign, today: date) -> list[Block]:
    """What may be done with the campaign as it stands; nothing once it is over.

    What sales is asked about, or has agreed to, is changed where it was proposed.
    """
    chosen = _buttons(campaign, today)
    return [ActionsBlock(elements=chosen)] if chosen else []


def _buttons(campaign: Campaign, today: date) -> list[ButtonElement]:
    if campaign.is_over(today):
        return []
    change = _button(campaign, "Change…", CHANGE)
    stop = _end(campaign) if campaign.starts_on <= today else _cancel(campaign)
    match campaign.stage:
        case Stage.LIVE:
            return [change, _button(campaign, "Pause", PAUSE), stop]
        case Stage.PAUSED:
            return [change, _button(campaign, "Resume", RESUME, "primary"), stop]
        case Stage.DRAFT if campaign.launch_at:
            back = _button(campaign, "Take the time back", UNSCHEDULE)
            return [change, _button(campaign, "Another time…", LAUNCH), back, _cancel(campaign)]
        case Stage.DRAFT:
            return [change, _button(campaign, "Announce…", LAUNCH), _cancel(campaign)]
    return []


def _entry(campaign: Campaign, today: date) -> list[Block]:
    waits = f", to be announced {moment(campaign.launch_at)}" if campaign.launch_at else ""
    stage = Stage(campaign.stage).label + (waits if campaign.announced_at is None else "")
    text = f"*{safe(campaign.name)}* · {stage} · {campaign.owner.mention}\n{offer_line(campaign)}"
    if campaign.stage in (Stage.PROPOSED, Stage.AGREED):
        text += "\nIts proposal in the channel has what you may do with it."
    return [SectionBlock(text=text), *buttons(campaign, today)]


def _end(campaign: Campaign) -> ButtonElement:
    return _button(campaign, "End now…", END, "danger")


def _cancel(campaign: Campaign) -> ButtonElement:
    return ButtonElement(
        text="Cancel",
        action_id=CANCEL,
        value=str(campaign.id),
        style="danger",
        confirm=ConfirmObject(
            title="Cancel this campaign?",
            text=PlainTextObject(text="It will not run, and this cannot be undone."),
            confirm="Cancel it",
            deny="Keep it",
        ),
    )


def _button(
    campaign: Campaign, label: str, action_id: str, style: str | None = None
) -> ButtonElement:
    return ButtonElement(text=label, action_id=action_id, value=str(campaign.id), style=style)
