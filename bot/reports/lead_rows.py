"""The leads behind the figures, row by row: for the page, the files and the API."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, func, literal, select, true
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session, aliased, defer

from bot import metrics
from bot.campaigns.models import Campaign
from bot.leads.models import Lead, LeadNote
from bot.metrics import BY_NAME, By, Key, Unit
from bot.metrics.computing import scope
from bot.metrics.metric import Counts
from bot.metrics.scope import Scope
from bot.money import Money
from bot.people.models import Person, Workspace
from bot.reports.columns import Cell, Column, Record, Wanted
from bot.reports.permissions import DataClass
from bot.store import keyset

_Last, _Of = aliased(Campaign), aliased(Campaign)
_Claimer = aliased(Person)

_NOTES = (
    select(func.string_agg(LeadNote.text, aggregate_order_by(literal("\n"), LeadNote.id)))
    .where(LeadNote.lead_id == Lead.id)
    .scalar_subquery()
)

_ORDER = (Lead.received_at, Lead.id)

_QUERY = (
    select(
        Lead, Campaign.name.label("campaign"), _Last.name.label("last_campaign"),
        Person.name.label("owner"), _Claimer.name.label("claimer"), _NOTES.label("notes"),
    )
    .outerjoin(Campaign, Campaign.id == Lead.campaign_id)
    .outerjoin(_Last, _Last.id == Lead.last_campaign_id)
    .outerjoin(Person, Person.id == Lead.claimed_by)
    .outerjoin(_Claimer, _Claimer.id == Lead.first_claimed_by)
    .order_by(*_ORDER)
    .options(defer(Lead.score_reasons, raiseload=True), defer(Lead.labels, raiseload=True))
)  # fmt: skip


KEY = (datetime, int)
"""What the parts of a lead's key are: when it came, and its number."""


