"""The formulas of the metrics once more, with pandas, to hold the application's against.

Nothing here is shared with the application. Money is summed as Python's integers and divided as
fractions, so that the comparison is exact.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import pandas as pd

SCORES = {"great": 3, "good": 2, "weak": 1, "junk": 0}
TIMES = ["received_at", "claimed_at", "claim_due_at", "first_response_at", "response_due_at",
         "qualified_at"]  # fmt: skip


@dataclass(frozen=True)
class Frames:
    """A cohort: its leads, the entries of spend that stand (None: they cannot be told apart), all
    campaigns that have spend at any time, and the margins by campaign."""

    leads: pd.DataFrame
    spend: pd.DataFrame | None
    costed: set[int]
    margins: dict[int, Decimal | None]
    as_of: datetime
    campaign: str = "campaign_id"


def frame(rows: list[dict[str, Any]], columns: list[str]) -> pd.DataFrame:
    """Rows as a frame of objects, with real times."""
    found = pd.DataFrame(rows, columns=columns, dtype=object)
    for column in set(TIMES) & set(columns):
        found[column] = pd.to_datetime(found[column], utc=True)
    return found


def figures(frames: Frames) -> dict[str, Any]:
    return {**_of_leads(frames), **_of_money(frames)}


def _of_leads(frames: Frames) -> dict[str, Any]:
    leads = frames.leads
    received = len(leads)
    owned, answered = leads[leads.claimed_at.notna()], leads[leads.first_response_at.notna()]
    won, lost = leads[leads.status == "won"], leads[leads.status == "lost"]
    rated = leads[leads.rating.notna()]
    attributed = leads[leads[frames.campaign].notna()]
    counts: dict[str, Any] = {
        "received": received,
        "claimed": len(owned),
        "qualified": int(leads.qualified_at.notna().sum()),
        "won": len(won),
        "lost": len(lost),
        "customers": won.contact_id.nunique(),
        "campaign_customers": won[won[frames.campaign].notna()].contact_id.nunique(),
        "open": received - len(won) - len(lost),
        "rated": len(rated),
        **{rating: int((leads.rating == rating).sum()) for rating in SCORES},
    }
    scores = [SCORES[rating] for rating in rated.rating]
    rates = {
        "acceptance_rate": percent(len(owned), received),
        "qualified_rate": percent(counts["qualified"], received),
        "win_rate": percent(len(won), len(won) + len(lost)),
        "rating_coverage": percent(int(owned.rating.notna().sum()), len(owned)),
        "quality_index": rounded(Fraction(sum(scores), len(scores)), 2) if scores else None,
    }
    gaps = {
        "unclaimed": (received - len(owned), received),
        "unanswered": (int(owned.first_response_at.isna().sum()), len(owned)),
        "unrated": (int(owned.rating.isna().sum()), len(owned)),
        "unattributed": (received - len(attributed), received),
        "uncosted": (
            int((~attributed[frames.campaign].isin(frames.costed)).sum()),
            len(attributed),
        ),
        "undisposed": (int(lost.disposition.isna().sum()), len(lost)),
    }
    return {
        **counts,
        **rates,
        **_waits("claim", owned, "claimed_at", "claim_worked"),
        **_waits("response", answered, "first_response_at", "response_worked"),
        **_promise("claim", leads, "claimed_at", "claim_due_at", frames.as_of),
        **_promise("response", leads, "first_response_at", "response_due_at", frames.as_of),
        **{name: part for name, (part, _) in gaps.items()},
        **{f"{name}_share": percent(part, whole) for name, (part, whole) in gaps.items()},
    }


def _waits(name: str, leads: pd.DataFrame, until: str, worked: str) -> dict[str, Any]:
    """In whole seconds, and rounded to the second where a quantile falls between two."""
    wall = (leads[until] - leads.received_at).dt.total_seconds() // 1
    clocks = {"": wall, "_worked": leads[worked].dropna().astype("float64")}
    return {
        f"{name}_{word}{suffix}": None if waits.empty else quantile(waits, share)
        for suffix, waits in clocks.items()
        for word, share in (("median", 0.5), ("p90", 0.9))
    }


def quantile(waits: pd.Series, share: float) -> int:
    exact = Fraction(str(round(float(waits.quantile(share)), 3)))
    return int(rounded(exact, 0))


def _promise(
    name: str, leads: pd.DataFrame, done: str, due: str, as_of: datetime
) -> dict[str, Any]:
    promised = leads[leads[due].notna()]
    answered = promised[promised[done].notna()]
    kept = int((answered[done] <= answered[due]).sum())
    overdue = int((promised[promised[done].isna()][due] < pd.Timestamp(as_of)).sum())
    return {
        f"{name}_on_time": kept,
        f"{name}_late": len(answered) - kept + overdue,
        f"{name}_sla": percent(kept, len(answered) + overdue),
    }


def _of_money(frames: Frames) -> dict[str, Any]:
    leads, spend = frames.leads, frames.spend
    won = leads[(leads.status == "won") & leads.won_minor.notna() & leads.won_currency.notna()]
    credited = won[won[frames.campaign].notna()]
    revenue = sums(credited, "won_currency", "won_minor")
    cost = None if spend is None or spend.empty else sums(spend, "currency", "minor")
    customers = _of_leads(frames)["campaign_customers"]
    result: dict[str, Any] = {
        "won_amount": sums(won, "won_currency", "won_minor"),
        "revenue": revenue,
        "spend": cost,
        "cac": None,
        "cpl": each(cost, len(leads)),
        "cost_per_sql": each(cost, int(leads.qualified_at.notna().sum())),
        "cost_per_customer": each(cost, customers),
    }
    gained = contribution(frames, credited)
    return result | {
        "roas": None if (ratio := quotient(revenue, cost)) is None else rounded(ratio, 2),
        "romi": None
        if (ratio := quotient(gained, cost)) is None
        else rounded(100 * (ratio - 1), 1),
        "profit": None
        if gained is None or cost is None
        else {
            currency: int(rounded(gained.get(currency, Fraction()) - cost.get(currency, 0), 0))
            for currency in {*gained, *cost}
        },
    }


def contribution(frames: Frames, credited: pd.DataFrame) -> dict[str, Fraction] | None:
    spent = set() if frames.spend is None else set(frames.spend.campaign)
    if any(frames.margins.get(each) is None for each in {*credited[frames.campaign], *spent}):
        return None
    gained: dict[str, Fraction] = {}
    columns = credited[[frames.campaign, "won_currency", "won_minor"]]
    for campaign, currency, minor in columns.to_numpy().tolist():
        margin = Fraction(frames.margins[campaign] or 0) / 100
        gained[currency] = gained.get(currency, Fraction()) + minor * margin
    return gained


def quotient(amounts: Any, cost: dict[str, int] | None) -> Fraction | None:
    if amounts is None or cost is None:
        return None
    currencies = {currency for part in (amounts, cost) for currency, each in part.items() if each}
    if len(currencies) != 1 or not any(cost.values()):
        return None
    [currency] = currencies
    return Fraction(amounts.get(currency, 0)) / cost[currency]


def sums(rows: pd.DataFrame, currency: str, minor: str) -> dict[str, int]:
    return {str(key): sum(group[minor]) for key, group in rows.groupby(currency)}


def each(amounts: dict[str, int] | None, count: int) -> dict[str, int] | None:
    if amounts is None or not count:
        return None
    return {key: int(rounded(Fraction(minor, count), 0)) for key, minor in amounts.items()}


def percent(part: int, whole: int) -> Decimal | None:
    return rounded(Fraction(100 * part, whole), 1) if whole else None


def rounded(value: Fraction, digits: int) -> Decimal:
    """Exact also for amounts that a division in 28 digits would round twice."""
    scaled = value * 10**digits
    floor = Decimal(abs(scaled.numerator) // scaled.denominator)
    rest = Fraction(abs(scaled.numerator) % scaled.denominator, scaled.denominator)
    tail = Decimal("0.5") if rest == Fraction(1, 2) else Decimal("0.6" if rest * 2 > 1 else "0.4")
    whole = (floor + tail).quantize(Decimal(1), ROUND_HALF_UP)
    return (whole if value >= 0 else -whole).scaleb(-digits)
