"""What stands behind a figure: its formula and its leads, and what is missing in it."""

from collections.abc import Sequence
from dataclasses import dataclass

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement, HeaderBlock, SectionBlock
from slack_sdk.models.views import View

from bot.digests.models import Week
from bot.digests.report import Explained
from bot.digests.significance import RULE
from bot.digests.texts import days, table
from bot.leads.messages.lead_card import SHOW
from bot.leads.messages.lists import headline
from bot.metrics import BY_NAME, METRICS, Figures, Group, LeadsPage, Metric, Unit
from bot.slack import AnyBlock, Message
from bot.slack.blocks import note
from bot.slack.text import clean, plural, safe

SHOW_LEADS = "digest.leads"
OLDER = "digest.leads.older"
NEWEST = "digest.leads.newest"
PAGE_SIZE = 20

EXPLAIN = "digest.explain"
_MOST_BUTTONS = 20
_COHORT = (
    "Every figure is over the leads received in the week, from Monday to Sunday in the "
    "workspace's time zone. Where there is nothing to divide by, it reads n/a."
)
_ASK = "`/digest why speed` explains the figures of that name, with the leads behind them."


@dataclass(frozen=True)
class _Gap:
    """Something missing: of which leads, how to say it of one and of many, and what to do."""

    metric: str
    noun: str
    one: str
    many: str
    advice: str
    whole: str | None = None
    """The metric that counts those leads, where one does."""


_GAPS = (
    _Gap("unclaimed", "lead", "has no owner", "have no owner",
          "Press _Claim_ on the card.", "received"),
    _Gap("unanswered", "claimed lead", "has no first response", "have no first response",
          "Call or write, then press _Log call_ or _Contacted_ on the card.", "claimed"),
    _Gap("unrated", "claimed lead", "is not rated", "are not rated",
          "Choose _More_ in the card's menu, then a quality.", "claimed"),
    _Gap("unattributed", "lead", "belongs to no campaign", "belong to no campaign",
          "Check the `utm_campaign` codes of links and forms.", "received"),
    _Gap("uncosted", "lead of a campaign", "comes from one without any spend entered",
          "come from one without any spend entered", "Enter it, also where it was 0."),
    _Gap("undisposed", "lost lead", "has no disposition", "have no disposition",
          "Ask the owner why: the next campaign learns from it.", "lost"),
)  # fmt: skip


def leads_action(metric: str) -> str:
    """The action id that shows the leads behind a metric."""
    return f"{SHOW_LEADS}.{metric}"


def leads_button(metric: str, week: Week, label: str) -> ButtonElement:
    """The button that shows the leads behind a metric of a week."""
    return ButtonElement(text=label, action_id=leads_action(metric), value=week.monday.isoformat())


def missing_data(total: Figures, week: Week) -> list[Block]:
    """What is missing in the figures, with what to do about it and a button to its leads."""
    gaps = [gap for gap in _GAPS if total.count(gap.metric)]
    if not gaps:
        nothing = "Nothing: every lead has an owner, a response, a rating and a campaign."
        return [SectionBlock(text=f"*What is missing*\n{nothing}")]
    lines = [_sentence(total, gap) for gap in gaps]
    buttons = [leads_button(gap.metric, week, _label(total, gap)) for gap in gaps]
    return [
        SectionBlock(text="\n".join(["*What is missing*", *lines])),
        ActionsBlock(elements=buttons),
    ]


def leads_view(metric: str, week: Week, page: LeadsPage, *, is_first: bool) -> View:
    """A page of the leads behind a metric of a week, the newest first."""
    label = BY_NAME[metric].label
    turns = []
    if not is_first:
        turns.append(ButtonElement(text="Newest", action_id=NEWEST, value="0"))
    if page.next is not None:
        turns.append(ButtonElement(text="Older", action_id=OLDER, value=str(page.next)))
    nobody = "_No lead stands behind this figure any more._"
    return View(
        type="modal",
        callback_id=SHOW_LEADS,
        private_metadata=f"{metric} {week.monday.isoformat()}",
        title=clean(label, 24),
        close="Done",
        blocks=[
            note(
                f"{label}: {plural(page.total, 'lead')} received {days(week)}{_counting(page)}, "
                "the newest first"
            ),
            *(_rows(page) or [SectionBlock(text=nobody)]),
            *([ActionsBlock(elements=turns)] if turns else []),
        ],
    )


def _counting(page: LeadsPage) -> str:
    return "" if page.counting is None else f", of which it counts {page.counting:,}"


