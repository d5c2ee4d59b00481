"""The verbs of spend, by theme: entering, the budget, importing, margins, and reading."""

from bot.spend.service.budget import WARNING, consumption, warning
from bot.spend.service.entering import (
    AlreadyCorrected,
    Spending,
    correct,
    correctable,
    enter,
    may_enter,
    may_see_money,
)
from bot.spend.service.importing import (
    CARD,
    RETURN,
    NotInPreview,
    TooManyRows,
    cancel,
    change,
    in_preview,
    platforms,
    stage,
    take,
)
from bot.spend.service.margins import (
    department_costs,
    margins,
    may_enter_costs,
    may_set_margin,
    set_department_cost,
    set_margin,
)
from bot.spend.service.reading import choose, entries

__all__ = [
    "CARD",
    "RETURN",
    "WARNING",
    "AlreadyCorrected",
    "NotInPreview",
    "Spending",
    "TooManyRows",
    "cancel",
    "change",
    "choose",
    "consumption",
    "correct",
    "correctable",
    "department_costs",
    "enter",
    "entries",
    "in_preview",
    "margins",
    "may_enter",
    "may_enter_costs",
    "may_see_money",
    "may_set_margin",
    "platforms",
    "set_department_cost",
    "set_margin",
    "stage",
    "take",
    "warning",
]
