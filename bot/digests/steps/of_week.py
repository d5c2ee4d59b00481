"""The rules over the figures of the whole week."""

from collections.abc import Callable
from fractions import Fraction

from bot.digests import changes
from bot.digests.changes import Verdict
from bot.digests.report import Report, lost_for
from bot.digests.steps.rule import ENOUGH, OfWeek, Whom
from bot.rounding import whole
from bot.slack.text import plural


def _count(metric: str) -> Callable[[Report], int]:
    return lambda report: report.total.count(metric)


def _lead(count: int, one: str, many: str) -> str:
    return f"{plural(count, 'lead')} {one if count == 1 else many}"


def _unclaimed(report: Report) -> str:
    count = report.total.count("unclaimed")
    return (
        f"{_lead(count, 'has', 'have')} no owner yet. Claim "
        f"{'it' if count == 1 else 'them'} today, or say why nobody does."
    )


def _unanswered(report: Report) -> str:
    count = report.total.count("unanswered")
    state = _lead(count, "is claimed and has", "are claimed and have")
    return f"{state} no first response. Call today: the longer it waits, the less comes of it."


def _late(report: Report) -> str:
    late = report.total.count("response_late")
    return (
        f"{late:,} of {plural(late + report.total.count('response_on_time'), 'hot lead')} "
        f"{'was' if late == 1 else 'were'} answered late or not at all. See who was on duty "
        "(`/handoff hours`), or promise what can be kept (`/lead promise`)."
    )


def _unrated(report: Report) -> str:
    count = report.total.count("unrated")
    return (
        f"{_lead(count, 'is', 'are')} claimed and not rated. Rate "
        f"{'it' if count == 1 else 'them'} on the card: marketing spends by these ratings."
    )


def _unattributed(report: Report) -> str:
    count = report.total.count("unattributed")
    return (
        f"{_lead(count, 'belongs', 'belong')} to no campaign, so nobody knows what brought "
        f"{'it' if count == 1 else 'them'}. Put the `utm_campaign` code into links and forms."
    )


def _uncosted(report: Report) -> str:
    count = report.total.count("uncosted")
    return (
        f"{_lead(count, 'comes', 'come')} from campaigns without any spend entered. Enter it, or "
        "enter 0 where it was free, so that cost per lead can be trusted."
    )


def _overdue(report: Report) -> str:
    count = report.team.overdue
    one = count == 1
    return (
        f"{plural(count, 'request')} of sales {'waits' if one else 'wait'} longer than was "
        f"promised. Answer {'it' if one else 'them'}, also with a no: `/request list`."
    )


def _fewer(report: Report) -> str:
    fewer = _missing_leads(report)
    return (
        f"{plural(fewer, 'lead')} fewer than usual came in, which is more than chance. See "
        "whether forms and ad platforms still send: an admin can ask `/handoff status`."
    )


def _missing_leads(report: Report) -> int:
    weeks = [each.total.count("received") for each in report.weeks]
    return whole(Fraction(sum(weeks), max(len(weeks), 1))) - report.total.count("received")


def _is_down(report: Report) -> bool:
    compared = changes.changes(report)
    return bool(compared) and compared[0].verdict is Verdict.DOWN


def _one_reason(report: Report) -> bool:
    """Whether one reason stands out among those for which leads were lost."""
    if not report.dispositions:
        return False
    _, count = report.dispositions[0]
    return count >= ENOUGH and 2 * count >= report.total.count("lost")


def _reason(report: Report) -> str:
    code, count = report.dispositions[0]
    words = lost_for(code).lower()
    return (
        f"{count:,} of {plural(report.total.count('lost'), 'lost lead')} ended for one reason: "
        f"{words}. Talk about it in this week's standups, and change the offer or the audience."
    )


OF_WEEK = (
    OfWeek("unclaimed", Whom.SALES, lambda week: week.total.count("unclaimed") > 0, _unclaimed,
           _count("unclaimed")),
    OfWeek("unanswered", Whom.SALES, lambda week: week.total.count("unanswered") > 0, _unanswered,
           _count("unanswered")),
    OfWeek("late", Whom.SALES,
           lambda week: 4 * week.total.count("response_late")
           > week.total.count("response_on_time") + week.total.count("response_late") >= ENOUGH,
           _late, _count("response_late")),
    OfWeek("unrated", Whom.SALES,
           lambda week: 4 * week.total.count("unrated") > week.total.count("claimed") > 0,
           _unrated, _count("unrated")),
    OfWeek("unattributed", Whom.MARKETING,
           lambda week: 10 * week.total.count("unattributed") > week.total.count("received") > 0,
           _unattributed, _count("unattributed")),
    OfWeek("uncosted", Whom.MARKETING, lambda week: week.total.count("uncosted") > 0, _uncosted,
           _count("uncosted")),
    OfWeek("overdue", Whom.MARKETING, lambda week: week.team.overdue > 0, _overdue,
           lambda week: week.team.overdue),
    OfWeek("fewer", Whom.MARKETING, _is_down, _fewer, _missing_leads),
    OfWeek("one_reason", Whom.BOTH, _one_reason, _reason, lambda week: week.dispositions[0][1]),
)  # fmt: skip
"""The rules over the whole week."""
