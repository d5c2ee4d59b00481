"""The digest of a week: what happened in a line, a table, and what to do. All else opens from it:
funnel, speed, quality, campaigns, and what is to fix in the figures.
"""

from collections.abc import Sequence

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement, HeaderBlock, SectionBlock

from bot.digests import comparison
from bot.digests.comparison import IN_TABLE, NONE, Verdict
from bot.digests.figure_messages import leads_button, to_fix
from bot.digests.next_steps import Step, next_steps
from bot.digests.report import CampaignFigures, Report, lost_for
from bot.digests.texts import (
    MOST_CAMPAIGNS,
    FigureFormat,
    by_campaign,
    chart,
    chart_labels,
    days,
    fields,
    formatted,
    headline_of,
    note_lines,
    signed,
    table,
    top_campaigns,
)
from bot.formats import plural
from bot.leads.models import Rating
from bot.metrics import Figures
from bot.reports.messages import BY_FIRST
from bot.shadowing.notices import quarter_line
from bot.slack import AnyBlock, Message
from bot.slack.text import clean, moment, safe
from bot.sources import source_name

SHOW_RUNNING = "digest.show_running"
SHOW_DETAILS = "digest.show_details"
SHOW_MONEY = "digest.show_money"
OPEN_REPORT = "digest.open_report"

_MOST_LINES = 5

_SPEED: tuple[FigureFormat, ...] = (
    ("Time to claim", "claim_median", "median {claim_median}, p90 {claim_p90}"),
    ("Time to claim, working time", "claim_median_worked",
     "median {claim_median_worked}, p90 {claim_p90_worked}"),
    ("First reply", "response_median", "median {response_median}, p90 {response_p90}"),
    ("First reply, working time", "response_median_worked",
     "median {response_median_worked}, p90 {response_p90_worked}"),
    ("Hot leads claimed on time", "claim_sla",
     "{claim_sla} ({claim_on_time} on time, {claim_late} late)"),
    ("Hot leads answered on time", "response_sla",
     "{response_sla} ({response_on_time} on time, {response_late} late)"),
)  # fmt: skip

_COLUMNS: tuple[FigureFormat, ...] = (
    ("Leads", "received", "{received}"),
    ("Claimed", "claimed", "{claimed}"),
    ("Median to claim", "claim_median", "{claim_median}"),
    ("Quality (n)", "quality_index", "{quality_index} ({rated})"),
    ("Qualified", "qualified", "{qualified}"),
    ("Won", "won", "{won}"),
)
_QUALITY: FigureFormat = ("Quality", "quality_index", "quality {quality_index} of 3 (n = {rated})")


def digest(
    report: Report,
    *,
    shows_money: bool,
    corrections: Sequence[str] = (),
    page: str = "",
) -> Message:
    """A week's digest; of a running week, what is known by now.

    `page` is the address of the report page, where there is one.
    """
    title = headline(report, shows_money=shows_money)
    has_leads = report.total.count("received") > 0
    body = _body(report, shows_money=shows_money) if has_leads else [_nothing_came(report)]
    return Message(
        title,
        [
            HeaderBlock(text=title),
            *body,
            *(_pipeline(report) if shows_money else []),
            *_corrections(corrections),
            *_buttons(report, page, shows_money=shows_money),
            note_lines(
                f"{days(report.week, report.last_day)}, as of {moment(report.as_of)}",
                report.total.maturing,
            ),
        ],
    )


def headline(report: Report, *, shows_money: bool) -> str:
    """`Week 48 · 23 leads (+12) · 2 won · 17,300 EUR`."""
    total = report.total
    received, won = total.count("received"), total.count("won")
    parts = [f"{report.week.name}{' so far' if report.is_running else ''}"]
    parts.append(f"{plural(received, 'lead') if received else 'no leads'}{_change(report)}")
    if won:
        parts.append(f"{won:,} won")
    if won and shows_money:
        parts.append(total["won_amount"])
    return headline_of(parts)


def _change(report: Report) -> str:
    """How many more or fewer than the week before; a running week cannot be compared."""
    if report.is_running or report.before is None:
        return ""
    return f" ({signed(report.total.count('received') - report.before.count('received'))})"


