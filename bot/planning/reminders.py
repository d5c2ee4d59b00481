"""What the clock brings in: reminders before answers are due, and campaigns that changed."""

from datetime import datetime
from functools import partial
from operator import attrgetter

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot import clock, slack
from bot.campaigns.models import Campaign, Stage
from bot.people import service as people
from bot.people.models import Person, Role
from bot.planning.campaign_sync import (
    outdated_proposals,
    outdated_requests,
    sync_proposal,
    sync_request,
)
from bot.planning.cards import PROPOSAL_REMINDER, REQUEST_REMINDER, redraw_proposal
from bot.planning.models import Proposal, ProposalReminder, Request, RequestEventType
from bot.planning.queries import lock_proposal, respondents_and_responses
from bot.planning.requests import record
from bot.planning.retrospectives import ask_about_ended
from bot.tasks import Loop

_REQUESTS = Loop("planning.requests", "Reminders of requests")
_PROPOSALS = Loop("planning.proposals", "Reminders of proposals")
_SYNC_PROPOSALS = Loop("planning.follow", "Proposals that follow their campaign")
_SYNC_REQUESTS = Loop("planning.follow_requests", "Requests that follow their campaign")

# Rows of one transaction, so that it is short and others can share the work.
_AT_ONCE = 100


def handle_due(session: Session) -> int:
    """Handle what is due, at most a hundred rows of each kind; returns how many those were."""
    now = clock.now()
    done = _requests(session, now) + _proposals(session, now) + _sync(session)
    return done + ask_about_ended(session, _AT_ONCE)


def _requests(session: Session, now: datetime) -> int:
    due = session.scalars(
        select(Request)
        .where(Request.next_check_at <= now, _REQUESTS.ready(Request.id))
        .order_by(Request.next_check_at)
        .limit(_AT_ONCE)
        .with_for_update(key_share=True, skip_locked=True)
    ).all()
    _REQUESTS.each(session, due, lambda request: _check_request(session, request, now))
    return len(due)


def _check_request(session: Session, request: Request, now: datetime) -> None:
    """Remind marketing once, and mark what is overdue."""
    request.next_check_at = request.answer_by if now < request.answer_by else None
    first = request.reminded_at is None
    if first:
        request.reminded_at = now
    record(session, request, RequestEventType.REMINDED if first else RequestEventType.OVERDUE, None)
    if first:
        for person in _who_answers(session, request.workspace_id):
            slack.show(session, request.workspace_id, REQUEST_REMINDER, request.id, person.slack_id)


def _who_answers(session: Session, workspace_id: int) -> list[Person]:
    """Marketing; where nobody is in it, the managers."""
    marketers = people.having(session, workspace_id, Role.MARKETER)
    return list(marketers or people.having(session, workspace_id, Role.MANAGER))


def _proposals(session: Session, now: datetime) -> int:
    due = session.scalars(
        select(Proposal)
        .where(Proposal.next_check_at <= now, _PROPOSALS.ready(Proposal.campaign_id))
        .order_by(Proposal.next_check_at)
        .limit(_AT_ONCE)
    ).all()

    def check(due_one: Proposal) -> None:
        # The campaign first, as every verb does: two that hold each other's row wait for ever.
        campaign, proposal = lock_proposal(session, due_one.campaign_id)
        if proposal.next_check_at is not None and proposal.next_check_at <= now:
            _check_proposal(session, campaign, proposal, now)

    _PROPOSALS.each(session, due, check, key=attrgetter("campaign_id"))
    return len(due)


def _check_proposal(
    session: Session, campaign: Campaign, proposal: Proposal, now: datetime
) -> None:
    """Remind the silent once; at the end their silence is shown as such."""
    proposal.next_check_at = proposal.answer_by if now < proposal.answer_by else None
    if campaign.stage != Stage.PROPOSED:
        proposal.next_check_at = None
        return
    if proposal.reminded_at is None:
        proposal.reminded_at = now
        _remind(session, campaign, now)
    redraw_proposal(session, campaign.id)


def _remind(session: Session, campaign: Campaign, now: datetime) -> None:
    respondents, responses = respondents_and_responses(session, campaign)
    for person in respondents:
        if person.id not in responses.silent:
            continue
        reminder_id = session.scalar(
            insert(ProposalReminder)
            .values(
                workspace_id=campaign.workspace_id,
                campaign_id=campaign.id,
                person_id=person.id,
                version=campaign.version,
                at=now,
            )
            .on_conflict_do_nothing()
            .returning(ProposalReminder.id)
        )
        if reminder_id is not None:
            slack.show(
                session, campaign.workspace_id, PROPOSAL_REMINDER, reminder_id, person.slack_id
            )


def _sync(session: Session) -> int:
    """Catch up with campaigns that were changed, announced, ended or cancelled elsewhere."""
    proposals = outdated_proposals(session, _AT_ONCE, _SYNC_PROPOSALS.ready(Proposal.campaign_id))
    _SYNC_PROPOSALS.each(
        session,
        proposals,
        lambda outdated: sync_proposal(session, *lock_proposal(session, outdated.campaign_id)),
        key=attrgetter("campaign_id"),
    )
    requests = outdated_requests(session, _AT_ONCE, _SYNC_REQUESTS.ready(Request.id))
    _SYNC_REQUESTS.each(session, requests, partial(sync_request, session))
    return len(proposals) + len(requests)
