"""Requests: somebody says what customers ask for, others support it, marketing answers."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot import clock, slack
from bot.campaigns import queries as campaigns
from bot.errors import FieldErrors, HandoffError, NotFound
from bot.leads import queries as lead_queries
from bot.people import service as people
from bot.people.models import Person, Role, Workspace
from bot.planning.cards import REQUEST, REQUEST_FOR_ASKER, redraw_request
from bot.planning.models import (
    Frequency,
    Request,
    RequestDetails,
    RequestEvent,
    RequestEventType,
    RequestRow,
    RequestStatus,
    RequestSupport,
)
from bot.planning.rules import answer_deadline
from bot.slack.text import moment

_OPEN = (RequestStatus.WAITING, RequestStatus.PROPOSED)


class OwnRequest(HandoffError):
    """It's your own request, so you're already counted."""


class AlreadySupported(HandoffError):
    """You've already said that you hear it too."""


class Closed(HandoffError):
    """This request has been answered. If customers still ask, open a new one with `/request`."""


class AlreadySeen(HandoffError):
    """{who} marked this request as seen {at}. It still needs an answer."""


class AlreadyAnswered(HandoffError):
    """{who} already answered this request {at}: it is {status}."""


def find(session: Session, workspace_id: int, request_id: int, *, lock: bool = False) -> Request:
    """The request of this workspace; with `lock`, held until the transaction ends.

    Raises NotFound.
    """
    query = select(Request).where(Request.id == request_id, Request.workspace_id == workspace_id)
    request = session.scalar(query.with_for_update(key_share=True) if lock else query)
    if request is None:
        raise NotFound(what="this request")
    return request


def details(session: Session, request_id: int) -> RequestDetails:
    """A request with all that its cards say; the id comes from our own rows, so it is there."""
    request = session.get_one(Request, request_id)
    supporters = session.scalars(
        select(Person)
        .join(RequestSupport, RequestSupport.person_id == Person.id)
        .where(RequestSupport.request_id == request.id)
        .order_by(RequestSupport.at, Person.id)
    ).all()
    return RequestDetails(
        request,
        session.get_one(Person, request.asker_id),
        supporters,
        seen_by=_person(session, request.seen_by),
        answered_by=_person(session, request.answered_by),
        campaign=campaigns.known(session, request.campaign_id) if request.campaign_id else None,
    )


def count_open(session: Session, workspace_id: int) -> int:
    """How many requests wait for an answer or for their campaign."""
    return session.scalars(
        select(func.count())
        .select_from(Request)
        .where(Request.workspace_id == workspace_id, Request.status.in_(_OPEN))
    ).one()


def open_requests(
    session: Session, person: Person, limit: int, offset: int = 0
) -> Sequence[RequestRow]:
    """The open requests as the person reads them: the most heard first, and of those the oldest."""
    support_count = _support_count()
    own = exists().where(
        RequestSupport.request_id == Request.id, RequestSupport.person_id == person.id
    )
    rows = session.execute(
        select(Request, Person, support_count, own | (Request.asker_id == person.id))
        .join(Person, Person.id == Request.asker_id)
        .where(Request.workspace_id == person.workspace_id, Request.status.in_(_OPEN))
        .order_by(support_count.desc(), Request.asked_at, Request.id)
        .limit(limit)
        .offset(offset)
    )
    return [RequestRow(*row) for row in rows]


def unanswered(
    session: Session, workspace_id: int, limit: int | None = None
) -> Sequence[RequestRow]:
    """The requests to which marketing owes an answer, the earliest due first, at most `limit`."""
    support_count = _support_count()
    rows = session.execute(
        select(Request, Person, support_count)
        .join(Person, Person.id == Request.asker_id)
        .where(Request.workspace_id == workspace_id, Request.status == RequestStatus.WAITING)
        .order_by(Request.answer_by, Request.id)
        .limit(limit)
    )
    return [RequestRow(*row, includes_reader=False) for row in rows]


def overdue(session: Session, workspace_id: int) -> Sequence[Request]:
    """The requests that marketing has not answered as it promised, the longest overdue first."""
    now = clock.now()
    waiting = [each.request for each in unanswered(session, workspace_id)]
    return [request for request in waiting if request.is_overdue(now)]


def _support_count() -> ColumnElement[int]:
    """How many people hear a request, the one who asked included."""
    others = select(func.count()).where(RequestSupport.request_id == Request.id).scalar_subquery()
    return others + 1


def _person(session: Session, person_id: int | None) -> Person | None:
    return None if person_id is None else session.get_one(Person, person_id)


def may_ask(session: Session, person: Person) -> None:
    """See that the person may file requests. Raises NotAllowed."""
    people.require(session, person, "ask for campaigns", Role.SALESPERSON, Role.MARKETER)


