"""The verbs of leads, by theme: receiving, ownership, progress, and reading."""

from bot.leads.service.ownership import AlreadyClaimed, claim, release
from bot.leads.service.progress import (
    ReasonMissing,
    closeable,
    contacted,
    lose,
    rate,
    rateable,
    win,
)
from bot.leads.service.reading import (
    count_received,
    count_waiting,
    facts,
    find,
    mine,
    touch,
    unrated,
    waiting,
)
from bot.leads.service.receiving import Receipt, receive, type_in

__all__ = [
    "AlreadyClaimed",
    "ReasonMissing",
    "Receipt",
    "claim",
    "closeable",
    "contacted",
    "count_received",
    "count_waiting",
    "facts",
    "find",
    "lose",
    "mine",
    "rate",
    "rateable",
    "receive",
    "release",
    "touch",
    "type_in",
    "unrated",
    "waiting",
    "win",
]
