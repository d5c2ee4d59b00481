"""How the list of campaigns looks."""

from collections.abc import Mapping, Sequence

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    HeaderBlock,
    SectionBlock,
)
from slack_sdk.models.views import View

from bot.campaigns.messages.offer import offer_line
from bot.campaigns.messages.words import only, plain, small
from bot.campaigns.models import RECENTLY_DAYS, Campaign, Kind, Overview, Stage
from bot.slack import Message
from bot.slack.paging import page_turns
from bot.slack.text import plural, safe

LIST = "campaign.list"

_MOST_LISTED = 10  # of each group: four times that stays below Slack's 50 blocks


def listing(overview: Overview) -> Message:
    """The answer to `/campaign list`."""
    if overview.is_empty:
        return only(
            "No campaign runs, comes or has ended recently. Marketing announces one with "
            "`/campaign`."
        )
    groups = {
        "Running": overview.running,
        "Paused": overview.paused,
        "Coming": overview.coming,
        f"Ended in the last {RECENTLY_DAYS} days": overview.ended,
    }
    text = (
        f"{plural(len(overview.running), 'campaign')} running, {len(overview.coming)} coming, "
        f"{len(overview.ended)} ended in the last {RECENTLY_DAYS} days."
    )
    blocks = [
        block for title, campaigns in groups.items() for block in _group(title, campaigns, overview)
    ]
    if overview.paused:
        text = f"{text[:-1]}, {len(overview.paused)} paused."
    return Message(text, [*blocks, ActionsBlock(elements=[_all_button()])])


def whole(
    found: Sequence[Campaign], number: int, count: int, size: int, readers: Mapping[int, int]
) -> View:
    """A page of all campaigns, each with its stage."""
    pages = max(-(-count // size), 1)
    rows = [SectionBlock(text=_entry(campaign, readers)) for campaign in found]
    nothing = SectionBlock(
        text="There is no campaign yet. Marketing announces one with `/campaign`."
    )
    return View(
        type="modal",
        callback_id=LIST,
        title="Campaigns",
        close="Done",
        blocks=[
            *(rows or [nothing]),
            *page_turns(LIST, number, pages),
            small(f"{plural(count, 'campaign')}, page {number + 1} of {pages}"),
        ],
    )


def _all_button() -> ButtonElement:
    return ButtonElement(text="All campaigns", action_id=LIST, value="0")


def _entry(campaign: Campaign, readers: Mapping[int, int]) -> str:
    stage, kind = Stage(campaign.stage).label, Kind(campaign.kind).label
    read = readers.get(campaign.id)
    return (
        f"*{safe(campaign.name)}* · *{stage}* · {kind} · {campaign.owner.mention}\n"
        f"{offer_line(campaign)}" + (f"\nRead by {read} in sales" if read else "")
    )


def _group(title: str, campaigns: Sequence[Campaign], overview: Overview) -> list[Block]:
    if not campaigns:
        return []
    blocks: list[Block] = [HeaderBlock(text=plain(title, 150))]
    blocks.extend(_row(campaign, overview) for campaign in campaigns[:_MOST_LISTED])
    left = len(campaigns) - _MOST_LISTED
    if left > 0:
        blocks.append(small(f"and {left:,} more"))
    return blocks


def _row(campaign: Campaign, overview: Overview) -> SectionBlock:
    readers = overview.readers.get(campaign.id, 0)
    return SectionBlock(
        text=f"*{safe(campaign.name)}* · {Kind(campaign.kind).label}\n{offer_line(campaign)}\n"
        f"Read by {readers} of {overview.sales} in sales"
    )