def ask_for(
    session: Session,
    person: Person,
    text: str,
    *,
    token: str,
    audience: str = "",
    frequency: Frequency | None = None,
    example: str = "",
    lead: int | None = None,
) -> Request:
    """File a request: its card goes to the shared channel, and marketing promises an answer.

    `token` stands for the form or the idea that it came from: one that arrives again finds its
    request and changes nothing. `lead` is the number of the lead that it came from. Raises
    NotAllowed, and FieldErrors for `lead`.
    """
    may_ask(session, person)
    known = session.scalar(
        select(Request).where(Request.workspace_id == person.workspace_id, Request.token == token)
    )
    if known is not None:
        return known
    values = {"text": text, "audience": audience, "example": example, "frequency": frequency}
    return _file(session, person, token, {**values, "lead_id": _lead(session, person, lead)})


def support(session: Session, person: Person, request_id: int) -> Request:
    """Say that one hears the same from customers.

    Raises NotAllowed, NotFound, OwnRequest, Closed, AlreadySupported.
    """
    people.require(session, person, "support requests", Role.SALESPERSON, Role.MARKETER)
    request = find(session, person.workspace_id, request_id, lock=True)
    if request.asker_id == person.id:
        raise OwnRequest
    if not request.is_open:
        raise Closed
    first = session.scalar(
        insert(RequestSupport)
        .values(
            request_id=request.id,
            person_id=person.id,
            workspace_id=person.workspace_id,
            at=clock.now(),
        )
        .on_conflict_do_nothing()
        .returning(RequestSupport.at)
    )
    if first is None:
        raise AlreadySupported
    record(session, request, RequestEventType.SUPPORTED, person)
    return request


def _file(session: Session, person: Person, token: str, values: dict[str, object]) -> Request:
    now = clock.now()
    workspace = session.get_one(Workspace, person.workspace_id)
    answer_by, next_check_at = answer_deadline(session, workspace, now)
    request: Request | None = session.scalar(
        insert(Request)
        .values(
            workspace_id=workspace.id,
            asker_id=person.id,
            status=RequestStatus.WAITING,
            asked_at=now,
            answer_by=answer_by,
            next_check_at=next_check_at,
            token=token,
            **values,
        )
        .on_conflict_do_nothing()
        .returning(Request)
    )
    if request is None:  # the same form, delivered twice at once
        return session.scalars(
            select(Request).where(Request.workspace_id == workspace.id, Request.token == token)
        ).one()
    record(session, request, RequestEventType.ASKED, person)
    slack.show(session, workspace.id, REQUEST, request.id, workspace.channel)
    slack.show(session, workspace.id, REQUEST_FOR_ASKER, request.id, person.slack_id)
    return request


def _lead(session: Session, person: Person, number: int | None) -> int | None:
    """The id of the lead with this number. Raises FieldErrors."""
    if number is None:
        return None
    try:
        return lead_queries.find(session, person.workspace_id, number).id
    except NotFound:
        raise FieldErrors(
            {"lead": "There's no lead with this number. It's on the lead's card, such as #15."}
        ) from None


def record(
    session: Session,
    request: Request,
    event_type: RequestEventType,
    person: Person | None,
    **facts: Any,
) -> None:
    """Write down what happened to a request, and draw anew whatever shows it.

    `person` is None for what the clock did.
    """
    session.add(
        RequestEvent(
            workspace_id=request.workspace_id,
            request_id=request.id,
            person_id=person.id if person else None,
            event_type=event_type,
            at=clock.now(),
            facts=facts,
        )
    )
    redraw_request(session, request.workspace_id, request.id)


def mark_seen(session: Session, person: Person, request_id: int) -> Request:
    """Let the one who asked know that marketing has read it; the answer is still owed.

    Raises NotAllowed, NotFound, AlreadyAnswered, AlreadySeen.
    """
    request = _waiting(session, person, request_id, lock=True)
    if request.seen_at is not None:
        seen_by = session.get_one(Person, request.seen_by)
        raise AlreadySeen(who=seen_by.mention, at=moment(request.seen_at))
    request.seen_by, request.seen_at = person.id, clock.now()
    record(session, request, RequestEventType.SEEN, person)
    return request


def declinable(session: Session, person: Person, request_id: int) -> Request:
    """The request that the person may decline. Raises NotAllowed, NotFound, AlreadyAnswered."""
    return _waiting(session, person, request_id)


def decline(session: Session, person: Person, request_id: int, reason: str) -> Request:
    """Say no, and why; the one who asked reads the reason.

    Raises NotAllowed, NotFound, AlreadyAnswered.
    """
    request = _waiting(session, person, request_id, lock=True)
    request.reason = reason
    request.answer(person.id, RequestStatus.DECLINED, clock.now())
    record(session, request, RequestEventType.DECLINED, person, reason=request.reason)
    return request


def _waiting(session: Session, person: Person, request_id: int, *, lock: bool = False) -> Request:
    people.require(session, person, "answer requests", Role.MARKETER)
    request = find(session, person.workspace_id, request_id, lock=lock)
    if not request.is_waiting:
        assert request.answered_at is not None
        by = session.get_one(Person, request.answered_by)
        raise AlreadyAnswered(who=by.mention, at=moment(request.answered_at), status=request.status)
    return request
