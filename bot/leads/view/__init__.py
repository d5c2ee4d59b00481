"""How leads look, and the action ids of their buttons."""

from bot.leads.view.absences import came_back, stands_in
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
from bot.leads.view.found import MOST_FOUND, NOTE, SHOW, found, mine, one
from bot.leads.view.imports import AS_SPEND, CANCEL, COLUMNS, ENCODING, START, encoding_of, imported
from bot.leads.view.notices import cover, line_listed, line_unattended, notice
from bot.leads.view.quiet import CHANGE_RULES, offer, rules
from bot.leads.view.rows import (
    LIST,
    PAGE_SIZE,
    list_action,
    row_late,
    row_of_calls,
    row_to_claim,
    rows,
    show_all,
    whole_list,
)
from bot.leads.view.steps import NOT_NOW, details, step
from bot.leads.view.submissions import DISMISS, REPLAY, refused, rows_unread, silent
from bot.leads.view.tally import tally

__all__ = [
    "AS_SPEND",
    "CANCEL",
    "CHANGE_RULES",
    "CLAIM",
    "COLUMNS",
    "CONTACTED",
    "DISMISS",
    "ENCODING",
    "LIST",
    "LOST",
    "MOST_FOUND",
    "NEXT",
    "NOTE",
    "NOT_NOW",
    "PAGE_SIZE",
    "QUALIFIED",
    "RATE",
    "REASSIGN",
    "RELEASE",
    "REPLAY",
    "SHOW",
    "SNOOZE",
    "START",
    "WON",
    "call_list",
    "came_back",
    "card",
    "cover",
    "details",
    "encoding_of",
    "found",
    "imported",
    "line_listed",
    "line_unattended",
    "list_action",
    "mine",
    "notice",
    "offer",
    "one",
    "rate_action",
    "refused",
    "returned",
    "row_late",
    "row_of_calls",
    "row_to_claim",
    "rows",
    "rows_unread",
    "rules",
    "show_all",
    "silent",
    "stands_in",
    "step",
    "tally",
    "whole_list",
]
