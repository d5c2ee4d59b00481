"""Ownership: a claim has one winner, and only the owner (or a manager) acts on a claimed lead."""

from sqlalchemy import func, or_, update
from sqlalchemy.orm import Session

from bot import clock
from bot.errors import HandoffError
from bot.leads.models import Actor, EventType, Lead, Status
from bot.leads.service.audit import record
from bot.leads.service.giving import give_claimed, tell_former_owner
from bot.leads.service.ladder import hand
from bot.leads.service.reading import find
from bot.people import service as people
from bot.people.models import Person, Role
from bot.slack.text import moment


class AlreadyClaimed(HandoffError):
    """{owner} claimed this lead {when}, so it is theirs. Nothing was changed."""


class AlreadyYours(HandoffError):
    """This lead is yours already, since {when}. Nothing was changed."""


class AlreadyClosed(HandoffError):
    """This lead was closed as {status} {when}. Nothing was changed."""


class MergedAway(HandoffError):
    """This lead was merged into #{into}, where it goes on. Nothing was changed."""


class Reserved(HandoffError):
    """{owner} knows this customer, so it is kept for them until {when}. Nothing was changed."""


class NotClaimed(HandoffError):
    """Nobody owns this lead at the moment. Claim it first."""


class NotYours(HandoffError):
    """{owner} owns this lead. Only they or a manager can {action}."""


def claim(session: Session, who: Person, lead_id: int) -> Lead:
    """Make the person the owner, if nobody is: one conditional update, one winner.

    A quiet lead, which has no card in the channel, shows its card to its owner. Raises NotAllowed,
    NotFound, AlreadyClaimed, AlreadyYours, AlreadyClosed, MergedAway, Reserved.
    """
    people.require(session, who, "claim leads", Role.SALESPERSON)
    now = clock.now()
    lead = session.scalars(
        update(Lead)
        .where(
            Lead.id == lead_id,
            Lead.workspace_id == who.workspace_id,
            Lead.claimed_by.is_(None),
            Lead.status.in_([Status.NEW, Status.QUALIFIED]),
            Lead.merged_into.is_(None),
            or_(
                Lead.reserved_until.is_(None),
                Lead.reserved_until <= now,
                Lead.reserved_for == who.id,
            ),
        )
        .values(
            claimed_by=who.id,
            claimed_at=now,
            first_claimed_by=func.coalesce(Lead.first_claimed_by, who.id),
            first_claimed_at=func.coalesce(Lead.first_claimed_at, now),
            assignment_no=Lead.assignment_no + 1,
            step=None,
            step_started_at=now,
            next_check_at=now,
            suggested_to=None,
            returns_to=None,
        )
        .returning(Lead)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if lead is None:
        there = find(session, who.workspace_id, lead_id)
        if there.merged_into is not None:
            raise MergedAway(into=there.merged_into)
        if there.reserved_for and there.reserved_until and there.reserved_until > now:
            owner = session.get_one(Person, there.reserved_for)
            raise Reserved(owner=owner.mention, when=moment(there.reserved_until))
        if there.claimed_by is None and there.status in (Status.NEW, Status.QUALIFIED):
            return claim(session, who, lead_id)  # it was released in this very moment
        raise _lost_race(session, there, who)
    record(session, lead, who, EventType.CLAIMED)
    give_claimed(session, lead, who)
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
    hand(lead, None)
    record(session, lead, by, EventType.RELEASED, owner_id=owner_id)
    tell_former_owner(session, lead, owner_id, by)


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
    if lead.claimed_by != who.id and not who.leads_others:
        raise NotYours(owner=_owner(session, lead).mention, action=action)
    if lead.is_closed and not even_closed:
        raise closed(lead)
    return lead


def closed(lead: Lead) -> AlreadyClosed:
    """The error of acting on a lead that has ended."""
    assert lead.closed_at is not None
    return AlreadyClosed(status=lead.status, when=moment(lead.closed_at))


def _lost_race(session: Session, lead: Lead, who: Person) -> HandoffError:
    """What to tell the one whose claim changed nothing."""
    if lead.is_closed:
        return closed(lead)
    if lead.claimed_at is None:
        return NotClaimed()
    when = moment(lead.claimed_at)
    if lead.claimed_by == who.id:
        return AlreadyYours(when=when)
    return AlreadyClaimed(owner=_owner(session, lead).mention, when=when)


def _owner(session: Session, lead: Lead) -> Person:
    return session.get_one(Person, lead.claimed_by)
