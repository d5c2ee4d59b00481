"""How shadowing looks: a pair's card, its row, the words beside it, the page of `/shadow`."""

from bot.shadowing.messages.card import (
    ANOTHER,
    CANCEL,
    GOALS,
    HAND_ON,
    PICK,
    UNPICK,
    WRITE,
    card,
)
from bot.shadowing.messages.debrief import (
    DRAFT,
    REQUEST,
    met,
    quarter_line,
    quarter_message,
    shared,
)
from bot.shadowing.messages.notices import ask, left_over, reminder, rest
from bot.shadowing.messages.page import APART, IN, OUT, PAGE, page, welcome
from bot.shadowing.messages.row import SHOW, row

__all__ = [
    "ANOTHER",
    "APART",
    "CANCEL",
    "DRAFT",
    "GOALS",
    "HAND_ON",
    "IN",
    "OUT",
    "PAGE",
    "PICK",
    "REQUEST",
    "SHOW",
    "UNPICK",
    "WRITE",
    "ask",
    "card",
    "left_over",
    "met",
    "page",
    "quarter_line",
    "quarter_message",
    "reminder",
    "rest",
    "row",
    "shared",
    "welcome",
]
