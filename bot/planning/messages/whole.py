"""All that a proposal says, in a modal; and the drafts that can be taken up again."""

from collections.abc import Sequence

from slack_sdk.models.blocks import (
    Block,
    ButtonElement,
    SectionBlock,
)
from slack_sdk.models.views import View

from bot.campaigns.models import Campaign, Kind
from bot.money import Money
from bot.planning.messages.parts import listed, quoted, small, titled
from bot.planning.messages.request_list import PAGE_SIZE
from bot.planning.messages.weight import capacity_in_words, past_in_words
from bot.planning.models import BudgetLine, Concern, Table
from bot.slack.paging import page_turns
from bot.slack.text import moment, plural, safe

DRAFTS = "proposal.drafts"
TAKE_UP = "proposal.take_up"
_MOST_CONCERNS = 15


def whole(
    table: Table, lines: Sequence[BudgetLine], said: Sequence[Concern], *, money: bool
) -> View:
    """Everything; the budget only for those who may see `money`."""
    campaign = table.campaign
    texts = {
        "Offer": campaign.offer,
        "Price": campaign.price,
        "Terms": campaign.terms,
        "Talking points": campaign.talking_points,
        "Objections and answers": campaign.objections,
        "Channels": ", ".join(campaign.channels),
        "Materials": "\n".join(f"{title}: {address}" for title, address in campaign.materials),
    }
    expected = _expected(campaign, money=money)
    return View(
        type="modal",
        title="Proposal",
        close="Done",
        blocks=[
            *[titled(title, text) for title, text in texts.items() if text],
            *([titled("Expected", expected)] if expected else []),
            *(_budget(campaign, lines) if money else []),
            SectionBlock(text=f"*Capacity*\n{capacity_in_words(table.capacity)}"),
            SectionBlock(text=f"*Last time*\n{past_in_words(table.last_time)}"),
            *_concerns(said),
        ],
    )


def drafts(found: Sequence[Campaign], page: int, count: int) -> View:
    """The drafts, a page of them."""
    pages = max(-(-count // PAGE_SIZE), 1)
    empty = SectionBlock(text="There is no draft. Begin one with `/campaign propose`.")
    blocks: list[Block] = [_row(campaign) for campaign in found] or [empty]
    blocks.extend(page_turns(DRAFTS, page, pages))
    shown = small(f"{plural(count, 'draft')}, page {page + 1} of {pages}")
    return View(type="modal", callback_id=DRAFTS, private_metadata=str(page), title="Drafts",
                close="Done", blocks=[*blocks, shown])  # fmt: skip


def _row(campaign: Campaign) -> SectionBlock:
    offer = safe(campaign.offer, 300) or "_no offer yet_"
    button = ButtonElement(text="Take up again", action_id=TAKE_UP, value=str(campaign.id))
    text = f"*{safe(campaign.name)}* · {Kind(campaign.kind).label}\n{offer}"
    return SectionBlock(text=text, accessory=button)


def _expected(campaign: Campaign, *, money: bool) -> str:
    known = {
        "Leads": campaign.expected_leads,
        "Customers": campaign.expected_customers,
        "Cost per lead, at most": campaign.target_cost_per_lead if money else None,
    }
    return "\n".join(f"{name}: {_number(value)}" for name, value in known.items() if value)


def _budget(campaign: Campaign, lines: Sequence[BudgetLine]) -> list[Block]:
    if campaign.budget is None:
        return [small("No budget is planned.")]
    parts = [f"{line.name}: {line.amount}" for line in lines]
    total = SectionBlock(text=f"*Budget*: {campaign.budget}")
    return [total, listed(parts)] if parts else [total]


def _concerns(said: Sequence[Concern]) -> list[Block]:
    """The newest concerns, each with what came of it."""
    blocks: list[Block] = []
    for each in said[-_MOST_CONCERNS:]:
        raised = f"Version {each.version}, {safe(each.person.name, 100)} {moment(each.raised_at)}"
        blocks += [small(raised), quoted(each.text), small(_end(each))]
    return blocks


def _end(each: Concern) -> str:
    if each.closed_at is None:
        return "*Open*"
    if each.answer is None:
        return "Withdrawn"
    who = safe(each.closer.name, 100) if each.closer else ""
    return f"Answered by {who}: {safe(each.answer, 1_000)}"


def _number(value: int | Money) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)
