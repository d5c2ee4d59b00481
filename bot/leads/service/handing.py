"""Handing leads on: what somebody passes on, snoozes, or gives to a colleague."""

from datetime import UTC, datetime, time, timedelta

from sqlalchemy.orm import Session

from bot import clock
from bot.errors import HandoffError, NotFound
from bot.leads.models import Actor, EventType, Lead, LeadStep
from bot.leads.service.audit import record
from bot.leads.service.giving import give, tell_former_owner
from bot.leads.service.ladder import desk, hand, rouse
from bot.leads.service.noting import keep_note
from bot.leads.service.ownership import owned
from bot.leads.service.reading import find
from bot.leads.service.turns import DoesNotSell
from bot.people import service as people
from bot.people.models import Person, Role, Workspace
from bot.people.rota import rota


class NotOfferedToYou(HandoffError):
    """This lead is not offered to you any more. Nothing was changed."""


class InThePast(HandoffError):
    """Please choose a time to come."""


class OwnsItAlready(HandoffError):
    """{owner} owns this lead already."""


def pass_on(session: Session, who: Person, step_id: int) -> Lead:
    """Not now: the lead is offered to whoever's turn is next. Raises NotFound, NotOfferedToYou."""
    step = session.get(LeadStep, step_id)
    if step is None or step.workspace_id != who.workspace_id:
        raise NotFound(what="this offer")
    lead = find(session, who.workspace_id, step.lead_id, lock=True)
    if (
        lead.suggested_to != who.id
        or lead.assignment_no != step.assignment_no
        or lead.claimed_by is not None
    ):
        raise NotOfferedToYou
    record(session, lead, who, EventType.DECLINED)
    lead.step_started_at = lead.next_check_at = clock.now()
    desk(session, who.workspace_id).offer(lead, clock.now())
    return lead


def snooze(session: Session, who: Person, lead_id: int, until: datetime) -> Lead:
    """Let the lead rest until then; its owner hears of it again. Raises InThePast, as `owned`."""
    lead = snoozeable(session, who, lead_id)
    if until <= clock.now():
        raise InThePast
    if lead.snoozed_until == until:
        return lead
    rouse(lead)
    lead.assignment_no += 1  # what is said at the end of this snooze is said once
    lead.snoozed_until = lead.next_check_at = until
    record(session, lead, who, EventType.SNOOZED, until=until.isoformat())
    return lead


def snoozeable(session: Session, who: Person, lead_id: int) -> Lead:
    """The lead, if this person may snooze it; asked before the time is. Raises as `owned`."""
    return owned(session, who, lead_id, "snooze it")


def next_morning(session: Session, workspace_id: int) -> datetime:
    """When the next working day begins: what a snooze and an absence offer first."""
    workspace = session.get_one(Workspace, workspace_id)
    midnight = datetime.combine(
        workspace.day_of(clock.now()) + timedelta(days=1), time(), workspace.zone
    ).astimezone(UTC)
    return rota(session, workspace).department.after(midnight, timedelta()) or midnight


def reassign(session: Session, who: Person, lead_id: int, to_id: int, note: str = "") -> Lead:
    """Give the lead to a colleague, who gets its card with the note.

    Raises NotAllowed, NotFound, DoesNotSell, OwnsItAlready, and what `owned` raises.
    """
    lead = reassignable(session, who, lead_id)
    to = session.get(Person, to_id)
    if to is None:
        raise NotFound(what="this person")
    if lead.claimed_by == to.id:
        raise OwnsItAlready(owner=to.mention)
    assign(session, lead, to, who, note)
    return lead


def assign(session: Session, lead: Lead, to: Person, by: Actor, note: str = "") -> None:
    """Make the person the owner of the lead, locked and open. Raises NotFound, DoesNotSell."""
    if to.workspace_id != lead.workspace_id or not to.active:
        raise NotFound(what="this person")
    if not to.has(Role.SALESPERSON):
        raise DoesNotSell(who=to.mention)
    before = lead.claimed_by
    hand(lead, to.id)
    keep_note(session, lead, by, EventType.REASSIGNED, note)
    record(session, lead, by, EventType.REASSIGNED, from_id=before, to_id=to.id)
    give(session, lead, to)
    tell_former_owner(session, lead, before, by)


def reassignable(session: Session, who: Person, lead_id: int) -> Lead:
    """The lead, if this person may give it to a colleague: their own; a manager, any that is open.

    Raises NotFound, NotAllowed, and what `owned` raises.
    """
    lead = find(session, who.workspace_id, lead_id, lock=True)
    if lead.claimed_by is None and not lead.is_closed and lead.merged_into is None:
        people.require(session, who, "assign leads that nobody owns", Role.MANAGER)
        return lead
    return owned(session, who, lead_id, "reassign it")