def _nothing_came(report: Report) -> Block:
    if report.is_running:
        return SectionBlock(text="`/digest last` shows last week.")
    checks = "an admin can check forms and ad platforms with `/handoff status`."
    return SectionBlock(text=f"If you expected leads, {checks}")


def _body(report: Report, *, shows_money: bool) -> list[AnyBlock]:
    """The part of a digest that has leads to speak of."""
    return [
        *_table(report),
        *_significance(report),
        *_actions(report, shows_money=shows_money),
    ]


def _table(report: Report) -> list[Block]:
    """The week, the one before and the usual one; without the rows and columns that say nothing."""
    now = "So far" if report.is_running else report.week.name
    rows = [(each.figure.label, each.now, each.before, each.usual)
            for each in comparison.changes(report)
            if each.figure in IN_TABLE and each.now != NONE]  # fmt: skip
    heading = ("Figure", now, report.week.before.name, "Usual")
    known = [at for at in range(len(heading)) if any(row[at] != NONE for row in rows)]
    return [table([[row[at] for at in known] for row in (heading, *rows)])] if rows else []


def _significance(report: Report) -> list[Block]:
    """Which figures moved more than chance; nothing where there is nothing to compare with."""
    judged = [each for each in comparison.changes(report) if each.verdict is not Verdict.UNKNOWN]
    moved = [f"{each.figure.label.lower().removesuffix(', of 3')} {each.verdict}" for each in judged
             if each.verdict is not Verdict.CHANCE]  # fmt: skip
    if not judged:
        return []
    return [note_lines(f"Significant change: {', '.join(moved)}" if moved else
                       "No significant change")]  # fmt: skip


def _actions(report: Report, *, shows_money: bool) -> list[Block]:
    """What to do, with a button each to the cases that matter; of a running week nothing."""
    if report.is_running:
        return []
    steps = next_steps(report, with_money=shows_money)
    if not steps:
        return [SectionBlock(text="Nothing to do about this week.")]
    return [
        SectionBlock(text="*Do this*"),
        *(
            SectionBlock(
                text=f"{number}. *{step.responsible}:* {step.sentence}",
                accessory=_step_button(step, report),
            )
            for number, step in enumerate(steps, 1)
        ),
    ]


def _pipeline(report: Report) -> list[Block]:
    """What open leads are expected to bring, where there are any."""
    expected = str(report.pipeline or "")
    return [SectionBlock(text=f"*Pipeline:* {expected}")] if expected else []


def _step_button(step: Step, report: Report) -> ButtonElement | None:
    if step.campaign_id is not None:
        return ButtonElement(text=step.button, action_id=BY_FIRST, value=str(step.campaign_id))
    return leads_button(step.metric, report.week, step.button) if step.button else None


def _corrections(corrections: Sequence[str]) -> list[Block]:
    if not corrections:
        return []
    return [SectionBlock(text=clean(f"*Since then:* {'; '.join(corrections)}."))]


def _buttons(report: Report, page: str, *, shows_money: bool) -> list[Block]:
    value = report.week.monday.isoformat()
    address = f"{page}?from={report.week.monday}&to={report.last_day}"
    buttons = []
    if page:
        buttons.append(ButtonElement(text="Open report", action_id=OPEN_REPORT, url=address))
    if report.total.count("received"):
        buttons.append(ButtonElement(text="Details", action_id=SHOW_DETAILS, value=value))
        if shows_money:
            buttons.append(ButtonElement(text="Money", action_id=SHOW_MONEY, value=value))
    return [ActionsBlock(elements=buttons)] if buttons else []


def details(report: Report, *, shows_money: bool) -> Message:
    """What stands behind the headline; `shows_money` as in the digest, whose steps it leaves out of
    what is to fix."""
    title = f"{report.week.name} · Details"
    total = report.total
    steps = {step.metric for step in next_steps(report, with_money=shows_money)}
    blocks: list[AnyBlock] = [
        SectionBlock(text=f"*{title}*\n*Funnel:* {_funnel(total)}"),
        *fields(total, _SPEED),
        SectionBlock(text=_quality(report)),
        *_campaigns(report.campaigns),
        *to_fix(total, report.week, except_for=steps),
        *_team_stats(report),
        note_lines(
            total.maturing,
            f"Leads received {days(report.week, report.last_day)} ({report.zone}), credited to "
            "campaigns by the first touch.",
            "`/digest why` explains each figure.",
        ),
    ]
    return Message(f"{title}. {_funnel(total)}", blocks)


