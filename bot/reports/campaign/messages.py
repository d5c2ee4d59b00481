"""How a campaign's report looks: a headline, two charts, a table that says the same, and notes."""

from collections.abc import Sequence
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    HeaderBlock,
    MarkdownTextObject,
    PlainTextObject,
    RawTextObject,
    SectionBlock,
    TableBlock,
)

from bot.campaigns.messages import period
from bot.campaigns.models import Campaign, Kind, Stage
from bot.leads.models import Rating
from bot.metrics import BY_NAME, Attribution, Group, shown
from bot.money import Money
from bot.planning.messages.parts import listed
from bot.reports.campaign.budget import Line
from bot.reports.campaign.models import ROWS, CampaignReport, Reason
from bot.slack import AnyBlock, Message
from bot.slack.text import clean, moment, plural, safe

BY_FIRST = "report.first_touch"
BY_LAST = "report.last_touch"

_FUNNEL = ("received", "claimed", "qualified", "won")
_MOST_LINES = 15
_MOST_WHYS = 4


def report(found: CampaignReport) -> Message:
    """The whole report."""
    name = clean(" ".join(found.campaign.name.split()), 100)
    title = f"Report: {name}"
    headline = _headline(found)
    blocks: list[AnyBlock] = [
        HeaderBlock(text=PlainTextObject(text=clean(title, 150), emoji=False)),
        _small(_about(found.campaign)),
        SectionBlock(text=f"*{headline}*"),
    ]
    if found.figures.count("received"):
        blocks += [_funnel(found), *_ratings(found)]
    elif not found.figures.has("spend"):
        blocks.append(SectionBlock(text=_no_leads(found.campaign)))
        return Message(f"{safe(title)}. {headline}", [*blocks, _buttons(found)])
    blocks += [_table(found), *_budget(found.lines), *_why_lost(found.reasons)]
    blocks += [_small(_notes(found)), _buttons(found)]
    return Message(f"{safe(title)}. {headline}", blocks)


def _headline(found: CampaignReport) -> str:
    """What came of it, in one sentence."""
    figures = found.figures
    leads, customers = figures.count("received"), figures.count("customers")
    if not leads:
        return "No leads have come in for it."
    parts = [f"{plural(leads, 'lead')}, {plural(customers, 'customer')}"]
    if found.shows_money and figures.has("cpl"):
        parts.append(f"{figures['cpl']} per lead")
    if found.shows_money and figures.has("romi"):
        parts.append(f"ROMI {figures['romi']}")
    return "; ".join(parts) + "."


def _about(campaign: Campaign) -> str:
    stage = Stage(campaign.stage).value.capitalize()
    return f"{Kind(campaign.kind).label} · {period(campaign)} · {stage}"


def _no_leads(campaign: Campaign) -> str:
    code = f"the code `{campaign.utm_campaign}`" if campaign.utm_campaign else "a UTM campaign code"
    return (
        f"Leads belong to it once they arrive with {code}, or are given to it by hand with `/lead`."
    )


def _funnel(found: CampaignReport) -> dict[str, Any]:
    labels = [BY_NAME[name].label for name in _FUNNEL]
    return _chart("Funnel", "Leads", labels, [found.figures.count(name) for name in _FUNNEL])


def _ratings(found: CampaignReport) -> list[dict[str, Any]]:
    """The ratings, once there is one."""
    if not found.figures.count("rated"):
        return []
    counts = [found.figures.count(rating) for rating in Rating]
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


def _table(found: CampaignReport) -> Block:
    """Each figure beside its target and, where there are others, the median of its kind."""
    kind = Kind(found.campaign.kind).label
    heading = ["Figure", "This campaign", "Target", f"Median of {found.peers} ({kind})"]
    width = len(heading) if found.peers else len(heading) - 1
    rows = [row[:width] for row in (heading, *(_row(found, name) for name in _names(found)))]
    left, right = {"align": "left", "is_wrapped": True}, {"align": "right"}
    return TableBlock(
        rows=[[RawTextObject(text=cell) for cell in row] for row in rows],
        column_settings=[left, *[right] * (width - 1)],
    )


def _names(found: CampaignReport) -> list[str]:
    return [name for name in ROWS if found.shows_money or BY_NAME[name].group is not Group.MONEY]


def _row(found: CampaignReport, name: str) -> list[str]:
    metric, figures = BY_NAME[name], found.figures
    value = figures[name]
    if name == "quality_index" and figures.has(name):
        value = f"{value} (n = {figures['rated']})"
    target, usual = found.targets.get(name), found.typical.get(name)
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
    told = [f"{clean(line.name, 80)}: {_line(line)}" for line in lines[:_MOST_LINES]]
    blocks: list[Block] = [SectionBlock(text="*Budget by line*"), listed(told)]
    if len(lines) > len(told):
        left = f"{len(lines) - len(told):,} more lines: `/campaign spend` shows every entry."
        blocks.append(_small(left))
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


def _notes(found: CampaignReport) -> str:
    """What a reader has to know to trust the figures."""
    figures = found.figures
    model = (
        f"Attributed by {figures.attribution.label}, which is no proof that the campaign was the "
        f"cause. As of {moment(found.as_of)}."
    )
    notes = [
        model,
        *_maturing(found),
        *_missing(found),
    ]
    if not found.peers:
        notes.append("There is no other campaign of this kind to compare with yet.")
    return clean("\n".join(notes), 3000)


def _maturing(found: CampaignReport) -> list[str]:
    if not found.figures.is_maturing:
        return []
    still = found.figures.count("open")
    of = f"{still:,} of {plural(found.figures.count('received'), 'lead')}"
    state = f"{'is' if still == 1 else 'are'} neither won nor lost"
    return [f"*Still maturing:* {of} {state}, so what came of it can change."]


def _missing(found: CampaignReport) -> list[str]:
    """Why figures read n/a, each reason once."""
    whys: dict[str, list[str]] = {}
    for name in _names(found):
        if BY_NAME[name].group is Group.MONEY and (why := found.figures.why(name)):
            whys.setdefault(why, []).append(BY_NAME[name].label)
    return [f"n/a for {', '.join(names)}: {why}" for why, names in list(whys.items())[:_MOST_WHYS]]


def _buttons(found: CampaignReport) -> Block:
    """The same by the other rule."""
    other = (
        ("By last touch", BY_LAST)
        if found.figures.attribution is Attribution.FIRST_TOUCH
        else ("By first touch", BY_FIRST)
    )
    button = ButtonElement(text=other[0], action_id=other[1], value=str(found.campaign.id))
    return ActionsBlock(elements=[button])


def _small(text: str) -> ContextBlock:
    return ContextBlock(elements=[MarkdownTextObject(text=text)])
