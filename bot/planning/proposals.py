"""Drafts and proposals, as marketing writes, proposes, changes and announces them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot import clock, slack
from bot.campaigns import announcing, drafting
from bot.campaigns import changing as campaign_changing
from bot.campaigns import queries as campaign_queries
from bot.campaigns.draft import Draft
from bot.campaigns.models import Campaign, Stage
from bot.errors import FieldErrors, HandoffError
from bot.people import service as people
from bot.people.models import Person, Role, Workspace
from bot.planning import budget
from bot.planning.budget import Line
from bot.planning.campaign_sync import sync_proposal
from bot.planning.cards import PROPOSAL
from bot.planning.models import Proposal, Request, RequestEventType
from bot.planning.queries import lock_proposal
from bot.planning.requests import find, record
from bot.planning.rules import ready_deadline
from bot.slack.text import safe


class PlannedAlready(HandoffError):
    """“{name}” is already planned for this request."""


class NoProposal(HandoffError):
    """“{name}” is {stage}, so it isn't a proposal."""


class NotAgreed(HandoffError):
    """“{name}” is {stage}. It can be announced once sales has agreed."""


@dataclass(frozen=True)
class Plan:
    """What the form says: the campaign, its budget by line, and whose it is."""

    draft: Draft
    lines: Sequence[Line] = ()
    owner: str | None = None
    """Slack's ID; None: whoever writes it."""

    @property
    def draft_with_budget(self) -> Draft:
        """The draft with the sum of the lines as its budget."""
        return replace(self.draft, budget=budget.total(self.lines))


def plannable(session: Session, person: Person, request_id: int) -> Request:
    """The request for which the person may plan a campaign.

    Raises NotAllowed, NotFound, PlannedAlready.
    """
    drafting.may_announce(session, person)
    request = find(session, person.workspace_id, request_id, lock=True)
    if request.campaign_id is not None:
        planned = session.get_one(Campaign, request.campaign_id)
        raise PlannedAlready(name=safe(planned.name))
    return request


def create_draft(
    session: Session, person: Person, plan: Plan, token: str, request_id: int | None = None
) -> Campaign:
    """Write a draft, which may be incomplete; of the same form, it is written anew.

    Raises NotAllowed, NotFound, PlannedAlready, CodeTaken, FieldErrors.
    """
    campaign = drafting.draft_campaign(session, person, plan.draft_with_budget, token)
    # The same form, whose campaign has been proposed or handed over meanwhile.
    if campaign.stage != Stage.DRAFT or campaign.owner_id != person.id:
        return campaign
    if request_id is not None:
        _plan_for(session, person, request_id, campaign)
    return save_draft(session, person, campaign.id, plan)


def save_draft(session: Session, person: Person, campaign_id: int, plan: Plan) -> Campaign:
    """Write a draft anew.

    Raises NotFound, NotAllowed, NotYours, NoDraft, CodeTaken, FieldErrors.
    """
    drafting.save_draft(session, person, campaign_id, plan.draft_with_budget)
    campaign = drafting.manageable(session, person, campaign_id)
    budget.replace_lines(session, campaign, plan.lines)
    _named_owner(session, campaign, plan)
    return campaign


def hand_over(session: Session, person: Person, campaign_id: int, plan: Plan) -> Campaign:
    """Give the campaign to the owner whom the plan names; the person may not manage it after that.

    Raises NotFound, NotAllowed, NotYours, FieldErrors for `owner`.
    """
    campaign = campaign_queries.find(session, person.workspace_id, campaign_id, lock=True)
    owner = _named_owner(session, campaign, plan)
    if owner is not None and owner.id != campaign.owner_id:
        drafting.manageable(session, person, campaign_id)
        campaign.owner_id = owner.id
        session.flush()
        session.expire(campaign, ["owner"])
    return campaign


def propose(session: Session, person: Person, campaign_id: int) -> Proposal:
    """Put a draft before sales.

    Raises NotFound, NotAllowed, NotYours, CannotMove, and FieldErrors with what is missing.
    """
    campaign = drafting.propose(session, person, campaign_id)
    workspace = session.get_one(Workspace, person.workspace_id)
    now = clock.now()
    answer_by, next_check_at = ready_deadline(session, workspace, now)
    values = {
        "stage": Stage.PROPOSED,
        "version": campaign.version,
        "proposed_at": now,
        "answer_by": answer_by,
        "next_check_at": next_check_at,
        "reminded_at": None,
        "overruled_by": None,
        "overruled_because": None,
        "overruled_version": None,
    }
    session.execute(
        insert(Proposal)
        .values(campaign_id=campaign.id, workspace_id=workspace.id, **values)
        .on_conflict_do_update(index_elements=[Proposal.campaign_id], set_=values)
    )
    slack.show(session, workspace.id, PROPOSAL, campaign.id, workspace.channel)
    campaign, proposal = lock_proposal(session, campaign.id)
    sync_proposal(session, campaign, proposal)
    return proposal


