"""The modals of leads."""

from bot.leads.forms.call import SAVE_CALL, all_called, call
from bot.leads.forms.columns import TURN_COLUMNS, Columns
from bot.leads.forms.handing import (
    CHOOSE_LEADS,
    HAND_OVER,
    Away,
    Reassign,
    Snooze,
    nobody_else,
)
from bot.leads.forms.lead import (
    CHOOSE_DISPOSITION,
    FROM_MESSAGE,
    NEW,
    SAVE_CORRECTION,
    SAVE_NEW,
    SAVE_NOTE,
    SAVE_REASON,
    SAVE_WON,
    MarkLost,
    corrected,
    new,
    note,
    reason,
    won,
)
from bot.leads.forms.parts import campaign_of, subject
from bot.leads.forms.promise import PROMISE, SAVE_PROMISE, promise, promise_of
from bot.leads.forms.rules import SAVE_RULES, rules, rules_of
from bot.leads.forms.turns import SAVE_WEIGHT, TURNS, turns, weight_of

__all__ = [
    "CHOOSE_DISPOSITION",
    "CHOOSE_LEADS",
    "FROM_MESSAGE",
    "HAND_OVER",
    "NEW",
    "PROMISE",
    "SAVE_CALL",
    "SAVE_CORRECTION",
    "SAVE_NEW",
    "SAVE_NOTE",
    "SAVE_PROMISE",
    "SAVE_REASON",
    "SAVE_RULES",
    "SAVE_WEIGHT",
    "SAVE_WON",
    "TURNS",
    "TURN_COLUMNS",
    "Away",
    "Columns",
    "MarkLost",
    "Reassign",
    "Snooze",
    "all_called",
    "call",
    "campaign_of",
    "corrected",
    "new",
    "nobody_else",
    "note",
    "promise",
    "promise_of",
    "reason",
    "rules",
    "rules_of",
    "subject",
    "turns",
    "weight_of",
    "won",
]
