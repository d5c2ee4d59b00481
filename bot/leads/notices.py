"""What people hear of leads in their own messages: the owner of one, its former owner, and each
who is told of several at once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import ColumnElement, ScalarSelect, and_, exists, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot import clock, slack
from bot.campaigns import announcing as campaigns
from bot.campaigns.queries import known
from bot.leads.meeting_models import IS_BOOKED, Meeting
from bot.leads.models import IS_OPEN, Actor, EventType, Lead, LeadEvent, Touch
from bot.leads.notice_models import (
    LISTED_STEPS,
    EscalationStep,
    LeadNotice,
    LeadStep,
    Listed,
    NoticeFacts,
    NoticeKind,
    ServiceLevel,
)
from bot.people import service as people
from bot.people.models import Person, Role, Workspace
from bot.people.rota import rota
from bot.slack.cards import Card
from bot.store import table
from bot.tasks import Loop

STEP = "lead.step"
"""The card of a step that was taken for a lead."""

# Built once, since every step of every escalation runs through it.
_NOTE = insert(table(LeadStep)).on_conflict_do_nothing().returning(table(LeadStep).c.id)


def notify_owner(session: Session, lead: Lead, owner: Person) -> None:
    """Let the owner have the lead in their messages: its card; where the channel sees names only,
    all that is known, for as long as it is theirs."""
    if not has_names_only(session, lead.workspace_id):
        slack.show(session, lead.workspace_id, CARD, lead.id, owner.slack_id)
        return
    step_id = add_step(session, lead, EscalationStep.DETAILS, owner.id)
    if step_id is not None:
        slack.show(session, lead.workspace_id, STEP, step_id, owner.slack_id)


def notify_new_owner(session: Session, lead: Lead, owner: Person) -> None:
    """Likewise after a claim; the card of a hot lead stands in the channel already."""
    if not lead.is_hot or has_names_only(session, lead.workspace_id):
        notify_owner(session, lead, owner)


def notify_of_handover(session: Session, lead: Lead, owner: Person, by: Actor) -> None:
    """Let the new owner have the lead in their messages, with who handed it over and why."""
    if isinstance(by, Person) and by.id == owner.id:
        notify_new_owner(session, lead, owner)
    else:
        _notify_of(session, lead, EscalationStep.GIVEN, owner.id, by)


def notify_former_owner(session: Session, lead: Lead, former_id: int | None, by: Actor) -> None:
    """Who had the lead hears that it was given to somebody else, unless they did that."""
    if former_id != lead.claimed_by:
        _notify_of(session, lead, EscalationStep.MOVED, former_id, by)


def notify_of_outcome(session: Session, lead: Lead, by: Actor) -> None:
    """The owner hears that a colleague closed, paused or reopened their lead."""
    if isinstance(by, Person):
        _notify_of(session, lead, EscalationStep.CLOSED, lead.claimed_by, by)


def _notify_of(
    session: Session, lead: Lead, step: EscalationStep, person_id: int | None, by: Actor
) -> None:
    """Tell a person what somebody else did with a lead."""
    by_id = by.id if isinstance(by, Person) else None
    person = session.get(Person, person_id) if person_id not in (None, by_id) else None
    if person is None or not person.active:
        return
    step_id = add_step(session, lead, step, person.id, by_id)
    if step_id is not None:
        slack.show(session, lead.workspace_id, STEP, step_id, person.slack_id)


WIN = "lead.win"
"""The message about a lead that was won, in its campaign's thread and to the campaign's owner."""


def tell_of_win(session: Session, lead: Lead) -> None:
    """Let a campaign's owner and its thread hear that a lead of it was won; it is one message each,
    however often the win is taken back and put right."""
    if lead.campaign_id is None:
        return
    stands = slack.place(session, campaigns.CARD, lead.campaign_id)
    if stands is not None:
        thread = (campaigns.CARD, lead.campaign_id)
        slack.show(session, lead.workspace_id, WIN, lead.id, stands[0], thread_of=thread)
    owner = known(session, lead.campaign_id).owner
    if owner.active and owner.id != lead.claimed_by:
        slack.show(session, lead.workspace_id, WIN, lead.id, owner.slack_id)


def has_names_only(session: Session, workspace_id: int) -> bool:
    """Whether the channel sees name and company alone."""
    level = session.get(ServiceLevel, workspace_id)
    return level is not None and level.names_only


def add_step(
    session: Session,
    lead: Lead,
    step: EscalationStep,
    person_id: int | None,
    by_id: int | None = None,
) -> int | None:
    """Write a step down; None where it was taken before in this assignment."""
    facts = {
        "workspace_id": lead.workspace_id,
        "lead_id": lead.id,
        "assignment_no": lead.assignment_no,
        "step": step,
        "person_id": person_id,
        "by_id": by_id,
        "at": clock.now(),
    }
    step_id: int | None = session.scalar(_NOTE, facts)
    return step_id


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
            or_(_by_owner(), LeadEvent.event_type.in_(_BEGINNINGS)),
        )
        .correlate(Lead)
        .scalar_subquery()
    )


def _by_owner() -> ColumnElement[bool]:
    """Whether the owner of the statement's lead did it, or a colleague who covered for them."""
    covered = LeadEvent.facts["covers"].as_integer()
    return or_(LeadEvent.person_id == Lead.claimed_by, covered == Lead.claimed_by)


