"""How a person's home tab looks: first what is theirs to do, then what runs."""

from collections.abc import Sequence

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    DividerBlock,
)

from bot.campaigns.messages import offer_line
from bot.campaigns.models import Campaign
from bot.home.messages.managing import managing
from bot.home.messages.marketing import marketing
from bot.home.messages.own import own
from bot.home.messages.parts import header, words
from bot.home.messages.settings import SOURCES_OPEN, settings
from bot.home.messages.shoes import shoes
from bot.home.messages.status import status
from bot.home.messages.upkeep import RETRY, RETRY_ALL, sources, upkeep
from bot.home.models import MOST_ROWS, Page
from bot.slack import Message
from bot.slack.text import moment, safe
from bot.standups import messages as standups
from bot.standups.models import Answer, Today

__all__ = ["RETRY", "RETRY_ALL", "SOURCES_OPEN", "home", "sources", "status"]

_MOST_BLOCKS = 100  # Slack's documents, views


def home(page: Page) -> Message:
    """The home tab; its text is never shown."""
    if not page.person.roles and page.standup is None:
        return Message("", _stranger(page))
    blocks: list[Block] = [
        *(managing(page.managing) if page.managing else []),
        *own(page),
        *(marketing(page.marketing) if page.marketing else []),
        *shoes(page.shoes),
    ]
    if not blocks:
        blocks = [
            header("Nothing waits for you"),
            words("New leads appear in the channel, and here once you claim them."),
        ]
    if page.standup is not None:
        blocks.extend([*_standup(page.standup), DividerBlock()])
    if page.campaigns or not page.marketing:
        blocks.extend([*_campaigns(page.campaigns), DividerBlock()])
    if page.upkeep is not None:
        blocks.extend(upkeep(page.upkeep))
    elif page.managing is not None:
        blocks.extend(settings(is_admin=False))
    if isinstance(blocks[-1], DividerBlock):
        blocks.pop()
    return Message("", blocks if len(blocks) <= _MOST_BLOCKS else _dense(blocks))


def _dense(blocks: Sequence[Block]) -> list[Block]:
    """A page with all that one can have: the headings alone part it."""
    return [block for block in blocks if not isinstance(block, DividerBlock)]


def _stranger(page: Page) -> list[Block]:
    whom = ", ".join(admin.mention for admin in page.admins[:3])
    ask = (
        f"Ask {whom}: an admin gives roles with `/handoff people`."
        if whom
        else "Nobody is admin yet: whoever installed Handoff becomes one with `/handoff people`."
    )
    return [
        header("Welcome to Handoff"),
        words(f"Here you will see what is yours to do. You have no role yet. {ask}"),
    ]


def _standup(today: Today) -> list[Block]:
    name = safe(today.standup.name, 80)
    answered = today.entry is not None and today.entry.state == Answer.ANSWERED
    if today.is_open and today.entry is not None and today.entry.asked_at is not None:
        label = "Change my answers" if answered else "Answer"
        state = "you have answered" if answered else "open, and waits for you"
    else:
        label = "Answer" if today.waits else ""
        state = f"next asked {moment(today.next_at)}" if today.next_at else "paused"
    blocks: list[Block] = [header("Standup"), words(f"{name}: {state}.")]
    if label:
        button = ButtonElement(text=label, action_id=standups.BEGIN, value=str(today.standup.id))
        blocks.append(ActionsBlock(elements=[button]))
    return blocks


def _campaigns(running: Sequence[Campaign]) -> list[Block]:
    if not running:
        return [
            header("Campaigns"),
            words("None runs at the moment. Marketing announces one with `/campaign`."),
        ]
    lines = [
        f"• *{safe(campaign.name, 100)}*: {offer_line(campaign)}"
        for campaign in running[:MOST_ROWS]
    ]
    left = len(running) - MOST_ROWS
    if left > 0:
        lines.append(f"and {left} more: `/campaign list`")
    # A section takes 3,000 characters; a campaign's line is far shorter than 300.
    return [header("Campaigns that run"), words("\n".join(lines)[:3000])]
