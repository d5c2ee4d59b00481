"""The verbs of planning, by theme: asking, answering, the promise, and reading."""

from bot.planning.service.answering import (
    AlreadyAnswered,
    AlreadySeen,
    declinable,
    decline,
    see,
)
from bot.planning.service.asking import (
    AlreadySeconded,
    Closed,
    OwnRequest,
    ask_for,
    may_ask,
    second,
)
from bot.planning.service.audit import CARD, REMINDER, TOLD
from bot.planning.service.promising import change_promise, changeable, remind, rules
from bot.planning.service.reading import count_open, facts, find, open_requests, overdue, to_answer

__all__ = [
    "CARD",
    "REMINDER",
    "TOLD",
    "AlreadyAnswered",
    "AlreadySeconded",
    "AlreadySeen",
    "Closed",
    "OwnRequest",
    "ask_for",
    "change_promise",
    "changeable",
    "count_open",
    "declinable",
    "decline",
    "facts",
    "find",
    "may_ask",
    "open_requests",
    "overdue",
    "remind",
    "rules",
    "second",
    "see",
    "to_answer",
]
