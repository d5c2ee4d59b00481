"""The kinds of cards that planning has, and what is drawn anew when something changes."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import slack
from bot.people import service as people
from bot.people.models import Role
from bot.planning.models import ProposalReminder

REQUEST = "request"
"""The request in the shared channel."""
REQUEST_FOR_ASKER = "request.for_asker"
"""What has become of it, for the one who asked."""
REQUEST_REMINDER = "request.reminder"
"""The reminder to marketing before its answer is due."""
REQUEST_RESULT = "request.result"
"""What the request's campaign came to, in the thread of REQUEST_FOR_ASKER."""

PROPOSAL = "proposal"
"""The proposal in the shared channel; its subject is the campaign."""
PROPOSAL_VERSION = "proposal.version"
"""What a new version changes, in the proposal's thread; its subject is the campaign's version."""
PROPOSAL_REMINDER = "proposal.reminder"
"""The reminder to somebody who has not answered yet."""
PROPOSAL_AGREED = "proposal.agreed"
"""The message to the owner once sales agrees; its subject is the campaign."""
CONCERN = "proposal.concern"
"""A concern, in the proposal's thread."""

RETROSPECTIVE = "retrospective"
"""The question to one person."""
LESSONS = "retrospective.lessons"
"""What was learned, in the announcement's thread; its subject is the campaign."""


def redraw_request(session: Session, workspace_id: int, request_id: int) -> None:
    """Draw anew whatever shows a request: its cards, and the home tabs of marketing."""
    marketers = people.having(session, workspace_id, Role.MARKETER)
    slack.redraw_all(
        session,
        [
            *((kind, request_id) for kind in (REQUEST, REQUEST_FOR_ASKER, REQUEST_REMINDER)),
            *((slack.HOME, each.id) for each in marketers),
        ],
    )


def redraw_proposal(session: Session, campaign_id: int) -> None:
    """Draw anew whatever shows a proposal."""
    reminders = select(ProposalReminder.id).where(ProposalReminder.campaign_id == campaign_id)
    reminder_cards = [
        (PROPOSAL_REMINDER, reminder_id) for reminder_id in session.scalars(reminders)
    ]
    slack.redraw_all(
        session, [(PROPOSAL, campaign_id), (PROPOSAL_AGREED, campaign_id), *reminder_cards]
    )
