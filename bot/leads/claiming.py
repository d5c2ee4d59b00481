"""Whose a lead is: claimed by one, released, declined, snoozed, or given to a colleague.

A claim has one winner, and only the owner (or a manager) acts on a claimed lead.
"""

from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy.orm import Session

from bot import clock
from bot.errors import HandoffError, NotFound
from bot.leads.events import keep_note, record
from bot.leads.models import Actor, EventType, HandoverReason, Lead, Status
from bot.leads.notices import notify_former_owner, notify_new_owner, notify_of_handover
from bot.leads.queries import find
from bot.people import service as people
from bot.people.models import Person, Role, Workspace
from bot.people.rota import covers, rota
from bot.slack.text import moment


class AlreadyClaimed(HandoffError):
    """{owner} claimed this lead {when}, so it is theirs. Nothing was changed."""


class AlreadyYours(HandoffError):
    """You already own this lead, since {when}. Nothing was changed."""


class AlreadyClosed(HandoffError):
    """This lead was closed as {status} {when}. Nothing was changed."""


class MergedAway(HandoffError):
    """This lead was merged into #{into}. Work on that one. Nothing was changed."""


class Reserved(HandoffError):
    """{owner} knows this customer, so it is kept for them until {when}. Nothing was changed."""


class NotClaimed(HandoffError):
    """Nobody owns this lead. Claim it first."""


class NotYours(HandoffError):
    """{owner} owns this lead. Only they or a manager can {action}."""


def claim(session: Session, who: Person, lead_id: int) -> Lead:
    """Make the person the owner, if nobody is; of several at once, the first to lock the lead.

    A quiet lead, which has no card in the channel, shows its card to its owner. Raises NotAllowed,
    NotFound, AlreadyClaimed, AlreadyYours, AlreadyClosed, MergedAway, Reserved.
    """
    people.require(session, who, "claim leads", Role.SALESPERSON)
    lead = find(session, who.workspace_id, lead_id, lock=True)
    if lead.merged_into is not None:
        raise MergedAway(into=lead.merged_into)
    if lead.is_closed:
        raise closed(lead)
    if lead.claimed_by is not None:
        raise _claimed_already(session, lead, who)
    if lead.reserved_until and lead.reserved_until > clock.now() and lead.reserved_for != who.id:
        owner = session.get_one(Person, lead.reserved_for)
        raise Reserved(owner=owner.mention, when=moment(lead.reserved_until))
    set_owner(lead, who.id)
    record(session, lead, who, EventType.CLAIMED)
    notify_new_owner(session, lead, who)
    return lead


def release(session: Session, who: Person, lead_id: int) -> Lead:
    """Give the lead back to the channel, where it can be claimed again.

    Raises NotFound, NotClaimed, NotYours, AlreadyClosed.
    """
    lead = owned(session, who, lead_id, "release it")
    unassign(session, lead, who)
    return lead


def unassign(session: Session, lead: Lead, by: Actor) -> None:
    """Take the lead, locked and open, from its owner: everybody can claim it."""
    owner_id = lead.claimed_by
    set_owner(lead, None)
    lead.passed_by = owner_id
    record(session, lead, by, EventType.RELEASED, owner_id=owner_id)
    notify_former_owner(session, lead, owner_id, by)


def owned(
    session: Session, who: Person, lead_id: int, action: str, *, even_closed: bool = False
) -> Lead:
    """The lead, locked, if this person may act on it now.

    Raises NotFound, MergedAway, NotClaimed, NotYours, AlreadyClosed.
    """
    lead = find(session, who.workspace_id, lead_id, lock=True)
    if lead.merged_into is not None:
        raise MergedAway(into=lead.merged_into)
    if lead.claimed_by is None:
        raise NotClaimed
    is_theirs = lead.claimed_by == who.id or covers(session, who, lead.claimed_by)
    if not is_theirs and not who.leads_others:
        raise NotYours(owner=_owner(session, lead).mention, action=action)
    if lead.is_closed and not even_closed:
        raise closed(lead)
    return lead


def closed(lead: Lead) -> AlreadyClosed:
    """The error of acting on a lead that has ended."""
    assert lead.closed_at is not None
    return AlreadyClosed(status=lead.status, when=moment(lead.closed_at))


def _claimed_already(session: Session, lead: Lead, who: Person) -> HandoffError:
    """The error of claiming a lead that somebody owns."""
    assert lead.claimed_at is not None
    when = moment(lead.claimed_at)
    if lead.claimed_by == who.id:
        return AlreadyYours(when=when)
    return AlreadyClaimed(owner=_owner(session, lead).mention, when=when)


def _owner(session: Session, lead: Lead) -> Person:
    return session.get_one(Person, lead.claimed_by)


class InThePast(HandoffError):
    """Choose a time in the future."""


class OwnsItAlready(HandoffError):
    """{owner} already owns this lead."""


class DayIsOver(HandoffError):
    """Choose a day in the future."""


