"""The budget by line: what was planned for each, held against what was spent on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from bot.campaigns.models import Campaign
from bot.money import Money
from bot.planning import service as planning
from bot.spend import budget as spend


@dataclass(frozen=True)
class Line:
    """One line; a plan or spend that nobody entered is None, and says nothing of an amount."""

    name: str
    planned: Money | None
    spent: Money | None

    @property
    def left(self) -> Money | None:
        """What may still be spent, below zero where it was too much; None where the two cannot be
        held against each other."""
        if self.planned is None:
            return None
        currency = self.planned.currency
        spent = self.spent or Money(0, currency)
        return (
            Money(self.planned.minor - spent.minor, currency)
            if spent.currency == currency
            else None
        )


def by_line(session: Session, campaign: Campaign) -> Sequence[Line]:
    """The lines as they were planned, then what was spent beside them; none without a plan.

    Names are the same whatever their capitals.
    """
    planned = planning.budget_of(session, campaign.id)
    if not planned:
        return []
    spent: Mapping[str, Money] = spend.consumption(session, campaign).by_line
    of_line: dict[str, Money] = {}
    for name, amount in spent.items():
        key = name.casefold()
        of_line[key] = of_line[key] + amount if key in of_line else amount
    known = {line.name.casefold() for line in planned}
    beside = [Line(name, None, amount) for name, amount in spent.items()
              if name.casefold() not in known]  # fmt: skip
    return [
        *(Line(line.name, line.amount, of_line.get(line.name.casefold())) for line in planned),
        *beside,
    ]
