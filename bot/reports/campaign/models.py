"""What a campaign's report holds; it has no table, since figures are computed when asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.campaigns.models import Campaign
from bot.leads.models import Rating
from bot.metrics import Figures, Value
from bot.reports.campaign.budget import Line

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
