"""How digests look, and the action ids of their buttons."""

from bot.digests.view.amounts import money
from bot.digests.view.details import details
from bot.digests.view.headline import SHOW_DETAILS, SHOW_MONEY, digest
from bot.digests.view.holes import (
    BEHIND,
    NEWEST,
    OLDER,
    PAGE_SIZE,
    behind_action,
    leads_behind,
)
from bot.digests.view.own import OPT_IN, OPT_OUT, own
from bot.digests.view.why import EXPLAIN, all_figures, several, why

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
