"""The modals of campaigns: the form, questions, and answers."""

from bot.campaigns.forms.form import ANNOUNCE, announce, fields, launch_at
from bot.campaigns.forms.managing import (
    SAVE_CHANGE,
    SAVE_END,
    SAVE_LAUNCH,
    change,
    end,
    launch,
)
from bot.campaigns.forms.questions import SAVE_ANSWER, SAVE_QUESTION, answer, ask, asked

__all__ = [
    "ANNOUNCE",
    "SAVE_ANSWER",
    "SAVE_CHANGE",
    "SAVE_END",
    "SAVE_LAUNCH",
    "SAVE_QUESTION",
    "announce",
    "answer",
    "ask",
    "asked",
    "change",
    "end",
    "fields",
    "launch",
    "launch_at",
]
