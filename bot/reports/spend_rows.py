"""The spend, entry by entry: what was paid for which campaign on which day."""

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.campaigns.models import Campaign
from bot.people.models import Person, Workspace
from bot.reports.columns import Cell, Column, Record, Wanted
from bot.reports.permissions import DataClass
from bot.spend.models import SpendEntry, stands
from bot.store import keyset


def _of(name: str) -> Callable[[Any], Cell]:
    read: Callable[[Any], Cell] = attrgetter(f"SpendEntry.{name}")
    return read


COLUMNS = (
    Column("spend_id", "number of the entry", _of("id"), DataClass.MONEY),
    Column("day", "the day that it was spent for", _of("day"), DataClass.MONEY),
    Column("campaign_id", "number of the campaign", _of("campaign_id"), DataClass.MONEY),
    Column("campaign", "its name", attrgetter("campaign"), DataClass.MONEY),
    Column("line", "what the money went to", _of("line"), DataClass.MONEY),
    Column("amount", "in major units of its currency", _of("amount.amount"), DataClass.MONEY),
    Column("currency", "ISO 4217", _of("currency"), DataClass.MONEY),
    Column("note", "what was noted with it", _of("note"), DataClass.MONEY),
    Column("source", "typed, or the kind of file that it came in", _of("source"), DataClass.MONEY),
    Column("entered_at", "when it was entered, UTC", _of("entered_at"), DataClass.MONEY),
    Column("corrects_id", "the entry that it replaces", _of("corrects_id"), DataClass.MONEY),
    Column(
        "counts", "false where another entry replaces it", attrgetter("counts"), DataClass.MONEY
    ),
    Column(
        "entered_by", "the colleague who entered it", attrgetter("entered_by"), DataClass.PEOPLE
    ),
)

KEY = (int,)


def read_spend(
    session: Session, workspace: Workspace, wanted: Wanted, after: keyset.Key | None, limit: int
) -> Sequence[Record]:
    """The entries for days of the period, in the order in which they were entered."""
    query = (
        select(
            SpendEntry, Campaign.name.label("campaign"), Person.name.label("entered_by"),
            stands().label("counts"),
        )
        .join(Campaign, Campaign.id == SpendEntry.campaign_id)
        .outerjoin(Person, Person.id == SpendEntry.entered_by)
        .where(
            SpendEntry.workspace_id == workspace.id,
            SpendEntry.day >= wanted.period.first,
            SpendEntry.day <= wanted.period.last,
            keyset.after([SpendEntry.id], after),
        )
        .order_by(SpendEntry.id)
        .limit(limit)
    )  # fmt: skip
    return [
        Record((row.SpendEntry.id,), row, row.SpendEntry.entered_by)
        for row in session.execute(query)
    ]
