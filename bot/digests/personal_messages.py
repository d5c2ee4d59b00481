"""Somebody's own week: what became of a salesperson's leads, or of a marketer's campaigns."""

from collections.abc import Sequence

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement, HeaderBlock, SectionBlock

from bot.digests.models import Audience
from bot.digests.personal_report import PersonalReport
from bot.digests.report import CampaignFigures
from bot.digests.texts import (
    MOST_CAMPAIGNS,
    FigureFormat,
    by_campaign,
    days,
    fields,
    maturing,
    note_lines,
    top_campaigns,
)
from bot.leads.list_models import Mine
from bot.leads.messages.lists import list_action
from bot.metrics import Figures
from bot.slack import AnyBlock, Message
from bot.slack.blocks import note
from bot.slack.text import moment, plural, safe

OPT_OUT = "digest.opt_out"
OPT_IN = "digest.opt_in"

_SELLING: tuple[FigureFormat, ...] = (
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
_CAMPAIGNS: tuple[FigureFormat, ...] = (
    ("Leads", "received", "{received}"),
    ("Claimed", "claimed", "{claimed}"),
    ("Quality (n)", "quality_index", "{quality_index} ({rated})"),
    ("Won", "won", "{won}"),
    ("Spend", "spend", "{spend}"),
    ("A lead", "cpl", "{cpl}"),
    ("A customer", "cost_per_customer", "{cost_per_customer}"),
)


def personal_digest(report: PersonalReport, *, wanted: bool = True) -> Message:
    """Somebody's own week, for them alone; `wanted` says whether the next one is to come."""
    is_selling = report.audience is Audience.SALESPEOPLE
    whose = "Your week" if is_selling else "Your campaigns"
    title = f"{whose}{' so far' if report.is_running else ''}: {days(report.week, report.last_day)}"
    sentence = _sales_headline(report) if is_selling else _campaigns_headline(report)
    blocks: list[AnyBlock] = [HeaderBlock(text=title), SectionBlock(text=f"*{sentence}*")]
    blocks += _selling(report) if is_selling else [*_campaigns(report.campaigns), *_quiet(report)]
    blocks += [note_lines(*_notes(report)), ActionsBlock(elements=[_switch(wanted=wanted)])]
    return Message(f"{title}. {sentence}", blocks)


def _switch(*, wanted: bool) -> ButtonElement:
    if wanted:
        return ButtonElement(text="Send me no more of these", action_id=OPT_OUT, value="0")
    return ButtonElement(text="Send them to me again", action_id=OPT_IN, value="0")


def _sales_headline(report: PersonalReport) -> str:
    mine = report.mine
    received = mine.count("received")
    if not received:
        return "None of the leads that came in is yours."
    before = report.before.count("received")
    than = "" if report.is_running else f" ({before:,} the week before)"
    won = mine.count("won")
    parts = [
        f"{plural(received, 'lead')} of the week {'is' if received == 1 else 'are'} yours{than}"
    ]
    if won:
        parts.append(f"{won:,} {'is' if won == 1 else 'are'} won")
    return "; ".join(parts) + "."


def _campaigns_headline(report: PersonalReport) -> str:
    def total(metric: str) -> int:
        return sum(each.figures.count(metric) for each in report.campaigns)

    received = total("received")
    if not received:
        return "Your campaigns brought no lead."
    good = total("hot") + total("good")
    return (
        f"Your campaigns brought {plural(received, 'lead')}: {total('claimed'):,} claimed, "
        f"{good:,} of {plural(total('rated'), 'rating')} great or good, {total('won'):,} won."
    )


def _selling(report: PersonalReport) -> list[Block]:
    blocks: list[Block] = []
    if report.mine.count("received"):
        blocks.append(fields(report.mine, _SELLING))
        blocks.append(note(_compared_with_team(report.team)))
    return [*blocks, *_waiting(report)]


def _compared_with_team(team: Figures) -> str:
    """What is usual among all, so that one's own figures say something."""
    return (
        f"All of sales together: claimed after {team['claim_median']}, answered after "
        f"{team['response_median']} (medians), {team['response_sla']} on time."
    )


def _waiting(report: PersonalReport) -> list[Block]:
    waits = [(which, report.waits.get(which, 0)) for which in Mine]
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
    shown = top_campaigns(campaigns, lambda row: row.figures.count("received"))
    left = len(campaigns) - len(shown)
    more = f"\nThe {MOST_CAMPAIGNS} with the most leads; {left:,} more are not shown."
    return [
        SectionBlock(text=f"*By campaign*{more if left else ''}"),
        by_campaign(shown, _CAMPAIGNS),
    ]


def _quiet(report: PersonalReport) -> list[Block]:
    """The campaigns that ran and brought nothing, which nobody sees in a table of leads."""
    if not report.quiet:
        return []
    lines = [
        f"• {safe(each.name, 150)}: {'none this week' if each.ever else 'no lead yet'}"
        for each in report.quiet[:MOST_CAMPAIGNS]
    ]
    left = len(report.quiet) - len(lines)
    more = [f"{left:,} more are not shown."] if left else []
    hint = "If you expected some, see whether the links carry the campaign's UTM code."
    return [
        SectionBlock(text="\n".join(["*Running, and without a lead*", *lines, *more])),
        note(hint),
    ]


def _notes(report: PersonalReport) -> list[str]:
    which = "that you own" if report.audience is Audience.SALESPEOPLE else "of your campaigns"
    as_of = f"Leads {which}, received in that week, as of {moment(report.as_of)}."
    return [as_of, maturing(report.mine) if report.mine.values else ""]
