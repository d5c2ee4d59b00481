"""How campaigns look, and the action ids of their buttons."""

from bot.campaigns.messages.card import ASK, GOT_IT, QUESTIONS, card
from bot.campaigns.messages.found import OFFERS, SHOW, found, offer, pages
from bot.campaigns.messages.found import whole as whole_offer
from bot.campaigns.messages.listing import LIST, listing, whole
from bot.campaigns.messages.manage import (
    CANCEL,
    CHANGE,
    END,
    LAUNCH,
    PAUSE,
    RESUME,
    UNSCHEDULE,
    manage,
)
from bot.campaigns.messages.offer import late_words, offer_line, offer_then, period
from bot.campaigns.messages.owner import confirmation, reminder
from bot.campaigns.messages.questions import ANSWER, TURN, answered, question, questions
from bot.campaigns.messages.timeline import over, timeline

__all__ = [
    "ANSWER",
    "ASK",
    "CANCEL",
    "CHANGE",
    "END",
    "GOT_IT",
    "LAUNCH",
    "LIST",
    "OFFERS",
    "PAUSE",
    "QUESTIONS",
    "RESUME",
    "SHOW",
    "TURN",
    "UNSCHEDULE",
    "answered",
    "card",
    "confirmation",
    "found",
    "late_words",
    "listing",
    "manage",
    "offer",
    "offer_line",
    "offer_then",
    "over",
    "pages",
    "period",
    "question",
    "questions",
    "reminder",
    "timeline",
    "whole",
    "whole_offer",
]
