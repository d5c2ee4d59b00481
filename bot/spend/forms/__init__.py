"""The modals of spend: entering and correcting it, its list, margins and costs, and columns."""

from bot.spend.forms.columns import SAVE_COLUMNS, columns, columns_of
from bot.spend.forms.entry import CORRECT, LATER, SAVE, SAVE_CORRECTION, correction, entries, entry
from bot.spend.forms.margins import SAVE_COST, SAVE_MARGIN, cost, margin

__all__ = [
    "CORRECT",
    "LATER",
    "SAVE",
    "SAVE_COLUMNS",
    "SAVE_CORRECTION",
    "SAVE_COST",
    "SAVE_MARGIN",
    "columns",
    "columns_of",
    "correction",
    "cost",
    "entries",
    "entry",
    "margin",
]
