"""How planning looks, by theme: requests and their list, proposals, and drafts."""

from bot.planning.messages.proposal import (
    ANSWER,
    CHANGE,
    LAUNCH,
    MORE,
    READY,
    SEE_ALL,
    WITHDRAW,
    WORRY,
    agreed,
    asked,
    concern,
    new_version,
    row_proposed,
)
from bot.planning.messages.proposal import card as proposal
from bot.planning.messages.request import DECLINE, ME_TOO, PLAN, SEEN, card, reminder, told
from bot.planning.messages.request_list import LIST, PAGE_SIZE, SECOND, listing, row_to_answer
from bot.planning.messages.retrospective import LOOK_BACK, lessons, result
from bot.planning.messages.retrospective import asked as asked_back
from bot.planning.messages.weight import capacity_in_words, past_in_words
from bot.planning.messages.whole import DRAFTS, TAKE_UP, drafts, whole

__all__ = [
    "ANSWER",
    "CHANGE",
    "DECLINE",
    "DRAFTS",
    "LAUNCH",
    "LIST",
    "LOOK_BACK",
    "ME_TOO",
    "MORE",
    "PAGE_SIZE",
    "PLAN",
    "READY",
    "SECOND",
    "SEEN",
    "SEE_ALL",
    "TAKE_UP",
    "WITHDRAW",
    "WORRY",
    "agreed",
    "asked",
    "asked_back",
    "capacity_in_words",
    "card",
    "concern",
    "drafts",
    "lessons",
    "listing",
    "new_version",
    "past_in_words",
    "proposal",
    "reminder",
    "result",
    "row_proposed",
    "row_to_answer",
    "told",
    "whole",
]
