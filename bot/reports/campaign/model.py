"""What a campaign's report holds; it has no table, since figures are computed when asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.campaigns.model import Campaign
from bot.metrics import Figures, Value


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
    shows_money: bool
    """Whether the reader may see what it cost and brought."""
    today: date
    as_of: datetime