def is_stalled(session: Session, workspace_id: int, times: int = 1) -> ColumnElement[bool]:
    """Whether a contacted lead, which has no meeting ahead, has stood still for so many times the
    workspace's limit."""
    level = session.get(ServiceLevel, workspace_id)
    days = (level.stalled_days if level else _USUAL_DAYS) * times
    since = func.coalesce(moved_at(), Lead.first_response_at)
    return and_(
        Lead.first_response_at.is_not(None),
        Lead.snoozed_until.is_(None),
        since < clock.now() - timedelta(days=days),
        meets_at().is_(None),
    )


def send_notice(
    session: Session, kind: NoticeKind, person: Person, at: datetime, lead_ids: Sequence[int]
) -> int:
    """Write a person a message about these leads; returns its id. What was written at that moment
    is about these too."""
    new = insert(LeadNotice).values(
        workspace_id=person.workspace_id, person_id=person.id, kind=kind, at=at, lead_ids=lead_ids
    )
    notice_id = session.scalars(
        new.on_conflict_do_update(
            index_elements=["person_id", "kind", "at"],
            set_={"lead_ids": LeadNotice.lead_ids + new.excluded.lead_ids},
        ).returning(LeadNotice.id)
    ).one()
    slack.show(session, person.workspace_id, NOTICE, notice_id, person.slack_id)
    return notice_id


def notice(session: Session, notice_id: int) -> NoticeFacts:
    """A message about several leads, with those of them that still are as it says."""
    found = session.get_one(LeadNotice, notice_id, populate_existing=True)
    person = session.get_one(Person, found.person_id)
    if found.kind == NoticeKind.UNCLAIMED:
        return NoticeFacts(found, person, unclaimed(session, found))
    moved = moved_at()
    rows = session.execute(
        select(Lead, Person, moved)
        .join(Person, Person.id == Lead.claimed_by)
        .where(Lead.id.in_(found.lead_ids), IS_OPEN, is_stalled(session, found.workspace_id))
        .order_by(func.coalesce(moved, Lead.received_at), Lead.id)
    )
    return NoticeFacts(found, person, [Listed(*row) for row in rows])


def unclaimed(session: Session, found: LeadNotice) -> list[Listed]:
    """Those of a message that nobody has claimed since the person was told of them."""
    rows = session.execute(
        select(Lead, func.bool_or(LeadStep.step == EscalationStep.FALLBACK), meets_at())
        .join(LeadStep, LeadStep.lead_id == Lead.id)
        .where(Lead.id.in_(found.lead_ids), IS_OPEN, Lead.claimed_by.is_(None), was_listed(found))
        .group_by(Lead.id)
        .order_by(Lead.received_at, Lead.id)
    )
    return [Listed(lead, None, None, *of_it) for lead, *of_it in rows]


def was_listed(found: LeadNotice) -> ColumnElement[bool]:
    """Whether the step of the statement told the message's person of the lead as it is now."""
    return and_(
        LeadStep.person_id == found.person_id,
        LeadStep.assignment_no == Lead.assignment_no,
        LeadStep.step.in_(LISTED_STEPS),
    )


