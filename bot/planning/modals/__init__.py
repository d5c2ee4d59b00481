"""The modals of planning: asking, declining, and the promise."""

from bot.planning.modals.request import (
    SAVE,
    SAVE_DECLINE,
    SAVE_PROMISE,
    ask,
    decline,
    promise,
)

__all__ = ["SAVE", "SAVE_DECLINE", "SAVE_PROMISE", "ask", "decline", "promise"]
