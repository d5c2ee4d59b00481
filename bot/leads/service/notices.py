"""Notices: one message to a person about all leads of a kind, and what waits while its owner is
out."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, ScalarSelect, and_, exists, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot import clock, slack
from bot.leads.models import (
    IS_OPEN,
    EventType,
    Lead,
    LeadEvent,
    LeadNotice,
    Listed,
    NoticeKind,
    ServiceLevel,
    Touch,
)
from bot.leads.service.admitting import RETURNED
from bot.people.models import Person, Workspace
from bot.people.rota import rota
from bot.slack.cards import Card

NOTICE = "lead.notice"
COVER = "lead.cover"
"""The card to those who work while the owner of a lead is out, and its customer wrote again."""

_USUAL_DAYS = 14

# What others did that begins a new time with a lead.
_BEGINNINGS = (EventType.CLAIMED, EventType.REASSIGNED, EventType.WOKEN)


def moved_at() -> ScalarSelect[datetime]:
    """When the owner of the statement's lead did something with it last, or it began to be
    theirs."""
    return (
        select(func.max(LeadEvent.at))
        .where(
            LeadEvent.lead_id == Lead.id,
            or_(LeadEvent.person_id == Lead.claimed_by, LeadEvent.event_type.in_(_BEGINNINGS)),
        )
        .correlate(Lead)
        .scalar_subquery()
    )


def is_stalled(session: Session, workspace_id: int, times: int = 1) -> ColumnElement[bool]:
    """Whether a contacted lead has stood still for so many times the workspace's limit."""
    level = session.get(ServiceLevel, workspace_id)
    days = (level.stalled_days if level else _USUAL_DAYS) * times
    since = func.coalesce(moved_at(), Lead.first_response_at)
    return and_(
        Lead.first_response_at.is_not(None),
        Lead.snoozed_until.is_(None),
        since < clock.now() - timedelta(days=days),
    )


def add_to_notice(
    session: Session, kind: NoticeKind, person: Person, day: date, lead_ids: Sequence[int]
) -> None:
    """Let the person's message of that day be about these leads too."""
    new = insert(LeadNotice).values(
        workspace_id=person.workspace_id, person_id=person.id, kind=kind, day=day,
        lead_ids=lead_ids,
    )  # fmt: skip
    notice_id = session.scalars(
        new.on_conflict_do_update(
            index_elements=["person_id", "kind", "day"],
            set_={"lead_ids": LeadNotice.lead_ids + new.excluded.lead_ids},
        ).returning(LeadNotice.id)
    ).one()
    slack.show(session, person.workspace_id, NOTICE, notice_id, person.slack_id)
    slack.redraw(session, NOTICE, notice_id)


def notice(session: Session, notice_id: int) -> tuple[LeadNotice, Sequence[Listed]]:
    """A message about several leads, and those of them that still are as it says; the longest
    first."""
    found = session.get_one(LeadNotice, notice_id, populate_existing=True)
    still: ColumnElement[bool] = Lead.claimed_by.is_(None)
    if found.kind == NoticeKind.STALLED:
        still = Lead.claimed_by.is_not(None) & is_stalled(session, found.workspace_id)
    moved = moved_at()
    rows = session.execute(
        select(Lead, Person, moved)
        .outerjoin(Person, Person.id == Lead.claimed_by)
        .where(Lead.id.in_(found.lead_ids), IS_OPEN, still)
        .order_by(func.coalesce(moved, Lead.received_at), Lead.id)
    )
    return found, [Listed(*row) for row in rows]


def unanswered_touch(session: Session, lead: Lead) -> int | None:
    """The last time that the customer of a lead wrote again, unless its owner has done something
    with it since."""
    if lead.claimed_by is None or lead.last_touch_at <= lead.received_at:
        return None
    return session.scalar(
        select(Touch.id)
        .where(
            Touch.lead_id == lead.id,
            exists().where(Card.kind == RETURNED, Card.subject_id == Touch.id),
            ~exists().where(
                LeadEvent.lead_id == lead.id,
                LeadEvent.person_id == lead.claimed_by,
                LeadEvent.at >= Touch.at,
            ),
        )
        .order_by(Touch.at.desc())
        .limit(1)
    )


def unattended(session: Session, workspace_id: int, limit: int) -> Sequence[tuple[Lead, Person]]:
    """Open leads whose customer wrote again while their owner is out, with the owner."""
    handled = exists().where(
        LeadEvent.lead_id == Lead.id,
        LeadEvent.person_id == Lead.claimed_by,
        LeadEvent.at >= Lead.last_touch_at,
    )
    rows = session.execute(
        select(Lead, Person)
        .join(Person, Person.id == Lead.claimed_by)
        .where(
            Lead.workspace_id == workspace_id,
            Lead.last_touch_at > Lead.received_at,
            IS_OPEN,
            ~handled,
        )
        .order_by(Lead.last_touch_at)
    ).all()
    if not rows:
        return []
    hours = rota(session, session.get_one(Workspace, workspace_id))
    now = clock.now()
    out = [(lead, owner) for lead, owner in rows if not hours.is_present(owner.id, now)]
    return out[:limit]
