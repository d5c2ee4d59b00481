"""The metrics of money: what leads cost, what they brought, and the one set against the other."""

from collections.abc import Callable
from fractions import Fraction

from bot.metrics.ledger import Ledger, less, minor, per, times
from bot.metrics.metric import Metric, OfMoney, Sql
from bot.metrics.of_leads import ALL, HAS_CAMPAIGN, IS_WON, WAS_QUALIFIED
from bot.metrics.units import Better, Group, Missing, Unit, Value
from bot.rounding import rounded

_ATTRIBUTED = HAS_CAMPAIGN & IS_WON


def _money(
    name: str,
    label: str,
    formula: str,
    leads: Sql,
    derive: Callable[[Ledger], Value | Missing],
    better: Better | None = None,
    unit: Unit = Unit.MONEY,
    needs: str = "",
) -> Metric:
    rule = OfMoney(derive, needs)
    return Metric(name, label, formula, Group.MONEY, unit, leads, rule, "", better)


def _roas(ledger: Ledger) -> Value | Missing:
    found = times(ledger.revenue, ledger.spend)
    return found if isinstance(found, Missing) else rounded(found, 2)


def _romi(ledger: Ledger) -> Value | Missing:
    found = times(ledger.contribution, ledger.spend)
    return found if isinstance(found, Missing) else rounded(100 * (found - Fraction(1)), 1)


MONEY = (
    _money("won_amount", "Won amount", "sum of the won leads' amounts, by currency",
           IS_WON, lambda ledger: minor(ledger.won), Better.MORE),
    _money("spend", "Spend", "sum of what is entered for days of the period, by currency",
           HAS_CAMPAIGN, lambda ledger: minor(ledger.spend)),
    _money("cpl", "Cost per lead", "spend ÷ leads",
           ALL, lambda ledger: per(ledger.spend, ledger.received, "No lead came in."),
           Better.LESS, needs="received"),
    _money("cost_per_sql", "Cost per qualified lead", "spend ÷ qualified",
           WAS_QUALIFIED,
           lambda ledger: per(ledger.spend, ledger.qualified, "No lead is qualified."),
           Better.LESS, needs="qualified"),
    _money("cost_per_customer", "Cost per customer", "campaign spend ÷ its won customers",
           _ATTRIBUTED,
           lambda ledger: per(ledger.spend, ledger.customers, "No customer is won."),
           Better.LESS, needs="campaign_customers"),
    _money("cac", "CAC", "all cost of marketing and sales ÷ new customers", IS_WON,
           lambda ledger: per(ledger.departments, ledger.new_customers, "No customer is won."),
           Better.LESS, needs="customers"),
    _money("revenue", "Attributed revenue", "won amounts of leads that belong to a campaign",
           _ATTRIBUTED, lambda ledger: minor(ledger.revenue), Better.MORE),
    _money("roas", "ROAS", "attributed revenue ÷ spend",
           _ATTRIBUTED, _roas, Better.MORE, Unit.RATIO),
    _money("romi", "ROMI", "100 × (attributed revenue × contribution margin − spend) ÷ spend",
           _ATTRIBUTED, _romi, Better.MORE, Unit.PERCENT),
    _money("profit", "Campaign profit", "attributed revenue × contribution margin − spend",
           _ATTRIBUTED, lambda ledger: less(ledger.contribution, ledger.spend), Better.MORE),
)  # fmt: skip
