"""The digest of a week: what happened, who did what, what changed, what to do, and what is missing.

All that needs more room stands in its thread: funnel, speed, service levels, quality, campaigns.
"""

from collections.abc import Sequence

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    HeaderBlock,
    MarkdownTextObject,
    SectionBlock,
)

from bot.digests import comparison
from bot.digests.comparison import Change, Verdict
from bot.digests.figure_messages import missing_data
from bot.digests.next_steps import next_steps
from bot.digests.report import CampaignFigures, Report, lost_for
from bot.digests.texts import (
    MOST_CAMPAIGNS,
    FigureFormat,
    by_campaign,
    chart,
    chart_labels,
    claims,
    days,
    fields,
    formatted,
    maturing,
    note_lines,
    table,
    top_campaigns,
)
from bot.leads.models import Rating
from bot.metrics import Figures
from bot.shadowing.notices import quarter_line
from bot.slack import AnyBlock, Message
from bot.slack.blocks import note
from bot.slack.text import clean, moment, plural, safe
from bot.sources import source_name

SHOW_DETAILS = "digest.show_details"
SHOW_MONEY = "digest.show_money"

_MARKETING: tuple[FigureFormat, ...] = (
    ("Leads", "received", "leads: {received}"),
    ("Accepted", "acceptance_rate", "{acceptance_rate} of them were claimed by sales"),
    ("Quality", "quality_index", "quality {quality_index} of 3 (n = {rated})"),
)
_SALES: tuple[FigureFormat, ...] = (
    ("Claimed after", "claim_median", "claimed after {claim_median} (median)"),
    ("Answered after", "response_median", "answered after {response_median} (median)"),
    ("On time", "response_sla", "{response_sla} of hot leads answered on time"),
    ("Rated", "rating_coverage", "{rating_coverage} of claimed leads rated"),
)
_SPEND: FigureFormat = ("Spend", "cpl", "{spend} spent, {cpl} a lead")

_WORDS = {
    Verdict.UP: "up, more than chance",
    Verdict.DOWN: "down, more than chance",
    Verdict.CHANCE: "no more than chance",
}
_WHY = "`/digest why` says how each figure is computed and when a change is more than chance."

_MOST_LINES = 5

