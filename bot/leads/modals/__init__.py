"""The modals of leads."""

from bot.leads.modals.call import SAVE_CALL, all_called, call
from bot.leads.modals.columns import SAVE_COLUMNS, columns, columns_of, field_of
from bot.leads.modals.lead import (
    NEW,
    SAVE_LOST,
    SAVE_NEW,
    SAVE_REASON,
    SAVE_WON,
    lost,
    new,
    reason,
    won,
)
from bot.leads.modals.parts import campaign_of
from bot.leads.modals.rules import SAVE_RULES, rules, rules_of

__all__ = [
    "NEW",
    "SAVE_CALL",
    "SAVE_COLUMNS",
    "SAVE_LOST",
    "SAVE_NEW",
    "SAVE_REASON",
    "SAVE_RULES",
    "SAVE_WON",
    "all_called",
    "call",
    "campaign_of",
    "columns",
    "columns_of",
    "field_of",
    "lost",
    "new",
    "reason",
    "rules",
    "rules_of",
    "won",
]
