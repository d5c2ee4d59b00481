"""The audit of requests, and the cards that follow every change."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import clock, slack
from bot.people import service as people
from bot.people.models import Person, Role
from bot.planning.models import EventType, ProposalReminder, Request, RequestEvent

CARD = "request"
"""The card in the shared channel."""
FOR_ASKER = "request.for_asker"
"""What the one who asked hears, in one message."""
REMINDER = "request.reminder"
"""What marketing hears before its promise is broken."""

PROPOSAL = "proposal"
"""The card in the shared channel; its subject is the campaign."""
CONCERN = "proposal.concern"
"""A concern, in the card's thread."""
VERSION = "proposal.version"
"""What has changed, in the card's thread; its subject is the campaign's version."""
ASKED = "proposal.asked"
"""What somebody hears who has not answered yet."""
RESULT = "request.result"
"""What came of it in numbers, in the thread of what the one who asked hears."""
RETROSPECTIVE = "retrospective"
"""The question to one person."""
LESSONS = "retrospective.lessons"
"""What was learned, in the announcement's thread; its subject is the campaign."""
AGREED = "proposal.agreed"
"""What the owner hears; its subject is the campaign."""


def record(
    session: Session, request: Request, event_type: EventType, person: Person | None, **facts: Any
) -> None:
    """Write down what happened to a request, and let whatever shows it be drawn anew."""
    session.add(
        RequestEvent(
            workspace_id=request.workspace_id,
            request_id=request.id,
            person_id=person.id if person else None,
            event_type=event_type,
            at=clock.now(),
            facts=facts,
        )
    )
    marketers = people.having(session, request.workspace_id, Role.MARKETER)
    slack.redraw_all(
        session,
        [
            *((kind, request.id) for kind in (CARD, FOR_ASKER, REMINDER)),
            *((slack.HOME, each.id) for each in marketers),
        ],
    )


def redraw_proposal(session: Session, campaign_id: int) -> None:
    """Let whatever shows a proposal be drawn anew."""
    reminders = select(ProposalReminder.id).where(ProposalReminder.campaign_id == campaign_id)
    reminder_cards = [(ASKED, reminder_id) for reminder_id in session.scalars(reminders)]
    slack.redraw_all(session, [(PROPOSAL, campaign_id), (AGREED, campaign_id), *reminder_cards])
