"""The modals of margins and of the cost of departments."""

from collections.abc import Sequence
from datetime import date

from slack_sdk.models.blocks import (
    Block,
    InputBlock,
    Option,
    PlainTextInputElement,
    SectionBlock,
    StaticSelectElement,
)
from slack_sdk.models.blocks.block_elements import NumberInputElement
from slack_sdk.models.views import View

from bot.campaigns.models import Campaign
from bot.slack.text import safe
from bot.spend import messages
from bot.spend.models import Department, Margins

SAVE_MARGIN = "spend.save_margin"
SAVE_COST = "spend.save_cost"

ALL = "0"
_MOST_SHOWN = 10
_MONTHS = 13


def margin(now: Margins, campaigns: Sequence[Campaign], *, chosen: bool) -> View:
    """The form for the contribution margin, of all campaigns or of one."""
    everything = Option(text="All campaigns", value=ALL)
    known = messages.options(campaigns[: messages.MOST_OPTIONS - 1])
    text = (
        "What is left of a deal's amount after the cost of delivering it. With it, reports show "
        "ROMI and profit."
    )
    blocks: list[Block] = [
        SectionBlock(text=f"{text}\n{_now(now, campaigns)}"),
        InputBlock(
            block_id="campaign",
            label="Of",
            hint=messages.unlisted(campaigns, "/campaign margin"),
            element=StaticSelectElement(
                action_id="campaign", options=[everything, *known],
                initial_option=known[0] if chosen else everything,
            ),
        ),
        InputBlock(
            block_id="percent",
            label="Contribution margin in percent",
            hint="From 0 to 100. Empty: take it away again.",
            optional=True,
            element=NumberInputElement(
                action_id="percent", is_decimal_allowed=True, min_value="0", max_value="100"
            ),
        ),
    ]  # fmt: skip
    return View(
        type="modal", callback_id=SAVE_MARGIN, title="Contribution margin", submit="Save",
        close="Cancel", blocks=blocks,
    )  # fmt: skip


def _now(now: Margins, campaigns: Sequence[Campaign]) -> str:
    if now.usual is None and not now.by_campaign:
        return "None is set yet."
    names = {each.id: each.name for each in campaigns}
    own = [
        f"{safe(names[each], 80)}: {percent.normalize():f} %"
        for each, percent in now.by_campaign.items()
        if each in names
    ]
    usual = "not set" if now.usual is None else f"{now.usual.normalize():f} %"
    return "\n".join([f"Now: all campaigns {usual}", *own[:_MOST_SHOWN]])


def cost(today: date, currency: str) -> View:
    """The form for what a department cost in a month."""
    months = [Option(text=f"{month:%B %Y}", value=month.isoformat()) for month in _months(today)]
    departments = [Option(text=each.value.capitalize(), value=each) for each in Department]
    text = (
        "All that a department cost: salaries, tools, agencies, ads. Where both are entered for "
        "each month of a period, reports show what a new customer really cost (CAC)."
    )
    blocks: list[Block] = [
        SectionBlock(text=text),
        InputBlock(
            block_id="month", label="Month",
            element=StaticSelectElement(
                action_id="month", options=months, initial_option=months[1]
            ),
        ),
        InputBlock(
            block_id="department", label="Department",
            element=StaticSelectElement(
                action_id="department", placeholder="Choose a department", options=departments
            ),
        ),
        InputBlock(
            block_id="amount", label=f"Amount in {currency}",
            hint="It replaces what was entered for this month before.",
            element=PlainTextInputElement(action_id="amount", max_length=30),
        ),
    ]  # fmt: skip
    return View(
        type="modal", callback_id=SAVE_COST, title="Cost of departments", submit="Save",
        close="Cancel", blocks=blocks,
    )  # fmt: skip


def _months(today: date) -> list[date]:
    """The months by their first day, the newest first."""
    count = today.year * 12 + today.month - 1
    return [date(each // 12, each % 12 + 1, 1) for each in range(count, count - _MONTHS, -1)]
