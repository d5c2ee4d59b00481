"""Answers to a proposal: who is ready, who has a concern, and whether that is an agreement.

Every verb locks the campaign's row first, so that answers come one after the other: the one that
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
from bot.planning.agreement_rule import Quorum, is_agreed
from bot.planning.campaign_sync import sync_proposal
from bot.planning.cards import CONCERN, PROPOSAL, PROPOSAL_AGREED, redraw_proposal
from bot.planning.models import Concern, PlanningRules, Proposal, ProposalAnswer
from bot.planning.queries import (
    agreement_rule,
    lock_proposal,
    respondents_and_responses,
    respondents_of,
)
from bot.planning.rules import changeable, rules_of
from bot.slack.text import moment, safe


class NotAsked(HandoffError):
    """“{name}” asks only the people in sales who will take its leads, so you needn't answer."""


class NotProposed(HandoffError):
    """“{name}” is {stage}, so it no longer needs an answer."""


class AlreadyReady(HandoffError):
    """You've already said that you're ready for “{name}”."""


class ConcernClosed(HandoffError):
    """{who} already closed this concern {at}."""


class NotYourConcern(HandoffError):
    """Only {who} can withdraw this concern. The owner of the campaign can answer it."""


def answer_ready(session: Session, person: Person, campaign_id: int) -> Campaign:
    """Say that one is ready for the campaign as it reads now; that closes one's own concerns.

    Raises NotFound, NotAsked, NotProposed, AlreadyReady.
    """
    campaign, proposal = _lock_to_answer(session, person, campaign_id)
    _, responses = respondents_and_responses(session, campaign)
    if person.id in responses.ready:
        raise AlreadyReady(name=safe(campaign.name))
    now = clock.now()
    for concern in _open_concerns_of(session, person, campaign):
        _close(session, person, concern, None)
    answer = insert(ProposalAnswer).values(
        campaign_id=campaign.id,
        person_id=person.id,
        version=campaign.version,
        workspace_id=campaign.workspace_id,
        at=now,
    )
    key = [ProposalAnswer.campaign_id, ProposalAnswer.person_id, ProposalAnswer.version]
    session.execute(answer.on_conflict_do_update(index_elements=key, set_={"at": now}))
    _check_agreement(session, person, campaign, proposal)
    return campaign


def answerable(session: Session, person: Person, campaign_id: int) -> Campaign:
    """The campaign about which the person may raise a concern.

    Raises NotFound, NotAsked, NotProposed.
    """
    return _lock_to_answer(session, person, campaign_id)[0]


