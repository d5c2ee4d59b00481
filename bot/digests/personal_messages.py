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
    formatted,
    headline_of,
    note_lines,
    signed,
    table,
    top_campaigns,
)
from bot.formats import plural
from bot.leads.list_models import Mine
from bot.leads.messages.lists import list_action
from bot.slack import AnyBlock, Message
from bot.slack.blocks import note
from bot.slack.text import moment, safe

OPT_OUT = "digest.opt_out"
OPT_IN = "digest.opt_in"

_SELLING: tuple[FigureFormat, ...] = (
    ("Claimed after", "claim_median", "{claim_median}"),
    ("First reply", "response_median", "{response_median}"),
    ("Hot leads on time", "response_sla", "{response_sla}"),
    ("Rated", "rating_coverage", "{rating_coverage}"),
    ("Quality (max. 3)", "quality_index", "{quality_index}"),
)
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
    title = _sales_headline(report) if is_selling else _campaigns_headline(report)
    body = _selling(report) if is_selling else [*_campaigns(report.campaigns), *_quiet(report)]
    covered = f"{days(report.week, report.last_day)}, as of {moment(report.as_of)}"
    blocks: list[AnyBlock] = [
        HeaderBlock(text=title),
        *body,
        ActionsBlock(elements=[*_lists(report), _switch(wanted=wanted)]),
        note_lines(covered, report.mine.maturing),
    ]
    return Message(title, blocks)


def _switch(*, wanted: bool) -> ButtonElement:
    if wanted:
        return ButtonElement(text="Stop sending me this", action_id=OPT_OUT, value="0")
    return ButtonElement(text="Send me this again", action_id=OPT_IN, value="0")


def _week(report: PersonalReport) -> str:
    return f"{report.week.name.lower()}{' so far' if report.is_running else ''}"


def _sales_headline(report: PersonalReport) -> str:
    """`Your week 47 · 3 leads (+2) · 1 won · 2,500 EUR`."""
    mine = report.mine
    parts = [f"Your {_week(report)}"]
    parts.append(f"{_leads(mine.count('received'))}{_change(report)}")
    if won := mine.count("won"):
        parts += [f"{won:,} won", mine["won_amount"]]
    return headline_of(parts)


def _change(report: PersonalReport) -> str:
    received, before = report.mine.count("received"), report.before.count("received")
    if report.is_running or not (received or before):
        return ""
    return f" ({signed(received - before)})"


def _leads(count: int) -> str:
    return plural(count, "lead") if count else "no leads"


def _campaigns_headline(report: PersonalReport) -> str:
    """`Your campaigns, week 47 · 2 leads · 1 won`."""

    def total(metric: str) -> int:
        return sum(each.figures.count(metric) for each in report.campaigns)

    parts = [f"Your campaigns, {_week(report)}", _leads(total("received"))]
    if won := total("won"):
        parts.append(f"{won:,} won")
    return headline_of(parts)


def _selling(report: PersonalReport) -> list[Block]:
    """One's own figures beside those of one's last week and of everybody in sales."""
    heading = ("Figure", "You", report.week.before.name, "Everybody")
    of = (report.mine, *([] if report.is_running else [report.before]), report.team)
    rows = [
        (figure[0], *(formatted(each, figure) for each in of))
        for figure in _SELLING
        if report.mine.has(figure[1])
    ]
    shown = [each for each in heading if not (report.is_running and each == heading[2])]
    return [table([shown, *rows])] if rows else []


def _lists(report: PersonalReport) -> list[ButtonElement]:
    """The salesperson's lists that have leads, with how many."""
    return [
        ButtonElement(text=f"{which.label} ({count:,})", action_id=list_action(which), value="0")
        for which in Mine
        if (count := report.waits.get(which, 0))
    ]


def _campaigns(campaigns: Sequence[CampaignFigures]) -> list[AnyBlock]:
    if not campaigns:
        return []
    shown = top_campaigns(campaigns, lambda row: row.figures.count("received"))
    left = len(campaigns) - len(shown)
    more = f"The {MOST_CAMPAIGNS} with the most leads; {left:,} more are not shown."
    return [by_campaign(shown, _CAMPAIGNS), *([note(more)] if left else [])]


def _quiet(report: PersonalReport) -> list[Block]:
    """The campaigns that ran and brought nothing, which nobody sees in a table of leads."""
    if not report.quiet:
        return []
    lines = [
        f"• {safe(each.name, 150)}: {'none this week' if each.ever else 'none yet'}"
        for each in report.quiet[:MOST_CAMPAIGNS]
    ]
    left = len(report.quiet) - len(lines)
    more = [f"{left:,} more are not shown."] if left else []
    return [
        SectionBlock(text="\n".join(["*Live without leads*", *lines, *more])),
        note("If you expected some, check that the links carry the campaign's UTM code."),
    ]
