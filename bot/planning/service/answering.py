"""Answering: marketing has seen a request, and what it says to it."""

from sqlalchemy.orm import Session

from bot import clock
from bot.errors import HandoffError
from bot.people import service as people
from bot.people.models import Person, Role
from bot.planning.models import EventType, Request, RequestStatus
from bot.planning.service.audit import record
from bot.planning.service.requests import find
from bot.slack.text import moment


class AlreadySeen(HandoffError):
    """{who} has seen this request already, {at}. What it waits for now is an answer."""


class AlreadyAnswered(HandoffError):
    """{who} has answered this request already, {at}: it is {status}."""


def see(session: Session, who: Person, request_id: int) -> Request:
    """Let the one who asked know that marketing has read it; the answer is still owed.

    Raises NotAllowed, NotFound, AlreadyAnswered, AlreadySeen.
    """
    request = _waiting(session, who, request_id, lock=True)
    if request.seen_at is not None:
        seen_by = session.get_one(Person, request.seen_by)
        raise AlreadySeen(who=seen_by.mention, at=moment(request.seen_at))
    request.seen_by, request.seen_at = who.id, clock.now()
    record(session, request, EventType.SEEN, who)
    return request


def declinable(session: Session, who: Person, request_id: int) -> Request:
    """The request that the person may decline. Raises NotAllowed, NotFound, AlreadyAnswered."""
    return _waiting(session, who, request_id)


def decline(session: Session, who: Person, request_id: int, reason: str) -> Request:
    """Say no, and why; the one who asked reads the reason.

    Raises NotAllowed, NotFound, AlreadyAnswered.
    """
    request = _waiting(session, who, request_id, lock=True)
    request.reason = reason
    request.answer(who.id, RequestStatus.DECLINED, clock.now())
    record(session, request, EventType.DECLINED, who, reason=request.reason)
    return request


def _waiting(session: Session, who: Person, request_id: int, *, lock: bool = False) -> Request:
    people.require(session, who, "answer requests", Role.MARKETER)
    request = find(session, who.workspace_id, request_id, lock=lock)
    if not request.is_waiting:
        assert request.answered_at is not None
        by = session.get_one(Person, request.answered_by)
        raise AlreadyAnswered(who=by.mention, at=moment(request.answered_at), status=request.status)
    return request
