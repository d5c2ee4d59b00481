"""The verbs of a debrief: what surprised, what will change, and an idea."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from bot import clock, slack
from bot.errors import FieldErrors, HandoffError, NotFound
from bot.people.model import Person
from bot.planning import service as planning
from bot.planning.model import Request
from bot.shadowing.model import LONGEST_ANSWER, ShadowPair, ShadowSeat, Stage
from bot.shadowing.service.afterwards import put_together
from bot.shadowing.service.table import ASK, MET, redraw, sign, sit_down, sit_down_by_seat
from bot.slack.text import clean


class NoIdea(HandoffError):
    """There is no idea here that could become a request."""


class NotYet(HandoffError):
    """You have not met yet. I ask you when the time that you agreed is over."""


class AlreadyTogether(HandoffError):
    """Your answers and those of the other are put together already, and stay as they are."""


class DidNotMeet(HandoffError):
    """This one did not take place, so there is nothing to write about."""


def answerable(session: Session, who: Person, seat_id: int) -> ShadowSeat:
    """The seat of somebody who can write their debrief, or write it anew until the other has.

    Raises NotFound, NotYourPair, HandedOn, NotYet, AlreadyTogether, DidNotMeet.
    """
    return _answerable(session, who, seat_id)[1]


def debrief(session: Session, who: Person, seat_id: int, fields: Mapping[str, Any]) -> ShadowPair:
    """Take a debrief; once both are there, they are put together. One that comes later joins.

    Raises what `answerable` raises, and FieldErrors for `surprised` and `change`.
    """
    pair, seat = _answerable(session, who, seat_id)
    said = {name: _text(fields.get(name)) for name in ("surprised", "change", "idea")}
    missing = [name for name in ("surprised", "change") if not said[name]]
    if missing:
        raise FieldErrors(
            dict.fromkeys(missing, "Please write a few words; “nothing” is an answer too.")
        )
    for name, text in said.items():
        setattr(seat, name, text)
    seat.shares = bool(fields.get("shares"))
    seat.answered_at = clock.now()
    sign(session, seat)
    if all(each.answered_at for each in pair.taken):
        put_together(session, pair)
    slack.redraw(session, ASK, seat.id)
    slack.redraw(session, MET, pair.id)
    redraw(session, pair)
    return pair


def make_request(session: Session, who: Person, seat_id: int) -> Request:
    """Let the idea of one of the two be a request of its author; a second time finds the same.

    Either of the two may do it. Raises NotFound, NotYourPair, NoIdea, and what `ask_for` raises.
    """
    seat = session.get(ShadowSeat, seat_id)
    if seat is None or seat.workspace_id != who.workspace_id:
        raise NotFound(what="this idea")
    pair, _ = sit_down(session, who, seat.pair_id)
    theirs = next((each for each in pair.taken if each.id == seat_id), None)
    if theirs is None or not theirs.idea or pair.stage != Stage.SETTLED:
        raise NoIdea
    request = planning.ask_for(session, theirs.person, theirs.idea, token=f"shadow:{seat_id}")
    theirs.request_id = request.id
    session.flush()
    slack.redraw(session, MET, pair.id)
    return request


def _answerable(session: Session, who: Person, seat_id: int) -> tuple[ShadowPair, ShadowSeat]:
    pair, seat = sit_down_by_seat(session, who, seat_id)
    stage = Stage(pair.stage)
    if stage.is_live:
        raise NotYet
    if not stage.has_met:
        raise DidNotMeet
    if stage == Stage.SETTLED and seat.answered_at is not None:
        raise AlreadyTogether
    return pair, seat


def _text(value: object) -> str:
    return clean(str(value or ""), LONGEST_ANSWER).strip()
