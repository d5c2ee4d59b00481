"""Next steps: what a department should do about a week's figures.

Two tables of rules. Each rule says when it applies, what to do, and how many leads are at stake.
The three with the most at stake are shown: in money where the cost of a lead is known in one
currency and may be seen, else in leads.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from bot.digests import comparison
from bot.digests.comparison import Verdict
from bot.digests.report import CampaignFigures, Report, lost_for
from bot.metrics import Figures
from bot.rounding import whole
from bot.slack.text import plural, safe

ENOUGH = 5
"""Fewer leads than this are too few to draw a conclusion from."""


class Department(StrEnum):
    """Who takes a step."""

    SALES = "Sales"
    MARKETING = "Marketing"
    BOTH = "Sales and marketing"


@dataclass(frozen=True)
class Step:
    """Something to do."""

    rule: str
    responsible: str
    sentence: str
    """In mrkdwn."""
    leads: int
    """How many leads are at stake."""
    money: int = 0
    """Spend at stake beside them, in minor units of the currency of the week's cost per lead."""


@dataclass(frozen=True)
class WeekRule:
    """A rule about the figures of the whole week."""

    name: str
    department: Department
    applies: Callable[[Report], bool]
    sentence: Callable[[Report], str]
    leads: Callable[[Report], int]
    """How many are at stake; a request that waits counts as one."""


@dataclass(frozen=True)
class CampaignRule:
    """A rule about the figures of each campaign, beside those of the whole week."""

    name: str
    applies: Callable[[Figures, Figures], bool]
    sentence: Callable[[Figures, Figures], str]
    """Follows the campaign's name."""
    needs_money: bool = False


def _count(metric: str) -> Callable[[Report], int]:
    return lambda report: report.total.count(metric)


def _leads(count: int, one: str, many: str) -> str:
    return f"{plural(count, 'lead')} {one if count == 1 else many}"


def _unclaimed(report: Report) -> str:
    count = report.total.count("unclaimed")
    return (
        f"{_leads(count, 'has', 'have')} no owner yet. Claim "
        f"{'it' if count == 1 else 'them'} today, or say why nobody does."
    )


def _unanswered(report: Report) -> str:
    count = report.total.count("unanswered")
    state = _leads(count, "is claimed and has", "are claimed and have")
    return f"{state} no first response. Call today: the longer it waits, the less comes of it."


def _late(report: Report) -> str:
    late = report.total.count("response_late")
    return (
        f"{late:,} of {plural(late + report.total.count('response_on_time'), 'hot lead')} "
        f"{'was' if late == 1 else 'were'} answered late or not at all. See who was on duty "
        "(`/handoff hours`), or promise what can be kept (`/lead targets`)."
    )


def _unrated(report: Report) -> str:
    count = report.total.count("unrated")
    return (
        f"{_leads(count, 'is', 'are')} claimed and not rated. Rate "
        f"{'it' if count == 1 else 'them'} with *More* in the card's menu: marketing spends by "
        "these ratings."
    )


def _unattributed(report: Report) -> str:
    count = report.total.count("unattributed")
    return (
        f"{_leads(count, 'belongs', 'belong')} to no campaign, so nobody knows what brought "
        f"{'it' if count == 1 else 'them'}. Put the `utm_campaign` code into links and forms."
    )


