"""Being away: leads stay with their owner, for whom a colleague may cover, or a colleague stands in
and gives them back; and a colleague asks for a lead, or has it while its owner is away."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session

from bot import clock, slack
from bot.errors import HandoffError, NotFound
from bot.leads import steps
from bot.leads.claiming import (
    AlreadyYours,
    DoesNotSell,
    InThePast,
    MergedAway,
    NotClaimed,
    closed,
    owned,
    reassign,
    set_owner,
)
from bot.leads.events import keep_note, record
from bot.leads.models import IS_OPEN, IS_PAUSED, EventType, Lead, LeadEvent, LeadNote
from bot.leads.notice_models import EscalationStep, LeadStep
from bot.leads.notices import CARD, STEP, add_step, notify_former_owner, notify_new_owner
from bot.leads.queries import find, open_counts
from bot.people import service as people
from bot.people.models import Absence, Person, Role, Workspace
from bot.people.rota import rota
from bot.routing.models import AwayOffer, Handover, RoundRobinWeight
from bot.slack.text import moment, safe
from bot.tasks import Loop, enqueue

END_ABSENCE = "routing.end_absence"
STANDS_IN = "routing.stands_in"
"""The card that tells a colleague for whom they stand in; its subject is the absence."""
COVERS = "routing.covers"
"""The card that tells a colleague for whom they cover, and the one who is away of its early end;
its subject is the absence."""
AWAY_OFFER = "routing.away_offer"
"""The card that asks whether somebody is away here too."""
CAME_BACK = "routing.came_back"
"""The card that tells which leads came back after an absence."""

MOST_HANDED_OVER = 40
"""Leads that are handed over at once: each is a field of a modal, which holds 100 blocks."""

_AT_ONCE = 100

_RETURNS = Loop("routing.returns", "Leads that return to their owner")
_LEAVERS = Loop("routing.leavers", "Leads of people who left")


class NotAway(HandoffError):
    """You aren't away. `/lead away` sets an absence."""


class CoversForThemselves(HandoffError):
    """Choose a colleague."""


class StandInAway(HandoffError):
    """{who} is away too. Choose somebody else, or clear the name to keep the lead."""


def go_away(
    session: Session,
    who: Person,
    until: datetime,
    stand_ins: Mapping[int, Person] | None = None,
    note: str = "",
    cover: Person | None = None,
) -> list[Lead]:
    """Note that the person is away from now on; their leads stay theirs.

    `cover` acts as their owner meanwhile. `stand_ins` names, by the number of a lead, the colleague
    who has it meanwhile; each of these leads gets the note. Returns the leads that were handed
    over. Raises NotAllowed, InThePast.
    """
    people.require(session, who, "say when they are away", Role.SALESPERSON)
    if until <= clock.now():
        raise InThePast
    absence, cover_id = lock_absence(session, who), cover.id if cover else None
    if absence and (absence.ends_at, absence.cover_id) == (until, cover_id) and not stand_ins:
        return []  # the form came twice
    absence = replace_absence(session, who, until, cover)
    _pass_on(session, who)
    chosen = stand_ins or {}
    leads = [each for each in _open_leads(session, Lead.claimed_by == who.id) if each.id in chosen]
    for lead in leads:
        lend(session, lead, absence, chosen[lead.id], by=who, note=note)
    for slack_id in {chosen[lead.id].slack_id for lead in leads}:
        slack.show(session, who.workspace_id, STANDS_IN, absence.id, slack_id)
    return leads


def replace_absence(
    session: Session, who: Person, until: datetime, cover: Person | None = None
) -> Absence:
    """Begin an absence in place of the one in which the person may be; who covers hears of it."""
    now = clock.now()
    before = session.scalars(select(Absence).where(*_current(who, now))).all()
    absence = Absence(
        workspace_id=who.workspace_id, person_id=who.id, starts_at=now, ends_at=until,
        lead_ids=sorted({lead_id for each in before for lead_id in each.lead_ids}),
        cover_id=cover.id if cover else None,
    )  # fmt: skip
    session.add(absence)
    for each in before:
        each.ends_at = now
        _show_cover_again(session, each)
    session.flush()
    enqueue(session, END_ABSENCE, at=until, absence_id=absence.id)
    offers = session.scalars(select(AwayOffer.id).where(AwayOffer.person_id == who.id))
    slack.redraw_all(
        session, [(slack.HOME, who.id), *((AWAY_OFFER, offer_id) for offer_id in offers)]
    )
    if cover is not None:
        slack.show(session, who.workspace_id, COVERS, absence.id, cover.slack_id)
        slack.redraw(session, slack.HOME, cover.id)
    return absence


