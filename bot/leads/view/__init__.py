"""How leads look, and the action ids of their buttons."""

from bot.leads.view.card import (
    CLAIM,
    CONTACTED,
    LOST,
    RATE,
    RELEASE,
    WON,
    card,
    rate_action,
    returned,
)
from bot.leads.view.quiet import CHANGE_RULES, offer, rules
from bot.leads.view.rows import row_to_claim, row_to_rate, row_to_work
from bot.leads.view.submissions import DISMISS, REPLAY, rows_unread, silent

__all__ = [
    "CHANGE_RULES",
    "CLAIM",
    "CONTACTED",
    "DISMISS",
    "LOST",
    "RATE",
    "RELEASE",
    "REPLAY",
    "WON",
    "card",
    "offer",
    "rate_action",
    "returned",
    "row_to_claim",
    "row_to_rate",
    "row_to_work",
    "rows_unread",
    "rules",
    "silent",
]
