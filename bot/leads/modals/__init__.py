"""The modals of leads."""

from bot.leads.modals.call import SAVE_CALL, all_called, call
from bot.leads.modals.columns import (
    CAMPAIGN,
    SAVE_COLUMNS,
    TURN_COLUMNS,
    columns,
    columns_of,
    list_campaign_of,
)
from bot.leads.modals.handing import (
    SAVE_AWAY,
    SAVE_REASSIGN,
    SAVE_SNOOZE,
    away,
    nobody_else,
    reassign,
    snooze,
)
from bot.leads.modals.lead import (
    CHOOSE_DISPOSITION,
    FROM_MESSAGE,
    NEW,
    SAVE_LOST,
    SAVE_NEW,
    SAVE_NOTE,
    SAVE_REASON,
    SAVE_WON,
    lost,
    new,
    note,
    reason,
    won,
)
from bot.leads.modals.parts import campaign_of
from bot.leads.modals.promise import PROMISE, SAVE_PROMISE, promise, promise_of
from bot.leads.modals.rules import SAVE_RULES, rules, rules_of
from bot.leads.modals.turns import SAVE_WEIGHT, TURNS, turns, weight_of

__all__ = [
    "CAMPAIGN",
    "CHOOSE_DISPOSITION",
    "FROM_MESSAGE",
    "NEW",
    "PROMISE",
    "SAVE_AWAY",
    "SAVE_CALL",
    "SAVE_COLUMNS",
    "SAVE_LOST",
    "SAVE_NEW",
    "SAVE_NOTE",
    "SAVE_PROMISE",
    "SAVE_REASON",
    "SAVE_REASSIGN",
    "SAVE_RULES",
    "SAVE_SNOOZE",
    "SAVE_WEIGHT",
    "SAVE_WON",
    "TURNS",
    "TURN_COLUMNS",
    "all_called",
    "away",
    "call",
    "campaign_of",
    "columns",
    "columns_of",
    "list_campaign_of",
    "lost",
    "new",
    "nobody_else",
    "note",
    "promise",
    "promise_of",
    "reason",
    "reassign",
    "rules",
    "rules_of",
    "snooze",
    "turns",
    "weight_of",
    "won",
]
