"""Meetings that a lead books: its owner is reminded of them, and says whether they took place.

A booking is no first response; a meeting that took place is, and one to which nobody came is an
attempt. A meeting is changed by whoever holds its lead locked.
"""

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot import clock, slack
from bot.errors import HandoffError, NotFound
from bot.leads.calls import add_attempt
from bot.leads.claiming import owned
from bot.leads.events import record
from bot.leads.meeting_models import (
    ASK_FOR,
    IS_BOOKED,
    MEETING,
    REMIND_BEFORE,
    Meeting,
    MeetingFacts,
    MeetingNotice,
    MeetingNoticeKind,
    MeetingStatus,
)
from bot.leads.models import NOBODY_CAME, EventType, Lead, LeadAttempt, LeadEvent, Status
from bot.leads.notices import CARD
from bot.leads.outcomes import note_contact
from bot.leads.queries import find, meetings
from bot.people.models import Person
from bot.people.rota import acting_for, cover_of
from bot.slack.text import moment
from bot.sources.contract import Cancellation
from bot.sources.lead_payload import Booking
from bot.tasks import Loop

_DUE = Loop("leads.meetings", "Reminders of meetings")

# Messages of one transaction, so that others can share the work.
_AT_ONCE = 10


class NotOver(HandoffError):
    """This meeting isn't over yet. You can say how it went after {when}."""


class AnsweredAlready(HandoffError):
    """This is noted already: {outcome}. Nothing was changed."""


def book(session: Session, workspace_id: int, source: str, lead_id: int, booking: Booking) -> None:
    """Let a meeting join the lead; one that it replaces is moved. A repetition changes nothing."""
    lead = find(session, workspace_id, lead_id, lock=True)
    if lead.merged_into is not None:
        lead = find(session, workspace_id, lead.merged_into, lock=True)
    meeting, is_new = _kept(
        session, workspace_id, source, booking.external_id, MeetingStatus.BOOKED
    )
    if meeting.lead_id is None:
        meeting.lead_id, meeting.title, meeting.place = lead.id, booking.title, booking.place
        meeting.starts_at, meeting.ends_at = booking.starts_at, booking.ends_at
    if is_new:
        _look_again(lead)
        record(session, lead, None, EventType.MEETING_BOOKED, meeting=meeting.id)
    if booking.replaces is not None and booking.replaces != booking.external_id:
        cancel(session, workspace_id, source, Cancellation(booking.replaces, is_moved=True))


def cancel(session: Session, workspace_id: int, source: str, off: Cancellation) -> int | None:
    """Cancel a meeting, or note that it was moved; before its booking came, too.

    Returns the id of its lead; None where that is not known yet.
    """
    status = MeetingStatus.MOVED if off.is_moved else MeetingStatus.CANCELLED
    meeting, _ = _kept(session, workspace_id, source, off.external_id, status)
    if meeting.lead_id is None:
        return None
    lead = find(session, workspace_id, meeting.lead_id, lock=True)
    session.refresh(meeting)
    if meeting.status == MeetingStatus.BOOKED:
        meeting.status = status
        _look_again(lead)
        target = lead.response_due_at
        if target and target >= meeting.ends_at and lead.first_response_at is None:
            lead.response_due_at = None  # it was due after the meeting; the clock sets another
        record(session, lead, None, EventType(f"meeting_{status}"), meeting=meeting.id)
    return lead.id


def _kept(
    session: Session, workspace_id: int, source: str, key: str, status: MeetingStatus
) -> tuple[Meeting, bool]:
    """The meeting with this key, and whether it is new: then it has this status, and no lead."""
    facts = {"workspace_id": workspace_id, "source": source, "external_id": key}
    now = clock.now()
    new = insert(Meeting).values(**facts, status=status, starts_at=now, ends_at=now)
    new_id = session.scalar(new.on_conflict_do_nothing().returning(Meeting.id))
    return session.scalars(select(Meeting).filter_by(**facts)).one(), new_id is not None


def _look_again(lead: Lead) -> None:
    """Let the escalation of the lead see to its meetings."""
    lead.next_check_at = clock.now()
    if lead.claimed_by is not None and lead.first_response_at is None:
        lead.step_started_at = lead.next_check_at


# ---- whether it took place ----------------------------------------------------------------------


def took_place(session: Session, who: Person, meeting_id: int) -> Lead:
    """The meeting took place: it is the first response, if there was none before.

    Raises NotFound, NotOver, AnsweredAlready, and what `owned` raises.
    """
    meeting, lead = _to_answer(session, who, meeting_id)
    meeting.status = MeetingStatus.HELD
    record(session, lead, who, EventType.MEETING_HELD, meeting=meeting.id)
    if lead.first_response_at is None:
        note_contact(session, lead, who, max(meeting.starts_at, lead.received_at))
    return lead


