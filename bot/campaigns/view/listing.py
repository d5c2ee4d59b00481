"""How the list of campaigns looks."""

from collections.abc import Sequence

from slack_sdk.models.blocks import Block, HeaderBlock, SectionBlock

from bot.campaigns.model import RECENTLY_DAYS, Campaign, Kind, Overview
from bot.campaigns.view.offer import offer_line
from bot.campaigns.view.words import only, plain, small
from bot.slack import Message
from bot.slack.text import plural, safe

_MOST_LISTED = 10  # of each group: three times that stays below Slack's 50 blocks


def listing(overview: Overview) -> Message:
    """The answer to `/campaign list`."""
    if overview.is_empty:
        return only(
            "No campaign runs, comes or has ended recently. Marketing announces one with "
            "`/campaign`."
        )
    groups = {
        "Running": overview.running,
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
    return Message(text, blocks)


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
