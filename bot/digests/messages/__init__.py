"""How digests look, and the action ids of their buttons."""

from bot.digests.messages.amounts import money
from bot.digests.messages.details import details
from bot.digests.messages.headline import SHOW_DETAILS, SHOW_MONEY, digest
from bot.digests.messages.holes import (
    BEHIND,
    NEWEST,
    OLDER,
    PAGE_SIZE,
    behind_action,
    leads_behind,
)
from bot.digests.messages.own import OPT_IN, OPT_OUT, own
from bot.digests.messages.why import EXPLAIN, all_figures, several, why

__all__ = [
    "BEHIND",
    "EXPLAIN",
    "NEWEST",
    "OLDER",
    "OPT_IN",
    "OPT_OUT",
    "PAGE_SIZE",
    "SHOW_DETAILS",
    "SHOW_MONEY",
    "all_figures",
    "behind_action",
    "details",
    "digest",
    "leads_behind",
    "money",
    "own",
    "several",
    "why",
]
