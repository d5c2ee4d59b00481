"""The numbers: each formula of the field stands once, and all that shows one draws from here."""

from bot.capability import Capability
from bot.metrics.behind import Behind, behind
from bot.metrics.computing import compute, of_campaigns
from bot.metrics.definitions import BY_NAME, METRICS
from bot.metrics.figures import Cohort, Figures, Key
from bot.metrics.metric import Metric
from bot.metrics.period import EVER, Period
from bot.metrics.scope import By
from bot.metrics.units import Attribution, Better, Group, Unit, Value, shown

capability = Capability("bot.metrics.tasks")

__all__ = [
    "BY_NAME",
    "EVER",
    "METRICS",
    "Attribution",
    "Behind",
    "Better",
    "By",
    "Cohort",
    "Figures",
    "Group",
    "Key",
    "Metric",
    "Period",
    "Unit",
    "Value",
    "behind",
    "capability",
    "compute",
    "of_campaigns",
    "shown",
]