def _uncosted(report: Report) -> str:
    count = report.total.count("uncosted")
    return (
        f"{_leads(count, 'comes', 'come')} from campaigns without any spend entered. Enter it, or "
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
    compared = comparison.changes(report)
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


WEEK_RULES = (
    WeekRule(
        "unclaimed",
        Department.SALES,
        lambda report: report.total.count("unclaimed") > 0,
        _unclaimed,
        _count("unclaimed"),
    ),
    WeekRule(
        "unanswered",
        Department.SALES,
        lambda report: report.total.count("unanswered") > 0,
        _unanswered,
        _count("unanswered"),
    ),
    WeekRule(
        "late",
        Department.SALES,
        lambda report: (
            4 * report.total.count("response_late")
            > report.total.count("response_on_time") + report.total.count("response_late")
            >= ENOUGH
        ),
        _late,
        _count("response_late"),
    ),
    WeekRule(
        "unrated",
        Department.SALES,
        lambda report: 4 * report.total.count("unrated") > report.total.count("claimed") > 0,
        _unrated,
        _count("unrated"),
    ),
    WeekRule(
        "unattributed",
        Department.MARKETING,
        lambda report: 10 * report.total.count("unattributed") > report.total.count("received") > 0,
        _unattributed,
        _count("unattributed"),
    ),
    WeekRule(
        "uncosted",
        Department.MARKETING,
        lambda report: report.total.count("uncosted") > 0,
        _uncosted,
        _count("uncosted"),
    ),
    WeekRule(
        "overdue",
        Department.MARKETING,
        lambda report: report.team.overdue > 0,
        _overdue,
        lambda report: report.team.overdue,
    ),
    WeekRule("fewer", Department.MARKETING, _is_down, _fewer, _missing_leads),
    WeekRule(
        "one_reason",
        Department.BOTH,
        _one_reason,
        _reason,
        lambda report: report.dispositions[0][1],
    ),
)
"""The rules about the whole week."""


def _is_poor(figures: Figures, _total: Figures) -> bool:
    poor = figures.count("weak") + figures.count("junk")
    return figures.count("rated") >= ENOUGH and 2 * poor >= figures.count("rated")


def _poor(figures: Figures, _total: Figures) -> str:
    poor = figures.count("weak") + figures.count("junk")
    return (
        f"brought {poor:,} weak or junk of {plural(figures.count('rated'), 'rated lead')}. Read "
        "the reasons with sales, then change its audience or its form, or pause it."
    )


def _is_expensive(figures: Figures, total: Figures) -> bool:
    """Whether a lead of it costs twice what a lead costs on average, or more."""
    whole, own = total.amounts("cpl"), figures.amounts("cpl")
    if len(whole) != 1 or set(whole) != set(own) or figures.count("received") < ENOUGH:
        return False
    [(currency, average)] = whole.items()
    return 0 < 2 * average <= own[currency]


def _expensive(figures: Figures, total: Figures) -> str:
    return (
        f"costs {figures['cpl']} a lead; the week's average is {total['cpl']}. Move its budget "
        "to what brings good leads for less, or say what makes them worth it."
    )


def _is_without_leads(figures: Figures, _total: Figures) -> bool:
    spent = sum(figures.amounts("spend").values())
    return spent > 0 and not figures.count("received")


def _without_leads(figures: Figures, _total: Figures) -> str:
    return (
        f"cost {figures['spend']} and brought no lead. Try its link and its form, or stop it "
        "until they work."
    )


def _is_good(figures: Figures, _total: Figures) -> bool:
    good = figures.count("hot") + figures.count("good")
    return figures.count("rated") >= ENOUGH and 4 * good >= 3 * figures.count("rated")


def _good(figures: Figures, _total: Figures) -> str:
    good = figures.count("hot") + figures.count("good")
    return (
        f"brought {good:,} great or good of {plural(figures.count('rated'), 'rated lead')}. See "
        "whether more budget finds more of them."
    )


CAMPAIGN_RULES = (
    CampaignRule("without_leads", _is_without_leads, _without_leads, needs_money=True),
    CampaignRule("poor", _is_poor, _poor),
    CampaignRule("expensive", _is_expensive, _expensive, needs_money=True),
    CampaignRule("good", _is_good, _good),
)
"""The rules about each campaign; only the first that applies is shown."""


MOST = 3


def next_steps(report: Report, *, with_money: bool) -> list[Step]:
    """The steps with the most at stake, that first; of a running week none."""
    if report.is_running:
        return []
    worth = _cost_per_lead(report.total) if with_money else 0
    all_steps = [*_of_week(report), *_of_campaigns(report, with_money=with_money)]
    all_steps.sort(key=lambda step: (-(step.leads * worth + step.money), -step.leads))
    return all_steps[:MOST]


def _of_week(report: Report) -> Iterator[Step]:
    for rule in WEEK_RULES:
        if rule.applies(report):
            yield Step(rule.name, rule.department, rule.sentence(report), rule.leads(report))


def _of_campaigns(report: Report, *, with_money: bool) -> Iterator[Step]:
    """The first rule of each campaign that applies: one thing at a time."""
    rules = [rule for rule in CAMPAIGN_RULES if with_money or not rule.needs_money]
    for campaign in report.campaigns:
        if campaign.campaign_id is None:
            continue
        figures = campaign.figures
        for rule in rules:
            if rule.applies(figures, report.total):
                yield _step(rule, campaign, report)
                break


def _step(rule: CampaignRule, campaign: CampaignFigures, report: Report) -> Step:
    figures = campaign.figures
    owner = f" ({safe(campaign.owner, 60)})" if campaign.owner else ""
    sentence = f"“{safe(campaign.name or 'Unnamed', 80)}” {rule.sentence(figures, report.total)}"
    is_empty = not figures.count("received")
    spent = _spent(figures, report.total) if rule.needs_money and is_empty else 0
    return Step(
        rule.name,
        f"{Department.MARKETING}{owner}",
        sentence,
        figures.count("received"),
        money=spent,
    )


def _cost_per_lead(total: Figures) -> int:
    """In minor units, where there is one currency."""
    amounts = total.amounts("cpl")
    return next(iter(amounts.values())) if len(amounts) == 1 else 0


def _spent(figures: Figures, total: Figures) -> int:
    """In the currency of the week's cost per lead, where it has one."""
    currencies = total.amounts("cpl")
    return sum(figures.amounts("spend").get(each, 0) for each in currencies)
