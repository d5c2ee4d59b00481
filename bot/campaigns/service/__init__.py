"""The verbs of campaigns, by theme: drafting, announcing, answering, and reading."""

from bot.campaigns.service.announcing import (
    CARD,
    CONFIRM,
    CONFIRMATION,
    END,
    CodeTaken,
    announce,
    confirm,
    may_announce,
)
from bot.campaigns.service.answering import (
    QUESTION,
    AlreadyRead,
    Ended,
    ask,
    askable,
    got_it,
    question,
)
from bot.campaigns.service.drafting import Draft, draft
from bot.campaigns.service.reading import (
    by_utm,
    find,
    known,
    overview,
    readership,
    running,
    today,
)

__all__ = [
    "CARD",
    "CONFIRM",
    "CONFIRMATION",
    "END",
    "QUESTION",
    "AlreadyRead",
    "CodeTaken",
    "Draft",
    "Ended",
    "announce",
    "ask",
    "askable",
    "by_utm",
    "confirm",
    "draft",
    "find",
    "got_it",
    "known",
    "may_announce",
    "overview",
    "question",
    "readership",
    "running",
    "today",
]