def _show_cover_again(session: Session, absence: Absence) -> None:
    """Draw what a colleague sees of the cover, which begins or ends."""
    if absence.cover_id is not None:
        slack.redraw_all(session, [(COVERS, absence.id), (slack.HOME, absence.cover_id)])


def _pass_on(session: Session, who: Person) -> None:
    """What was kept for them alone, everybody may claim; what was offered to them, the clock offers
    to whoever's turn is next."""
    theirs = or_(Lead.reserved_for == who.id, Lead.suggested_to == who.id)
    for lead in _open_leads(session, and_(Lead.claimed_by.is_(None), theirs)):
        if lead.reserved_for == who.id:
            lead.reserved_for = lead.reserved_until = None
            slack.redraw(session, CARD, lead.id)
        if lead.suggested_to == who.id:
            lead.suggested_to, lead.next_check_at = None, clock.now()
            record(session, lead, who, EventType.DECLINED, why="away")


def lend(
    session: Session, lead: Lead, absence: Absence, to: Person, *, by: Person, note: str = ""
) -> None:
    """Let a colleague have the lead until its owner is back; a snooze or a pause goes on."""
    owner_id, returns_to = lead.claimed_by, lead.returns_to or lead.claimed_by
    _move(lead, to.id)
    lead.returns_to = returns_to if returns_to != to.id else None
    absence.lead_ids = [*absence.lead_ids, lead.id]
    keep_note(session, lead, by, EventType.REASSIGNED, note)
    record(
        session, lead, by, EventType.REASSIGNED, from_id=owner_id, to_id=to.id, why="away",
        until=_rests_until(lead),
    )  # fmt: skip


def to_hand_over(session: Session, who: Person, until: datetime) -> list[Lead]:
    """The person's open leads that need somebody until then, the oldest first; what is snoozed
    for longer does not."""
    return list(
        session.scalars(
            select(Lead)
            .where(
                Lead.claimed_by == who.id,
                IS_OPEN,
                or_(Lead.snoozed_until.is_(None), Lead.snoozed_until < until),
            )
            .order_by(Lead.received_at, Lead.id)
            .limit(MOST_HANDED_OVER)
        )
    )


def suggest_stand_ins(session: Session, who: Person, leads: Sequence[Lead]) -> Mapping[int, Person]:
    """For each lead a colleague who is there: whoever holds fewest then. Empty: nobody is."""
    now = clock.now()
    there = rota(session, session.get_one(Workspace, who.workspace_id))
    resting = select(RoundRobinWeight.person_id).where(
        RoundRobinWeight.workspace_id == who.workspace_id, RoundRobinWeight.weight == 0
    )
    out = {who.id, *session.scalars(resting)}
    colleagues = [
        each
        for each in people.having(session, who.workspace_id, Role.SALESPERSON)
        if each.id not in out and not there.is_away(each.id, now)
    ]
    held, found = open_counts(session, who.workspace_id), {}
    for lead in leads if colleagues else ():
        to = min(colleagues, key=lambda each: held.get(each.id, 0))
        held[to.id] = held.get(to.id, 0) + 1
        found[lead.id] = to
    return found


def stand_in(session: Session, who: Person, slack_id: str) -> Person:
    """The colleague with Slack's ID, if they can stand in. Raises CoversForThemselves, DoesNotSell,
    StandInAway."""
    person = people.person(session, who.workspace_id, slack_id)
    if person.id == who.id:
        raise CoversForThemselves
    name = safe(person.name) or "This colleague"
    if not person.active or not person.has(Role.SALESPERSON):
        raise DoesNotSell(who=name)
    if absence_of(session, person) is not None:
        raise StandInAway(who=name)
    return person


def come_back(session: Session, who: Person) -> list[Lead]:
    """The person is back, earlier than they said; returns the leads that came back to them.

    Raises NotAway.
    """
    absence = lock_absence(session, who)
    if absence is None:
        raise NotAway
    now = clock.now()
    session.execute(update(Absence).where(*_current(who, now)).values(ends_at=now))
    return end_absence(session, absence.id)


