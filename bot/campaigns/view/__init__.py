"""How campaigns look, and the action ids of their buttons."""

from bot.campaigns.view.card import ASK, GOT_IT, card, confirmation, question
from bot.campaigns.view.listing import listing
from bot.campaigns.view.offer import late_words, offer_line, offer_then, period

__all__ = [
    "ASK",
    "GOT_IT",
    "card",
    "confirmation",
    "late_words",
    "listing",
    "offer_line",
    "offer_then",
    "period",
    "question",
]
