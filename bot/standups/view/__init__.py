"""How standups look: the question to each person, the summary for all, and the settings."""

from bot.standups.view.asked import ANSWER, SEND, SKIP, form, prompt, reminder, skipped
from bot.standups.view.settings import CHANGE, SAVE, change, overview
from bot.standups.view.summary import summary

__all__ = [
    "ANSWER",
    "CHANGE",
    "SAVE",
    "SEND",
    "SKIP",
    "change",
    "form",
    "overview",
    "prompt",
    "reminder",
    "skipped",
    "summary",
]
