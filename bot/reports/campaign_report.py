"""One campaign's results: its figures beside its own targets and those of its kind, as far as the
reader may see."""

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from bot import clock
from bot.campaigns import queries as campaigns
from bot.campaigns.models import Campaign, Stage
from bot.leads import ratings as lead_ratings
from bot.leads.models import Lead, Rating
from bot.metrics import METRICS, Attribution, Figures, Unit, Value, of_campaigns
from bot.metrics.scope import credit_column
from bot.money import Money
from bot.people import service as people
from bot.people.models import Person, Role
from bot.planning import budget as planning
from bot.reports.permissions import DataClass, permissions_of
from bot.rounding import rounded
from bot.spend import budget as spend


@dataclass(frozen=True)
class Line:
    """One line; a plan or spend that nobody entered is None, and says nothing of an amount."""

    name: str
    planned: Money | None
    spent: Money | None

    @property
    def left(self) -> Money | None:
        """What may still be spent, below zero where it was too much; None where the two cannot be
        held against each other."""
        if self.planned is None:
            return None
        currency = self.planned.currency
        spent = self.spent or Money(0, currency)
        return (
            Money(self.planned.minor - spent.minor, currency)
            if spent.currency == currency
            else None
        )


def by_line(session: Session, campaign: Campaign) -> Sequence[Line]:
    """The lines as they were planned, then what was spent beside them; none without a plan.

    Names are the same whatever their capitals.
    """
    planned = planning.lines_of(session, campaign)
    if not planned:
        return []
    spent: Mapping[str, Money] = spend.consumption(session, campaign).by_line
    of_line: dict[str, Money] = {}
    for name, amount in spent.items():
        key = name.casefold()
        of_line[key] = of_line[key] + amount if key in of_line else amount
    known = {line.name.casefold() for line in planned}
    beside = [Line(name, None, amount) for name, amount in spent.items()
              if name.casefold() not in known]  # fmt: skip
    return [
        *(Line(line.name, line.amount, of_line.get(line.name.casefold())) for line in planned),
        *beside,
    ]


ROWS = (
    "received", "claimed", "acceptance_rate", "qualified", "qualified_rate", "won", "customers",
    "win_rate", "claim_median", "claim_median_worked", "response_median",
    "response_median_worked", "claim_sla", "response_sla", "rating_coverage", "quality_index",
    "spend", "cpl", "cost_per_sql", "cost_per_customer", "revenue", "roas", "romi", "profit",
    "unanswered_share", "unrated_share", "undisposed_share",
)  # fmt: skip
"""The metrics of the table, in its order."""

SHOWN = (*ROWS, *Rating, "rated", "open")
"""All metrics that a report shows."""


@dataclass(frozen=True)
class Reason:
    """Why leads were lost or rated low, and how often."""

    words: str
    count: int


@dataclass(frozen=True)
class CampaignReport:
    """A campaign over its whole life, so far."""

    campaign: Campaign
    figures: Figures
    typical: Mapping[str, Value]
    """By metric, the median of the campaigns of its kind."""
    peers: int
    """How many campaigns that median is of."""
    reasons: Sequence[Reason]
    """The most frequent first."""
    targets: Mapping[str, Value]
    """By metric, what was planned."""
    lines: Sequence[Line]
    """The budget by line, for those who may see what it cost."""
    shows_money: bool
    """Whether the reader may see what it cost and brought."""
    today: date
    as_of: datetime


# The newest campaigns of a kind say how such campaigns do now, and keep the report fast.
_MOST_PEERS = 20
_MOST_REASONS = 5
_DIGITS = {Unit.PERCENT: 1, Unit.SCORE: 2, Unit.RATIO: 2}


def report(
    session: Session, who: Person, campaign_id: int, attribution: Attribution
) -> CampaignReport:
    """A campaign's results over its whole life. Raises NotAllowed, NotFound."""
    people.require(session, who, "read the reports", Role.SALESPERSON, Role.MARKETER)
    campaign = campaigns.find(session, who.workspace_id, campaign_id)
    peers = _peers(session, campaign, attribution)
    ids = [campaign.id, *peers]
    figures = of_campaigns(session, who.workspace_id, ids, attribution=attribution, only=SHOWN)
    permissions = permissions_of(who)
    shows_money = permissions is not None and permissions.may_see_some(DataClass.MONEY)
    return CampaignReport(
        campaign=campaign,
        figures=figures[campaign.id],
        typical=typical([figures[each] for each in peers], campaign.currency),
        peers=len(peers),
        reasons=_reasons(session, campaign, attribution),
        targets=_targets(campaign),
        lines=by_line(session, campaign) if shows_money else [],
        shows_money=shows_money,
        today=campaigns.today(session, who.workspace_id),
        as_of=clock.now(),
    )


def typical(peers: Sequence[Figures], currency: str) -> Mapping[str, Value]:
    """The median of each metric over these campaigns, of those that have a value.

    Money is compared in one currency: a campaign with amounts in another one is left out.
    """
    medians: dict[str, Value] = {}
    for metric in METRICS:
        if metric.unit is Unit.MONEY:
            amounts = _in(currency, (each.values.get(metric.name) for each in peers))
            value = _median(amounts)
            medians[metric.name] = None if value is None else {currency: int(rounded(value, 0))}
            continue
        value = _median(
            [Fraction(number) for each in peers if (number := each.number(metric.name)) is not None]
        )
        medians[metric.name] = None if value is None else _value(metric.unit, value)
    return medians


def _in(currency: str, values: Iterable[Value]) -> list[Fraction]:
    """The amounts that are in this currency alone."""
    return [
        Fraction(value.get(currency, 0))
        for value in values
        if isinstance(value, dict) and value.keys() <= {currency}
    ]


def _median(values: Sequence[Fraction]) -> Fraction | None:
    return statistics.median(values) if values else None


def _value(unit: Unit, value: Fraction) -> Value:
    digits = _DIGITS.get(unit)
    return int(rounded(value, 0)) if digits is None else rounded(value, digits)


def _peers(session: Session, campaign: Campaign, attribution: Attribution) -> Sequence[int]:
    """The newest other campaigns of its kind that were announced and have leads of their own."""
    has_leads = exists().where(
        credit_column(attribution) == Campaign.id, Lead.merged_into.is_(None)
    )
    return session.scalars(
        select(Campaign.id)
        .where(
            Campaign.workspace_id == campaign.workspace_id,
            Campaign.kind == campaign.kind,
            Campaign.id != campaign.id,
            Campaign.stage.in_([Stage.LIVE, Stage.PAUSED, Stage.ENDED]),
            has_leads,
        )
        .order_by(Campaign.starts_on.desc(), Campaign.id.desc())
        .limit(_MOST_PEERS)
    ).all()


def _reasons(session: Session, campaign: Campaign, attribution: Attribution) -> Sequence[Reason]:
    """Why its leads were lost or rated weak or junk: the codes, and the words that people wrote."""
    mine = [Lead.workspace_id == campaign.workspace_id, credit_column(attribution) == campaign.id]
    return [Reason(*each) for each in lead_ratings.reasons(session, mine, _MOST_REASONS)]


def _targets(campaign: Campaign) -> Mapping[str, Value]:
    """What was planned, where something was."""
    planned: dict[str, int | Decimal | None] = {
        "received": campaign.expected_leads,
        "customers": campaign.expected_customers,
    }
    money = {
        "spend": campaign.budget_minor,
        "cpl": campaign.target_cost_per_lead_minor,
    }
    return {
        **{name: value for name, value in planned.items() if value is not None},
        **{name: {campaign.currency: minor} for name, minor in money.items() if minor is not None},
    }
