"""What pages, commands and other capabilities read of leads."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import ColumnElement, ScalarSelect, TextClause, and_, false, func, or_, select
from sqlalchemy.orm import Session

from bot import clock
from bot.campaigns import queries as campaigns
from bot.campaigns.models import AsOf, Campaign
from bot.contacts.queries import last_consent
from bot.errors import HandoffError, NotFound
from bot.leads import steps
from bot.leads.lead_facts import LeadFacts
from bot.leads.list_models import Arrivals, Mine, Workload
from bot.leads.meeting_models import Meeting
from bot.leads.models import (
    IS_CLOSED,
    IS_LISTED,
    IS_OPEN,
    IS_PAUSED,
    IS_UNANSWERED,
    IS_UNRATED,
    IS_WAITING,
    WORDS,
    CallList,
    EventType,
    Lead,
    LeadEvent,
    LeadNote,
    Rating,
    Status,
    Touch,
)
from bot.leads.notice_models import EscalationStep, LeadStep, NoticeFacts, StepFacts
from bot.leads.notices import has_names_only, is_stalled, meets_at, moved_at, notice
from bot.people import service as people
from bot.people.models import Absence, Person, Role, Workspace
from bot.people.rota import cover_of
from bot.store import prefixes

# What a card tells of the past.
_MOST_EARLIER = 3
_MOST_NOTES = 50
_MOST_MEETINGS = 10

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
    if lock:
        steps.remember(session, lead)
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
        offer=_offer_as_of(session, lead),
        touches=_touches(session, lead),
        consent=last_consent(session, lead.contact_id),
        earlier=_earlier(session, lead),
        suggested_to=_person(session, lead.suggested_to),
        kept_for=_person(session, lead.reserved_for),
        notes=_notes(session, lead.id),
        attempts=steps.attempts(session, lead),
        meetings=meetings(session, lead.id),
        names_only=has_names_only(session, lead.workspace_id),
        handover=steps.last_handover(session, lead),
        via=_via(session, lead) if lead.first_response_at else {},
    )


def facts_for(session: Session, who: Person, lead_id: int) -> LeadFacts:
    """A lead as this person may see it: where the channel sees names only, the owner and whoever
    leads others see all. Raises NotFound, NotAllowed."""
    people.require(session, who, "look leads up", Role.SALESPERSON, Role.MARKETER)
    found = facts(session, find(session, who.workspace_id, lead_id).id)
    lead, owner = found.lead, found.owner
    covered_by = cover_of(session, owner.id) if owner is not None else None
    acting = {each.id for each in (owner, covered_by) if each is not None}
    sees_all = who.id in acting or who.leads_others
    is_others = owner is not None and who.id not in acting
    may_ask = is_others and Role.SALESPERSON in who.roles and not lead.is_closed
    return replace(
        found,
        viewer=who,
        names_only=found.names_only and not sees_all,
        undoable=steps.last_step(session, who, lead_id),
        may_ask=may_ask and lead.merged_into is None,
        owner_back_at=_back_at(session, owner) if owner and owner.id != who.id else None,
        covered_by=covered_by,
    )


def _back_at(session: Session, owner: Person | None) -> datetime | None:
    """When the owner is back, if they are away."""
    return session.scalar(
        select(func.max(Absence.ends_at)).where(
            Absence.person_id == (owner.id if owner else None), Absence.holds(clock.now())
        )
    )


def touch_with_lead(session: Session, touch_id: int) -> tuple[Touch, Lead]:
    """A submission that joined a lead, and that lead."""
    found = session.get_one(Touch, touch_id)
    return found, session.get_one(Lead, found.lead_id)


def step_facts(session: Session, step_id: int) -> StepFacts:
    """What a step of the escalation tells."""
    row = session.execute(
        select(LeadStep, Lead, Person, meets_at().label("meets_at"))
        .join(Lead, Lead.id == LeadStep.lead_id)
        .outerjoin(Person, Person.id == Lead.claimed_by)
        .where(LeadStep.id == step_id)
    ).one()
    taken, by = row.LeadStep, _person(session, row.LeadStep.by_id)
    moved = _via(session, row.Lead) if taken.step == EscalationStep.MOVED and by is None else {}
    event = steps.event_behind(session, taken) if by else None
    return StepFacts(
        *row[:3], by=by, meets_at=row.meets_at, event=event,
        is_undone=event is not None and steps.is_undone(session, event),
        is_kept=by is not None and steps.is_kept(session, taken),
        via=moved.get(EventType.REASSIGNED if row.Lead.claimed_by else EventType.RELEASED),
    )  # fmt: skip


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


def _offer_as_of(session: Session, lead: Lead) -> AsOf | None:
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


def meetings(session: Session, lead_id: int) -> Sequence[Meeting]:
    """The meetings that the lead booked, the latest first."""
    mine = select(Meeting).where(Meeting.lead_id == lead_id)
    newest = mine.order_by(Meeting.starts_at.desc(), Meeting.id.desc())
    return session.scalars(newest.limit(_MOST_MEETINGS)).all()


_MOST_TO_CHOOSE = 99  # of the 100 options that a menu of Slack has


def to_write_about(session: Session, who: Person) -> Sequence[Lead]:
    """The leads that somebody may want to write about: their own open ones, then those that came
    last."""
    is_own = (Lead.claimed_by == who.id) & Lead.status.in_([Status.NEW, Status.QUALIFIED])
    return session.scalars(
        select(Lead)
        .where(Lead.workspace_id == who.workspace_id, Lead.merged_into.is_(None))
        .order_by(func.coalesce(is_own, false()).desc(), Lead.received_at.desc(), Lead.id.desc())
        .limit(_MOST_TO_CHOOSE)
    ).all()


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


# What PostgreSQL's parser splits a phone number at; E.164 is kept as one number.
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[\s()/.-]+(?=\d)")


class NothingToFind(HandoffError):
    """Please write what you remember: `/lead find Lovelace`, a company, an email address, or a
    phone number with its country code."""


def search(session: Session, who: Person, words: str, limit: int) -> Sequence[Lead]:
    """The leads that match every word by its beginning, the newest first, at most `limit`.

    Name, company, email address and phone number (E.164) are looked at. Raises NotAllowed,
    NothingToFind.
    """
    people.require(session, who, "look leads up", Role.SALESPERSON, Role.MARKETER)
    query = prefixes(_BETWEEN_DIGITS.sub("", words.replace("@", " ")))
    if query is None:
        raise NothingToFind
    return session.scalars(
        select(Lead)
        .where(
            Lead.workspace_id == who.workspace_id,
            Lead.merged_into.is_(None),
            WORDS.op("@@")(func.to_tsquery("simple", query)),
        )
        .order_by(Lead.id.desc())
        .limit(limit)
    ).all()


_MOST_CALL_LISTS = 3


def mine(session: Session, who: Person, which: Mine, limit: int, offset: int = 0) -> Sequence[Lead]:
    """The person's leads of one list, what is most urgent first."""
    return session.scalars(
        select(Lead)
        .where(*_where(session, who, which))
        .order_by(_ORDER[which], Lead.id)
        .limit(limit)
        .offset(offset)
    ).all()