def end_absence(session: Session, absence_id: int) -> list[Lead]:
    """An absence is over: the leads that are still open or paused, and with whoever stood in,
    return, and all of them hear of it. Returns the leads."""
    absence = session.get_one(Absence, absence_id)
    who = session.get_one(Person, absence.person_id)
    _show_cover_again(session, absence)
    if absence_of(session, who) is not None or _is_replaced(session, absence):
        return []  # they stay away longer than they thought at first, or the later one ends it
    slack.redraw(session, slack.HOME, who.id)
    lent = Lead.returns_to == who.id
    leads = _open_leads(session, lent, even_paused=True) if who.active else []
    others = Lead.id.not_in([lead.id for lead in leads])
    session.execute(update(Lead).where(lent, others).values(returns_to=None))
    hear = {who.id} | {lead.claimed_by for lead in leads if lead.claimed_by is not None}
    _RETURNS.each(session, leads, partial(_give_back, session, who))
    if absence.lead_ids and who.active:
        for person_id in hear:
            target = session.get_one(Person, person_id).slack_id
            slack.show(session, who.workspace_id, CAME_BACK, absence.id, target)
    return leads


def _is_replaced(session: Session, absence: Absence) -> bool:
    later = select(Absence.id).where(
        Absence.person_id == absence.person_id,
        Absence.starts_at == absence.ends_at,
        Absence.id > absence.id,
    )
    return session.scalar(later.limit(1)) is not None


def _give_back(session: Session, who: Person, lead: Lead) -> None:
    before = lead.claimed_by
    _move(lead, who.id)
    record(
        session, lead, None, EventType.REASSIGNED, from_id=before, to_id=who.id, why="back",
        until=_rests_until(lead),
    )  # fmt: skip


def handover(session: Session, absence_id: int, reader: str) -> Handover:
    """Which leads were handed over for an absence, and who has each of them now: to the colleague
    with Slack's ID `reader`, or to all where that is who was away."""
    absence = session.get_one(Absence, absence_id)
    away = session.get_one(Person, absence.person_id)
    theirs = absence.lead_ids if reader == away.slack_id else _lent_to(session, absence, reader)
    rows = session.execute(
        select(Lead, Person)
        .outerjoin(Person, Person.id == Lead.claimed_by)
        .where(Lead.id.in_(theirs))
        .order_by(Lead.id)
    )
    leads = [(lead, owner) for lead, owner in rows]
    note = session.scalar(
        select(LeadNote.text)
        .where(
            LeadNote.lead_id.in_(theirs),
            LeadNote.person_id == absence.person_id,
            LeadNote.event_type == EventType.REASSIGNED,
            LeadNote.at >= absence.starts_at,
        )
        .limit(1)
    )
    returned = session.scalars(
        select(LeadEvent.lead_id).where(
            LeadEvent.lead_id.in_(theirs),
            LeadEvent.event_type == EventType.REASSIGNED,
            LeadEvent.facts["why"].astext == "back",
            LeadEvent.facts["to_id"].as_integer() == absence.person_id,
            LeadEvent.at >= absence.ends_at,
        )
    )
    return Handover(away, absence.ends_at, leads, note or "", set(returned), reader)


def _lent_to(session: Session, absence: Absence, reader: str) -> list[int]:
    """The ids of the absence's leads that this colleague got last, while the owner is away."""
    last = (
        select(func.max(LeadEvent.id))
        .where(
            LeadEvent.lead_id.in_(absence.lead_ids),
            LeadEvent.event_type == EventType.REASSIGNED,
            LeadEvent.facts["why"].astext == "away",
        )
        .group_by(LeadEvent.lead_id)
    )
    to_reader = (
        select(LeadEvent.lead_id)
        .join(Person, Person.id == LeadEvent.facts["to_id"].as_integer())
        .where(LeadEvent.id.in_(last), Person.slack_id == reader)
    )
    return list(session.scalars(to_reader))


def absence_of(session: Session, who: Person) -> Absence | None:
    """The absence in which the person is now."""
    return session.scalars(select(Absence).where(*_current(who, clock.now()))).first()


def lock_absence(session: Session, who: Person) -> Absence | None:
    """The absence in which the person is; nobody else begins or ends one until we are done."""
    session.execute(select(Person.id).where(Person.id == who.id).with_for_update(key_share=True))
    return absence_of(session, who)


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
    owner_id = lead.claimed_by
    set_owner(lead, None)
    lead.passed_by = owner_id
    if lead.call_list_id is None or lead.first_response_at is not None:  # else the list offers it
        lead.step = EscalationStep.HAND_OVER
    record(session, lead, None, EventType.RELEASED, owner_id=owner_id, why="left")


_REST = ("status", "disposition", "disposition_note", "snoozed_until", "wake_at")
"""What says of a lead that it is snoozed or paused, and why."""


def _move(lead: Lead, to_id: int) -> None:
    """It changes hands, and rests for as long as it would have, snoozed or paused."""
    rest, until = {name: getattr(lead, name) for name in _REST}, lead.snoozed_until or lead.wake_at
    set_owner(lead, to_id)
    if until is not None:
        for name, value in rest.items():
            setattr(lead, name, value)
        lead.next_check_at = until


