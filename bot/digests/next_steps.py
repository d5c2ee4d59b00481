"""Next steps: what a department should do about a week's figures.

Two tables of rules. Each rule says when it applies, what to do, how many leads are at stake, and
which button leads to them. The three with the most at stake are shown: in money where the cost of a
lead is known in one currency and may be seen, else in leads.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from bot.digests import comparison
from bot.digests.comparison import Verdict
from bot.digests.report import CampaignFigures, Report, lost_for
from bot.formats import plural
from bot.metrics import Figures
from bot.rounding import whole
from bot.slack.text import safe

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
    button: str = ""
    """The label of the button that leads to the cases; empty where there is none."""
    metric: str = ""
    """The metric whose leads it opens."""
    campaign_id: int | None = None
    """The campaign that it opens."""


@dataclass(frozen=True)
class WeekRule:
    """A rule about the figures of the whole week."""

    name: str
    department: Department
    applies: Callable[[Report], bool]
    sentence: Callable[[Report], str]
    leads: Callable[[Report], int]
    """How many are at stake; a request that waits counts as one."""
    button: str = ""
    metric: str = ""


@dataclass(frozen=True)
class CampaignRule:
    """A rule about the figures of each campaign, beside those of the whole week."""

    name: str
    applies: Callable[[Figures, Figures], bool]
    sentence: Callable[[str, Figures, Figures], str]
    """Takes the campaign's name first."""
    needs_money: bool = False


def _of_metric(
    metric: str,
    department: Department,
    sentence: Callable[[int, Report], str],
    button: str,
    applies: Callable[[int, Figures], bool] = lambda count, _: count > 0,
) -> WeekRule:
    """A rule about how many leads a metric counts."""
    return WeekRule(
        metric,
        department,
        lambda report: applies(report.total.count(metric), report.total),
        lambda report: sentence(report.total.count(metric), report),
        lambda report: report.total.count(metric),
        button,
        metric,
    )


def _leads(count: int, one: str, many: str) -> str:
    return f"{plural(count, 'lead')} {one if count == 1 else many}"


def _due(total: Figures) -> int:
    return total.count("response_late") + total.count("response_on_time")


def _late(count: int, report: Report) -> str:
    due = plural(_due(report.total), "hot lead")
    return f"{count:,} of {due} {'was' if count == 1 else 'were'} late"


def _missing_leads(report: Report) -> int:
    weeks = [each.total.count("received") for each in report.weeks]
    return whole(Fraction(sum(weeks), max(len(weeks), 1))) - report.total.count("received")


def _is_down(report: Report) -> bool:
    return comparison.changes(report)[0].verdict is Verdict.DOWN


def _one_reason(report: Report) -> bool:
    """Whether one reason stands out among those for which leads were lost."""
    if not report.dispositions:
        return False
    _, count = report.dispositions[0]
    return count >= ENOUGH and 2 * count >= report.total.count("lost")


def _reason(report: Report) -> str:
    code, count = report.dispositions[0]
    lost = plural(report.total.count("lost"), "lead")
    return f"{count:,} of {lost} lost for {lost_for(code).lower()}: change the offer or audience?"


