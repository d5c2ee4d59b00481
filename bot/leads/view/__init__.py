"""How leads look, and the action ids of their buttons."""

from bot.leads.view.calls import NEXT, call_list
from bot.leads.view.card import (
    CLAIM,
    CONTACTED,
    LOST,
    QUALIFIED,
    RATE,
    REASSIGN,
    RELEASE,
    SNOOZE,
    WON,
    card,
    rate_action,
    returned,
)
from bot.leads.view.imports import CANCEL, COLUMNS, START, imported
from bot.leads.view.quiet import CHANGE_RULES, offer, rules
from bot.leads.view.rows import row_to_claim, row_to_rate, row_to_work
from bot.leads.view.steps import NOT_NOW, step
from bot.leads.view.submissions import DISMISS, REPLAY, rows_unread, silent

__all__ = [
    "CANCEL",
    "CHANGE_RULES",
    "CLAIM",
    "COLUMNS",
    "CONTACTED",
    "DISMISS",
    "LOST",
    "NEXT",
    "NOT_NOW",
    "QUALIFIED",
    "RATE",
    "REASSIGN",
    "RELEASE",
    "REPLAY",
    "SNOOZE",
    "START",
    "WON",
    "call_list",
    "card",
    "imported",
    "offer",
    "rate_action",
    "returned",
    "row_to_claim",
    "row_to_rate",
    "row_to_work",
    "rows_unread",
    "rules",
    "silent",
    "step",
]
