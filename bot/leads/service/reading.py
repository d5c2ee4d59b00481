"""Reading: a lead with what its card says."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot import clock
from bot.campaigns import queries as campaigns
from bot.campaigns.models import AsOf, Campaign
from bot.contacts import service as contacts
from bot.errors import NotFound
from bot.leads.models import (
    IS_WAITING,
    EscalationStep,
    EventType,
    Lead,
    LeadEvent,
    LeadFacts,
    LeadNote,
    LeadStep,
    Status,
    StepFacts,
    Touch,
)
from bot.leads.service.giving import has_names_only
from bot.people import service as people
from bot.people.models import Absence, Person, Role

# What a card tells of the past.
_MOST_EARLIER = 3
_MOST_NOTES = 50

_DONE_BY_PROGRAMS = {
    event_type: EventType.WON if event_type is EventType.CORRECTED else event_type
    for event_type in (
        EventType.CONTACTED,
        EventType.QUALIFIED,
        EventType.WON,
        EventType.CORRECTED,
        EventType.LOST,
        EventType.REASSIGNED,
        EventType.RELEASED,
    )
}
"""What a card tells of programs, by event type; a correction is told with what was won."""


def find(session: Session, workspace_id: int, lead_id: int, *, lock: bool = False) -> Lead:
    """The lead of this workspace as it is now; with `lock`, held until the transaction ends.

    Raises NotFound.
    """
    mine = (
        select(Lead)
        .where(Lead.id == lead_id, Lead.workspace_id == workspace_id)
        .execution_options(populate_existing=True)  # others may have changed it since it was read
    )
    lead = session.scalar(mine.with_for_update(key_share=True) if lock else mine)
    if lead is None:
        raise NotFound(what="this lead")
    return lead


def facts(session: Session, lead_id: int) -> LeadFacts:
    """What a lead's card says."""
    row = session.execute(
        select(Lead, Campaign, Person)
        .outerjoin(Campaign, Campaign.id == Lead.campaign_id)
        .outerjoin(Person, Person.id == Lead.claimed_by)
        .where(Lead.id == lead_id)
    ).one()
    lead = row.Lead
    return LeadFacts(
        *row,
        first_owner=_person(session, lead.first_claimed_by),
        offer=_offer(session, lead),
        touches=_touches(session, lead),
        consent=contacts.consent(session, lead.contact_id),
        earlier=_earlier(session, lead),
        suggested_to=_person(session, lead.suggested_to),
        kept_for=_person(session, lead.reserved_for),
        notes=_notes(session, lead.id),
        names_only=has_names_only(session, lead.workspace_id),
        via=_via(session, lead) if lead.first_response_at else {},
    )


def facts_for(session: Session, who: Person, lead_id: int) -> LeadFacts:
    """A lead as this person may see it: where the channel sees names only, the owner and whoever
    leads others see all. Raises NotFound, NotAllowed."""
    people.require(session, who, "look leads up", Role.SALESPERSON, Role.MARKETER)
    found = facts(session, find(session, who.workspace_id, lead_id).id)
    lead, owner = found.lead, found.owner
    sees_all = lead.claimed_by == who.id or who.leads_others
    is_others = owner is not None and owner.id != who.id
    may_ask = is_others and Role.SALESPERSON in who.roles and not lead.is_closed
    return replace(
        found,
        names_only=found.names_only and not sees_all,
        may_ask=may_ask and lead.merged_into is None,
        owner_back_at=_back_at(session, owner) if is_others else None,
    )


def _back_at(session: Session, owner: Person | None) -> datetime | None:
    """When the owner is back, if they are away."""
    now = clock.now()
    away = (Absence.starts_at <= now, Absence.ends_at > now)
    return session.scalar(
        select(func.max(Absence.ends_at)).where(
            Absence.person_id == (owner.id if owner else None), *away
        )
    )


def touch(session: Session, touch_id: int) -> tuple[Touch, Lead]:
    """A submission that joined a lead, and that lead."""
    found = session.get_one(Touch, touch_id)
    return found, session.get_one(Lead, found.lead_id)