def count_mine(session: Session, who: Person) -> Mapping[Mine, int]:
    """How many leads each of the person's lists has."""
    counted = [
        select(func.count()).select_from(Lead).where(*_where(session, who, which)).scalar_subquery()
        for which in Mine
    ]
    return dict(zip(Mine, session.execute(select(*counted)).one(), strict=True))


def count_due(session: Session, who: Person) -> tuple[int, int]:
    """How many of the person's leads are overdue, and how many are due later today: an answer, or
    a follow-up for which the lead was snoozed."""
    now, tomorrow = clock.now(), _midnight(session.get_one(Workspace, who.workspace_id), 1)
    at, awake = Lead.response_due_at, Lead.snoozed_until.is_(None)
    is_today = and_(at >= now, at < tomorrow, Lead.first_response_at.is_(None), awake)
    counts = select(
        _count(who, IS_UNANSWERED, at < now, awake),
        _count(who, IS_OPEN, or_(is_today, Lead.snoozed_until < tomorrow)),
    )
    overdue, due_today = session.execute(counts).one()
    return overdue, due_today


def late(session: Session, workspace_id: int, limit: int) -> Sequence[tuple[Lead, Person | None]]:
    """The open leads whose promised answer is overdue, the longest first, each with its owner."""
    rows = session.execute(
        select(Lead, Person)
        .outerjoin(Person, Person.id == Lead.claimed_by)
        .where(
            Lead.workspace_id == workspace_id,
            IS_UNANSWERED,
            Lead.response_due_at < clock.now(),
            Lead.snoozed_until.is_(None),
        )
        .order_by(Lead.response_due_at, Lead.id)
        .limit(limit)
    )
    return [(lead, owner) for lead, owner in rows]


def call_lists(session: Session, workspace_id: int) -> Sequence[tuple[CallList, int]]:
    """The newest lists that are not called through, each with how many are left."""
    # List by list, the newest first, until there are enough: the others are not counted.
    counted = (
        select(func.count().label("left"))
        .select_from(Lead)
        .where(Lead.call_list_id == CallList.id, IS_LISTED)
        .lateral()
    )
    rows = session.execute(
        select(CallList, counted.c.left)
        .join(counted, counted.c.left > 0)
        .where(CallList.workspace_id == workspace_id)
        .order_by(CallList.id.desc())
        .limit(_MOST_CALL_LISTS)
    )
    return [(listed, count) for listed, count in rows]


# By the time promised for the answer; those without one by their claim.
_ORDER: dict[Mine, ColumnElement[datetime | None]] = {
    Mine.TO_CALL: func.coalesce(Lead.response_due_at, Lead.claimed_at),
    Mine.IN_WORK: func.coalesce(Lead.claimed_at, Lead.received_at),
    Mine.STALLED: func.coalesce(moved_at(), Lead.claimed_at),
    Mine.SNOOZED: func.coalesce(Lead.snoozed_until, Lead.wake_at),
    Mine.TO_RATE: func.coalesce(Lead.closed_at, Lead.received_at),
    Mine.CLOSED: Lead.closed_at.desc(),
}


