"""The tables of planning, by theme: requests and their promise."""

from bot.planning.model.request import (
    LONGEST,
    Deed,
    Heard,
    Listed,
    Request,
    RequestEvent,
    RequestFacts,
    RequestSupport,
    Turn,
)
from bot.planning.model.rules import MOST_DAYS, PlanningRules

__all__ = [
    "LONGEST",
    "MOST_DAYS",
    "Deed",
    "Heard",
    "Listed",
    "PlanningRules",
    "Request",
    "RequestEvent",
    "RequestFacts",
    "RequestSupport",
    "Turn",
]
