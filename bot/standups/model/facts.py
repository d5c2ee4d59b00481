"""What somebody should know before they answer."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.campaigns.model import Campaign
from bot.leads.model import Arrivals, Workload


@dataclass(frozen=True)
class Facts:
    """The person's leads, and their campaigns that run with what came in today."""

    work: Workload
    campaigns: Sequence[tuple[Campaign, Arrivals]]
