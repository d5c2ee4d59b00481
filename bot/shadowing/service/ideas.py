"""What an idea becomes: a request that marketing answers, or a campaign that is drafted at once."""

from sqlalchemy.orm import Session

from bot import slack
from bot.campaigns import service as campaigns
from bot.campaigns.models import Campaign, Kind
from bot.errors import HandoffError, NotFound
from bot.people.models import Person
from bot.planning import service as planning
from bot.planning.models import Request
from bot.shadowing.models import ShadowParticipant, Stage
from bot.shadowing.service.pairs import MET, load_pair
from bot.slack.text import clean

_LONGEST_NAME = 80


class NoIdea(HandoffError):
    """There is no idea here that could become something."""


class BecameAnother(HandoffError):
    """This idea has become {what} already."""


def make_request(session: Session, person: Person, participant_id: int) -> Request:
    """Let the idea of one of the two be a request of its author; a second time finds the same.

    Either of the two may do it. Raises NotFound, NotYourPair, HandedOn, NoIdea, BecameAnother, and
    what `ask_for` raises.
    """
    participant = _idea(session, person, participant_id)
    if participant.campaign_id is not None:
        raise BecameAnother(what="the draft of a campaign")
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
        raise BecameAnother(what="a request: marketing proposes a campaign from it")
    draft = campaigns.Draft(
        name=clean(" ".join(participant.idea.split()), _LONGEST_NAME), kind=Kind.OTHER, audience="",
        offer="", terms="", talking_points=participant.idea,
        starts_on=campaigns.today(session, person.workspace_id),
    )  # fmt: skip
    campaign = campaigns.draft_campaign(session, person, draft, _token(participant))
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