_SPEED: tuple[FigureFormat, ...] = (
    ("Time to claim", "claim_median", "median {claim_median}, p90 {claim_p90}"),
    ("Time to claim, working time", "claim_median_worked",
     "median {claim_median_worked}, p90 {claim_p90_worked}"),
    ("Speed-to-lead", "response_median", "median {response_median}, p90 {response_p90}"),
    ("Speed-to-lead, working time", "response_median_worked",
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
    in_thread: bool = False,
    page: str = "",
) -> Message:
    """A week's digest; of a running week, what is known by now.

    `in_thread` says that the details follow below; else buttons show them. `page` is the address of
    the report page, where there is one.
    """
    covered = days(report.week, report.last_day)
    title = f"{'This week so far' if report.is_running else 'Weekly digest'}: {covered}"
    sentence = headline(report)
    has_leads = report.total.count("received") > 0
    blocks: list[AnyBlock] = [HeaderBlock(text=title), SectionBlock(text=f"*{sentence}*")]
    blocks += _body(report, shows_money=shows_money) if has_leads else [_nothing_came(report)]
    blocks += [*_team_stats(report), *_corrections(corrections)]
    if has_leads and not in_thread:
        blocks.append(_more(report, shows_money=shows_money))
    return Message(f"{title}. {sentence}", [*blocks, _notes(report, page, in_thread=in_thread)])


def headline(report: Report) -> str:
    """What happened, in one sentence."""
    total = report.total
    received, won = total.count("received"), total.count("won")
    if not received:
        return _silence(report)
    came = ("has come in" if received == 1 else "have come in") if report.is_running else "came in"
    parts = [f"{plural(received, 'lead')} {came}{_change(report)}", claims(total)]
    if won:
        parts.append(f"{won:,} {'is' if won == 1 else 'are'} won")
    return "; ".join(parts) + "."


def _silence(report: Report) -> str:
    sentence = "No leads have come in yet" if report.is_running else "No leads came in"
    if report.before is None:
        return f"{sentence}."
    week = "last week" if report.is_running else "the week before"
    return f"{sentence}; {week} brought {report.before['received']}."


def _change(report: Report) -> str:
    """How many more or fewer than the week before; a running week cannot be compared."""
    if report.is_running or report.before is None:
        return ""
    more = report.total.count("received") - report.before.count("received")
    if not more:
        return ", as many as the week before"
    by_chance = comparison.lead_count_verdict(report) is Verdict.CHANCE
    chance = " (no more than chance)" if by_chance else ""
    return f", {abs(more):,} {'more' if more > 0 else 'fewer'} than the week before{chance}"


def _nothing_came(report: Report) -> Block:
    lines = [
        "If you expected leads:",
        "• See whether your forms and ad platforms still send; an admin can ask `/handoff status`.",
        "• Announce what runs with `/campaign`, so that its leads are known when they come.",
        "• Type in those who called or wrote with `/lead`.",
    ]
    if report.is_running and report.before is not None:
        lines.insert(0, "`/digest last` shows last week's figures.")
    return SectionBlock(text="\n".join(lines))


def _body(report: Report, *, shows_money: bool) -> list[AnyBlock]:
    """The part of a digest that has leads to speak of."""
    return [
        _scoreboard(report.total, shows_money=shows_money),
        *_what_changed(report),
        *_next_steps(report, shows_money=shows_money),
        *missing_data(report.total, report.week),
    ]


def _scoreboard(total: Figures, *, shows_money: bool) -> Block:
    """What each side gave to the other."""
    marketing = [*_MARKETING, *([_SPEND] if shows_money else [])]
    sides = (("Marketing gave", marketing), ("Sales gave", _SALES))
    texts = [
        "\n".join(
            [
                f"*{side}*",
                *(f"• {formatted(total, _with_label(total, figure))}" for figure in figures),
            ]
        )
        for side, figures in sides
    ]
    return SectionBlock(fields=[MarkdownTextObject(text=text) for text in texts])


def _with_label(total: Figures, figure: FigureFormat) -> FigureFormat:
    """A figure without a value is named, so that `n/a` says of what."""
    label, metric, _ = figure
    if not total.has(metric):
        return label, "received", f"{label}: n/a"
    return figure


def _what_changed(report: Report) -> list[AnyBlock]:
    """What can be compared, beside the weeks before; nothing where there were none."""
    all_changes = comparison.changes(report)
    known = [each for each in all_changes if each.verdict is not Verdict.UNKNOWN]
    if not known or not report.weeks:
        return []
    heading = ["Figure", "The week", "Week before", "Mean before", "Change"]
    rows = [[each.figure.label, each.now, each.before, each.mean, _WORDS[each.verdict]]
            for each in known]  # fmt: skip
    return [
        SectionBlock(text=f"*What changed*\n{_changed(known)}"),
        *_by_week(report),
        table([heading, *rows]),
    ]


def _changed(known: Sequence[Change]) -> str:
    moved = [each for each in known if each.verdict in (Verdict.UP, Verdict.DOWN)]
    steady = [each for each in known if each.verdict is Verdict.CHANCE]
    lines = [
        f"• {each.figure.label} went {each.verdict}: {each.now}, usually {_usual(each)}."
        for each in moved
    ]
    if steady:
        names = ", ".join(each.figure.label.lower() for each in steady)
        only = "The rest" if moved else "Nothing"
        lines.append(f"{only} moved {'no ' if moved else ''}more than chance would: {names}.")
    return "\n".join(lines)


def _usual(change: Change) -> str:
    return change.mean if change.mean != "n/a" else change.before


def _by_week(report: Report) -> list[AnyBlock]:
    """The leads of up to five weeks, as a chart and in words."""
    weeks = [*reversed([(each.monday, each.total) for each in report.weeks]),
             (report.week.monday, report.total)]  # fmt: skip
    labels = [f"{monday.day} {monday:%b}" for monday, _ in weeks]
    received = [total.count("received") for _, total in weeks]
    claimed = [total.count("claimed") for _, total in weeks]
    counts = ", ".join(f"{label} {count:,}" for label, count in zip(labels, received, strict=True))
    series = [("Leads", received), ("Claimed", claimed)]
    return [
        chart("Leads by week", "line", labels, series, "Leads"),
        note(f"Leads by the week's Monday: {counts}."),
    ]


def _next_steps(report: Report, *, shows_money: bool) -> list[AnyBlock]:
    if report.is_running:
        return []
    steps = next_steps(report, with_money=shows_money)
    lines = [
        f"{number}. *{each.responsible}:* {each.sentence}" for number, each in enumerate(steps, 1)
    ]
    nothing = "Nothing in the figures asks for a decision this week. Go on."
    return [SectionBlock(text="\n".join(["*Next steps*", *(lines or [nothing])]))]


def _team_stats(report: Report) -> list[Block]:
    """Standups and shadowing, where there were any."""
    team = report.team
    standups = f"Standups: {team.answered:,} of {plural(team.asked, 'question')} answered."
    lines = [standups if team.asked else "", quarter_line(team.quarter) if team.quarter else ""]
    return [note_lines(*lines)] if any(lines) else []


def _corrections(corrections: Sequence[str]) -> list[Block]:
    if not corrections:
        return []
    return [SectionBlock(text=clean(f"*Since then:* {'; '.join(corrections)}."))]


def _more(report: Report, *, shows_money: bool) -> Block:
    value = report.week.monday.isoformat()
    buttons = [("Details", SHOW_DETAILS), *([("Money", SHOW_MONEY)] if shows_money else [])]
    return ActionsBlock(
        elements=[
            ButtonElement(text=label, action_id=action_id, value=value)
            for label, action_id in buttons
        ]
    )


def _notes(report: Report, page: str, *, in_thread: bool) -> Block:
    """What a reader has to know to trust the figures."""
    when = "since Monday" if report.is_running else "Monday to Sunday"
    received = f"Leads received {when} ({report.zone}), as of {moment(report.as_of)}."
    if not report.total.count("received"):
        return note(received)
    below = "Speed, quality and campaigns in detail are in the thread." if in_thread else ""
    return note_lines(received, maturing(report.total), _WHY, below, _page(report, page))


def _page(report: Report, page: str) -> str:
    """The way to the same week on the report page."""
    if not page:
        return ""
    return f"<{page}?from={report.week.monday}&amp;to={report.last_day}|Open it as a page>"


def details(report: Report) -> Message:
    """What stands behind the headline, as far as everybody may see it."""
    title = f"Details of {days(report.week, report.last_day)}"
    total = report.total
    blocks: list[AnyBlock] = [
        SectionBlock(text=f"*{title}*\n{_funnel(total)}"),
        fields(total, _SPEED),
        SectionBlock(text=_quality(report)),
        *_campaigns(report.campaigns),
        note_lines(
            maturing(total), "Campaigns are credited by the first touch, as the UTM codes say."
        ),
    ]
    return Message(f"{title}. {_funnel(total)}", blocks)


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
        *_lines("Lost for", [_lost(*row) for row in report.dispositions], "reason"),
        *_lines("Rated weak or junk for", [_low_reason(*row) for row in report.reasons], "reason"),
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