def _team_stats(report: Report) -> list[Block]:
    """Standups and shadowing, where there were any."""
    team = report.team
    standups = f"Standups: {team.answered:,} of {plural(team.prompts, 'question')} answered."
    lines = [standups if team.prompts else "", quarter_line(team.quarter) if team.quarter else ""]
    return [note_lines(*lines)] if any(lines) else []


def _funnel(total: Figures) -> str:
    """The way that the leads went, as shares of those received."""
    steps = [
        f"{plural(total.count('received'), 'lead')} received",
        f"{total['claimed']} claimed ({total['acceptance_rate']})",
        f"{total['qualified']} qualified ({total['qualified_rate']})",
        f"{total['won']} won",
    ]
    rest = f"{total['lost']} lost, {total['open']} open; win rate {total['win_rate']}"
    return f"{' → '.join(steps)}. {rest}."


def _quality(report: Report) -> str:
    total = report.total
    rated = "No lead is rated yet."
    if total.count("rated"):
        spread = " · ".join(f"{rating.label} {total[rating]}" for rating in Rating)
        rated = f"{formatted(total, _QUALITY).capitalize()}: {spread}"
    parts = [
        f"*Quality*\n{rated}",
        *_lines("By source", [_source(*row) for row in report.sources], "source"),
        *_lines("Why lost", [_lost(*row) for row in report.dispositions], "reason"),
        *_lines(
            "Why rated weak or junk",
            [_low_reason(*row) for row in report.reasons],
            "reason",
        ),
    ]
    return "\n".join(parts)


def _lines(heading: str, lines: Sequence[str], noun: str) -> list[str]:
    """A list in which the first few are named and the rest is counted."""
    if not lines:
        return []
    left = len(lines) - _MOST_LINES
    more = [f"• and {plural(left, f'more {noun}')}"] if left > 0 else []
    return [f"*{heading}*", *(f"• {line}" for line in lines[:_MOST_LINES]), *more]


def _source(source: str, figures: Figures) -> str:
    name = safe(source_name(source), 60)
    quality = formatted(figures, _quality_format(figures))
    return f"{name}: {plural(figures.count('received'), 'lead')}, {quality}"


def _quality_format(figures: Figures) -> FigureFormat:
    if figures.has("quality_index"):
        return _QUALITY
    return ("Quality", "received", "none rated yet")


def _lost(code: str, count: int) -> str:
    return f"{lost_for(code)}: {count:,}"


def _low_reason(words: str, count: int) -> str:
    return f"“{safe(' '.join(words.split()), 100)}”: {count:,}"


def _campaigns(rows: Sequence[CampaignFigures]) -> list[AnyBlock]:
    """The campaigns as a chart, and as a table that says the same without it."""
    shown = top_campaigns(rows, lambda row: row.figures.count("received"))
    names = chart_labels(shown)
    series = [
        (label, [row.figures.count(metric) for row in shown])
        for label, metric in (("Leads", "received"), ("Claimed", "claimed"))
    ]
    drawn = [chart("Leads by campaign", "bar", names, series, "Leads")] if len(shown) > 1 else []
    return [_heading(rows), *drawn, by_campaign(shown, _COLUMNS)]


def _heading(rows: Sequence[CampaignFigures]) -> Block:
    named = [row.figures.count("received") for row in rows if row.campaign_id is not None]
    left = sorted(named, reverse=True)[MOST_CAMPAIGNS:]
    if not left:
        return SectionBlock(text="*By campaign*")
    more = f"{len(left):,} more brought {plural(sum(left), 'lead')}"
    return SectionBlock(text=f"*By campaign*\nThe {MOST_CAMPAIGNS} with the most leads; {more}.")
