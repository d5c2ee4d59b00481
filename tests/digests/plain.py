"""The formulas of the metrics once more, in plain Python, to hold the SQL against."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

SCORES = {"hot": 3, "good": 2, "weak": 1, "junk": 0}


@dataclass(frozen=True)
class Plain:
    """A lead as the plain formulas see it."""

    received: datetime
    campaign: int | None
    claimed: datetime | None
    answered: datetime | None
    rating: str | None
    status: str
    disposition: str | None
    minor: int | None
    currency: str | None

    def row(self, campaign_ids: Sequence[int]) -> dict[str, Any]:
        return {
            "received_at": self.received,
            "campaign_id": None if self.campaign is None else campaign_ids[self.campaign],
            "claimed_at": self.claimed,
            "first_response_at": self.answered,
            "rating": self.rating,
            "status": self.status,
            "disposition": self.disposition,
            "won_minor": self.minor,
            "won_currency": self.currency,
        }


def percent(part: Sequence[Any], whole: Sequence[Any]) -> Decimal | None:
    if not whole:
        return None
    return rounded(Fraction(100 * len(part), len(whole)), "0.1")


def rounded(value: Fraction, to: str) -> Decimal:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(Decimal(to), ROUND_HALF_UP)


def percentile(waits: Sequence[timedelta], share: Fraction) -> Fraction | None:
    """Seconds, interpolated between the two nearest of the ordered waits."""
    if not waits:
        return None
    ordered = sorted(Fraction(wait // timedelta(microseconds=1), 10**6) for wait in waits)
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def plain_figures(leads: Sequence[Plain]) -> dict[str, Any]:
    claimed = [lead for lead in leads if lead.claimed]
    rated = [lead for lead in leads if lead.rating]
    won = [lead for lead in leads if lead.status == "won"]
    lost = [lead for lead in leads if lead.status == "lost"]
    scores = [SCORES[lead.rating] for lead in leads if lead.rating]
    to_claim = [lead.claimed - lead.received for lead in leads if lead.claimed]
    to_answer = [lead.answered - lead.received for lead in leads if lead.answered]
    amounts: dict[str, int] = defaultdict(int)
    for lead in won:
        if lead.currency and lead.minor is not None:
            amounts[lead.currency] += lead.minor
    unclaimed = [lead for lead in leads if not lead.claimed]
    unanswered = [lead for lead in claimed if not lead.answered]
    unrated = [lead for lead in claimed if not lead.rating]
    unattributed = [lead for lead in leads if lead.campaign is None]
    undisposed = [lead for lead in lost if not lead.disposition]
    return {
        "received": len(leads),
        "claimed": len(claimed),
        "acceptance_rate": percent(claimed, leads),
        "claim_median": percentile(to_claim, Fraction(1, 2)),
        "claim_p90": percentile(to_claim, Fraction(9, 10)),
        "response_median": percentile(to_answer, Fraction(1, 2)),
        "response_p90": percentile(to_answer, Fraction(9, 10)),
        "rated": len(rated),
        "rating_coverage": percent([lead for lead in claimed if lead.rating], claimed),
        "quality_index": rounded(Fraction(sum(scores), len(scores)), "0.01") if scores else None,
        **{rating: sum(lead.rating == rating for lead in leads) for rating in SCORES},
        "won": len(won),
        "won_amount": dict(amounts),
        "lost": len(lost),
        "win_rate": percent(won, won + lost),
        "open": len(leads) - len(won) - len(lost),
        "unclaimed": len(unclaimed),
        "unclaimed_share": percent(unclaimed, leads),
        "unanswered": len(unanswered),
        "unanswered_share": percent(unanswered, claimed),
        "unrated": len(unrated),
        "unrated_share": percent(unrated, claimed),
        "unattributed": len(unattributed),
        "unattributed_share": percent(unattributed, leads),
        "undisposed": len(undisposed),
        "undisposed_share": percent(undisposed, lost),
    }
