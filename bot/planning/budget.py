"""The budget by line: what each part of a campaign may cost, one line each as people type it."""

import re
from collections.abc import Sequence
from functools import cache

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.campaigns.models import Campaign
from bot.money import Money, NotAnAmount, parse
from bot.planning.models import MOST_LINES, BudgetLine
from bot.slack.text import clean

Line = tuple[str, Money]

_LONGEST_NAME = 80
# `12 500` is one number, and `2026 500` is none: the year stays in the name.
_NUMBER = r"(?:\d{1,3}(?: \d{3})+|\d[\d.,']*)(?:[.,]\d+)?"
_SEPARATOR = r"(?:\s*[:=]\s*|\s+[-–]\s+|\s+)"


def parse_lines(text: str, currency: str) -> list[Line]:
    """Read `Search ads 4,000`, one a line, in this currency.

    Raises ValueError with a sentence about the line that cannot be read.
    """
    texts = [clean(line, 500).strip() for line in text.splitlines() if line.strip()]
    if len(texts) > MOST_LINES:
        raise ValueError(f"Write at most {MOST_LINES} lines.")
    parsed = [_line(line, currency) for line in texts]
    names = [name.casefold() for name, _ in parsed]
    if repeated := next((name for name in names if names.count(name) > 1), None):
        raise ValueError(f"“{repeated}” is there twice. Add the two up.")
    return parsed


def total(budget_lines: Sequence[Line]) -> Money | None:
    """The sum; None where there is no line. Raises MixedCurrencies."""
    amounts = [amount for _, amount in budget_lines]
    return sum(amounts[1:], start=amounts[0]) if amounts else None


def lines_of(session: Session, campaign: Campaign) -> Sequence[BudgetLine]:
    """The lines, in the order in which they were typed.

    None where the budget is not their sum any more: `/campaign manage` changes it as a whole, in a
    form that knows no lines.
    """
    known = session.scalars(
        select(BudgetLine)
        .where(BudgetLine.campaign_id == campaign.id)
        .order_by(BudgetLine.position)
    ).all()
    return known if total([(line.name, line.amount) for line in known]) == campaign.budget else []


def as_typed(campaign: Campaign, budget_lines: Sequence[BudgetLine]) -> Sequence[Line]:
    """The lines as a form shows them; a budget without lines is one, so that saving keeps it."""
    if campaign.budget is not None and not budget_lines:
        return [("Total", campaign.budget)]
    return [(line.name, line.amount) for line in budget_lines]


def replace_lines(session: Session, campaign: Campaign, rows: Sequence[Line]) -> None:
    """Let the campaign have these lines and no others."""
    session.execute(delete(BudgetLine).where(BudgetLine.campaign_id == campaign.id))
    session.add_all(
        BudgetLine(
            campaign_id=campaign.id,
            position=position,
            workspace_id=campaign.workspace_id,
            name=name,
            minor=amount.minor,
            currency=amount.currency,
        )
        for position, (name, amount) in enumerate(rows)
    )


def _line(line: str, currency: str) -> Line:
    parts = _pattern(currency).fullmatch(line)
    if parts is None:
        raise _unreadable(line, currency)
    try:
        amount = parse(parts["amount"], currency)
    except NotAnAmount:
        raise _unreadable(line, currency) from None
    return clean(parts["name"], _LONGEST_NAME), amount


@cache
def _pattern(currency: str) -> re.Pattern[str]:
    """A name and an amount behind it, which has the currency's code or a sign on either side."""
    mark = rf"(?:{currency}|[^\w\s:=.,'-]{{1,2}})?"
    return re.compile(
        rf"(?P<name>.*?[^\W\d].*?){_SEPARATOR}(?P<amount>{mark}\s*{_NUMBER}\s*{mark})"
    )


def _unreadable(line: str, currency: str) -> ValueError:
    return ValueError(
        f"“{clean(line, 60)}” doesn't end with an amount in {currency}. Write one item per line, "
        "for example: Search ads 4,000"
    )
