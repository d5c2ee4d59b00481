"""Being away: open leads are offered to others, and come back or not as the person says."""

from datetime import datetime
from functools import partial

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from bot import clock, slack
from bot.errors import HandoffError
from bot.jobs import Loop, enqueue
from bot.leads.model import IS_OPEN, Deed, Lead, Rung
from bot.leads.service.audit import record
from bot.leads.service.giving import give
from bot.leads.service.handing import InThePast
from bot.leads.service.ladder import hand
from bot.people import service as people
from bot.people.model import Absence, Person, Role

BACK = "leads.back"

_AT_ONCE = 100

_LEAVERS = Loop("leads.leavers", "Leads of people who left")


class NotAway(HandoffError):
    """You are not away at the moment. `/lead away` says so, and until when."""


def go_away(
    session: Session, who: Person, until: datetime, *, leads_return: bool = False
) -> list[Lead]:
    """Note that the person is away from now on; their open leads are offered to others.

    What is snoozed beyond that time stays. With `leads_return` the leads come back to the person
    afterwards, unless they are closed by then. Returns the leads. Raises NotAllowed, InThePast.
    """
    people.require(session, who, "say when they are away", Role.SALESPERSON)
    now = clock.now()
    if until <= now:
        raise InThePast
    session.execute(update(Absence).where(*_current(who, now)).values(ends_at=now))
    absence = Absence(
        workspace_id=who.workspace_id, person_id=who.id, starts_at=now, ends_at=until,
        leads_return=leads_return,
    )  # fmt: skip
    session.add(absence)
    session.flush()
    enqueue(session, BACK, at=until, absence_id=absence.id)
    slack.redraw(session, slack.HOME, who.id)
    if not leads_return:
        _keep(session, who)
    leads = [
        lead
        for lead in _open(session, Lead.claimed_by == who.id)
        if lead.snoozed_until is None or lead.snoozed_until < until
    ]
    for lead in leads:
        _hand_over(session, lead, who, why="away")
        lead.returns_to = who.id if leads_return else None
    return leads


def come_back(session: Session, who: Person) -> list[Lead]:
    """The person is back, earlier than they said; returns the leads that came back to them.

    Raises NotAway.
    """
    now = clock.now()
    absence = session.scalars(select(Absence).where(*_current(who, now))).first()
    if absence is None:
        raise NotAway
    absence.ends_at = now
    return back(session, absence.id)


def back(session: Session, absence_id: int) -> list[Lead]:
    """An absence is over: the leads that should return do; returns them."""
    absence = session.get_one(Absence, absence_id)
    who = session.get_one(Person, absence.person_id)
    if absence_of(session, who) is not None:  # they stay away longer than they thought at first
        return []
    slack.redraw(session, slack.HOME, who.id)
    leads = _open(session, Lead.returns_to == who.id) if absence.leads_return else []
    _keep(session, who)
    for lead in leads:
        before = lead.claimed_by
        if before == who.id:
            continue
        hand(lead, who.id)
        record(session, lead, None, Deed.REASSIGNED, from_id=before, to_id=who.id, why="back")
        give(session, lead, who)
    return leads


def absence_of(session: Session, who: Person) -> Absence | None:
    """The absence in which the person is now."""
    return session.scalars(select(Absence).where(*_current(who, clock.now()))).first()


def release_for_leavers(session: Session) -> int:
    """Who has left the workspace owns nothing: their open leads are offered to others.

    At most a hundred at once; returns how many they were.
    """
    found = session.scalars(
        select(Lead)
        .join(Person, (Person.id == Lead.claimed_by) & (Person.workspace_id == Lead.workspace_id))
        .where(~Person.active, IS_OPEN, _LEAVERS.ready(Lead.id))
        .limit(_AT_ONCE)
        .with_for_update(key_share=True, skip_locked=True, of=Lead)
    ).all()
    _LEAVERS.each(session, found, partial(_leave_behind, session))
    return len(found)


def _leave_behind(session: Session, lead: Lead) -> None:
    _hand_over(session, lead, session.get_one(Person, lead.claimed_by), why="left")


def _hand_over(session: Session, lead: Lead, owner: Person, *, why: str) -> None:
    hand(lead, None)
    lead.passed_by = owner.id
    if lead.call_list_id is None or lead.first_response_at is not None:  # else the list offers it
        lead.rung = Rung.HAND_OVER
    by = owner if owner.active else None
    record(session, lead, by, Deed.RELEASED, owner_id=owner.id, why=why)


def _keep(session: Session, who: Person) -> None:
    """Whatever would return to this person stays where it is."""
    session.execute(update(Lead).where(Lead.returns_to == who.id).values(returns_to=None))


def _open(session: Session, whose: ColumnElement[bool]) -> list[Lead]:
    """Open leads, locked in the order of their ids."""
    found = session.scalars(
        select(Lead).where(whose, IS_OPEN).order_by(Lead.id).with_for_update(key_share=True)
    )
    return list(found)


def _current(who: Person, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (Absence.person_id == who.id, Absence.starts_at <= now, Absence.ends_at > now)