def raise_concern(
    session: Session, person: Person, campaign_id: int, version: int, text: str, token: str
) -> Concern | None:
    """Raise a concern about the version that one has read; None for a form that arrives again.

    What was agreed goes before sales again. Raises NotFound, NotAsked, NotProposed.
    """
    campaign, proposal = _lock_to_answer(session, person, campaign_id)
    concern: Concern | None = session.scalar(
        insert(Concern)
        .values(
            workspace_id=campaign.workspace_id,
            campaign_id=campaign.id,
            person_id=person.id,
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
        drafting.ask_again(session, person, campaign.id, concern=concern.id)
    place = slack.place(session, PROPOSAL, campaign.id)
    if place is not None:
        thread = (PROPOSAL, campaign.id)
        slack.show(session, person.workspace_id, CONCERN, concern.id, place[0], thread_of=thread)
    sync_proposal(session, campaign, proposal)
    return concern


def concern_to_answer(session: Session, person: Person, concern_id: int) -> Concern:
    """A concern that the person may answer: the campaign's owner, or a manager.

    Raises NotFound, NotAllowed, NotYours, ConcernClosed.
    """
    open_concern = find_concern(session, person.workspace_id, concern_id)
    drafting.manageable(session, person, open_concern.campaign_id)
    _require_open(session, open_concern)
    return open_concern


def answer_concern(session: Session, person: Person, concern_id: int, text: str) -> Concern:
    """Resolve a concern by an answer; whoever raised it still says whether they are ready.

    Raises NotFound, NotAllowed, NotYours, ConcernClosed.
    """
    answered = concern_to_answer(session, person, concern_id)
    _close(session, person, answered, text)
    _check_agreement(session, person, *lock_proposal(session, answered.campaign_id))
    return answered


def withdraw_concern(session: Session, person: Person, concern_id: int) -> Concern:
    """Take one's own concern back. Raises NotFound, NotYourConcern, ConcernClosed."""
    withdrawn = find_concern(session, person.workspace_id, concern_id)
    campaign, proposal = lock_proposal(session, withdrawn.campaign_id)
    if withdrawn.person_id != person.id:
        raiser = session.get_one(Person, withdrawn.person_id)
        raise NotYourConcern(who=raiser.mention)
    _require_open(session, withdrawn)
    _close(session, person, withdrawn, None)
    _check_agreement(session, person, campaign, proposal)
    return withdrawn


def overrule(session: Session, person: Person, campaign_id: int, reason: str) -> Campaign:
    """Agree in place of sales, against silence and concerns: a manager may, and it is shown.

    Raises NotAllowed, NotFound, NotProposed.
    """
    campaign = overrulable(session, person, campaign_id)
    campaign, proposal = lock_proposal(session, campaign.id)
    proposal.overruled_by, proposal.overruled_because = person.id, reason
    proposal.overruled_version = campaign.version
    _agree(session, person, campaign, proposal, overruled=reason)
    return campaign


def overrulable(session: Session, person: Person, campaign_id: int) -> Campaign:
    """The campaign that the person may agree to in place of sales.

    Raises NotAllowed, NotFound, NotProposed.
    """
    people.require(session, person, "agree for sales", Role.MANAGER)
    campaign = campaign_queries.find(session, person.workspace_id, campaign_id, lock=True)
    if campaign.stage != Stage.PROPOSED:
        raise NotProposed(name=safe(campaign.name), stage=campaign.stage)
    return campaign


def check_open_proposals(session: Session, person: Person) -> None:
    """See of every open proposal whether it is agreed by the rules that have changed."""
    open_ones = select(Proposal.campaign_id).where(
        Proposal.workspace_id == person.workspace_id, Proposal.stage == Stage.PROPOSED
    )
    for campaign_id in session.scalars(open_ones.order_by(Proposal.campaign_id)).all():
        _check_agreement(session, person, *lock_proposal(session, campaign_id))


def find_concern(session: Session, workspace_id: int, concern_id: int) -> Concern:
    """A concern of this workspace. Raises NotFound."""
    row = session.get(Concern, concern_id)
    if row is None or row.workspace_id != workspace_id:
        raise NotFound(what="this concern")
    return row


def _check_agreement(
    session: Session, person: Person, campaign: Campaign, proposal: Proposal
) -> None:
    """See whether the answers make an agreement, by the rules of this moment."""
    _, responses = respondents_and_responses(session, campaign)
    if campaign.stage == Stage.PROPOSED and is_agreed(
        agreement_rule(session, rules_of(session, campaign.workspace_id)), responses
    ):
        _agree(session, person, campaign, proposal, ready=sorted(responses.ready))
    redraw_proposal(session, campaign.id)
    slack.redraw(session, slack.HOME, person.id)


def _agree(
    session: Session, person: Person, campaign: Campaign, proposal: Proposal, **facts: object
) -> None:
    drafting.agree(session, person, campaign.id, **facts)
    for each in campaign_queries.owner_or_managers(session, campaign):
        slack.show(session, campaign.workspace_id, PROPOSAL_AGREED, campaign.id, each.slack_id)
    sync_proposal(session, campaign, proposal)


def _lock_to_answer(
    session: Session, person: Person, campaign_id: int
) -> tuple[Campaign, Proposal]:
    """Lock the proposal that the person is asked about. Raises NotFound, NotAsked, NotProposed."""
    campaign_queries.find(session, person.workspace_id, campaign_id, lock=True)
    campaign, proposal = lock_proposal(session, campaign_id)
    if campaign.stage not in (Stage.PROPOSED, Stage.AGREED):
        raise NotProposed(name=safe(campaign.name), stage=campaign.stage)
    rules = rules_of(session, person.workspace_id)
    if person.id not in {each.id for each in respondents_of(session, rules)}:
        raise NotAsked(name=safe(campaign.name))
    return campaign, proposal


def _open_concerns_of(session: Session, person: Person, campaign: Campaign) -> list[Concern]:
    return list(
        session.scalars(
            select(Concern).where(
                Concern.campaign_id == campaign.id,
                Concern.person_id == person.id,
                Concern.closed_at.is_(None),
            )
        )
    )


def _require_open(session: Session, row: Concern) -> None:
    session.refresh(row)
    if row.closed_at is not None:
        closer = session.get_one(Person, row.closed_by)
        raise ConcernClosed(who=closer.mention, at=moment(row.closed_at))


def _close(session: Session, person: Person, row: Concern, answer: str | None) -> None:
    row.answer, row.closed_by, row.closed_at = answer, person.id, clock.now()
    session.flush()
    slack.redraw(session, CONCERN, row.id)


@dataclass(frozen=True)
class RulesChange:
    """When sales agrees, as an admin wants it."""

    roles: Sequence[Role]
    """Whose answers count."""
    quorum: Quorum
    number: int | None
    """How many have to be ready, where it is a number; None: as before."""
    required: Sequence[str]
    """Slack's IDs of people without whom nothing is agreed."""
    days: int
    """Working days until answers are due."""


def change_rules(session: Session, person: Person, change: RulesChange) -> PlanningRules:
    """Set who has to agree, and until when; open proposals are checked by the new rules.

    Raises NotAllowed.
    """
    changed = changeable(session, person)
    changed.asked_roles, changed.quorum = sorted(change.roles), change.quorum
    changed.quorum_number = change.number or changed.quorum_number
    changed.ready_days = change.days
    changed.required_people = sorted(
        people.person(session, person.workspace_id, slack_id).id
        for slack_id in set(change.required)
    )
    session.flush()
    check_open_proposals(session, person)
    return changed
