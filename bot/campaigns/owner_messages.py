"""What concerns one person: what the owner may do with a campaign, and who has not read of it."""

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

from bot.campaigns.messages import got_it_button, names, read_by
from bot.campaigns.models import Campaign, Readership, Stage
from bot.campaigns.texts import offer_line, only
from bot.formats import plural
from bot.slack import Message
from bot.slack.blocks import note
from bot.slack.text import moment, safe

CHANGE = "campaign.change"
PAUSE = "campaign.pause"
RESUME = "campaign.resume"
END = "campaign.end"
CANCEL = "campaign.cancel"
LAUNCH = "campaign.launch"
UNSCHEDULE = "campaign.unschedule"

_MOST_MISSING = 40


def manage(campaigns: Sequence[Campaign], count: int, words: str, today: date) -> Message:
    """The answer to `/campaign manage`."""
    if not campaigns:
        named = f" that start with “{safe(words, 100)}”" if words else ""
        return only(
            f"You have no campaigns to manage{named}. Start one with `/campaign`; `/campaign list` "
            "shows everyone's."
        )
    text = f"{plural(count, 'campaign')} to manage."
    blocks: list[Block] = [block for each in campaigns for block in _campaign_row(each, today)]
    if count > len(campaigns):
        left = f"and {count - len(campaigns):,} more. Search by name: "
        blocks.append(note(f"{left}`/campaign manage summer`"))
    return Message(text, blocks)


def buttons(campaign: Campaign, today: date) -> list[Block]:
    """What may be done with the campaign as it stands; nothing once it is over.

    What sales is asked about, or has agreed to, is changed where it was proposed.
    """
    chosen = _owner_buttons(campaign, today)
    return [ActionsBlock(elements=chosen)] if chosen else []


def _owner_buttons(campaign: Campaign, today: date) -> list[ButtonElement]:
    if campaign.is_over(today):
        return []
    change = _owner_button(campaign, "Change…", CHANGE)
    stop = _end_button(campaign) if campaign.starts_on <= today else _cancel_button(campaign)
    match campaign.stage:
        case Stage.LIVE:
            return [change, _owner_button(campaign, "Pause", PAUSE), stop]
        case Stage.PAUSED:
            return [change, _owner_button(campaign, "Resume", RESUME, "primary"), stop]
        case Stage.DRAFT if campaign.launch_at:
            unschedule = _owner_button(campaign, "Unschedule", UNSCHEDULE)
            return [
                change,
                _owner_button(campaign, "Reschedule…", LAUNCH),
                unschedule,
                _cancel_button(campaign),
            ]
        case Stage.DRAFT:
            return [change, _owner_button(campaign, "Announce…", LAUNCH), _cancel_button(campaign)]
    return []


def _campaign_row(campaign: Campaign, today: date) -> list[Block]:
    waits = f", scheduled for {moment(campaign.launch_at)}" if campaign.launch_at else ""
    is_ahead = campaign.stage == Stage.LIVE and campaign.starts_on > today
    stage = "Coming up" if is_ahead else Stage(campaign.stage).label
    stage += waits if campaign.announced_at is None else ""
    text = f"*{safe(campaign.name)}* · {stage} · {campaign.owner.mention}\n{offer_line(campaign)}"
    if campaign.stage in (Stage.PROPOSED, Stage.AGREED):
        text += "\nChange it on its proposal in the channel."
    return [SectionBlock(text=text), *buttons(campaign, today)]


def _end_button(campaign: Campaign) -> ButtonElement:
    return _owner_button(campaign, "End now…", END, "danger")


def _cancel_button(campaign: Campaign) -> ButtonElement:
    return ButtonElement(
        text="Cancel",
        action_id=CANCEL,
        value=str(campaign.id),
        style="danger",
        confirm=ConfirmObject(
            title="Cancel this campaign?",
            text=PlainTextObject(text="It won't run. You can't undo this."),
            confirm="Cancel campaign",
            deny="Keep it",
        ),
    )


def _owner_button(
    campaign: Campaign, label: str, action_id: str, style: str | None = None
) -> ButtonElement:
    return ButtonElement(text=label, action_id=action_id, value=str(campaign.id), style=style)


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
    capacity_block = [SectionBlock(text=f"*Capacity*\n{capacity}")] if capacity else []
    if campaign.announced_at is None:
        planned = _planned(campaign, name, where)
        return Message(
            planned, [SectionBlock(text=planned), *capacity_block, *buttons(campaign, today)]
        )
    if not posted:
        return only(
            f"{name} is saved, but I couldn't post it in {where}. Don't announce it again. Ask an "
            "admin to run `handoff doctor`, which says what to fix, and then `handoff jobs retry`, "
            "which posts it."
        )
    if campaign.is_over(today):
        return only(f"{name} is over. Your answers are in its announcement in {where}.")
    text = f"{name} is announced in {where}."
    if campaign.stage == Stage.PAUSED:
        text = f"{name} is paused. Sales knows not to promise it."
    text += " Sales confirms with *Got it*. Questions go to its thread and mention you."
    return Message(
        text,
        [
            SectionBlock(text=text),
            *capacity_block,
            note(_missing(readership)),
            *buttons(campaign, today),
        ],
    )


def reminder(campaign: Campaign, *, read: bool) -> Message:
    """The one reminder, to someone who has not confirmed an announcement."""
    name = f"“{safe(campaign.name)}”"
    if read:
        return only(f"You've confirmed {name}. Thanks!")
    text = f"You haven't confirmed {name} yet. Please read the offer."
    blocks: list[Block] = [
        SectionBlock(text=text),
        SectionBlock(text=f"*Offer* {offer_line(campaign)}\n*Terms* {safe(campaign.terms, 2_200)}"),
        ActionsBlock(elements=[got_it_button(campaign)]),
    ]
    return Message(text, blocks)


def _planned(campaign: Campaign, name: str, where: str) -> str:
    if campaign.stage == Stage.CANCELLED:
        return f"{name} was cancelled before it was announced."
    if campaign.launch_at is None:
        return f"{name} isn't announced or scheduled yet."
    return f"{name} will be announced in {where} {moment(campaign.launch_at)}."


def _missing(readership: Readership) -> str:
    """All who are missing, for the owner; the card in the channel names only some."""
    if not readership.size or not readership.waiting:
        return read_by(readership)
    count = f"Read by {len(readership.readers)} of {readership.size} in sales."
    line = f"{count} Not yet: {names(readership.waiting, _MOST_MISSING)}."
    if readership.reminded:
        line += f" {readership.reminded:,} of them got a reminder."
    return line