def step(session: Session, step_id: int) -> StepFacts:
    """What a step of the ladder tells."""
    row = session.execute(
        select(LeadStep, Lead, Person)
        .join(Lead, Lead.id == LeadStep.lead_id)
        .outerjoin(Person, Person.id == Lead.claimed_by)
        .where(LeadStep.id == step_id)
    ).one()
    taken, by = row.LeadStep, _person(session, row.LeadStep.by_id)
    moved = _via(session, row.Lead) if taken.step == EscalationStep.MOVED and by is None else {}
    return StepFacts(
        *row, by=by, is_kept=by is not None and is_kept(session, taken),
        via=moved.get(EventType.REASSIGNED if row.Lead.claimed_by else EventType.RELEASED),
    )  # fmt: skip


def is_kept(session: Session, asked: LeadStep) -> bool:
    """Whether the colleague who asks for the lead in this step was told no."""
    told = select(LeadStep.id).where(
        LeadStep.lead_id == asked.lead_id,
        LeadStep.assignment_no == asked.assignment_no,
        LeadStep.step == EscalationStep.KEPT,
        LeadStep.person_id == asked.by_id,
    )
    return session.scalar(told.limit(1)) is not None


def _via(session: Session, lead: Lead) -> dict[str, str]:
    """By event type, the program that did it last, where no person has since."""
    rows = session.execute(
        select(LeadEvent.event_type, LeadEvent.facts["via"].astext)
        .where(LeadEvent.lead_id == lead.id, LeadEvent.event_type.in_(_DONE_BY_PROGRAMS))
        .order_by(LeadEvent.id)
    )
    last = {_DONE_BY_PROGRAMS[EventType(event_type)]: name for event_type, name in rows}
    return {event_type: name for event_type, name in last.items() if name}


def _person(session: Session, person_id: int | None) -> Person | None:
    return None if person_id is None else session.get_one(Person, person_id)


def _offer(session: Session, lead: Lead) -> AsOf | None:
    if lead.campaign_id is None:
        return None
    return campaigns.as_of(session, lead.campaign_id, lead.received_at)


def _touches(session: Session, lead: Lead) -> Sequence[Touch]:
    return session.scalars(
        select(Touch).where(Touch.lead_id == lead.id).order_by(Touch.at.desc(), Touch.id.desc())
    ).all()


def _notes(session: Session, lead_id: int) -> Sequence[tuple[LeadNote, Person | None]]:
    rows = session.execute(
        select(LeadNote, Person)
        .outerjoin(Person, Person.id == LeadNote.person_id)
        .where(LeadNote.lead_id == lead_id)
        .order_by(LeadNote.id.desc())
        .limit(_MOST_NOTES)
    )
    return [(note, author) for note, author in rows]


def _earlier(session: Session, lead: Lead) -> Sequence[Lead]:
    return session.scalars(
        select(Lead)
        .where(
            Lead.contact_id == lead.contact_id,
            Lead.id < lead.id,
            Lead.status.in_([Status.WON, Status.LOST]),
            Lead.merged_into.is_(None),
        )
        .order_by(Lead.id.desc())
        .limit(_MOST_EARLIER)
    ).all()


def waiting(session: Session, workspace_id: int, limit: int) -> Sequence[Lead]:
    """The leads that nobody has claimed, the longest waiting first, at most `limit`."""
    return session.scalars(
        select(Lead)
        .where(
            Lead.workspace_id == workspace_id,
            IS_WAITING,
        )
        .order_by(Lead.received_at, Lead.id)
        .limit(limit)
    ).all()


def count_waiting(session: Session, workspace_id: int) -> int:
    """How many leads nobody has claimed."""
    counted = select(func.count()).select_from(Lead)
    return session.scalars(counted.where(Lead.workspace_id == workspace_id, IS_WAITING)).one()


def count_received(session: Session, workspace_id: int, since: datetime) -> int:
    """How many leads came since then."""
    counted = select(func.count()).select_from(Lead)
    came = counted.where(Lead.workspace_id == workspace_id, Lead.received_at >= since)
    return session.scalars(came.where(Lead.merged_into.is_(None))).one()
