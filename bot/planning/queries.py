"""Reading proposals: who is asked, where everyone stands, and all that the card says."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from bot.campaigns import history
from bot.campaigns import queries as campaign_queries
from bot.campaigns.models import Campaign, CampaignVersion, Stage
from bot.errors import NotFound
from bot.people import service as people
from bot.people.models import Person, Role
from bot.planning.agreement import Standing, standing
from bot.planning.capacity import capacity_of
from bot.planning.models import (
    Concern,
    PlanningRules,
    Proposal,
    ProposalAnswer,
    ProposalReminder,
    Proposed,
    Table,
    raised_concerns,
    ready_answers,
)
from bot.planning.retrospectives import last_time
from bot.planning.sla import rules


def held(session: Session, campaign_id: int) -> tuple[Campaign, Proposal]:
    """A campaign that was proposed and its proposal, both held until the transaction ends.

    The campaign is held first, here as in every verb, so that no two wait for each other.
    """
    campaign = session.scalars(
        select(Campaign).where(Campaign.id == campaign_id).with_for_update(key_share=True)
    ).one()
    session.refresh(campaign)
    return campaign, session.get_one(
        Proposal, campaign_id, with_for_update={"key_share": True}, populate_existing=True
    )


def asked_people(session: Session, planning_rules: PlanningRules) -> Sequence[Person]:
    """The active people whose answers count, by name."""
    return session.scalars(
        select(Person)
        .where(
            Person.workspace_id == planning_rules.workspace_id,
            Person.active,
            Person.roles.overlap(planning_rules.asked_roles) | Person.id.in_(planning_rules.must),
        )
        .order_by(Person.name, Person.id)
    ).all()


def asked_and_standing(session: Session, campaign: Campaign) -> tuple[Sequence[Person], Standing]:
    """Who is asked about a campaign, and where everyone stands."""
    respondents = asked_people(session, rules(session, campaign.workspace_id))
    answers = session.scalars(
        select(ProposalAnswer).where(ProposalAnswer.campaign_id == campaign.id)
    ).all()
    raised = session.scalars(select(Concern).where(Concern.campaign_id == campaign.id)).all()
    ids = [person.id for person in respondents]
    return respondents, standing(
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
    """A concern that is there, with its people, and the campaign with its owner."""
    return session.scalars(
        select(Concern)
        .where(Concern.id == concern_id)
        .options(
            joinedload(Concern.person),
            joinedload(Concern.closer),
            joinedload(Concern.campaign).joinedload(Campaign.owner),
        )
    ).one()


def table(session: Session, campaign_id: int) -> Table:
    """A proposal with all that its card says; for our own work, which carries its id."""
    proposal = session.get_one(Proposal, campaign_id)
    campaign = campaign_queries.known(session, campaign_id)
    planning_rules = rules(session, campaign.workspace_id)
    respondents, now = asked_and_standing(session, campaign)
    before = history.version(session, campaign.id, campaign.version - 1)
    overruler = proposal.overruled_by
    return Table(
        proposal=proposal,
        campaign=campaign,
        asked=respondents,
        standing=now,
        concerns=[each for each in concerns(session, campaign.id) if each.is_open],
        rule=planning_rules.rule,
        must=named(session, planning_rules),
        before=before,
        changed=history.changes(before, campaign) if before else {},
        capacity=capacity_of(session, campaign),
        last_time=last_time(session, campaign),
        overruler=session.get_one(Person, overruler) if overruler else None,
    )


def version_in_full(
    session: Session, version_id: int
) -> tuple[CampaignVersion, CampaignVersion | None, Table]:
    """A version with the one before it, and the proposal as it is now."""
    version = session.get_one(CampaignVersion, version_id)
    before = history.version(session, version.campaign_id, version.number - 1)
    return version, before, table(session, version.campaign_id)


def reminder(session: Session, reminder_id: int) -> tuple[ProposalReminder, Table]:
    """A reminder, and the proposal as it is now."""
    row = session.get_one(ProposalReminder, reminder_id)
    return row, table(session, row.campaign_id)


def proposed(session: Session, workspace_id: int, limit: int) -> Sequence[Campaign]:
    """The campaigns that wait for sales' answers, the earliest due first, with their owners."""
    return session.scalars(
        select(Campaign)
        .join(Proposal, Proposal.campaign_id == Campaign.id)
        .where(Proposal.workspace_id == workspace_id, Campaign.stage == Stage.PROPOSED)
        .options(joinedload(Campaign.owner))
        .order_by(Proposal.answer_by, Campaign.id)
        .limit(limit)
    ).all()


def standings(session: Session, workspace_id: int, limit: int) -> Sequence[Proposed]:
    """The proposals that wait for sales, the earliest due first, with where each stands."""
    waiting = proposed(session, workspace_id, limit)
    return [Proposed(each, asked_and_standing(session, each)[1]) for each in waiting]


def readable(session: Session, person: Person, campaign_id: int) -> Campaign:
    """A campaign that was proposed, for who may read all of it. Raises NotAllowed, NotFound."""
    people.require(session, person, "read proposals", Role.SALESPERSON, Role.MARKETER)
    campaign = campaign_queries.find(session, person.workspace_id, campaign_id)
    if session.get(Proposal, campaign_id) is None:
        raise NotFound(what="this proposal")
    return campaign


def named(session: Session, planning_rules: PlanningRules) -> Sequence[Person]:
    """The people without whom nothing is agreed, by name."""
    return session.scalars(
        select(Person).where(Person.id.in_(planning_rules.must)).order_by(Person.name, Person.id)
    ).all()
