"""How reports look in Slack: a campaign's report (a headline, two charts, a table that says the
same, and notes), and files on a schedule."""

from collections.abc import Mapping, Sequence
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ConfirmObject,
    DividerBlock,
    HeaderBlock,
    PlainTextObject,
    RawTextObject,
    SectionBlock,
    TableBlock,
)

from bot.campaigns.models import Campaign, Kind, Stage
from bot.campaigns.texts import period
from bot.formats import plural
from bot.leads.models import Rating
from bot.metrics import BY_NAME, Attribution, Group, shown
from bot.money import Money
from bot.planning.texts import listed
from bot.reports.campaign_report import ROWS, CampaignReport, Line, Reason
from bot.reports.exports import Rhythm, ScheduledExport
from bot.reports.period import Period
from bot.reports.sheets import Sheet
from bot.slack import AnyBlock, Message
from bot.slack.blocks import note
from bot.slack.text import clean, moment, safe
from bot.tasks import Schedule

BY_FIRST = "report.first_touch"
BY_LAST = "report.last_touch"

_FUNNEL = ("received", "claimed", "qualified", "won")
_MOST_LINES = 15
_MOST_WHYS = 4


def report(result: CampaignReport) -> Message:
    """The whole report."""
    name = clean(" ".join(result.campaign.name.split()), 100)
    title = f"Report: {name}"
    headline = _headline(result)
    blocks: list[AnyBlock] = [
        HeaderBlock(text=PlainTextObject(text=clean(title, 150), emoji=False)),
        note(_about(result.campaign)),
        SectionBlock(text=f"*{headline}*"),
    ]
    if result.figures.count("received"):
        blocks += [_funnel(result), *_ratings(result)]
    elif not result.figures.has("spend"):
        blocks.append(SectionBlock(text=_no_leads(result.campaign)))
        return Message(f"{safe(title)}. {headline}", [*blocks, _buttons(result)])
    blocks += [_table(result), *_budget(result.lines), *_why_lost(result.reasons)]
    blocks += [note(_notes(result)), _buttons(result)]
    return Message(f"{safe(title)}. {headline}", blocks)


def _headline(result: CampaignReport) -> str:
    """What came of it, in one sentence."""
    figures = result.figures
    leads, customers = figures.count("received"), figures.count("customers")
    if not leads:
        return "No leads yet."
    parts = [f"{plural(leads, 'lead')}, {plural(customers, 'customer')}"]
    if result.shows_money and figures.has("cpl"):
        parts.append(f"{figures['cpl']} per lead")
    if result.shows_money and figures.has("romi"):
        parts.append(f"ROMI {figures['romi']}")
    return "; ".join(parts) + "."


def _about(campaign: Campaign) -> str:
    stage = Stage(campaign.stage).value.capitalize()
    return f"{Kind(campaign.kind).label} · {period(campaign)} · {stage}"


def _no_leads(campaign: Campaign) -> str:
    code = f"the code `{campaign.utm_campaign}`" if campaign.utm_campaign else "a UTM campaign code"
    return f"Leads count once they arrive with {code}, or are added by hand with `/lead`."


def _funnel(result: CampaignReport) -> dict[str, Any]:
    labels = [BY_NAME[name].label for name in _FUNNEL]
    return _chart("Funnel", "Leads", labels, [result.figures.count(name) for name in _FUNNEL])


def _ratings(result: CampaignReport) -> list[dict[str, Any]]:
    """The ratings, once there is one."""
    if not result.figures.count("rated"):
        return []
    counts = [result.figures.count(rating) for rating in Rating]
    return [_chart("Ratings", "Leads", [rating.label for rating in Rating], counts)]


def _chart(title: str, series: str, labels: Sequence[str], values: Sequence[int]) -> dict[str, Any]:
    """Slack's native bar chart, of which the SDK has no model; the table says the same."""
    data = [{"label": label, "value": value} for label, value in zip(labels, values, strict=True)]
    return {
        "type": "data_visualization",
        "title": title,
        "chart": {
            "type": "bar",
            "series": [{"name": series, "data": data}],
            "axis_config": {"categories": list(labels), "y_label": series},
        },
    }


def _table(result: CampaignReport) -> Block:
    """Each figure beside its target and, where there are others, the median of its kind."""
    kind = Kind(result.campaign.kind).label
    heading = ["Figure", "This campaign", "Target", f"Median of {result.peers} ({kind})"]
    width = len(heading) if result.peers else len(heading) - 1
    rows = [row[:width] for row in (heading, *(_row(result, name) for name in _names(result)))]
    left, right = {"align": "left", "is_wrapped": True}, {"align": "right"}
    return TableBlock(
        rows=[[RawTextObject(text=cell) for cell in row] for row in rows],
        column_settings=[left, *[right] * (width - 1)],
    )


def _names(result: CampaignReport) -> list[str]:
    return [name for name in ROWS if result.shows_money or BY_NAME[name].group is not Group.MONEY]