def opening_on(session: Session, workspace_id: int, day: date) -> datetime:
    """The first working hour from that day on, in the workspace's zone. Raises DayIsOver."""
    workspace = session.get_one(Workspace, workspace_id)
    if day <= workspace.day_of(clock.now()):
        raise DayIsOver
    dawn = datetime.combine(day, time(), workspace.zone).astimezone(UTC)
    return rota(session, workspace).department.after(dawn, timedelta()) or dawn


def snooze(session: Session, who: Person, lead_id: int, until: datetime) -> Lead:
    """Let the lead rest until then; its owner hears of it again. Raises InThePast, as `owned`."""
    lead = snoozeable(session, who, lead_id)
    if until <= clock.now():
        raise InThePast
    if lead.snoozed_until == until:
        return lead
    end_pause(lead)
    lead.assignment_no += 1  # what is said at the end of this snooze is said once
    lead.snoozed_until = lead.next_check_at = until
    record(session, lead, who, EventType.SNOOZED, until=until.isoformat())
    return lead


def snoozeable(session: Session, who: Person, lead_id: int) -> Lead:
    """The lead, if this person may snooze it; asked before the time is. Raises as `owned`."""
    return owned(session, who, lead_id, "snooze it")


def next_morning(session: Session, workspace_id: int) -> datetime:
    """When the next working day begins: what a snooze and an absence offer first."""
    today = session.get_one(Workspace, workspace_id).day_of(clock.now())
    return opening_on(session, workspace_id, today + timedelta(days=1))


def reassign(
    session: Session, who: Person, lead_id: int, to_id: int, note: str = "",
    reason: HandoverReason | None = None,
) -> Lead:  # fmt: skip
    """Give the lead to a colleague, who gets its card with the reason and the note.

    Raises NotAllowed, NotFound, DoesNotSell, OwnsItAlready, and what `owned` raises.
    """
    lead, to = reassignable(session, who, lead_id), _person(session, to_id)
    if lead.claimed_by == to.id:
        raise OwnsItAlready(owner=to.mention)
    assign(session, lead, to, who, note, reason)
    return lead


def assign_unclaimed(session: Session, who: Person, lead_id: int, to_id: int) -> Lead:
    """Give a lead that nobody owns to somebody; who has claimed it in the meantime keeps it.

    Raises AlreadyClaimed, AlreadyYours, and what `reassign` raises.
    """
    lead = reassignable(session, who, lead_id)
    if lead.claimed_by == to_id:
        return lead
    if lead.claimed_by is not None:
        raise _claimed_already(session, lead, who)
    assign(session, lead, _person(session, to_id), who)
    return lead


def _person(session: Session, person_id: int) -> Person:
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound(what="this person")
    return person


def assign(
    session: Session, lead: Lead, to: Person, by: Actor, note: str = "",
    reason: HandoverReason | None = None,
) -> None:  # fmt: skip
    """Make the person the owner of the lead, locked and open. Raises NotFound, DoesNotSell."""
    if to.workspace_id != lead.workspace_id or not to.active:
        raise NotFound(what="this person")
    if not to.has(Role.SALESPERSON):
        raise DoesNotSell(who=to.mention)
    before = lead.claimed_by
    set_owner(lead, to.id)
    keep_note(session, lead, by, EventType.REASSIGNED, note)
    why = {"reason": reason} if reason else {}
    record(session, lead, by, EventType.REASSIGNED, from_id=before, to_id=to.id, **why)
    notify_of_handover(session, lead, to, by)
    notify_former_owner(session, lead, before, by)


def reassignable(session: Session, who: Person, lead_id: int) -> Lead:
    """The lead, if this person may give it to a colleague: their own; a manager, any that is open.

    Raises NotFound, NotAllowed, and what `owned` raises.
    """
    lead = find(session, who.workspace_id, lead_id, lock=True)
    if lead.claimed_by is None and not lead.is_closed and lead.merged_into is None:
        people.require(session, who, "assign leads that nobody owns", Role.MANAGER)
        return lead
    return owned(session, who, lead_id, "reassign it")


def set_owner(lead: Lead, to_id: int | None) -> None:
    """Let the lead change hands: its new owner's time begins, or everybody's.

    Who claimed it first stays, unless it is given back before anybody was in contact.
    """
    now = clock.now()
    lead.claimed_by, lead.claimed_at = to_id, now if to_id else None
    if to_id is None and lead.first_response_at is None:
        lead.first_claimed_by = lead.first_claimed_at = lead.claim_worked = None
    elif to_id is not None and lead.first_claimed_at is None:
        lead.first_claimed_by, lead.first_claimed_at = to_id, now
    lead.assignment_no += 1
    end_pause(lead)
    lead.step = lead.suggested_to = lead.snoozed_until = None
    lead.reserved_for = lead.reserved_until = lead.returns_to = None
    lead.step_started_at = lead.next_check_at = now


def end_pause(lead: Lead) -> None:
    """Let a lead that rests be worked on again; what it rested for is in the audit."""
    if lead.status == Status.RECYCLED:
        lead.status = Status.NEW
        lead.wake_at = lead.disposition = lead.disposition_note = None


class DoesNotSell(HandoffError):
    """{who} isn't a salesperson here. Admins assign roles with /handoff people."""
