"""What a marketer sees: how their campaigns do, and whom they owe an answer."""

from slack_sdk.models.blocks import Block, DividerBlock

from bot import clock
from bot.campaigns.messages import offer_line
from bot.home.messages.parts import header, note, words
from bot.home.models import MOST_CAMPAIGNS, MOST_TO_ANSWER, Marketing, OwnCampaign
from bot.planning import messages as planning
from bot.slack.text import plural, safe


def marketing(seen: Marketing) -> list[Block]:
    """A marketer's own part."""
    return [*_campaigns(seen), *_proposals(seen), *_requests(seen)]


def _campaigns(seen: Marketing) -> list[Block]:
    if not seen.campaigns:
        return [
            header("Your campaigns"),
            words("None runs at the moment. `/campaign` announces one."),
            DividerBlock(),
        ]
    more = len(seen.campaigns) > MOST_CAMPAIGNS
    rest = [note("There are more: `/campaign list` shows them.")] if more else []
    rows = [words(_row(own)) for own in seen.campaigns[:MOST_CAMPAIGNS]]
    return [header("Your campaigns"), *rows, *rest, DividerBlock()]


def _proposals(seen: Marketing) -> list[Block]:
    rows = [
        block for each in seen.proposals for block in planning.row_proposed(each, may_answer=False)
    ]
    return [header("Is sales ready?"), *rows, DividerBlock()] if rows else []


def _row(own: OwnCampaign) -> str:
    campaign, figures = own.campaign, own.figures
    lines = [f"*{safe(campaign.name, 100)}* · {offer_line(campaign)}"]
    if figures.count("received"):
        quality = f", quality {figures['quality_index']} of 3" if figures.count("rated") else ""
        lines.append(
            f"{plural(figures.count('received'), 'lead')}, {figures['claimed']} claimed, "
            f"{figures['rated']} rated{quality}, {figures['won']} won"
        )
    else:
        lines.append("No leads yet")
    lines.append(f"{_money(own)} · read by {own.readers} of {own.sales} in sales")
    return "\n".join(lines)


def _money(own: OwnCampaign) -> str:
    budget = f" of {own.campaign.budget}" if own.campaign.budget else ""
    if not own.figures.has("spend"):
        return f"No spend entered{budget and f', budget{budget[3:]}'}"
    return f"Spent {own.figures['spend']}{budget}"


def _requests(seen: Marketing) -> list[Block]:
    if not seen.to_answer:
        return []
    shown = seen.to_answer[:MOST_TO_ANSWER]
    more = len(seen.to_answer) > len(shown)
    rest = [note("There are more: `/request list` shows them.")] if more else []
    rows = [block for each in shown for block in planning.row_to_answer(each, clock.now())]
    return [header("Requests to answer"), *rows, *rest, DividerBlock()]
