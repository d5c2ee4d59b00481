"""How standups look: the question to each person, the form, the summary for all, the settings."""

from bot.standups.messages.asked import ANSWER, BEGIN, SKIP, prompt, reminder, skipped, skipping
from bot.standups.messages.form import choice, form
from bot.standups.messages.lifting import HAND_BACK, LIFT, MAKE, TAKE, blocker, lifted
from bot.standups.messages.pages import PAGE, page, page_of
from bot.standups.messages.settings import (
    ARCHIVE,
    CHANGE,
    GO_ON,
    NEW,
    OPEN,
    OVERVIEW,
    PAUSE,
    QUESTIONS,
    details,
    overview,
    settings_rows,
)
from bot.standups.messages.summary import summary, week

__all__ = [
    "ANSWER",
    "ARCHIVE",
    "BEGIN",
    "CHANGE",
    "GO_ON",
    "HAND_BACK",
    "LIFT",
    "MAKE",
    "NEW",
    "OPEN",
    "OVERVIEW",
    "PAGE",
    "PAUSE",
    "QUESTIONS",
    "SKIP",
    "TAKE",
    "blocker",
    "choice",
    "details",
    "form",
    "lifted",
    "overview",
    "page",
    "page_of",
    "prompt",
    "reminder",
    "settings_rows",
    "skipped",
    "skipping",
    "summary",
    "week",
]