def _rests_until(lead: Lead) -> str | None:
    """Until when it is snoozed or paused, for the audit."""
    until = lead.snoozed_until or lead.wake_at
    return until.isoformat() if until else None


def _open_leads(
    session: Session, whose: ColumnElement[bool], *, even_paused: bool = False
) -> list[Lead]:
    """Open leads, locked in the order of their ids."""
    found = session.scalars(
        select(Lead)
        .where(whose, or_(IS_OPEN, IS_PAUSED) if even_paused else IS_OPEN)
        .order_by(Lead.id)
        .with_for_update(key_share=True)
    )
    return list(found)


def _current(who: Person, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (Absence.person_id == who.id, Absence.holds(now))


class AlreadyAsked(HandoffError):
    """You've already asked {owner} for this lead."""


class NotAskedAnyMore(HandoffError):
    """This was answered already, or the lead has a new owner. Nothing was changed."""


def take_over(session: Session, who: Person, lead_id: int) -> Lead:
    """Get a colleague's lead: at once while its owner is away and nobody covers for them, who gets
    it back afterwards; else who acts as its owner is asked, and so are the managers on duty where
    they are not.

    Returns the lead; it is theirs, or they have asked. Raises NotAllowed, NotFound, MergedAway,
    NotClaimed, AlreadyYours, AlreadyClosed, AlreadyAsked.
    """
    people.require(session, who, "take over leads", Role.SALESPERSON)
    lead = find(session, who.workspace_id, lead_id, lock=True)
    if lead.merged_into is not None:
        raise MergedAway(into=lead.merged_into)
    if lead.is_closed:
        raise closed(lead)
    if lead.claimed_by is None or lead.claimed_at is None:
        raise NotClaimed
    if lead.claimed_by == who.id:
        raise AlreadyYours(when=moment(lead.claimed_at))
    owner = session.get_one(Person, lead.claimed_by)
    absence = absence_of(session, owner)
    if absence is None or absence.cover_id not in (None, who.id):
        _request(session, lead, owner, who)
        return lead
    lend(session, lead, absence, who, by=who)
    notify_new_owner(session, lead, who)
    notify_former_owner(session, lead, owner.id, who)
    return lead


def agree(session: Session, who: Person, step_id: int) -> Lead:
    """Give the lead to the colleague who asked. Raises NotFound, NotAskedAnyMore, as `owned`."""
    lead, asker_id = _requested(session, who, step_id)
    return reassign(session, who, lead.id, asker_id)


def keep(session: Session, who: Person, step_id: int) -> Lead:
    """The owner keeps the lead, and who asked hears of it. Raises as `agree`."""
    lead, asker_id = _requested(session, who, step_id)
    answer_id = add_step(session, lead, EscalationStep.KEPT, asker_id, who.id)
    if answer_id is not None:
        asker = session.get_one(Person, asker_id)
        slack.show(session, lead.workspace_id, STEP, answer_id, asker.slack_id)
    record(session, lead, who, EventType.KEPT, asked_by=asker_id)
    return lead


def _request(session: Session, lead: Lead, owner: Person, who: Person) -> None:
    workspace = session.get_one(Workspace, lead.workspace_id)
    there, now = rota(session, workspace), clock.now()
    acting = there.people.get(there.acts_for(owner.id, now))
    deciders = [acting] if acting else []
    if acting is None or not there.is_present(acting.id, now):
        managers = people.having(session, workspace.id, Role.MANAGER)
        deciders += [each for each in managers if there.is_present(each.id, now)]
    is_new = False
    for person in deciders:
        step_id = add_step(session, lead, EscalationStep.ASKED, person.id, who.id)
        if step_id is not None:
            is_new = True
            slack.show(session, lead.workspace_id, STEP, step_id, person.slack_id)
    if not is_new:
        raise AlreadyAsked(owner=owner.mention)
    record(session, lead, who, EventType.ASKED_FOR)


def _requested(session: Session, who: Person, step_id: int) -> tuple[Lead, int]:
    """The lead that is asked for, locked, and who asks. Raises as `agree`."""
    step = session.get(LeadStep, step_id)
    if step is None or step.workspace_id != who.workspace_id or step.by_id is None:
        raise NotFound(what="this question")
    lead = owned(session, who, step.lead_id, "hand it over")
    if lead.assignment_no != step.assignment_no or steps.is_kept(session, step):
        raise NotAskedAnyMore
    return lead, step.by_id
