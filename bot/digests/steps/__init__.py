"""Next steps: what the figures ask somebody to do.

Two tables of rules. Each rule says when it applies, what to do, and how many leads are at stake.
The three with the most at stake are shown: in money where the cost of a lead is known in one
currency and may be seen, else in leads.
"""

from collections.abc import Iterator

from bot.digests.report import CampaignFigures, Report
from bot.digests.steps.of_campaigns import OF_CAMPAIGNS
from bot.digests.steps.of_week import OF_WEEK
from bot.digests.steps.rule import OfCampaign, Step, Whom
from bot.metrics import Figures
from bot.slack.text import safe

__all__ = ["MOST", "OF_CAMPAIGNS", "OF_WEEK", "Step", "steps"]

MOST = 3


def steps(report: Report, *, with_money: bool) -> list[Step]:
    """The steps with the most at stake, that first; of a running week none."""
    if report.is_running:
        return []
    worth = _cost_per_lead(report.total) if with_money else 0
    all_steps = [*_of_week(report), *_of_campaigns(report, with_money=with_money)]
    all_steps.sort(key=lambda step: (-(step.leads * worth + step.money), -step.leads))
    return all_steps[:MOST]


def _of_week(report: Report) -> Iterator[Step]:
    for rule in OF_WEEK:
        if rule.applies(report):
            yield Step(rule.name, rule.whom, rule.says(report), rule.leads(report))


def _of_campaigns(report: Report, *, with_money: bool) -> Iterator[Step]:
    """The first rule of each campaign that applies: one thing at a time."""
    rules = [rule for rule in OF_CAMPAIGNS if with_money or not rule.needs_money]
    for campaign in report.campaigns:
        if campaign.campaign_id is None:
            continue
        figures = campaign.figures
        for rule in rules:
            if rule.applies(figures, report.total):
                yield _step(rule, campaign, report)
                break


def _step(rule: OfCampaign, campaign: CampaignFigures, report: Report) -> Step:
    figures = campaign.figures
    owner = f" ({safe(campaign.owner, 60)})" if campaign.owner else ""
    sentence = f"“{safe(campaign.name or 'Unnamed', 80)}” {rule.says(figures, report.total)}"
    is_empty = not figures.count("received")
    spent = _spent(figures, report.total) if rule.needs_money and is_empty else 0
    return Step(
        rule.name, f"{Whom.MARKETING}{owner}", sentence, figures.count("received"), money=spent
    )


def _cost_per_lead(total: Figures) -> int:
    """In minor units, where there is one currency."""
    amounts = total.amounts("cpl")
    return next(iter(amounts.values())) if len(amounts) == 1 else 0


def _spent(figures: Figures, total: Figures) -> int:
    """In the currency of the week's cost per lead, where it has one."""
    currencies = total.amounts("cpl")
    return sum(figures.amounts("spend").get(each, 0) for each in currencies)