@dataclass(frozen=True)
class Slice:
    """Some leads: those that meet all conditions."""

    conditions: Sequence[ColumnElement[bool]]
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What the conditions ask for."""
    counts: ColumnElement[bool] = field(default_factory=true)
    """Of a share, which of them it counts; of other figures all."""


def _of(name: str) -> Callable[[Any], Cell]:
    """A column of the lead itself."""
    query: Callable[[Any], Cell] = attrgetter(f"Lead.{name}")
    return query


def _seconds(until: str) -> Callable[[Any], Cell]:
    def waited(row: Any) -> int | None:
        moment = getattr(row.Lead, until)
        return None if moment is None else int((moment - row.Lead.received_at).total_seconds())

    return waited


def _won_amount(row: Any) -> Decimal | None:
    amount: Money | None = row.Lead.won_amount
    return amount.amount if amount else None


def _expected_amount(row: Any) -> Decimal | None:
    amount: Money | None = row.Lead.expected_amount
    return amount.amount if amount else None


# A cell of a sheet holds 32,767 characters.
_MOST_SAID = 20_000


def _answers(row: Any) -> str | None:
    lines = (f"{each['question']}: {each['answer']}" for each in row.Lead.unplaced)
    return "\n".join(lines)[:_MOST_SAID] or None


def _notes(row: Any) -> str | None:
    return row.notes[:_MOST_SAID] if row.notes else None


_NAME, _CONTACT = DataClass.NAME, DataClass.CONTACT
_PEOPLE, _MONEY = DataClass.PEOPLE, DataClass.MONEY

COLUMNS = (
    Column("lead_id", "number of the lead in Handoff", _of("id")),
    Column("received_at", "when it came, UTC", _of("received_at")),
    Column("source", "the product or form that sent it", _of("source")),
    Column("campaign_id", "campaign of the first touch", _of("campaign_id")),
    Column("campaign", "its name", attrgetter("campaign")),
    Column("last_campaign_id", "campaign of the last touch", _of("last_campaign_id")),
    Column("last_campaign", "its name", attrgetter("last_campaign")),
    Column("utm_source", "as the sender gave it", _of("utm_source")),
    Column("utm_medium", "as the sender gave it", _of("utm_medium")),
    Column("utm_campaign", "as the sender gave it", _of("utm_campaign")),
    Column("utm_term", "as the sender gave it", _of("utm_term")),
    Column("utm_content", "as the sender gave it", _of("utm_content")),
    Column("country", "as the sender gave it", _of("country")),
    Column("company", "as the sender gave it", _of("company")),
    Column("score", "points of the lead score", _of("score")),
    Column("status", "new, qualified, won, lost, recycled", _of("status")),
    Column("claimed_at", "when it was first claimed, UTC", _of("first_claimed_at")),
    Column("first_response_at", "first genuine contact, UTC", _of("first_response_at")),
    Column("seconds_to_claim", "wall clock, from the receipt", _seconds("first_claimed_at")),
    Column("seconds_to_response", "wall clock, from the receipt", _seconds("first_response_at")),
    Column("working_seconds_to_claim", "in working time", _of("claim_worked")),
    Column("working_seconds_to_response", "in working time", _of("response_worked")),
    Column("quality", "great, good, weak, junk", _of("rating")),
    Column("quality_reason", "what sales wrote to marketing about it", _of("rating_reason")),
    Column("disposition", "why it was lost, as a code", _of("disposition")),
    Column("closed_at", "when it was won or lost, UTC", _of("closed_at")),
    Column("first_name", "of the person", _of("first_name"), _NAME),
    Column("last_name", "of the person", _of("last_name"), _NAME),
    Column("email", "of the person", _of("email"), _CONTACT),
    Column("phone", "E.164 where it could be read", lambda row: row.Lead.phone_e164
           or row.Lead.phone_raw, _CONTACT),
    Column("job_title", "of the person", _of("job_title"), _CONTACT),
    Column("message", "what the person wrote", _of("message"), _CONTACT),
    Column("answers", "what else they were asked, a line each", _answers, _CONTACT),
    Column("external_id", "the sender's own number of it", _of("external_id"), _CONTACT),
    Column("disposition_note", "what was noted when it was lost", _of("disposition_note"),
           _CONTACT),
    Column("notes", "what colleagues wrote about it, a line each", _notes, _CONTACT),
    Column("claimed_by", "the colleague who claimed it first", attrgetter("claimer"), _PEOPLE),
    Column("owner", "the colleague who owns it now", attrgetter("owner"), _PEOPLE),
    Column("won_amount", "in major units of its currency", _won_amount, _MONEY),
    Column("won_currency", "ISO 4217", _of("won_currency"), _MONEY),
    Column("counts", "false where a share does not count it; true behind other figures",
           attrgetter("counts")),
    Column("expected_amount", "what its owner expects of it, in major units of its currency",
           _expected_amount, _MONEY),
    Column("expected_currency", "ISO 4217", _of("expected_currency"), _MONEY),
    Column("expected_on", "by when its owner expects to win it", _of("expected_on"), _MONEY),
)  # fmt: skip


def wanted_leads(session: Session, workspace: Workspace, wanted: Wanted) -> Slice:
    """The leads that are wanted. Raises KeyError for what is no metric."""
    about = scope(session, workspace.id, wanted.period.of_metrics, wanted.credit)
    conditions = [*about.leads, BY_NAME[wanted.metric].leads]
    if wanted.group is not None:
        conditions.append(_is_in(about, *wanted.group))
    counts = BY_NAME[wanted.metric].counts
    return Slice(conditions, about.facts, true() if counts is None else counts)


def _is_in(about: Scope, by: By, key: Key) -> ColumnElement[bool]:
    if by is not By.KIND:
        return about.key(by).is_not_distinct_from(key)
    if key is None:
        return about.campaign.is_(None)
    return about.campaign.in_(select(_Of.id).where(_Of.kind == key))


def read_leads(
    session: Session,
    wanted: Slice,
    after: keyset.Key | None,
    limit: int,
) -> list[Record]:
    """At most `limit` leads behind the key `after`, the oldest first."""
    query = _QUERY.add_columns(wanted.counts.label("counts"))
    query = query.where(*wanted.conditions, keyset.after(_ORDER, after)).limit(limit)
    return [
        Record((row.Lead.received_at, row.Lead.id), row, row.Lead.claimed_by)
        for row in session.execute(query, wanted.facts)
    ]


def count(session: Session, workspace: Workspace, wanted: Wanted) -> int:
    """How many leads are wanted. Where that is a figure, it is computed as one, which is faster."""
    metric = BY_NAME[wanted.metric]
    if metric.unit is Unit.COUNT and isinstance(metric.rule, Counts):
        return _figure(session, workspace, wanted)
    query = wanted_leads(session, workspace, wanted)
    counted = select(func.count()).select_from(Lead)
    return session.scalars(counted.where(*query.conditions), query.facts).one()


def counting(session: Session, workspace: Workspace, wanted: Wanted) -> int | None:
    """Of a share, how many of the leads it counts; None for a figure that is none."""
    if BY_NAME[wanted.metric].counts is None:
        return None
    query = wanted_leads(session, workspace, wanted)
    counted = select(func.count()).select_from(Lead).where(*query.conditions, query.counts)
    return session.scalars(counted, query.facts).one()


def _figure(session: Session, workspace: Workspace, wanted: Wanted) -> int:
    by, key = wanted.group or (None, None)
    cohort = metrics.compute(
        session, workspace.id, wanted.period.of_metrics, by=by, attribution=wanted.credit,
        only=[wanted.metric],
    )  # fmt: skip
    figures = cohort.by.get(key) if by else cohort.total
    return figures.count(wanted.metric) if figures else 0
