"""The tables of standups: what is asked of whom and when, and what became of it."""

from bot.standups.models.asked import (
    ANSWERS_A_PAGE,
    Answer,
    Heard,
    Page,
    StandupAnswer,
    StandupEntry,
    StandupRound,
    Today,
)
from bot.standups.models.facts import Facts
from bot.standups.models.standup import (
    DAYS,
    LONGEST_ANSWER,
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
from bot.standups.models.templates import TEMPLATES, Template, template_of
from bot.standups.models.trend import Trend, Week

__all__ = [
    "ANSWERS_A_PAGE",
    "DAYS",
    "LONGEST_ANSWER",
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
