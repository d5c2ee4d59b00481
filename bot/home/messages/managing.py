"""What a manager sees: what needs them now, and this week against last."""

from slack_sdk.models.blocks import Block, DividerBlock, MarkdownTextObject, SectionBlock

from bot.home.messages.parts import header, note, words
from bot.home.models import MOST_LATE, MOST_STALLED, Managing
from bot.leads import messages as leads
from bot.slack.text import plural

_WEEK = (
    ("Leads", "received"),
    ("Claimed", "acceptance_rate"),
    ("Answered on time", "response_sla"),
    ("Speed-to-lead, median", "response_median"),
    ("Quality, of 3", "quality_index"),
    ("Rated", "rating_coverage"),
    ("Won", "won"),
    ("Won amount", "won_amount"),
    ("Spend", "spend"),
    ("ROMI", "romi"),
)


def managing(seen: Managing) -> list[Block]:
    """A manager's own part."""
    return [*_needs(seen), *_week(seen)]


def _needs(seen: Managing) -> list[Block]:
    shown = seen.late[:MOST_LATE]
    more = len(seen.late) > len(shown)
    requests = plural(seen.overdue, "request")
    blocks: list[Block] = [
        header("Needs you now"),
        *[leads.row_late(lead, owner) for lead, owner in shown],
        *([note(f"More leads are overdue; these {MOST_LATE} wait longest.")] if more else []),
    ]
    if seen.unattended:
        blocks.append(words(_unattended(seen)))
    if seen.stalled:
        blocks.append(words(_stalled(seen)))
    if seen.overdue:
        blocks.append(words(f"Marketing owes an answer to {requests}: `/request list`"))
    if len(blocks) == 1:
        blocks.append(words("Nothing: every hot lead was answered in time, or still can be."))
    return [*blocks, DividerBlock()]


def _unattended(seen: Managing) -> str:
    lines = [f"• {leads.line_unattended(*each)}" for each in seen.unattended]
    return "\n".join(["*They wrote again, and the owner is out*", *lines])


def _stalled(seen: Managing) -> str:
    lines = [f"• {leads.line_listed(each)}" for each in seen.stalled[:MOST_STALLED]]
    more = ["and more, which wait less long"] if len(seen.stalled) > MOST_STALLED else []
    return "\n".join(["*Nothing happens with these leads*", *lines, *more])


def _week(seen: Managing) -> list[Block]:
    fields = [
        MarkdownTextObject(text=f"*{label}*\n{seen.week[name]} (last week {seen.before[name]})")
        for label, name in _WEEK
    ]
    title = header("This week so far, beside the same days of last week")
    return [title, SectionBlock(fields=fields), note("`/digest` says more."), DividerBlock()]
