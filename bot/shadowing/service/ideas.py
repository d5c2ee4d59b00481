"""What an idea becomes: a request that marketing answers, or a campaign that is drafted at once."""

from sqlalchemy.orm import Session

from bot import slack
from bot.campaigns import service as campaigns
from bot.campaigns.models import Campaign, Kind
from bot.errors import HandoffError, NotFound
from bot.people.models import Person
from bot.planning import service as planning
from bot.planning.models import Request
from bot.shadowing.models import ShadowSeat, Stage
from bot.shadowing.service.table import MET, sit_down
from bot.slack.text import clean

_LONGEST_NAME = 80


class NoIdea(HandoffError):
    """There is no idea here that could become something."""


class BecameAnother(HandoffError):
    """This idea has become {what} already."""


def make_request(session: Session, who: Person, seat_id: int) -> Request:
    """Let the idea of one of the two be a request of its author; a second time finds the same.

    Either of the two may do it. Raises NotFound, NotYourPair, HandedOn, NoIdea, BecameAnother, and
    what `ask_for` raises.
    """
    seat = _idea(session, who, seat_id)
    if seat.campaign_id is not None:
        raise BecameAnother(what="the draft of a campaign")
    request = planning.ask_for(session, seat.person, seat.idea, token=_token(seat))
    seat.request_id = request.id
    _redraw(session, seat)
    return request


def draft_campaign(session: Session, who: Person, seat_id: int) -> Campaign:
    """Begin a campaign from the idea of one of the two, owned by `who`; once, however often.

    Raises NotFound, NotYourPair, HandedOn, NoIdea, BecameAnother, and NotAllowed for who plans no
    campaigns.
    """
    seat = _idea(session, who, seat_id)
    if seat.request_id is not None:
        raise BecameAnother(what="a request: marketing proposes a campaign from it")
    draft = campaigns.Draft(
        name=clean(" ".join(seat.idea.split()), _LONGEST_NAME), kind=Kind.OTHER, audience="",
        offer="", terms="", talking_points=seat.idea,
        starts_on=campaigns.today(session, who.workspace_id),
    )  # fmt: skip
    campaign = campaigns.draft_campaign(session, who, draft, _token(seat))
    seat.campaign_id = campaign.id
    _redraw(session, seat)
    return campaign


def _idea(session: Session, who: Person, seat_id: int) -> ShadowSeat:
    """The seat of an idea that both have read, with its pair held."""
    known = session.get(ShadowSeat, seat_id)
    if known is None or known.workspace_id != who.workspace_id:
        raise NotFound(what="this idea")
    pair, _ = sit_down(session, who, known.pair_id)
    seat = next((each for each in pair.taken if each.id == seat_id), None)
    if seat is None or not seat.idea or pair.stage != Stage.SETTLED:
        raise NoIdea
    return seat


def _token(seat: ShadowSeat) -> str:
    """What the idea is known by: it becomes one thing, however often somebody clicks."""
    return f"shadow:{seat.id}"


def _redraw(session: Session, seat: ShadowSeat) -> None:
    session.flush()
    assert seat.pair_id is not None
    slack.redraw(session, MET, seat.pair_id)
