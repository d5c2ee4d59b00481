"""The verbs of spend, by theme: margins and the cost of departments, and reading."""

from bot.spend.service.margins import (
    Margins,
    departments,
    margins,
    set_department_cost,
    set_margin,
)

__all__ = [
    "Margins",
    "departments",
    "margins",
    "set_department_cost",
    "set_margin",
]
