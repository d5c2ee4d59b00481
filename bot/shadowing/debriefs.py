"""Afterwards: the time is over, both are asked for a debrief, and what an idea in it becomes."""

from datetime import timedelta

from sqlalchemy.orm import Session

from bot import clock, slack
from bot.campaigns import drafting
from bot.campaigns import queries as campaign_queries
from bot.campaigns.draft import Draft
from bot.campaigns.models import Campaign, Kind
from bot.errors import HandoffError, NotFound
from bot.people.models import Person, Workspace
from bot.planning import requests as planning
from bot.planning.models import Request
from bot.shadowing import leavers
from bot.shadowing.meeting import (
    ASK,
    CARD,
    MET,
    REMINDER,
    hold,
    load_own_pair,
    load_pair,
    redraw,
    sign,
)
from bot.shadowing.models import Debrief, ShadowPair, ShadowParticipant, Stage
from bot.slack.text import clean
from bot.tasks import enqueue


class NotYet(HandoffError):
    """You haven't met yet. I'll ask you afterwards."""


class AlreadyTogether(HandoffError):
    """Your answers have been shared already, so they can't be changed."""


class DidNotMeet(HandoffError):
    """You didn't meet, so there's nothing to write about."""


def answerable(session: Session, person: Person, participant_id: int) -> ShadowParticipant:
    """The participant, where they can write their debrief, or write it anew until the other has.

    Raises NotFound, NotYourPair, HandedOn, NotYet, AlreadyTogether, DidNotMeet.
    """
    return _answerable(session, person, participant_id)[1]


def debrief(session: Session, person: Person, participant_id: int, answers: Debrief) -> ShadowPair:
    """Take a debrief; once both are there, they are put together. One that comes later joins.

    Raises what `answerable` raises.
    """
    pair, participant = _answerable(session, person, participant_id)
    participant.surprised, participant.change = answers.surprised, answers.change
    participant.idea = answers.idea
    participant.shares = answers.shares
    participant.answered_at = clock.now()
    sign(session, participant)
    if pair.stage == Stage.SETTLED or all(each.answered_at for each in pair.taken):
        put_together(session, pair)
    slack.redraw(session, ASK, participant.id)
    slack.redraw(session, MET, pair.id)
    redraw(session, pair)
    return pair


def _answerable(
    session: Session, person: Person, participant_id: int
) -> tuple[ShadowPair, ShadowParticipant]:
    pair, participant = load_own_pair(session, person, participant_id)
    stage = Stage(pair.stage)
    if stage.is_live:
        raise NotYet
    if not stage.has_met:
        raise DidNotMeet
    if stage == Stage.SETTLED and participant.answered_at is not None:
        raise AlreadyTogether
    return pair, participant


SETTLE = "shadow.settle"
SHARED = "shadow.shared"

_ANSWER_WITHIN = timedelta(days=7)


def remind(session: Session, pair_id: int, slot_id: int) -> bool:
    """Remind both on the day, if that time is still agreed."""
    pair = hold(session, pair_id)
    if pair.stage != Stage.AGREED or pair.slot_id != slot_id:
        return False
    for participant in pair.taken:
        slack.show(session, pair.workspace_id, REMINDER, slot_id, participant.person.slack_id,
                   thread_of=(CARD, participant.id))  # fmt: skip
    return True


def over(session: Session, pair_id: int, slot_id: int) -> bool:
    """The time that was agreed is over: ask both for a debrief, once.

    Who has left did not come, also where the clock has not yet looked after those who left.
    """
    pair = hold(session, pair_id)
    if pair.stage != Stage.AGREED or pair.slot_id != slot_id:
        return False
    if leavers.has_leaver(pair):
        leavers.cancel(session, pair)
        return False
    pair.stage, pair.held_at = Stage.HELD, clock.now()
    for participant in pair.taken:
        slack.show(session, pair.workspace_id, ASK, participant.id, participant.person.slack_id,
                   thread_of=(CARD, participant.id))  # fmt: skip
    enqueue(session, SETTLE, at=clock.now() + _ANSWER_WITHIN, pair_id=pair_id)
    redraw(session, pair)
    return True


def settle(session: Session, pair_id: int) -> bool:
    """A week is over: what was written goes to both, and nobody is asked any more."""
    pair = hold(session, pair_id)
    if pair.stage != Stage.HELD:
        return False
    put_together(session, pair)
    return True


def put_together(session: Session, pair: ShadowPair) -> None:
    """Let the answers meet: one message to both, and to the channel if both agree."""
    pair.stage = Stage.SETTLED
    session.flush()
    if any(participant.answered_at for participant in pair.taken):
        for participant in pair.taken:
            slack.show(session, pair.workspace_id, MET, pair.id, participant.person.slack_id)
    if all(participant.answered_at and participant.shares for participant in pair.taken):
        channel = session.get_one(Workspace, pair.workspace_id).channel
        slack.show(session, pair.workspace_id, SHARED, pair.id, channel)
    for participant in pair.taken:
        slack.redraw(session, ASK, participant.id)
    redraw(session, pair)


_LONGEST_NAME = 80


class NoIdea(HandoffError):
    """There's no idea here to use."""


class BecameAnother(HandoffError):
    """This idea is already {what}."""


def make_request(session: Session, person: Person, participant_id: int) -> Request:
    """Let the idea of one of the two be a request of its author; a second time finds the same.

    Either of the two may do it. Raises NotFound, NotYourPair, HandedOn, NoIdea, BecameAnother, and
    what `ask_for` raises.
    """
    participant = _idea(session, person, participant_id)
    if participant.campaign_id is not None:
        raise BecameAnother(what="a draft campaign")
    request = planning.ask_for(
        session, participant.person, participant.idea, token=_token(participant)
    )
    participant.request_id = request.id
    _redraw(session, participant)
    return request


def draft_campaign(session: Session, person: Person, participant_id: int) -> Campaign:
    """Begin a campaign from the idea of one of the two, owned by `who`; once, however often.

    Raises NotFound, NotYourPair, HandedOn, NoIdea, BecameAnother, and NotAllowed for who plans no
    campaigns.
    """
    participant = _idea(session, person, participant_id)
    if participant.request_id is not None:
        raise BecameAnother(what="a request to marketing")
    draft = Draft(
        name=clean(" ".join(participant.idea.split()), _LONGEST_NAME), kind=Kind.OTHER, audience="",
        offer="", terms="", talking_points=participant.idea,
        starts_on=campaign_queries.today(session, person.workspace_id),
    )  # fmt: skip
    campaign = drafting.draft_campaign(session, person, draft, _token(participant))
    participant.campaign_id = campaign.id
    _redraw(session, participant)
    return campaign


def _idea(session: Session, person: Person, participant_id: int) -> ShadowParticipant:
    """Whose idea it is, with the pair held; both have read it."""
    known = session.get(ShadowParticipant, participant_id)
    if known is None or known.workspace_id != person.workspace_id:
        raise NotFound(what="this idea")
    pair, _ = load_pair(session, person, known.pair_id)
    participant = next((each for each in pair.taken if each.id == participant_id), None)
    if participant is None or not participant.idea or pair.stage != Stage.SETTLED:
        raise NoIdea
    return participant


def _token(participant: ShadowParticipant) -> str:
    """What the idea is known by: it becomes one thing, however often somebody clicks."""
    return f"shadow:{participant.id}"


def _redraw(session: Session, participant: ShadowParticipant) -> None:
    session.flush()
    assert participant.pair_id is not None
    slack.redraw(session, MET, participant.pair_id)
