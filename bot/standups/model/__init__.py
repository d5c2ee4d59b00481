"""The tables of standups: what is asked of whom and when, and what became of it."""

from bot.standups.model.asked import (
    ANSWERS_A_PAGE,
    Answer,
    Heard,
    Page,
    StandupAnswer,
    StandupEntry,
    StandupRound,
    Today,
)
from bot.standups.model.facts import Facts
from bot.standups.model.standup import (
    DAYS,
    LONGEST_LABEL,
    LONGEST_NAME,
    MOST_QUESTIONS,
    NEW,
    Closing,
    Standup,
    StandupQuestion,
    Theme,
    crontab_days,
)
from bot.standups.model.templates import TEMPLATES, Template, template_of
from bot.standups.model.trend import Trend, Week

__all__ = [
    "ANSWERS_A_PAGE",
    "DAYS",
    "LONGEST_LABEL",
    "LONGEST_NAME",
    "MOST_QUESTIONS",
    "NEW",
    "TEMPLATES",
    "Answer",
    "Closing",
    "Facts",
    "Heard",
    "Page",
    "Standup",
    "StandupAnswer",
    "StandupEntry",
    "StandupQuestion",
    "StandupRound",
    "Template",
    "Theme",
    "Today",
    "Trend",
    "Week",
    "crontab_days",
    "template_of",
]
