"""One message for each person about all leads that nobody has claimed.

A new message interrupts, an edit does not. So a lead is added to the message that somebody has. A
new one is written only where nothing is left in that one, or it is old; it takes over what is still
open. What was added does not go unnoticed: a while after a message, a new one is written for it.
"""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from bot import clock, slack
from bot.leads import notices
from bot.leads.models import Lead
from bot.leads.notice_models import (
    EscalationStep,
    LeadNotice,
    LeadStep,
    NoticeKind,
    ServiceLevel,
)
from bot.leads.notices import NOTICE, add_step, send_notice
from bot.people.models import Person, Workspace
from bot.people.rota import Rota, rota
from bot.slack.cards import Card
from bot.tasks import enqueue

WRITE_AGAIN = "routing.write_unclaimed_again"
"""The task that tells somebody of what was added to their message."""

QUIET = timedelta(minutes=15)
"""For so long after a message, nobody gets another one while something is left in it."""


def tell(
    session: Session, hours: Rota, lead: Lead, step: EscalationStep, whom: Sequence[Person]
) -> None:
    """Take the step for each person: the lead stands in their message about unclaimed ones."""
    _lock(session, lead.workspace_id)
    edited = []
    for person in whom:
        last = _last(session, person)
        left = _left(session, last) if last else []
        if add_step(session, lead, step, person.id) is None or lead.id in left:
            continue
        if last is not None and left:
            edited.append((NOTICE, last.id))
        if last is not None and left and clock.now() < last.at + QUIET:
            last.lead_ids = [*last.lead_ids, lead.id]
        else:
            _write(session, hours, person, [*left, lead.id], last if left else None)
    session.flush()
    slack.redraw_all(session, edited)


def write_again(session: Session, notice_id: int) -> None:
    """Write a message anew that has got more since it was sent; nothing where it has not, or a
    newer one is there."""
    found = session.get_one(LeadNotice, notice_id)
    _lock(session, found.workspace_id)
    session.refresh(found)
    left = _left(session, found)
    if not left or not _has_more(session, found, left):
        return
    workspace = session.get_one(Workspace, found.workspace_id)
    person = session.get_one(Person, found.person_id)
    _write(session, rota(session, workspace), person, left, found)
    slack.redraw(session, NOTICE, found.id)


def _lock(session: Session, workspace_id: int) -> None:
    """Let messages be written one after the other; the round robin takes the same lock."""
    level = select(ServiceLevel.workspace_id).filter_by(workspace_id=workspace_id)
    session.execute(level.with_for_update(key_share=True))


def _last(session: Session, person: Person) -> LeadNotice | None:
    """The newest message of the person."""
    return session.scalars(
        select(LeadNotice)
        .where(LeadNotice.person_id == person.id, LeadNotice.kind == NoticeKind.UNCLAIMED)
        .order_by(LeadNotice.at.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    ).one_or_none()


def _left(session: Session, found: LeadNotice) -> list[int]:
    """The leads of a message that are still unclaimed."""
    return [each.lead.id for each in notices.unclaimed(session, found)]


def _write(
    session: Session, hours: Rota, person: Person, lead_ids: Sequence[int], last: LeadNotice | None
) -> None:
    """Write a new message about these; the last one leaves its own to it."""
    if last is not None:
        last.lead_ids = []
    now = clock.now()
    notice_id = send_notice(session, NoticeKind.UNCLAIMED, person, now, lead_ids)
    at = hours.calendar(person.id).after(now, QUIET) or now + QUIET
    enqueue(session, WRITE_AGAIN, at=at, notice_id=notice_id)


def _has_more(session: Session, found: LeadNotice, left: Sequence[int]) -> bool:
    """Whether the person was told of one of these leads only after the message was sent."""
    sent_at = (
        select(Card.sent_at)
        .where(Card.kind == NOTICE, Card.subject_id == found.id)
        .scalar_subquery()
    )
    first = (
        select(func.min(LeadStep.at))
        .where(LeadStep.lead_id == Lead.id, notices.was_listed(found))
        .correlate(Lead)
        .scalar_subquery()
    )
    return bool(session.scalar(select(exists().where(Lead.id.in_(left), first > sent_at))))