def booked_until(session: Session, lead_ids: Sequence[int]) -> dict[int, datetime]:
    """When the last of the meetings ends that each of these leads booked, and of which nobody has
    said yet whether it took place."""
    rows = (
        select(Meeting.lead_id, func.max(Meeting.ends_at))
        .where(Meeting.lead_id.in_(lead_ids), IS_BOOKED)
        .group_by(Meeting.lead_id)
    )
    return {lead_id: ends_at for lead_id, ends_at in session.execute(rows) if lead_id is not None}


def meets_at() -> ScalarSelect[datetime]:
    """When the next meeting begins that the statement's lead booked."""
    return (
        select(func.min(Meeting.starts_at))
        .where(Meeting.lead_id == Lead.id, IS_BOOKED, Meeting.ends_at > clock.now())
        .correlate(Lead)
        .scalar_subquery()
    )


def unanswered_touch(session: Session, lead: Lead) -> int | None:
    """The last time that the customer of a lead wrote again, unless its owner has done something
    with it since."""
    if lead.claimed_by is None or lead.last_touch_at <= lead.received_at:
        return None
    return session.scalar(
        select(Touch.id)
        .join(Lead, Lead.id == Touch.lead_id)
        .where(
            Touch.lead_id == lead.id,
            exists().where(Card.kind == RETURNED, Card.subject_id == Touch.id),
            ~exists().where(
                LeadEvent.lead_id == lead.id,
                _by_owner(),
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
        _by_owner(),
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
    out = [
        (lead, owner)
        for lead, owner in rows
        if not hours.is_present(hours.acts_for(owner.id, now), now)
    ]
    return out[:limit]


STALLED = "leads.stalled"
"""The schedule, and the task that it wakes."""


_TELLING = Loop("leads.stalled", "Leads that stand still")


def last_moves(session: Session, leads: Sequence[Lead]) -> dict[int, datetime]:
    """When something was done with each of these leads last, by its id."""
    moved = moved_at()
    rows = select(Lead.id, moved).where(
        Lead.id.in_([lead.id for lead in leads]), moved.is_not(None)
    )
    return dict(session.execute(rows).all())


def long_stalled(session: Session, workspace_id: int, limit: int) -> Sequence[Listed]:
    """What the managers should hear of: leads that stand still for twice the limit, the longest
    first."""
    moved = moved_at()
    rows = session.execute(
        select(Lead, Person, moved)
        .join(Person, Person.id == Lead.claimed_by)
        .where(Lead.workspace_id == workspace_id, IS_OPEN, is_stalled(session, workspace_id, 2))
        .order_by(func.coalesce(moved, Lead.first_response_at), Lead.id)
        .limit(limit)
    )
    return [Listed(*row) for row in rows]


def notify_stalled(session: Session, workspace: Workspace, at: datetime) -> None:
    """Tell each owner, or who covers for them, what of theirs stands still, and each manager what
    does for twice as long: one message to each."""
    rows = session.execute(
        select(Lead.id, Lead.claimed_by)
        .where(
            Lead.workspace_id == workspace.id, Lead.claimed_by.is_not(None), IS_OPEN,
            is_stalled(session, workspace.id),
        )
        .order_by(Lead.id)
    ).all()  # fmt: skip
    whose: dict[int, list[int]] = {}
    there, now = rota(session, workspace), clock.now()
    for lead_id, owner_id in rows:
        whose.setdefault(there.acts_for(owner_id or 0, now), []).append(lead_id)
    for manager in people.having(session, workspace.id, Role.MANAGER):
        for each in long_stalled(session, workspace.id, len(rows)):
            if each.lead.claimed_by != manager.id:
                whose.setdefault(manager.id, []).append(each.lead.id)
    persons = session.scalars(
        select(Person).where(Person.id.in_(whose), Person.active).order_by(Person.id)
    ).all()
    _TELLING.each(session, persons, partial(_notify, session, whose, at))


def _notify(session: Session, whose: dict[int, list[int]], at: datetime, who: Person) -> None:
    send_notice(session, NoticeKind.STALLED, who, at, whose[who.id])


CARD = "lead"
RETURNED = "lead.returned"