def propose_once(session: Session, person: Person, campaign_id: int) -> None:
    """Put a draft before sales; do nothing where a form that arrives again has done so already."""
    if (
        campaign_queries.find(session, person.workspace_id, campaign_id, lock=True).stage
        == Stage.DRAFT
    ):
        propose(session, person, campaign_id)


def revisable(session: Session, person: Person, campaign_id: int) -> Campaign:
    """A proposal, for those who may change it.

    Raises NotFound, NotAllowed, NotYours, NoProposal.
    """
    campaign = drafting.manageable(session, person, campaign_id)
    if campaign.stage not in (Stage.PROPOSED, Stage.AGREED):
        raise NoProposal(name=safe(campaign.name), stage=campaign.stage)
    return campaign


def revise(session: Session, person: Person, campaign_id: int, plan: Plan) -> Campaign:
    """Change what was proposed: a new version, and sales is asked again if a binding field changed.

    Raises NotFound, NotAllowed, NotYours, NoProposal, CodeTaken, FieldErrors.
    """
    revisable(session, person, campaign_id)
    campaign_changing.change(session, person, campaign_id, plan.draft_with_budget)
    budget.replace_lines(session, drafting.manageable(session, person, campaign_id), plan.lines)
    hand_over(session, person, campaign_id, plan)
    campaign, proposal = lock_proposal(session, campaign_id)
    sync_proposal(session, campaign, proposal)
    return campaign


def announce(
    session: Session, person: Person, campaign_id: int, at: datetime | None = None
) -> Campaign:
    """Announce what was agreed: at once, or at a set time.

    Raises NotFound, NotAllowed, NotYours, NotAgreed, and FieldErrors for `launch_at`.
    """
    campaign = drafting.manageable(session, person, campaign_id)
    if campaign.stage != Stage.AGREED:
        raise NotAgreed(name=safe(campaign.name), stage=campaign.stage)
    announcing.launch(session, person, campaign_id, at)
    campaign, proposal = lock_proposal(session, campaign_id)
    sync_proposal(session, campaign, proposal)
    return campaign


def take_back(session: Session, person: Person, campaign_id: int) -> Campaign:
    """Make a proposal a draft again. Raises NotFound, NotAllowed, NotYours, CannotMove."""
    drafting.take_back(session, person, campaign_id)
    campaign, proposal = lock_proposal(session, campaign_id)
    sync_proposal(session, campaign, proposal)
    return campaign


def give_up(session: Session, person: Person, campaign_id: int) -> Campaign:
    """Cancel a draft or a proposal. Raises NotFound, NotAllowed, NotYours, CannotMove."""
    campaign = campaign_changing.cancel(session, person, campaign_id)
    proposal = session.get(Proposal, campaign_id)
    if proposal is not None:
        sync_proposal(session, campaign, proposal)
    return campaign


def drafts(session: Session, person: Person, limit: int, offset: int = 0) -> Sequence[Campaign]:
    """The drafts that the person may take up again, the newest first; a manager's are all.

    Raises NotAllowed.
    """
    drafting.may_announce(session, person)
    return session.scalars(
        select(Campaign)
        .where(*_drafts_of(person))
        .order_by(Campaign.id.desc())
        .limit(limit)
        .offset(offset)
    ).all()


def count_drafts(session: Session, person: Person) -> int:
    """How many drafts those are."""
    return session.scalars(
        select(func.count()).select_from(Campaign).where(*_drafts_of(person))
    ).one()


def _drafts_of(person: Person) -> list[ColumnElement[bool]]:
    own = [] if person.leads_others else [Campaign.owner_id == person.id]
    return [Campaign.workspace_id == person.workspace_id, Campaign.stage == Stage.DRAFT, *own]


def _plan_for(session: Session, person: Person, request_id: int, campaign: Campaign) -> None:
    """Note what the campaign is planned for, once."""
    request = find(session, person.workspace_id, request_id, lock=True)
    if request.campaign_id == campaign.id:
        return
    plannable(session, person, request_id)
    request.campaign_id = campaign.id
    record(session, request, RequestEventType.DRAFTED, person, campaign=campaign.id)


def _named_owner(session: Session, campaign: Campaign, plan: Plan) -> Person | None:
    """Whom the plan names. Raises FieldErrors for `owner`."""
    if plan.owner is None:
        return None
    owner = people.person(session, campaign.workspace_id, plan.owner)
    if not owner.has(Role.MARKETER):
        raise FieldErrors({"owner": "Choose someone in marketing, so that they can change it."})
    return owner
