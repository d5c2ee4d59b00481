"""Agreeing: who is ready, who has a concern, and what comes of it.

Every verb holds the campaign's row first, so that answers come one after the other: the one that
makes the agreement sees all others.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot import clock, slack
from bot.campaigns import drafting
from bot.campaigns import queries as campaign_queries
from bot.campaigns.models import Campaign, Stage
from bot.errors import HandoffError, NotFound
from bot.people import service as people
from bot.people.models import Person, Role
from bot.planning.agreement import Enough, agreed
from bot.planning.audit import AGREED, CONCERN, PROPOSAL, redraw_proposal
from bot.planning.following import follow
from bot.planning.models import Concern, PlanningRules, Proposal, ProposalAnswer
from bot.planning.queries import asked_and_standing, asked_people, held
from bot.planning.sla import changeable, rules
from bot.slack.text import moment, safe


class NotAsked(HandoffError):
    """“{name}” asks those in sales who will take its leads. You are not among them, so there is
    nothing to answer."""


class NotProposed(HandoffError):
    """“{name}” is {stage}, so there is nothing to answer any more."""


class AlreadyReady(HandoffError):
    """You have said that you are ready for “{name}”. There is nothing more to do."""


class ConcernClosed(HandoffError):
    """{who} has closed this concern already, {at}."""


class NotYourConcern(HandoffError):
    """Only {who} can withdraw this concern. The owner of the campaign can answer it."""


def ready(session: Session, who: Person, campaign_id: int) -> Campaign:
    """Say that one is ready for the campaign as it reads now; one's own concerns are gone by that.

    Raises NotFound, NotAsked, NotProposed, AlreadyReady.
    """
    campaign, proposal = _held_by_answerer(session, who, campaign_id)
    _, standing = asked_and_standing(session, campaign)
    if who.id in standing.ready:
        raise AlreadyReady(name=safe(campaign.name))
    now = clock.now()
    for concern in _open_of(session, who, campaign):
        _close(session, who, concern, None)
    answer = insert(ProposalAnswer).values(
        campaign_id=campaign.id,
        person_id=who.id,
        version=campaign.version,
        workspace_id=campaign.workspace_id,
        at=now,
    )
    key = [ProposalAnswer.campaign_id, ProposalAnswer.person_id, ProposalAnswer.version]
    session.execute(answer.on_conflict_do_update(index_elements=key, set_={"at": now}))
    _settle(session, who, campaign, proposal)
    return campaign


def answerable(session: Session, who: Person, campaign_id: int) -> Campaign:
    """The campaign about which the person may raise a concern.

    Raises NotFound, NotAsked, NotProposed.
    """
    return _held_by_answerer(session, who, campaign_id)[0]


def raise_concern(
    session: Session, who: Person, campaign_id: int, version: int, text: str, token: str
) -> Concern | None:
    """Raise a concern about the version that one has read; None for a form that arrives again.

    What was agreed goes before sales again. Raises NotFound, NotAsked, NotProposed.
    """
    campaign, proposal = _held_by_answerer(session, who, campaign_id)
    concern: Concern | None = session.scalar(
        insert(Concern)
        .values(
            workspace_id=campaign.workspace_id,
            campaign_id=campaign.id,
            person_id=who.id,
            version=min(version, campaign.version),
            text=text,
            raised_at=clock.now(),
            token=token,
        )
        .on_conflict_do_nothing()
        .returning(Concern)
    )
    if concern is None:
        return None
    if campaign.stage == Stage.AGREED:
        drafting.ask_again(session, who, campaign.id, concern=concern.id)
    place = slack.place(session, PROPOSAL, campaign.id)
    if place is not None:
        thread = (PROPOSAL, campaign.id)
        slack.show(session, who.workspace_id, CONCERN, concern.id, place[0], thread_of=thread)
    follow(session, campaign, proposal)
    return concern


def concern_to_answer(session: Session, who: Person, concern_id: int) -> Concern:
    """A concern that the person may answer: the campaign's owner, or a manager.

    Raises NotFound, NotAllowed, NotYours, ConcernClosed.
    """
    found = concern(session, who.workspace_id, concern_id)
    drafting.manageable(session, who, found.campaign_id)
    _see_open(session, found)
    return found


def answer_concern(session: Session, who: Person, concern_id: int, text: str) -> Concern:
    """Resolve a concern by an answer; whoever raised it still says whether they are ready.

    Raises NotFound, NotAllowed, NotYours, ConcernClosed.
    """
    found = concern_to_answer(session, who, concern_id)
    _close(session, who, found, text)
    _settle(session, who, *held(session, found.campaign_id))
    return found


def withdraw(session: Session, who: Person, concern_id: int) -> Concern:
    """Take one's own concern back. Raises NotFound, NotYourConcern, ConcernClosed."""
    found = concern(session, who.workspace_id, concern_id)
    campaign, proposal = held(session, found.campaign_id)
    if found.person_id != who.id:
        raiser = session.get_one(Person, found.person_id)
        raise NotYourConcern(who=raiser.mention)
    _see_open(session, found)
    _close(session, who, found, None)
    _settle(session, who, campaign, proposal)
    return found


