"""The numbers: each formula of the field stands once, and all that shows one draws from here."""

from bot.capability import Capability
from bot.metrics.computing import LeadsPage, compute, leads_for_metric, of_campaigns
from bot.metrics.definitions import BY_NAME, METRICS
from bot.metrics.figures import Cohort, Figures, KeptFigures, Key
from bot.metrics.metric import Attribution, Better, Group, Metric, Unit, Value, shown
from bot.metrics.pipeline import Pipeline, pipeline
from bot.metrics.scope import EVER, By, Period

capability = Capability("bot.metrics.tasks")

__all__ = [
    "BY_NAME",
    "EVER",
    "METRICS",
    "Attribution",
    "Better",
    "By",
    "Cohort",
    "Figures",
    "Group",
    "KeptFigures",
    "Key",
    "LeadsPage",
    "Metric",
    "Period",
    "Pipeline",
    "Unit",
    "Value",
    "capability",
    "compute",
    "leads_for_metric",
    "of_campaigns",
    "pipeline",
    "shown",
]
