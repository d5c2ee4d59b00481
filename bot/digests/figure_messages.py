"""What stands behind a figure: its formula and its leads, and what is to fix in it."""

from collections.abc import Collection, Sequence

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement, HeaderBlock, SectionBlock
from slack_sdk.models.views import View

from bot.digests.models import Week
from bot.digests.report import Explained
from bot.digests.significance import RULE
from bot.digests.texts import days, table
from bot.formats import plural
from bot.leads.messages.lead_card import SHOW
from bot.leads.messages.lists import headline
from bot.metrics import BY_NAME, METRICS, Figures, Group, LeadsPage, Metric, Unit
from bot.slack import AnyBlock, Message
from bot.slack.blocks import note
from bot.slack.text import clean, safe

SHOW_LEADS = "digest.leads"
OLDER = "digest.leads.older"
NEWEST = "digest.leads.newest"
PAGE_SIZE = 20

EXPLAIN = "digest.explain"
_MOST_BUTTONS = 20
_COHORT = (
    "Every figure counts the leads received in the week, from Monday to Sunday in the "
    "workspace's time zone. If there's nothing to divide by, it reads n/a."
)
_ASK = "`/digest why speed` explains the figures of that name, with the leads behind them."


_GAPS = (
    ("unclaimed", "Press _Claim_ on the card."),
    ("unanswered", "Call or write, then press _Log call_ or _Contacted_."),
    ("unrated", "Open the lead and choose a quality."),
    ("unattributed", "Add `utm_campaign` to links and forms."),
    ("uncosted", "Enter the spend of their campaigns, also 0."),
    ("undisposed", "Ask the owner why."),
)
"""What can be missing, and what to do about it."""


def leads_action(metric: str) -> str:
    """The action id that shows the leads behind a metric."""
    return f"{SHOW_LEADS}.{metric}"


def leads_button(metric: str, week: Week, label: str) -> ButtonElement:
    """The button that shows the leads behind a metric of a week."""
    return ButtonElement(text=label, action_id=leads_action(metric), value=week.monday.isoformat())


def to_fix(total: Figures, week: Week, *, except_for: Collection[str]) -> list[Block]:
    """What is missing in the figures, each with what to do and a button to its leads; without the
    metrics that stand elsewhere."""
    gaps = [(metric, advice) for metric, advice in _GAPS
            if total.count(metric) and metric not in except_for]  # fmt: skip
    if not gaps:
        return []
    return [
        SectionBlock(text="*To fix*"),
        *(
            SectionBlock(
                text=f"{BY_NAME[metric].label}: {total.count(metric):,}. {advice}",
                accessory=leads_button(metric, week, "See leads"),
            )
            for metric, advice in gaps
        ),
    ]


def leads_view(
    metric: str, week: Week, page: LeadsPage, *, is_first: bool, kept: int | None = None
) -> View:
    """A page of the leads behind a metric of a week, the newest first; `kept` is how many its
    digest counted."""
    label = BY_NAME[metric].label
    turns = []
    if not is_first:
        turns.append(ButtonElement(text="Newest", action_id=NEWEST, value="0"))
    if page.next is not None:
        turns.append(ButtonElement(text="Older", action_id=OLDER, value=str(page.next)))
    nobody = "No leads."
    return View(
        type="modal",
        callback_id=SHOW_LEADS,
        private_metadata=f"{metric} {week.monday.isoformat()}",
        title=clean(label, 24),
        close="Done",
        blocks=[
            note(
                f"{plural(page.total, 'lead')} received {days(week)}{_counting(page)}, "
                f"newest first{_differing(page, kept)}"
            ),
            *(_rows(page) or [SectionBlock(text=nobody)]),
            *([ActionsBlock(elements=turns)] if turns else []),
        ],
    )


def _differing(page: LeadsPage, kept: int | None) -> str:
    if kept is None or kept == page.total:
        return ""
    return f". The digest counted {kept:,} when it was written; the list is as of now."


def _counting(page: LeadsPage) -> str:
    return "" if page.counting is None else f", {page.counting:,} of them counted"


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


def all_figures(words: str = "") -> Message:
    """How each figure is computed; where words were given, no figure has them."""
    unknown = f"No figure is called “{safe(words, 60)}”. These are all. " if words else ""
    rows = [("Figure", "How it is computed")]
    rows += [(metric.label, metric.formula) for metric in METRICS]
    blocks: list[AnyBlock] = [
        HeaderBlock(text="The figures of the digest"),
        SectionBlock(text=f"{unknown}{_COHORT}"),
        table(rows, align="left"),
        SectionBlock(text=f"*When a change is significant*\n{RULE}"),
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
        f"*Last week:* {_value(explained.last, name)}{_kept(explained)}",
        f"*This week so far:* {_value(explained.this, name)}",
    ]


def _kept(explained: Explained) -> str:
    """What the digest said, where it is something else by now."""
    name, kept = explained.metric.name, explained.kept
    if kept is None or not kept.has(name) or kept[name] == explained.last[name]:
        return ""
    return f" (the digest said {kept[name]}: it keeps what was known then)"


def _value(figures: Figures, name: str) -> str:
    reason = figures.why(name)
    return f"{figures[name]}. {reason}" if reason else figures[name]


def _cohort(explained: Explained) -> str:
    """Whom the figure is about, and what is still open."""
    counted = "" if explained.counting is None else f", {explained.counting:,} of them counted"
    leads = f"Last week's figure is based on {plural(explained.leads, 'lead')}{counted}."
    return f"{leads} {explained.last.maturing}".rstrip()
