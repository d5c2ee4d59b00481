"""All metrics, in the order in which people read them: another metric is another entry."""

from bot.metrics.metric import Metric
from bot.metrics.of_leads import COMPLETENESS, FUNNEL, PROMISES, QUALITY, SPEED
from bot.metrics.of_money import MONEY

METRICS: tuple[Metric, ...] = (*FUNNEL, *SPEED, *PROMISES, *QUALITY, *MONEY, *COMPLETENESS)

BY_NAME = {metric.name: metric for metric in METRICS}
