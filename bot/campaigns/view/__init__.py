"""How campaigns look, and the action ids of their buttons."""

from bot.campaigns.view.card import ASK, GOT_IT, QUESTIONS, card
from bot.campaigns.view.found import SHOW, found, offer
from bot.campaigns.view.listing import listing
from bot.campaigns.view.offer import late_words, offer_line, offer_then, period
from bot.campaigns.view.owner import confirmation, reminder
from bot.campaigns.view.questions import ANSWER, TURN, answered, question, questions

__all__ = [
    "ANSWER",
    "ASK",
    "GOT_IT",
    "QUESTIONS",
    "SHOW",
    "TURN",
    "answered",
    "card",
    "confirmation",
    "found",
    "late_words",
    "listing",
    "offer",
    "offer_line",
    "offer_then",
    "period",
    "question",
    "questions",
    "reminder",
]