def _row(result: CampaignReport, name: str) -> list[str]:
    metric, figures = BY_NAME[name], result.figures
    value = figures[name]
    if name == "quality_index" and figures.has(name):
        value = f"{value} (n = {figures['rated']})"
    target, usual = result.targets.get(name), result.typical.get(name)
    return [
        metric.label,
        value,
        "–" if target is None else shown(metric.unit, target),
        "–" if usual is None else shown(metric.unit, usual),
    ]


def _budget(lines: Sequence[Line]) -> list[Block]:
    """The plan by line, and what became of it."""
    if not lines:
        return []
    shown_lines = [f"{clean(line.name, 80)}: {_line(line)}" for line in lines[:_MOST_LINES]]
    blocks: list[Block] = [SectionBlock(text="*Budget by line*"), listed(shown_lines)]
    if len(lines) > len(shown_lines):
        left = f"{len(lines) - len(shown_lines):,} more lines: `/campaign spend` shows every entry."
        blocks.append(note(left))
    return blocks


def _line(line: Line) -> str:
    """`3,200 EUR of 4,000 EUR, 800 EUR left`, and honest where one of the two is missing."""
    if line.planned is None:
        return f"{line.spent} spent, nothing planned"
    if line.spent is None:
        return f"no spend entered of {line.planned}"
    if line.left is None:
        return f"{line.spent} spent; the plan of {line.planned} is in another currency"
    rest = f"{line.left} left"
    if line.left.minor < 0:
        rest = f"{Money(-line.left.minor, line.left.currency)} over"
    return f"{line.spent} of {line.planned}, {rest}"


def _why_lost(reasons: Sequence[Reason]) -> list[Block]:
    """The reasons that marketing learns from."""
    if not reasons:
        return []
    lines = [f"• {safe(each.words, 200)}: {each.count:,}" for each in reasons]
    return [SectionBlock(text="\n".join(["*Why leads were lost or rated low*", *lines]))]


def _notes(result: CampaignReport) -> str:
    """What a reader has to know to trust the figures."""
    figures = result.figures
    model = (
        f"Attributed by {figures.attribution.label}, which doesn't prove that the campaign was the "
        f"cause. As of {moment(result.as_of)}."
    )
    notes = [
        model,
        *([still] if (still := result.figures.maturing) else []),
        *_missing(result),
    ]
    if not result.peers:
        notes.append("No other campaign of this kind to compare with yet.")
    return clean("\n".join(notes), 3000)


def _missing(result: CampaignReport) -> list[str]:
    """Why figures read n/a, each reason once."""
    whys: dict[str, list[str]] = {}
    for name in _names(result):
        if BY_NAME[name].group is Group.MONEY and (why := result.figures.why(name)):
            whys.setdefault(why, []).append(BY_NAME[name].label)
    return [f"n/a for {', '.join(names)}: {why}" for why, names in list(whys.items())[:_MOST_WHYS]]


def _buttons(result: CampaignReport) -> Block:
    """The same by the other rule."""
    other = (
        ("By last touch", BY_LAST)
        if result.figures.attribution is Attribution.FIRST_TOUCH
        else ("By first touch", BY_FIRST)
    )
    button = ButtonElement(text=other[0], action_id=other[1], value=str(result.campaign.id))
    return ActionsBlock(elements=[button])


REMOVE = "report.export_remove"

_INTRO = (
    "Handoff posts files to a channel on a schedule. A file holds only what *everyone* in that "
    "channel may see: names, contact details and amounts only if all of them may."
)


def scheduled(exports: Sequence[ScheduledExport], schedules: Mapping[str, Schedule]) -> list[Block]:
    """What stands above the form for another file: the files that there are."""
    return [
        SectionBlock(text=_INTRO),
        *(_schedule_row(export, schedules.get(export.schedule_name)) for export in exports),
        *([DividerBlock()] if exports else []),
    ]


def comment(sheet: Sheet, period: Period, hidden: int) -> str:
    """The sentence that comes with a file."""
    less = ""
    if hidden:
        columns = "one column is" if hidden == 1 else f"{hidden} columns are"
        less = f" Not everyone in this channel may see everything, so {columns} left out."
    return f"{sheet.title}, {period.words}.{less}"


def useless(export: ScheduledExport) -> str:
    """What the one who set a file up hears when nobody would get anything out of it."""
    what = "it needs them" if export.platform else "it has nothing else"
    return (
        f"I didn't send the file “{export.title}” to <#{export.channel}>: not everyone there may "
        f"see amounts, and {what}. Choose another channel with `/digest export`, or remove it "
        "there."
    )


def _schedule_row(export: ScheduledExport, schedule: Schedule | None) -> Block:
    run = f" ({schedule.zone}), next {moment(schedule.next_run_at)}" if schedule else ""
    when = f"{Rhythm(export.rhythm).words}, at {export.at:%H:%M}{run}"
    title = f"*{export.title}* ({export.kind.upper()}) to <#{export.channel}>"
    return SectionBlock(
        text=f"{title}\n{when}; set up by {export.person.mention}",
        accessory=ButtonElement(
            text="Remove",
            action_id=REMOVE,
            value=str(export.id),
            confirm=ConfirmObject(
                title="Remove this file?",
                text="It won't be sent again. Files already sent stay.",
                confirm="Remove",
                deny="Keep",
            ),
        ),
    )
