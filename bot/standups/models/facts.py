"""What somebody should know before they answer."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.campaigns.models import Campaign
from bot.leads.models import Arrivals, Workload
from bot.standups.models.asked import StandupAnswer


@dataclass(frozen=True)
class Facts:
    """The person's leads and blockers, and their campaigns that run with what came in today."""

    work: Workload
    blockers: Sequence[StandupAnswer]
    """Not lifted yet, the oldest first: the person's own, and those that they took."""
    campaigns: Sequence[tuple[Campaign, Arrivals]]
