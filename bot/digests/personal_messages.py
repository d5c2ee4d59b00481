"""Somebody's own week: what became of a salesperson's leads, or of a marketer's campaigns."""

from collections.abc import Sequence

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement, HeaderBlock, SectionBlock

from bot.digests.models import Audience
from bot.digests.own import OwnWeek
from bot.digests.report import CampaignFigures
from bot.digests.texts import (
    MOST_CAMPAIGNS,
    Form,
    by_campaign,
    chosen,
    days,
    fields,
    maturing,
    small,
)
from bot.leads.list_models import Mine
from bot.leads.messages.lists import list_action
from bot.metrics import Figures
from bot.slack import AnyBlock, Message
from bot.slack.text import moment, plural, safe

OPT_OUT = "digest.opt_out"
OPT_IN = "digest.opt_in"

_SELLING: tuple[Form, ...] = (
    ("Claimed after", "claim_median", "{claim_median} (p90 {claim_p90})"),
    ("Answered after", "response_median", "{response_median} (p90 {response_p90})"),
    ("Claimed after, working time", "claim_median_worked", "{claim_median_worked}"),
    ("Answered after, working time", "response_median_worked", "{response_median_worked}"),
    ("Hot leads answered on time", "response_sla",
     "{response_sla} ({response_on_time} on time, {response_late} late)"),
    ("Ratings given", "rating_coverage", "{rated} ({rating_coverage})"),
    ("Quality of your leads", "quality_index", "{quality_index} of 3 (n = {rated})"),
    ("Won", "won", "{won} for {won_amount}"),
)  # fmt: skip
_CAMPAIGNS: tuple[Form, ...] = (
    ("Leads", "received", "{received}"),
    ("Claimed", "claimed", "{claimed}"),
    ("Quality (n)", "quality_index", "{quality_index} ({rated})"),
    ("Won", "won", "{won}"),
    ("Spend", "spend", "{spend}"),
    ("A lead", "cpl", "{cpl}"),
    ("A customer", "cost_per_customer", "{cost_per_customer}"),
)


def own(week: OwnWeek, *, wanted: bool = True) -> Message:
    """Somebody's own week, for them alone; `wanted` says whether the next one is to come."""
    is_selling = week.audience is Audience.SALESPEOPLE
    whose = "Your week" if is_selling else "Your campaigns"
    title = f"{whose}{' so far' if week.is_running else ''}: {days(week.week, week.last_day)}"
    sentence = _of_selling(week) if is_selling else _of_campaigns(week)
    blocks: list[AnyBlock] = [HeaderBlock(text=title), SectionBlock(text=f"*{sentence}*")]
    blocks += _selling(week) if is_selling else [*_campaigns(week.campaigns), *_quiet(week)]
    blocks += [small(*_notes(week)), ActionsBlock(elements=[_switch(wanted=wanted)])]
    return Message(f"{title}. {sentence}", blocks)


def _switch(*, wanted: bool) -> ButtonElement:
    if wanted:
        return ButtonElement(text="Send me no more of these", action_id=OPT_OUT, value="0")
    return ButtonElement(text="Send them to me again", action_id=OPT_IN, value="0")


def _of_selling(week: OwnWeek) -> str:
    mine = week.mine
    received = mine.count("received")
    if not received:
        return "None of the leads that came in is yours."
    before = week.before.count("received")
    than = "" if week.is_running else f" ({before:,} the week before)"
    won = mine.count("won")
    parts = [
        f"{plural(received, 'lead')} of the week {'is' if received == 1 else 'are'} yours{than}"
    ]
    if won:
        parts.append(f"{won:,} {'is' if won == 1 else 'are'} won")
    return "; ".join(parts) + "."


def _of_campaigns(week: OwnWeek) -> str:
    def together(metric: str) -> int:
        return sum(each.figures.count(metric) for each in week.campaigns)

    received = together("received")
    if not received:
        return "Your campaigns brought no lead."
    good = together("hot") + together("good")
    return (
        f"Your campaigns brought {plural(received, 'lead')}: {together('claimed'):,} claimed, "
        f"{good:,} of {plural(together('rated'), 'rating')} hot or good, {together('won'):,} won."
    )


def _selling(week: OwnWeek) -> list[Block]:
    blocks: list[Block] = []
    if week.mine.count("received"):
        blocks.append(fields(week.mine, _SELLING))
        blocks.append(small(_compared_with_team(week.team)))
    return [*blocks, *_waiting(week)]


def _compared_with_team(team: Figures) -> str:
    """What is usual among all, so that one's own figures say something."""
    return (
        f"All of sales together: claimed after {team['claim_median']}, answered after "
        f"{team['response_median']} (medians), {team['response_sla']} on time."
    )


def _waiting(week: OwnWeek) -> list[Block]:
    waits = [(which, week.waits.get(which, 0)) for which in Mine]
    left = [(which, count) for which, count in waits if count]
    if not left:
        return [SectionBlock(text="*What waits for you*\nNothing. Well kept.")]
    counts = " · ".join(f"{which.label}: {count:,}" for which, count in left)
    buttons = [
        ButtonElement(text=which.label, action_id=list_action(which), value="0")
        for which, _ in left
    ]
    return [SectionBlock(text=f"*What waits for you*\n{counts}"), ActionsBlock(elements=buttons)]


def _campaigns(campaigns: Sequence[CampaignFigures]) -> list[AnyBlock]:
    if not campaigns:
        nothing = "A campaign is here once a lead of it comes in or its spend is entered."
        return [SectionBlock(text=nothing)]
    shown = chosen(campaigns, lambda row: row.figures.count("received"))
    left = len(campaigns) - len(shown)
    more = f"\nThe {MOST_CAMPAIGNS} with the most leads; {left:,} more are not shown."
    return [
        SectionBlock(text=f"*By campaign*{more if left else ''}"),
        by_campaign(shown, _CAMPAIGNS),
    ]


def _quiet(week: OwnWeek) -> list[Block]:
    """The campaigns that ran and brought nothing, which nobody sees in a table of leads."""
    if not week.quiet:
        return []
    lines = [
        f"• {safe(each.name, 150)}: {'none this week' if each.ever else 'no lead yet'}"
        for each in week.quiet[:MOST_CAMPAIGNS]
    ]
    left = len(week.quiet) - len(lines)
    more = [f"{left:,} more are not shown."] if left else []
    hint = "If you expected some, see whether the links carry the campaign's UTM code."
    return [
        SectionBlock(text="\n".join(["*Running, and without a lead*", *lines, *more])),
        small(hint),
    ]


def _notes(week: OwnWeek) -> list[str]:
    whom = "that you own" if week.audience is Audience.SALESPEOPLE else "of your campaigns"
    as_of = f"Leads {whom}, received in that week, as of {moment(week.as_of)}."
    return [as_of, maturing(week.mine) if week.mine.values else ""]