def _where(
    session: Session, who: Person, which: Mine
) -> Sequence[ColumnElement[bool] | TextClause]:
    """What puts a lead on this list; each is found by an index of its own."""
    mine = (Lead.workspace_id == who.workspace_id, Lead.claimed_by == who.id)
    awake = Lead.snoozed_until.is_(None)
    match which:
        case Mine.TO_CALL:
            return (*mine, IS_OPEN, awake, Lead.first_response_at.is_(None))
        case Mine.IN_WORK:
            moves = ~is_stalled(session, who.workspace_id)
            return (*mine, IS_OPEN, awake, Lead.first_response_at.is_not(None), moves)
        case Mine.STALLED:
            return (*mine, IS_OPEN, is_stalled(session, who.workspace_id))
        case Mine.SNOOZED:
            return (*mine, or_(and_(IS_OPEN, ~awake), IS_PAUSED))
        case Mine.TO_RATE:
            return (*mine, IS_UNRATED)
    return (*mine, IS_CLOSED, Lead.closed_at >= _monday(session, who))


def _monday(session: Session, who: Person) -> datetime:
    """When this week began in the workspace's zone."""
    workspace = session.get_one(Workspace, who.workspace_id)
    return _midnight(workspace, -workspace.day_of(clock.now()).weekday())


def _midnight(workspace: Workspace, days: int) -> datetime:
    """When the day so many days from today begins in the workspace's zone."""
    day = workspace.day_of(clock.now()) + timedelta(days=days)
    return datetime.combine(day, time(), workspace.days).astimezone(UTC)


_LIKED = Lead.rating.in_([Rating.GREAT, Rating.GOOD])


def workload(session: Session, who: Person) -> Workload:
    """What the person holds at the moment; each count has an index of its own."""
    awake = Lead.snoozed_until.is_(None)
    late = (Lead.first_response_at.is_(None), Lead.response_due_at < clock.now(), awake)
    counts = select(_count(who, IS_OPEN), _count(who, IS_OPEN, *late), _count(who, IS_UNRATED))
    return Workload(*session.execute(counts).one())


def arrivals(
    session: Session, campaign_ids: Collection[int], since: datetime
) -> Mapping[int, Arrivals]:
    """What came in for each campaign since then; a campaign without leads is left out."""
    rows = session.execute(
        select(
            Lead.campaign_id,
            func.count(),
            func.count(Lead.first_claimed_at),
            func.count(Lead.rating),
            func.count().filter(_LIKED),
        )
        .where(
            Lead.campaign_id.in_(campaign_ids),
            Lead.received_at >= since,
            Lead.merged_into.is_(None),
        )
        .group_by(Lead.campaign_id)
    )
    return {campaign_id: Arrivals(*counts) for campaign_id, *counts in rows if campaign_id}


def _count(who: Person, *which: ColumnElement[bool] | TextClause) -> ScalarSelect[int]:
    mine = (Lead.workspace_id == who.workspace_id, Lead.claimed_by == who.id)
    return select(func.count()).select_from(Lead).where(*mine, *which).scalar_subquery()


def open_leads_of(session: Session, contact_ids: Collection[int]) -> dict[int, Lead]:
    """By contact, the lead that is worked on, or rests; the contacts are locked, so there is one
    at most."""
    leads = session.scalars(
        select(Lead)
        .where(_is_open_lead_of(contact_ids))
        .order_by(Lead.id)
        .with_for_update(key_share=True)
    )
    return {lead.contact_id: lead for lead in leads}


def contacts_with_open_lead(session: Session, contact_ids: Collection[int]) -> set[int]:
    """The contacts who have a lead that is worked on, or rests."""
    return set(session.scalars(select(Lead.contact_id).where(_is_open_lead_of(contact_ids))))


def _is_open_lead_of(contact_ids: Collection[int]) -> ColumnElement[bool]:
    return and_(
        Lead.contact_id.in_(contact_ids),
        Lead.status.in_([Status.NEW, Status.QUALIFIED, Status.RECYCLED]),
        Lead.merged_into.is_(None),
    )


def notice_facts(session: Session, notice_id: int) -> NoticeFacts:
    """A message about several leads; for a manager, with whom they can be assigned to."""
    found = notice(session, notice_id)
    if not found.person.leads_others:
        return found
    held = open_counts(session, found.person.workspace_id)
    sellers = people.having(session, found.person.workspace_id, Role.SALESPERSON)
    return replace(found, colleagues=[(each, held.get(each.id, 0)) for each in sellers])


def open_counts(session: Session, workspace_id: int) -> dict[int, int]:
    """How many open leads each person owns."""
    rows = session.execute(
        select(Lead.claimed_by, func.count())
        .where(
            Lead.workspace_id == workspace_id,
            Lead.claimed_by.is_not(None),
            IS_OPEN,
        )
        .group_by(Lead.claimed_by)
    )
    return {person_id: count for person_id, count in rows if person_id is not None}