WEEK_RULES = (
    _of_metric("unclaimed", Department.SALES,
               lambda count, _: f"claim {plural(count, 'lead')}", "See leads"),
    _of_metric("unanswered", Department.SALES,
               lambda count, _: f"reply to {plural(count, 'claimed lead')}", "See leads"),
    _of_metric("response_late", Department.SALES, _late, "See late",
               lambda late, total: 4 * late > _due(total) >= ENOUGH),
    _of_metric("unrated", Department.SALES,
               lambda count, _: f"rate {plural(count, 'lead')}", "Rate",
               lambda count, total: 4 * count > total.count("claimed") > 0),
    _of_metric("unattributed", Department.MARKETING,
               lambda count, _: f"{_leads(count, 'has', 'have')} no campaign: "
               "add `utm_campaign` to links and forms", "See leads",
               lambda count, total: 10 * count > total.count("received") > 0),
    _of_metric("uncosted", Department.MARKETING,
               lambda count, _: f"enter spend, also 0: {_leads(count, 'has', 'have')} none",
               "See leads"),
    WeekRule("overdue", Department.MARKETING,
             lambda report: report.team.overdue > 0,
             lambda report: f"answer {plural(report.team.overdue, 'overdue request')} from sales: "
             "`/request list`",
             lambda report: report.team.overdue),
    WeekRule("fewer", Department.MARKETING, _is_down,
             lambda report: f"{plural(_missing_leads(report), 'lead')} fewer than usual: "
             "do forms and ads still send? An admin can check with `/handoff status`",
             _missing_leads),
    WeekRule("one_reason", Department.BOTH, _one_reason, _reason,
             lambda report: report.dispositions[0][1], "See lost", "lost"),
)  # fmt: skip
"""The rules about the whole week."""


def _good_of(figures: Figures) -> int:
    return figures.count("great") + figures.count("good")


def _poor_of(figures: Figures) -> int:
    return figures.count("weak") + figures.count("junk")


def _is_poor(figures: Figures, _total: Figures) -> bool:
    return figures.count("rated") >= ENOUGH and 2 * _poor_of(figures) >= figures.count("rated")


def _poor(name: str, figures: Figures, _total: Figures) -> str:
    rated = plural(figures.count("rated"), "rated lead")
    return f"change the audience of {name}? {_poor_of(figures):,} of {rated} were weak or junk"


def _is_expensive(figures: Figures, total: Figures) -> bool:
    """Whether a lead of it costs twice what a lead costs on average, or more."""
    whole, own = total.amounts("cpl"), figures.amounts("cpl")
    if len(whole) != 1 or set(whole) != set(own) or figures.count("received") < ENOUGH:
        return False
    [(currency, average)] = whole.items()
    return 0 < 2 * average <= own[currency]


def _expensive(name: str, figures: Figures, total: Figures) -> str:
    return f"move the budget of {name}? {figures['cpl']} a lead, on average {total['cpl']}"


def _is_without_leads(figures: Figures, _total: Figures) -> bool:
    spent = sum(figures.amounts("spend").values())
    return spent > 0 and not figures.count("received")


def _without_leads(name: str, figures: Figures, _total: Figures) -> str:
    return f"{name} cost {figures['spend']} and brought no leads: check its link and form"


def _is_good(figures: Figures, _total: Figures) -> bool:
    return figures.count("rated") >= ENOUGH and 4 * _good_of(figures) >= 3 * figures.count("rated")


def _good(name: str, figures: Figures, _total: Figures) -> str:
    rated = plural(figures.count("rated"), "rated lead")
    return f"raise the budget of {name}? {_good_of(figures):,} of {rated} were great or good"


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
            yield Step(
                rule.name, rule.department, rule.sentence(report), rule.leads(report),
                button=rule.button, metric=rule.metric,
            )  # fmt: skip


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
    name = f"“{safe(campaign.name or 'Unnamed', 80)}”"
    is_empty = not figures.count("received")
    return Step(
        rule.name,
        safe(campaign.owner, 60) if campaign.owner else Department.MARKETING,
        rule.sentence(name, figures, report.total),
        figures.count("received"),
        money=_spent(figures, report.total) if rule.needs_money and is_empty else 0,
        button="Open",
        campaign_id=campaign.campaign_id,
    )


def _cost_per_lead(total: Figures) -> int:
    """In minor units, where there is one currency."""
    amounts = total.amounts("cpl")
    return next(iter(amounts.values())) if len(amounts) == 1 else 0


def _spent(figures: Figures, total: Figures) -> int:
    """In the currency of the week's cost per lead, where it has one."""
    currencies = total.amounts("cpl")
    return sum(figures.amounts("spend").get(each, 0) for each in currencies)
