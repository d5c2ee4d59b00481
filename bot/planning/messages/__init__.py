"""How planning looks, by theme: requests and their list, proposals, and drafts."""

from bot.planning.messages.proposal import (
    ANSWER,
    CHANGE,
    LAUNCH,
    MORE,
    RAISE_CONCERN,
    READY,
    SEE_ALL,
    WITHDRAW,
    agreed,
    asked,
    concern,
    new_version,
    row_proposed,
)
from bot.planning.messages.proposal import card as proposal
from bot.planning.messages.request import DECLINE, ME_TOO, PLAN, SEEN, card, for_asker, reminder
from bot.planning.messages.request_list import LIST, PAGE_SIZE, SECOND, listing, row_to_answer
from bot.planning.messages.retrospective import ANSWER_RETROSPECTIVE, lessons, result
from bot.planning.messages.retrospective import asked as retrospective_in_full
from bot.planning.messages.weight import capacity_in_words, past_in_words
from bot.planning.messages.whole import DRAFTS, TAKE_UP, drafts, whole

__all__ = [
    "ANSWER",
    "ANSWER_RETROSPECTIVE",
    "CHANGE",
    "DECLINE",
    "DRAFTS",
    "LAUNCH",
    "LIST",
    "ME_TOO",
    "MORE",
    "PAGE_SIZE",
    "PLAN",
    "RAISE_CONCERN",
    "READY",
    "SECOND",
    "SEEN",
    "SEE_ALL",
    "TAKE_UP",
    "WITHDRAW",
    "agreed",
    "asked",
    "capacity_in_words",
    "card",
    "concern",
    "drafts",
    "for_asker",
    "lessons",
    "listing",
    "new_version",
    "past_in_words",
    "proposal",
    "reminder",
    "result",
    "retrospective_in_full",
    "row_proposed",
    "row_to_answer",
    "whole",
]
