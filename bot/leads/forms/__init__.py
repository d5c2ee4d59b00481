"""The modals of leads."""

from bot.leads.forms.call import Call, all_called
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
    AddNote,
    CorrectAmount,
    MarkLost,
    MarkWon,
    NewLead,
    RateLow,
)
from bot.leads.forms.parts import subject
from bot.leads.forms.promise import PROMISE, ChangePromise
from bot.leads.forms.rules import ChangeRules
from bot.leads.forms.turns import TURNS, ChangeWeight

__all__ = [
    "CHOOSE_DISPOSITION",
    "CHOOSE_LEADS",
    "FROM_MESSAGE",
    "HAND_OVER",
    "NEW",
    "PROMISE",
    "TURNS",
    "TURN_COLUMNS",
    "AddNote",
    "Away",
    "Call",
    "ChangePromise",
    "ChangeRules",
    "ChangeWeight",
    "Columns",
    "CorrectAmount",
    "MarkLost",
    "MarkWon",
    "NewLead",
    "RateLow",
    "Reassign",
    "Snooze",
    "all_called",
    "nobody_else",
    "subject",
]
