"""All metrics, in the order in which people read them: another metric is another entry."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from sqlalchemy import (
    Boolean,
    DateTime,
    Integer,
    SQLColumnExpression,
    bindparam,
    case,
    cast,
    func,
    select,
    true,
)

from bot.leads.models import Lead, Rating, Status
from bot.metrics.metric import (
    Better,
    Counts,
    Group,
    Metric,
    Missing,
    MoneyTotals,
    OfMoney,
    People,
    Sql,
    Unit,
    Value,
    counted,
    gap,
    less,
    minor,
    per,
    share,
    times,
    waits,
)
from bot.rounding import rounded
from bot.spend.models import SpendEntry

AS_OF = bindparam("as_of", type_=DateTime(timezone=True))
"""The moment at which a promise counts as overdue."""

# Which of the two campaigns of a lead is asked for; conditions name it, entries stay constants.
CAMPAIGN: Sql = case(
    (bindparam("last_touch", type_=Boolean), Lead.last_campaign_id), else_=Lead.campaign_id
)

ALL: Sql = true()
WAS_CLAIMED = Lead.first_claimed_at.is_not(None)
HAS_ANSWER = Lead.first_response_at.is_not(None)
HAS_RATING = Lead.rating.is_not(None)
WAS_QUALIFIED = Lead.qualified_at.is_not(None)
IS_WON = Lead.status == Status.WON
IS_LOST = Lead.status == Status.LOST
IS_OPEN = Lead.status.not_in([Status.WON, Status.LOST])
HAS_CAMPAIGN = CAMPAIGN.is_not(None)
_RECEIVED = ALL, ("received",)
_COSTED = select(SpendEntry.campaign_id).where(SpendEntry.workspace_id == bindparam("workspace_id"))

_SCORES = {Rating.GREAT: 3, Rating.GOOD: 2, Rating.WEAK: 1, Rating.JUNK: 0}
_LONGEST = 2**31 - 1
"""68 years: a wait fits four bytes, whatever a list says of when its leads came."""
_NONE_CAME = "No leads came in."
_NONE_CLAIMED = "No lead has been claimed."
_NONE_PROMISED = "No response target was due yet: only hot leads have one."


def _on_time(done: SQLColumnExpression[Any], due: SQLColumnExpression[Any]) -> Sql:
    return due.is_not(None) & (done <= due)


def _late(done: SQLColumnExpression[Any], due: SQLColumnExpression[Any]) -> Sql:
    """Done after it was due, or not done and overdue."""
    return (done > due) | (done.is_(None) & (due < AS_OF))


def _late_at(done: SQLColumnExpression[Any], due: SQLColumnExpression[Any]) -> Sql:
    """When a lead becomes late though nobody touches it; none for one that will not."""
    return case((done.is_(None) & (due >= AS_OF), due))


LATE_AT: Sql = func.least(
    _late_at(Lead.first_claimed_at, Lead.claim_due_at),
    _late_at(Lead.first_response_at, Lead.response_due_at),
)
"""Until when what is counted of a lead holds by itself: only that time passes can change it."""


def _sla(
    name: str, label: str, done: SQLColumnExpression[Any], due: SQLColumnExpression[Any]
) -> list[Metric]:
    """A promise of sales: kept, broken, and the share that was kept."""
    kept, broken = _on_time(done, due), _late(done, due)
    return [
        counted(f"{name}_on_time", f"{label} on time",
                f"{label.lower()} within the response target", Group.SLA, kept, Better.MORE),
        counted(f"{name}_late", f"{label} late", f"{label.lower()} late, or overdue",
                Group.SLA, broken, Better.LESS),
        share(f"{name}_sla", f"{label} on time, share", "on time ÷ (on time + late + overdue)",
              Group.SLA, kept, (kept | broken, (f"{name}_on_time", f"{name}_late")),
              _NONE_PROMISED, Better.MORE),
    ]  # fmt: skip


def _people(name: str, label: str, formula: str, leads: Sql) -> Metric:
    return Metric(
        name, label, formula, Group.FUNNEL, Unit.COUNT, leads, People(), "", Better.MORE
    )  # fmt: skip


def _mean_score(*counts: int) -> Value:
    """Of so many leads with each rating."""
    points = sum(score * count for score, count in zip(_SCORES.values(), counts, strict=True))
    return rounded(Fraction(points, sum(counts)), 2) if any(counts) else None


def _waited(until: SQLColumnExpression[Any]) -> Sql:
    """Whole seconds from the receipt; none for a lead that waits."""
    return _fitting(until, func.trunc(func.date_part("epoch", until - Lead.received_at)))


def _fitting(until: SQLColumnExpression[Any], seconds: SQLColumnExpression[Any]) -> Sql:
    is_known = until.is_not(None) & seconds.is_not(None)
    return case((is_known, cast(func.least(seconds, _LONGEST), Integer)))


WAITS: dict[str, Sql] = {
    "claim": _waited(Lead.first_claimed_at),
    "claim_worked": _fitting(Lead.first_claimed_at, Lead.claim_worked),
    "response": _waited(Lead.first_response_at),
    "response_worked": _fitting(Lead.first_response_at, Lead.response_worked),
}
"""How long each lead waited, by what the quantiles call it."""


FUNNEL = (
    counted("received", "Leads received", "leads received in the period",
            Group.FUNNEL, ALL, Better.MORE),
    counted("claimed", "Claimed", "leads that somebody claimed; a claim released before the first "
            "contact doesn't count",
            Group.FUNNEL, WAS_CLAIMED, Better.MORE),
    share("acceptance_rate", "Acceptance rate", "first claimed ÷ received",
          Group.FUNNEL, WAS_CLAIMED, _RECEIVED, _NONE_CAME, Better.MORE),
    counted("qualified", "Qualified",
            "leads qualified so far, whatever came after; won leads count too",
            Group.FUNNEL, WAS_QUALIFIED, Better.MORE),
    share("qualified_rate", "MQL→SQL", "qualified ÷ received",
          Group.FUNNEL, WAS_QUALIFIED, _RECEIVED, _NONE_CAME, Better.MORE),
    counted("won", "Won", "leads closed as won", Group.FUNNEL, IS_WON, Better.MORE),
    _people("customers", "Customers won", "people with a won lead", IS_WON),
    _people("campaign_customers", "Customers won by campaigns",
            "people with a won lead from a campaign", IS_WON & HAS_CAMPAIGN),
    counted("lost", "Lost", "leads closed as lost", Group.FUNNEL, IS_LOST, Better.LESS),
    share("win_rate", "Win rate", "won ÷ (won + lost)", Group.FUNNEL, IS_WON,
          (IS_WON | IS_LOST, ("won", "lost")),
          "No lead has been won or lost yet.", Better.MORE),
    counted("open", "Still open", "leads neither won nor lost", Group.FUNNEL, IS_OPEN),
)  # fmt: skip

SPEED = (
    *waits("claim", "Time to claim", "first claimed − received", Lead.first_claimed_at,
           Lead.claim_worked, (_NONE_CLAIMED, "No claim has a known working time.")),
    *waits("response", "Speed-to-lead", "first response − received", Lead.first_response_at,
           Lead.response_worked,
           ("No lead has had a first response.", "No first response has a known working time.")),
)  # fmt: skip

SLAS = (
    *_sla("claim", "Claimed", Lead.first_claimed_at, Lead.claim_due_at),
    *_sla("response", "Answered", Lead.first_response_at, Lead.response_due_at),
)

QUALITY = (
    counted("rated", "Rated", "leads with a rating, the n of the quality index",
            Group.QUALITY, HAS_RATING, Better.MORE),
    share("rating_coverage", "Rating coverage", "claimed leads with a rating ÷ claimed",
          Group.QUALITY, HAS_RATING, (WAS_CLAIMED, ("claimed",)), _NONE_CLAIMED,
          Better.MORE),
    Metric("quality_index", "Quality index", "mean of great = 3, good = 2, weak = 1, junk = 0",
           Group.QUALITY, Unit.SCORE, HAS_RATING,
           Counts(tuple(Lead.rating == rating for rating in _SCORES), _mean_score),
           "No lead has been rated.", Better.MORE),
    *(counted(rating.value, rating.label, f"leads rated {rating}", Group.QUALITY,
              Lead.rating == rating) for rating in Rating),
)  # fmt: skip

COMPLETENESS = (
    *gap("unclaimed", "Unclaimed", "leads that nobody has claimed",
         ~WAS_CLAIMED, ("received", ALL), _NONE_CAME),
    *gap("unanswered", "Unanswered", "claimed leads without a first response",
         ~HAS_ANSWER, ("claimed", WAS_CLAIMED), _NONE_CLAIMED),
    *gap("unrated", "Unrated", "claimed leads without a rating",
         ~HAS_RATING, ("claimed", WAS_CLAIMED), _NONE_CLAIMED),
    *gap("unattributed", "Unattributed", "leads that belong to no campaign",
         ~HAS_CAMPAIGN, ("received", ALL), _NONE_CAME),
    *gap("uncosted", "Uncosted", "leads of campaigns without any spend entered",
         CAMPAIGN.not_in(_COSTED), ("leads of campaigns", HAS_CAMPAIGN),
         "No lead belongs to a campaign."),
    *gap("undisposed", "Lost without a reason", "lost leads without a reason",
         Lead.disposition.is_(None), ("lost", IS_LOST), "No lead has been lost."),
)  # fmt: skip


_ATTRIBUTED = HAS_CAMPAIGN & IS_WON


def _money(
    name: str,
    label: str,
    formula: str,
    leads: Sql,
    derive: Callable[[MoneyTotals], Value | Missing],
    better: Better | None = None,
    unit: Unit = Unit.MONEY,
    needs: str = "",
) -> Metric:
    rule = OfMoney(derive, needs)
    return Metric(name, label, formula, Group.MONEY, unit, leads, rule, "", better)


def _roas(money: MoneyTotals) -> Value | Missing:
    ratio = times(money.revenue, money.spend)
    return ratio if isinstance(ratio, Missing) else rounded(ratio, 2)


def _romi(money: MoneyTotals) -> Value | Missing:
    ratio = times(money.contribution, money.spend)
    return ratio if isinstance(ratio, Missing) else rounded(100 * (ratio - Fraction(1)), 1)


MONEY = (
    _money("won_amount", "Won amount", "sum of the won leads' amounts, by currency",
           IS_WON, lambda money: minor(money.won), Better.MORE),
    _money("spend", "Spend", "sum of the spend entered for the period, by currency",
           HAS_CAMPAIGN, lambda money: minor(money.spend)),
    _money("cpl", "Cost per lead", "spend ÷ leads",
           ALL, lambda money: per(money.spend, money.received, "No leads came in."),
           Better.LESS, needs="received"),
    _money("cost_per_sql", "Cost per qualified lead", "spend ÷ qualified",
           WAS_QUALIFIED,
           lambda money: per(money.spend, money.qualified, "No lead has been qualified."),
           Better.LESS, needs="qualified"),
    _money("cost_per_customer", "Cost per customer", "campaign spend ÷ its won customers",
           _ATTRIBUTED,
           lambda money: per(money.spend, money.customers, "No customer has been won."),
           Better.LESS, needs="campaign_customers"),
    _money("cac", "CAC", "total cost of marketing and sales ÷ new customers", IS_WON,
           lambda money: per(money.departments, money.new_customers, "No customer has been won."),
           Better.LESS, needs="customers"),
    _money("revenue", "Attributed revenue", "won amounts of leads that belong to a campaign",
           _ATTRIBUTED, lambda money: minor(money.revenue), Better.MORE),
    _money("roas", "ROAS", "attributed revenue ÷ spend",
           _ATTRIBUTED, _roas, Better.MORE, Unit.RATIO),
    _money("romi", "ROMI", "100 × (attributed revenue × contribution margin − spend) ÷ spend",
           _ATTRIBUTED, _romi, Better.MORE, Unit.PERCENT),
    _money("profit", "Campaign profit", "attributed revenue × contribution margin − spend",
           _ATTRIBUTED, lambda money: less(money.contribution, money.spend), Better.MORE),
)  # fmt: skip


METRICS: tuple[Metric, ...] = (*FUNNEL, *SPEED, *SLAS, *QUALITY, *MONEY, *COMPLETENESS)

BY_NAME = {metric.name: metric for metric in METRICS}
