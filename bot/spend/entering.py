"""Entering: spend by hand, spread over its days to the cent, and corrected by another entry."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot import clock
from bot.campaigns import queries as campaigns
from bot.campaigns.models import Campaign
from bot.errors import FieldErrors, HandoffError, NotFound
from bot.money import MixedCurrencies, Money
from bot.people import service as people
from bot.people.models import Person, Role
from bot.slack.text import clean
from bot.spend.budget import warn
from bot.spend.models import LONGEST, SpendEntry

MOST_DAYS = 366
TYPED = "typed"


class AlreadyCorrected(HandoffError):
    """This entry has been corrected. Correct the newer one instead."""


@dataclass(frozen=True)
class Spending:
    """What somebody says was spent, from one day to another, both included."""

    first: date
    last: date
    line: str
    amount: Money
    note: str = ""


def may_see_money(session: Session, person: Person) -> None:
    """See that the person may see what campaigns cost: marketing and who leads. Raises NotAllowed.

    Salespeople do not: what a lead cost is no reason to call it sooner or later.
    """
    people.require(session, person, "see what campaigns cost", Role.MARKETER)


def may_enter(session: Session, person: Person) -> None:
    """See that the person may enter spend. Raises NotAllowed."""
    people.require(session, person, "enter spend", Role.MARKETER)


def enter(
    session: Session, person: Person, campaign_id: int, spending: Spending, token: str
) -> Sequence[SpendEntry]:
    """Enter what a campaign cost, in equal parts on each of its days.

    `token` stands for the form: one that arrives again changes nothing. Raises NotAllowed,
    NotFound, MixedCurrencies, FieldErrors.
    """
    may_enter(session, person)
    campaign = campaigns.find(session, person.workspace_id, campaign_id)
    checked(spending, campaign)
    days = days_of(spending.first, spending.last)
    rows = [
        _row(person, campaign.id, spending, day, minor, f"{TYPED}:{token}:{day}")
        for day, minor in zip(days, spread(spending.amount.minor, len(days)), strict=True)
    ]
    return add(session, campaign, rows)


def correct(
    session: Session, person: Person, entry_id: int, amount: Money, note: str, token: str
) -> SpendEntry:
    """Replace an entry by another one; both stay to be seen. An amount of zero takes it away.

    Raises NotAllowed, NotFound, AlreadyCorrected, MixedCurrencies.
    """
    entry, campaign = correctable(session, person, entry_id)
    _same_currency(amount, campaign)
    row = {
        **_row(person, campaign.id, Spending(entry.day, entry.day, entry.line, amount, note),
               entry.day, amount.minor, f"{TYPED}:{token}"),
        "corrects_id": entry.id,
    }  # fmt: skip
    added = add(session, campaign, [row])
    if not added:
        raise AlreadyCorrected
    return added[0]


def correctable(session: Session, person: Person, entry_id: int) -> tuple[SpendEntry, Campaign]:
    """An entry of this workspace, with its campaign. Raises NotAllowed, NotFound."""
    may_enter(session, person)
    entry = session.get(SpendEntry, entry_id)
    if entry is None or entry.workspace_id != person.workspace_id:
        raise NotFound(what="this entry")
    return entry, campaigns.find(session, person.workspace_id, entry.campaign_id)


def add(
    session: Session, campaign: Campaign, rows: Iterable[dict[str, Any]]
) -> Sequence[SpendEntry]:
    """Write entries that are not here yet, and warn the owner where the budget runs out."""
    written = list(rows)
    if not written:
        return []
    added = session.scalars(
        insert(SpendEntry).on_conflict_do_nothing().returning(SpendEntry), written
    ).all()
    if added:
        warn(session, campaign)
    return added


def checked(spending: Spending, campaign: Campaign) -> None:
    """See that spending can be entered. Raises MixedCurrencies, FieldErrors."""
    _same_currency(spending.amount, campaign)
    errors = {}
    if not spending.line:
        errors["line"] = "Say what the money was spent on, for example “Google Ads”."
    if spending.last < spending.first:
        errors["last"] = "The last day is before the first one. Choose a later day."
    if (spending.last - spending.first).days >= MOST_DAYS:
        errors["last"] = f"Enter at most {MOST_DAYS} days at once."
    if errors:
        raise FieldErrors(errors)


def days_of(first: date, last: date) -> list[date]:
    """The days from the first to the last."""
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def spread(minor: int, days: int) -> list[int]:
    """An amount in as many parts, which differ by one minor unit at most; none is lost."""
    part, rest = divmod(minor, days)
    return [part + (number < rest) for number in range(days)]


def corrected(session: Session, entries: Iterable[SpendEntry]) -> dict[int, SpendEntry]:
    """Which of these entries were corrected, and by which other one."""
    ids = [entry.id for entry in entries]
    later = session.scalars(select(SpendEntry).where(SpendEntry.corrects_id.in_(ids)))
    return {entry.corrects_id: entry for entry in later if entry.corrects_id is not None}


def _same_currency(amount: Money, campaign: Campaign) -> None:
    if amount.currency != campaign.currency:
        raise MixedCurrencies(one=campaign.currency, other=amount.currency)


def _row(
    person: Person, campaign_id: int, spending: Spending, day: date, minor: int, key: str
) -> dict[str, Any]:
    return {
        "workspace_id": person.workspace_id,
        "campaign_id": campaign_id,
        "day": day,
        "line": clean(spending.line, LONGEST["line"]),
        "minor": minor,
        "currency": spending.amount.currency,
        "note": clean(spending.note, LONGEST["note"]),
        "entered_by": person.id,
        "entered_at": clock.now(),
        "source": TYPED,
        "corrects_id": None,
        "import_key": key,
    }