def _mark(page: LeadsPage, lead_id: int) -> str:
    """Of a share, whether it counts the lead."""
    if page.counting is None:
        return ""
    return " · *counts*" if lead_id in page.which else " · does not count"


def _rows(page: LeadsPage) -> Sequence[Block]:
    return [
        SectionBlock(
            text=f"{headline(lead)} · #{lead.id}{_mark(page, lead.id)}",
            accessory=ButtonElement(text="Open", action_id=SHOW, value=str(lead.id)),
        )
        for lead in page.leads
    ]


def _label(total: Figures, gap: _Gap) -> str:
    return f"{BY_NAME[gap.metric].label} ({total.count(gap.metric):,})"


def _sentence(total: Figures, gap: _Gap) -> str:
    count = total.count(gap.metric)
    state = gap.one if count == 1 else gap.many
    if gap.whole is None:
        return f"• {plural(count, gap.noun, _plural_noun(gap.noun))} {state}. {gap.advice}"
    whole, share = plural(total.count(gap.whole), gap.noun), total[f"{gap.metric}_share"]
    return f"• {count:,} of {whole} ({share}) {state}. {gap.advice}"


def _plural_noun(noun: str) -> str:
    return noun.replace("lead of a campaign", "leads of campaigns")


def all_figures(words: str = "") -> Message:
    """How each figure is computed; where words were given, no figure has them."""
    unknown = f"No figure is called “{safe(words, 60)}”. These are all. " if words else ""
    rows = [("Figure", "How it is computed")]
    rows += [(metric.label, metric.formula) for metric in METRICS]
    blocks: list[AnyBlock] = [
        HeaderBlock(text="The figures of the digest"),
        SectionBlock(text=f"{unknown}{_COHORT}"),
        table(rows, align="left"),
        SectionBlock(text=f"*When a change is more than chance*\n{RULE}"),
        note(_ASK),
    ]
    return Message(f"{unknown}{_COHORT}", blocks)


def several(words: str, metrics: Sequence[Metric]) -> Message:
    """Which of the figures that have these words is meant."""
    title = f"{plural(len(metrics), 'figure')} with “{safe(words, 60)}”"
    lines = [f"• *{metric.label}*: {metric.formula}" for metric in metrics[:_MOST_BUTTONS]]
    buttons = [
        ButtonElement(text=metric.label, action_id=f"{EXPLAIN}.{metric.name}", value=metric.name)
        for metric in metrics[:_MOST_BUTTONS]
    ]
    return Message(
        title,
        [SectionBlock(text="\n".join([f"*{title}*", *lines])), ActionsBlock(elements=buttons)],
    )


def why(explained: Explained) -> Message:
    """One figure, traced to its leads."""
    metric = explained.metric
    blocks: list[AnyBlock] = [
        SectionBlock(text=f"*{metric.label}*\n{metric.formula[:1].upper()}{metric.formula[1:]}"),
        SectionBlock(text="\n".join(_values(explained))),
        SectionBlock(text=_cohort(explained)),
    ]
    if explained.leads:
        label = f"Show {plural(explained.leads, 'lead')}"
        blocks.append(ActionsBlock(elements=[leads_button(metric.name, explained.week, label)]))
    if metric.unit in (Unit.COUNT, Unit.PERCENT) and metric.group is not Group.MONEY:
        blocks.append(note(RULE))
    return Message(f"{metric.label}: {metric.formula}", blocks)


def _values(explained: Explained) -> list[str]:
    if not explained.may_see:
        return ["Its amounts are for marketing and managers to see."]
    name = explained.metric.name
    return [
        f"*Last week:* {_value(explained.last, name)}",
        f"*This week so far:* {_value(explained.this, name)}",
    ]


def _value(figures: Figures, name: str) -> str:
    reason = figures.why(name)
    return f"{figures[name]}. {reason}" if reason else figures[name]


def _cohort(explained: Explained) -> str:
    """Whom the figure is about, and what is still open."""
    cohort = f"Over the leads received {days(explained.week)}"
    stand = f"{plural(explained.leads, 'lead')} of them {_stands(explained.leads)} behind it"
    if explained.counting is not None and explained.leads:
        stand += f", of which it counts {explained.counting:,}"
    undecided = explained.last.count("open")
    ripens = f" {plural(undecided, 'lead')} of that week can still change it." if undecided else ""
    return f"{cohort}; {stand}.{ripens}"


def _stands(count: int) -> str:
    return "stands" if count == 1 else "stand"
