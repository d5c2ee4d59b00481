"""Following: a proposal and the requests behind it, when their campaign has gone on.

Campaigns know nothing of planning. Its own verbs call `follow` at once; where another verb changed
or moved the campaign, the clock finds that the rows differ and calls the same.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from bot import clock, slack
from bot.campaigns import history as campaigns
from bot.campaigns.models import OVER, Campaign, Stage
from bot.people.models import Person, Workspace
from bot.planning.audit import FOR_ASKER, PROPOSAL, RESULT, VERSION, record, redraw_proposal
from bot.planning.models import EventType, Proposal, Request, RequestStatus
from bot.planning.queries import asked_people
from bot.planning.sla import answer_sla, ready_sla, rules

_STATUSES = {
    Stage.PROPOSED: RequestStatus.PROPOSED,
    Stage.AGREED: RequestStatus.PROPOSED,
    Stage.LIVE: RequestStatus.ANNOUNCED,
    Stage.PAUSED: RequestStatus.ANNOUNCED,
    Stage.ENDED: RequestStatus.ENDED,
}
_EVENTS = {
    RequestStatus.PROPOSED: EventType.PROPOSED,
    RequestStatus.ANNOUNCED: EventType.ANNOUNCED,
    RequestStatus.ENDED: EventType.ENDED,
}


def follow(session: Session, campaign: Campaign, proposal: Proposal) -> None:
    """Let a proposal be what its campaign is; what is binding and new goes before sales again."""
    if proposal.version != campaign.version:
        _new_version(session, campaign, proposal)
    if proposal.stage != campaign.stage:
        proposal.stage = campaign.stage
        if campaign.stage != Stage.PROPOSED:
            proposal.next_check_at = None
    redraw_proposal(session, campaign.id)
    people = asked_people(session, rules(session, campaign.workspace_id))
    slack.redraw_all(session, [(slack.HOME, person.id) for person in people])
    behind = select(Request).where(Request.campaign_id == campaign.id)
    for request in session.scalars(behind.with_for_update(key_share=True)).all():
        follow_request(session, request)


def follow_request(session: Session, request: Request) -> None:
    """Let a request take the status that its campaign has taken."""
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
        request.wait_anew(*answer_sla(session, workspace, clock.now()))
        record(session, request, EventType.WAITS_ANEW, None, campaign=campaign.id)


def _show_result(session: Session, request: Request) -> None:
    """A message of its own: weeks have passed, and nobody looks at the old one."""
    asker = session.get_one(Person, request.asker_id)
    thread = (FOR_ASKER, request.id)
    slack.show(session, request.workspace_id, RESULT, request.id, asker.slack_id, thread_of=thread)


def proposals_left_behind(
    session: Session, most: int, ready: ColumnElement[bool]
) -> Sequence[Proposal]:
    """The proposals that say less than their campaigns do, of those that are `ready`."""
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


def requests_left_behind(
    session: Session, most: int, ready: ColumnElement[bool]
) -> Sequence[Request]:
    """The `ready` requests whose campaign has gone on without being proposed."""
    behind = [
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
        .where(ready, or_(*behind))
        .limit(most)
        .with_for_update(of=Request, key_share=True, skip_locked=True)
    ).all()


def _new_version(session: Session, campaign: Campaign, proposal: Proposal) -> None:
    """Say what has changed; where that is binding, everyone is asked anew."""
    if campaign.stage in (Stage.PROPOSED, Stage.AGREED):
        if campaign.holds_from > proposal.version:
            _ask_anew(session, campaign, proposal)
        version = campaigns.version(session, campaign.id, campaign.version)
        assert version is not None, "each proposed text is kept"
        channel = session.get_one(Workspace, campaign.workspace_id).channel
        place = slack.place(session, PROPOSAL, campaign.id)
        target = place[0] if place else channel
        thread = (PROPOSAL, campaign.id)
        slack.show(session, campaign.workspace_id, VERSION, version.id, target, thread_of=thread)
    proposal.version = campaign.version


def _ask_anew(session: Session, campaign: Campaign, proposal: Proposal) -> None:
    workspace = session.get_one(Workspace, campaign.workspace_id)
    proposal.answer_by, proposal.next_check_at = ready_sla(session, workspace, clock.now())
    proposal.reminded_at = None
    proposal.overruled_by = proposal.overruled_because = proposal.overruled_version = None
