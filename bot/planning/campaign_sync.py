"""Proposals and requests follow their campaign when it is changed, announced, ended or cancelled.

Campaigns know nothing of planning. The verbs of planning call `sync_proposal` at once; where
another capability changed the campaign, the clock finds the rows that differ and calls the same.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from bot import clock, slack
from bot.campaigns import history as campaigns
from bot.campaigns.models import OVER, Campaign, Stage
from bot.people.models import Person, Workspace
from bot.planning.cards import (
    PROPOSAL,
    PROPOSAL_VERSION,
    REQUEST_FOR_ASKER,
    REQUEST_RESULT,
    redraw_proposal,
)
from bot.planning.models import Proposal, Request, RequestEventType, RequestStatus
from bot.planning.queries import respondents_of
from bot.planning.requests import record
from bot.planning.rules import answer_deadline, ready_deadline, rules_of

_STATUSES = {
    Stage.PROPOSED: RequestStatus.PROPOSED,
    Stage.AGREED: RequestStatus.PROPOSED,
    Stage.LIVE: RequestStatus.ANNOUNCED,
    Stage.PAUSED: RequestStatus.ANNOUNCED,
    Stage.ENDED: RequestStatus.ENDED,
}
_EVENTS = {
    RequestStatus.PROPOSED: RequestEventType.PROPOSED,
    RequestStatus.ANNOUNCED: RequestEventType.ANNOUNCED,
    RequestStatus.ENDED: RequestEventType.ENDED,
}


def sync_proposal(session: Session, campaign: Campaign, proposal: Proposal) -> None:
    """Give a proposal the version and stage of its campaign; a binding change asks sales again."""
    if proposal.version != campaign.version:
        _new_version(session, campaign, proposal)
    if proposal.stage != campaign.stage:
        proposal.stage = campaign.stage
        if campaign.stage != Stage.PROPOSED:
            proposal.next_check_at = None
    redraw_proposal(session, campaign.id)
    people = respondents_of(session, rules_of(session, campaign.workspace_id))
    slack.redraw_all(session, [(slack.HOME, person.id) for person in people])
    planned_for = select(Request).where(Request.campaign_id == campaign.id)
    for request in session.scalars(planned_for.with_for_update(key_share=True)).all():
        sync_request(session, request)


def sync_request(session: Session, request: Request) -> None:
    """Give a request the status that follows from its campaign's stage."""
    campaign = session.get_one(Campaign, request.campaign_id)
    status = _STATUSES.get(Stage(campaign.stage))
    if request.status in (status, RequestStatus.DECLINED):
        return
    if status is not None:
        request.answer(campaign.owner_id, status, clock.now())
        record(session, request, _EVENTS[status], None, campaign=campaign.id)
        if status == RequestStatus.ENDED:
            _show_result(session, request)
        return
    if campaign.stage == Stage.CANCELLED:
        request.campaign_id = None
    if request.status != RequestStatus.WAITING:
        workspace = session.get_one(Workspace, request.workspace_id)
        request.reopen(*answer_deadline(session, workspace, clock.now()))
        record(session, request, RequestEventType.REOPENED, None, campaign=campaign.id)


def _show_result(session: Session, request: Request) -> None:
    """A message of its own: weeks have passed, and nobody looks at the old one."""
    asker = session.get_one(Person, request.asker_id)
    thread = (REQUEST_FOR_ASKER, request.id)
    slack.show(
        session, request.workspace_id, REQUEST_RESULT, request.id, asker.slack_id, thread_of=thread
    )


def outdated_proposals(
    session: Session, most: int, ready: ColumnElement[bool]
) -> Sequence[Proposal]:
    """The `ready` proposals whose version or stage is not their campaign's any more."""
    return session.scalars(
        select(Proposal)
        .join(Campaign, Campaign.id == Proposal.campaign_id)
        .where(
            ready,
            Proposal.stage.not_in(OVER),
            (Proposal.stage != Campaign.stage) | (Proposal.version != Campaign.version),
        )
        .limit(most)
    ).all()


def outdated_requests(session: Session, most: int, ready: ColumnElement[bool]) -> Sequence[Request]:
    """The `ready` requests whose status does not follow from their campaign's stage any more."""
    outdated = [
        and_(Request.status == RequestStatus.WAITING, Campaign.stage.not_in([Stage.DRAFT])),
        and_(
            Request.status == RequestStatus.PROPOSED,
            Campaign.stage.not_in([Stage.PROPOSED, Stage.AGREED]),
        ),
        and_(
            Request.status == RequestStatus.ANNOUNCED,
            Campaign.stage.not_in([Stage.LIVE, Stage.PAUSED]),
        ),
    ]
    return session.scalars(
        select(Request)
        .join(Campaign, Campaign.id == Request.campaign_id)
        .where(ready, or_(*outdated))
        .limit(most)
        .with_for_update(of=Request, key_share=True, skip_locked=True)
    ).all()


def _new_version(session: Session, campaign: Campaign, proposal: Proposal) -> None:
    """Say what has changed; where that is binding, everyone is asked anew."""
    if campaign.stage in (Stage.PROPOSED, Stage.AGREED):
        if campaign.holds_from > proposal.version:
            _ask_again(session, campaign, proposal)
        version = campaigns.version(session, campaign.id, campaign.version)
        assert version is not None, "each proposed text is kept"
        channel = session.get_one(Workspace, campaign.workspace_id).channel
        place = slack.place(session, PROPOSAL, campaign.id)
        target = place[0] if place else channel
        thread = (PROPOSAL, campaign.id)
        slack.show(
            session, campaign.workspace_id, PROPOSAL_VERSION, version.id, target, thread_of=thread
        )
    proposal.version = campaign.version


def _ask_again(session: Session, campaign: Campaign, proposal: Proposal) -> None:
    workspace = session.get_one(Workspace, campaign.workspace_id)
    proposal.answer_by, proposal.next_check_at = ready_deadline(session, workspace, clock.now())
    proposal.reminded_at = None
    proposal.overruled_by = proposal.overruled_because = proposal.overruled_version = None