def overrule(session: Session, who: Person, campaign_id: int, reason: str) -> Campaign:
    """Agree in place of sales, against silence and concerns: a manager's right, which is said.

    Raises NotAllowed, NotFound, NotProposed.
    """
    campaign = overrulable(session, who, campaign_id)
    campaign, proposal = held(session, campaign.id)
    proposal.overruled_by, proposal.overruled_because = who.id, reason
    proposal.overruled_version = campaign.version
    _agree(session, who, campaign, proposal, overruled=reason)
    return campaign


def overrulable(session: Session, who: Person, campaign_id: int) -> Campaign:
    """The campaign that the person may agree to in place of sales.

    Raises NotAllowed, NotFound, NotProposed.
    """
    people.require(session, who, "agree in place of sales", Role.MANAGER)
    campaign = campaign_queries.find(session, who.workspace_id, campaign_id, lock=True)
    if campaign.stage != Stage.PROPOSED:
        raise NotProposed(name=safe(campaign.name), stage=campaign.stage)
    return campaign


def settle_all(session: Session, who: Person) -> None:
    """Look at every open proposal again, after the rules have changed."""
    open_ones = select(Proposal.campaign_id).where(
        Proposal.workspace_id == who.workspace_id, Proposal.stage == Stage.PROPOSED
    )
    for campaign_id in session.scalars(open_ones.order_by(Proposal.campaign_id)).all():
        _settle(session, who, *held(session, campaign_id))


def concern(session: Session, workspace_id: int, concern_id: int) -> Concern:
    """A concern of this workspace. Raises NotFound."""
    found = session.get(Concern, concern_id)
    if found is None or found.workspace_id != workspace_id:
        raise NotFound(what="this concern")
    return found


def _settle(session: Session, who: Person, campaign: Campaign, proposal: Proposal) -> None:
    """See whether the answers make an agreement, by the rules of this moment."""
    _, standing = asked_and_standing(session, campaign)
    if campaign.stage == Stage.PROPOSED and agreed(
        rules(session, campaign.workspace_id).rule, standing
    ):
        _agree(session, who, campaign, proposal, ready=sorted(standing.ready))
    redraw_proposal(session, campaign.id)
    slack.redraw(session, slack.HOME, who.id)


def _agree(
    session: Session, who: Person, campaign: Campaign, proposal: Proposal, **facts: object
) -> None:
    drafting.agree(session, who, campaign.id, **facts)
    owner = session.get_one(Person, campaign.owner_id)
    slack.show(session, campaign.workspace_id, AGREED, campaign.id, owner.slack_id)
    follow(session, campaign, proposal)


def _held_by_answerer(session: Session, who: Person, campaign_id: int) -> tuple[Campaign, Proposal]:
    """The proposal that the person is asked about, held. Raises NotFound, NotAsked, NotProposed."""
    campaign_queries.find(session, who.workspace_id, campaign_id, lock=True)
    campaign, proposal = held(session, campaign_id)
    if campaign.stage not in (Stage.PROPOSED, Stage.AGREED):
        raise NotProposed(name=safe(campaign.name), stage=campaign.stage)
    planning_rules = rules(session, who.workspace_id)
    if who.id not in {person.id for person in asked_people(session, planning_rules)}:
        raise NotAsked(name=safe(campaign.name))
    return campaign, proposal


def _open_of(session: Session, who: Person, campaign: Campaign) -> list[Concern]:
    return list(
        session.scalars(
            select(Concern).where(
                Concern.campaign_id == campaign.id,
                Concern.person_id == who.id,
                Concern.closed_at.is_(None),
            )
        )
    )


def _see_open(session: Session, found: Concern) -> None:
    session.refresh(found)
    if found.closed_at is not None:
        closer = session.get_one(Person, found.closed_by)
        raise ConcernClosed(who=closer.mention, at=moment(found.closed_at))


def _close(session: Session, who: Person, found: Concern, answer: str | None) -> None:
    found.answer, found.closed_by, found.closed_at = answer, who.id, clock.now()
    session.flush()
    slack.redraw(session, CONCERN, found.id)


@dataclass(frozen=True)
class Ruling:
    """The rules as an admin wants them."""

    roles: Sequence[Role]
    """Whose answers count."""
    enough: Enough
    some: int | None
    """How many have to be ready, where it is a number; None: as before."""
    must: Sequence[str]
    """Slack's IDs of people without whom nothing is agreed."""
    days: int
    """Working days until answers are due."""


def change_rules(session: Session, who: Person, ruling: Ruling) -> PlanningRules:
    """Set who has to agree, and until when; what is open is looked at again by the new rules.

    Raises NotAllowed.
    """
    changed = changeable(session, who)
    changed.asked_roles, changed.enough = sorted(ruling.roles), ruling.enough
    changed.some = ruling.some or changed.some
    changed.ready_days = ruling.days
    changed.must = sorted(
        people.person(session, who.workspace_id, slack_id).id for slack_id in set(ruling.must)
    )
    session.flush()
    settle_all(session, who)
    return changed