def nobody_came(session: Session, who: Person, meeting_id: int) -> Lead:
    """Nobody came to the meeting: that is an attempt. Raises as `took_place`."""
    meeting, lead = _to_answer(session, who, meeting_id)
    meeting.status = MeetingStatus.MISSED
    attempt = add_attempt(session, lead, who, NOBODY_CAME)
    facts = {"meeting": meeting.id, "attempt": attempt.id}
    record(session, lead, who, EventType.MEETING_MISSED, **facts)
    return lead


def _to_answer(session: Session, who: Person, meeting_id: int) -> tuple[Meeting, Lead]:
    """The meeting and its lead, locked, if this person may say now how it went."""
    meeting = session.get(Meeting, meeting_id)
    if meeting is None or meeting.workspace_id != who.workspace_id or meeting.lead_id is None:
        raise NotFound(what="this meeting")
    lead = owned(session, who, meeting.lead_id, "say how the meeting went")
    session.refresh(meeting)
    if meeting.status != MeetingStatus.BOOKED:
        raise AnsweredAlready(outcome=MeetingStatus(meeting.status).label)
    if meeting.is_ahead:
        raise NotOver(when=moment(meeting.ends_at))
    return meeting, lead


def take_back_answer(session: Session, event: LeadEvent) -> None:
    """Undo what somebody said of a meeting in this event of its lead, if it is one of that."""
    if event.event_type in (EventType.MEETING_HELD, EventType.MEETING_MISSED):
        session.get_one(Meeting, event.facts["meeting"]).status = MeetingStatus.BOOKED
        if attempt := session.get(LeadAttempt, event.facts.get("attempt", 0)):
            session.delete(attempt)


# ---- what the owner hears -----------------------------------------------------------------------


def remind(session: Session) -> int:
    """Remind owners, or who covers for them, of meetings that begin soon, and ask those of others
    whether they took place; returns how many messages those were, at most ten."""
    now = clock.now()
    begins_soon, is_over = Meeting.starts_at > now, Meeting.ends_at <= now
    due = session.scalars(
        select(Meeting)
        .join(Lead, Lead.id == Meeting.lead_id)
        .join(Person, Person.id == acting_for(Lead.claimed_by))
        .where(
            IS_BOOKED,
            Meeting.starts_at <= now + REMIND_BEFORE,
            Meeting.starts_at > now - ASK_FOR,
            Lead.merged_into.is_(None),
            Lead.status.not_in([Status.WON, Status.LOST]),
            Person.active,
            or_(
                and_(begins_soon, ~_was_told(MeetingNoticeKind.REMINDER)),
                and_(is_over, ~_was_told(MeetingNoticeKind.QUESTION)),
            ),
            _DUE.ready(Meeting.id),
        )
        .order_by(Meeting.starts_at, Meeting.id)
        .limit(_AT_ONCE)
    ).all()
    _DUE.each(session, due, lambda meeting: _tell(session, meeting))
    return len(due)


def _was_told(kind: MeetingNoticeKind) -> ColumnElement[bool]:
    return exists().where(
        MeetingNotice.meeting_id == Meeting.id,
        MeetingNotice.person_id == Person.id,
        MeetingNotice.kind == kind,
    )


def _tell(session: Session, meeting: Meeting) -> None:
    """Remind whoever acts as the owner of a meeting, or ask them about it; of two who do it at
    once, one does."""
    is_over = meeting.ends_at <= clock.now()
    kind = MeetingNoticeKind.QUESTION if is_over else MeetingNoticeKind.REMINDER
    lead = session.get_one(Lead, meeting.lead_id)
    owner = session.get_one(Person, lead.claimed_by)
    who = cover_of(session, owner.id) or owner
    new = insert(MeetingNotice).values(
        workspace_id=meeting.workspace_id, meeting_id=meeting.id, person_id=who.id, kind=kind
    )
    notice_id = session.scalar(new.on_conflict_do_nothing().returning(MeetingNotice.id))
    if notice_id is None:
        return
    earlier = select(MeetingNotice.id).where(MeetingNotice.meeting_id == meeting.id)
    shown = [(MEETING, id_) for id_ in session.scalars(earlier)]
    slack.redraw_all(session, [(CARD, lead.id), *shown])
    slack.show(session, meeting.workspace_id, MEETING, notice_id, who.slack_id)


def facts(session: Session, notice_id: int) -> MeetingFacts:
    """What a message about a meeting tells."""
    notice = session.get_one(MeetingNotice, notice_id)
    meeting = session.get_one(Meeting, notice.meeting_id)
    lead = session.get_one(Lead, meeting.lead_id)
    owner = session.get(Person, lead.claimed_by) if lead.claimed_by else None
    acting = (cover_of(session, owner.id) or owner) if owner else None
    ahead = [each for each in meetings(session, lead.id) if each.is_ahead and each is not meeting]
    return MeetingFacts(notice, meeting, lead, owner, acting, ahead[-1] if ahead else None)
