"""How planning looks, by theme: requests and their list."""

from bot.planning.view.request import DECLINE, ME_TOO, SEEN, card, reminder, told
from bot.planning.view.request_list import LIST, PAGE_SIZE, SECOND, listing, row

__all__ = [
    "DECLINE",
    "LIST",
    "ME_TOO",
    "PAGE_SIZE",
    "SECOND",
    "SEEN",
    "card",
    "listing",
    "reminder",
    "row",
    "told",
]
