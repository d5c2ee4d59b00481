"""Reading proposals: who is asked, what they answered, and all that the cards say."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from bot.campaigns import history
from bot.campaigns import queries as campaign_queries
from bot.campaigns.models import Campaign, CampaignVersion, Stage
from bot.errors import NotFound
from bot.people import service as people
from bot.people.models import Person, Role
from bot.planning.agreement_rule import AgreementRule, Quorum, Responses, current_responses
from bot.planning.capacity import capacity_of
from bot.planning.models import (
    Concern,
    PlanningRules,
    Proposal,
    ProposalAnswer,
    ProposalDetails,
    ProposalReminder,
    ProposalRow,
    raised_concerns,
    ready_answers,
)
from bot.planning.rules import rules_of
from bot.planning.similar_campaigns import similar_campaigns


def lock_proposal(session: Session, campaign_id: int) -> tuple[Campaign, Proposal]:
    """A campaign that was proposed and its proposal, both locked until the transaction ends.

    The campaign is locked first, here as in every verb, so that no two wait for each other.
    """
    campaign = session.scalars(
        select(Campaign)
        .where(Campaign.id == campaign_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one()
    return campaign, session.get_one(
        Proposal, campaign_id, with_for_update={"key_share": True}, populate_existing=True
    )


def respondents_of(session: Session, rules: PlanningRules) -> Sequence[Person]:
    """The active people whose answers count, by name."""
    return session.scalars(
        select(Person)
        .where(
            Person.workspace_id == rules.workspace_id,
            Person.active,
            Person.roles.overlap(rules.asked_roles) | Person.id.in_(rules.required_people),
        )
        .order_by(Person.name, Person.id)
    ).all()


def respondents_and_responses(
    session: Session, campaign: Campaign
) -> tuple[Sequence[Person], Responses]:
    """Who is asked about a campaign, and what they answered."""
    respondents = respondents_of(session, rules_of(session, campaign.workspace_id))
    answers = session.scalars(
        select(ProposalAnswer).where(ProposalAnswer.campaign_id == campaign.id)
    ).all()
    raised = session.scalars(select(Concern).where(Concern.campaign_id == campaign.id)).all()
    ids = [person.id for person in respondents]
    return respondents, current_responses(
        ids, ready_answers(answers), raised_concerns(raised), campaign.holds_from
    )


def concerns(session: Session, campaign_id: int) -> Sequence[Concern]:
    """All concerns about a campaign, the oldest first, with who raised and who closed them."""
    return session.scalars(
        select(Concern)
        .where(Concern.campaign_id == campaign_id)
        .options(joinedload(Concern.person), joinedload(Concern.closer))
        .order_by(Concern.raised_at, Concern.id)
    ).all()


def concern_in_full(session: Session, concern_id: int) -> Concern:
    """A concern with its people, and the campaign with its owner."""
    return session.scalars(
        select(Concern)
        .where(Concern.id == concern_id)
        .options(
            joinedload(Concern.person),
            joinedload(Concern.closer),
            joinedload(Concern.campaign).joinedload(Campaign.owner),
        )
    ).one()


def proposal_details(session: Session, campaign_id: int) -> ProposalDetails:
    """A proposal with all that its cards say; the id comes from our own rows, so it is there."""
    proposal = session.get_one(Proposal, campaign_id)
    campaign = campaign_queries.known(session, campaign_id)
    rules = rules_of(session, campaign.workspace_id)
    respondents, responses = respondents_and_responses(session, campaign)
    previous = history.version(session, campaign.id, campaign.version - 1)
    overruler = proposal.overruled_by
    return ProposalDetails(
        proposal=proposal,
        campaign=campaign,
        respondents=respondents,
        responses=responses,
        concerns=[each for each in concerns(session, campaign.id) if each.is_open],
        rule=agreement_rule(session, rules),
        required=required_people(session, rules),
        previous=previous,
        changed=history.changes(previous, campaign) if previous else {},
        capacity=capacity_of(session, campaign),
        similar_campaigns=similar_campaigns(session, campaign),
        overruler=session.get_one(Person, overruler) if overruler else None,
    )


def version_in_full(
    session: Session, version_id: int
) -> tuple[CampaignVersion, CampaignVersion | None, ProposalDetails]:
    """A version with the one before it, and the proposal as it is now."""
    version = session.get_one(CampaignVersion, version_id)
    previous = history.version(session, version.campaign_id, version.number - 1)
    return version, previous, proposal_details(session, version.campaign_id)


def reminder(session: Session, reminder_id: int) -> tuple[ProposalReminder, ProposalDetails]:
    """A reminder, and the proposal as it is now."""
    row = session.get_one(ProposalReminder, reminder_id)
    return row, proposal_details(session, row.campaign_id)


def open_proposals(session: Session, workspace_id: int, limit: int) -> Sequence[ProposalRow]:
    """The proposals that wait for sales, the earliest due first, with the answers to each."""
    campaigns = session.scalars(
        select(Campaign)
        .join(Proposal, Proposal.campaign_id == Campaign.id)
        .where(Proposal.workspace_id == workspace_id, Campaign.stage == Stage.PROPOSED)
        .options(joinedload(Campaign.owner))
        .order_by(Proposal.answer_by, Campaign.id)
        .limit(limit)
    ).all()
    return [ProposalRow(each, respondents_and_responses(session, each)[1]) for each in campaigns]


def readable(session: Session, person: Person, campaign_id: int) -> Campaign:
    """A campaign that was proposed, for who may read all of it. Raises NotAllowed, NotFound."""
    people.require(session, person, "read proposals", Role.SALESPERSON, Role.MARKETER)
    campaign = campaign_queries.find(session, person.workspace_id, campaign_id)
    if session.get(Proposal, campaign_id) is None:
        raise NotFound(what="this proposal")
    return campaign


def required_people(session: Session, rules: PlanningRules) -> Sequence[Person]:
    """The people without whom nothing is agreed, by name; who has left can't say anything, and so
    is not waited for."""
    return session.scalars(
        select(Person)
        .where(Person.id.in_(rules.required_people), Person.active)
        .order_by(Person.name, Person.id)
    ).all()


def agreement_rule(session: Session, rules: PlanningRules) -> AgreementRule:
    """What makes an agreement now."""
    required = frozenset(person.id for person in required_people(session, rules))
    return AgreementRule(Quorum(rules.quorum), rules.quorum_number, required)
