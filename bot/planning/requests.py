"""Requests: sales asks for a campaign, marketing answers, and everybody sees what came of it."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot import clock, slack
from bot.campaigns import queries as campaigns
from bot.errors import FieldErrors, HandoffError, NotFound
from bot.leads import queries as lead_queries
from bot.people import service as people
from bot.people.models import Person, Role, Workspace
from bot.planning.audit import CARD, FOR_ASKER, record
from bot.planning.models import (
    EventType,
    Heard,
    Listed,
    Request,
    RequestFacts,
    RequestStatus,
    RequestSupport,
)
from bot.planning.sla import answer_sla
from bot.slack.text import moment

_OPEN = (RequestStatus.WAITING, RequestStatus.PROPOSED)


def find(session: Session, workspace_id: int, request_id: int, *, lock: bool = False) -> Request:
    """The request of this workspace; with `lock`, held until the transaction ends.

    Raises NotFound.
    """
    query = select(Request).where(Request.id == request_id, Request.workspace_id == workspace_id)
    request = session.scalar(query.with_for_update(key_share=True) if lock else query)
    if request is None:
        raise NotFound(what="this request")
    return request


def facts(session: Session, request_id: int) -> RequestFacts:
    """What the cards of a request say; for our own work, which carries its id."""
    request = session.get_one(Request, request_id)
    supporters = session.scalars(
        select(Person)
        .join(RequestSupport, RequestSupport.person_id == Person.id)
        .where(RequestSupport.request_id == request.id)
        .order_by(RequestSupport.at, Person.id)
    ).all()
    return RequestFacts(
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
) -> Sequence[Listed]:
    """The open requests as `who` reads them: the most heard first, and of those the oldest."""
    support = _support()
    own = exists().where(
        RequestSupport.request_id == Request.id, RequestSupport.person_id == person.id
    )
    rows = session.execute(
        select(Request, Person, support, own | (Request.asker_id == person.id))
        .join(Person, Person.id == Request.asker_id)
        .where(Request.workspace_id == person.workspace_id, Request.status.in_(_OPEN))
        .order_by(support.desc(), Request.asked_at, Request.id)
        .limit(limit)
        .offset(offset)
    )
    return [Listed(*row) for row in rows]


def to_answer(session: Session, workspace_id: int, limit: int | None = None) -> Sequence[Listed]:
    """The requests to which marketing owes an answer, the earliest due first, at most `limit`."""
    support = _support()
    rows = session.execute(
        select(Request, Person, support)
        .join(Person, Person.id == Request.asker_id)
        .where(Request.workspace_id == workspace_id, Request.status == RequestStatus.WAITING)
        .order_by(Request.answer_by, Request.id)
        .limit(limit)
    )
    return [Listed(*row, mine=False) for row in rows]


def overdue(session: Session, workspace_id: int) -> Sequence[Request]:
    """The requests that marketing has not answered as it promised, the longest overdue first."""
    now = clock.now()
    waiting = [each.request for each in to_answer(session, workspace_id)]
    return [request for request in waiting if request.is_overdue(now)]


def _support() -> ColumnElement[int]:
    """How many people hear a request, the one who asked included."""
    others = select(func.count()).where(RequestSupport.request_id == Request.id).scalar_subquery()
    return others + 1


def _person(session: Session, person_id: int | None) -> Person | None:
    return None if person_id is None else session.get_one(Person, person_id)


class OwnRequest(HandoffError):
    """This is your own request: you are counted already."""


class AlreadySeconded(HandoffError):
    """You have said that you hear it too. There is nothing more to do."""


class Closed(HandoffError):
    """This request was answered already. Ask anew with `/request` where customers still ask."""


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
    heard: Heard | None = None,
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
    facts = {"text": text, "audience": audience, "example": example, "heard": heard}
    return _file(session, person, token, {**facts, "lead_id": _lead(session, person, lead)})


def second(session: Session, person: Person, request_id: int) -> Request:
    """Say that one hears the same.

    Raises NotAllowed, NotFound, OwnRequest, Closed, AlreadySeconded.
    """
    people.require(session, person, "second requests", Role.SALESPERSON, Role.MARKETER)
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
        raise AlreadySeconded
    record(session, request, EventType.SECONDED, person)
    return request


def _file(session: Session, person: Person, token: str, facts: dict[str, object]) -> Request:
    now = clock.now()
    workspace = session.get_one(Workspace, person.workspace_id)
    answer_by, next_check_at = answer_sla(session, workspace, now)
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
            **facts,
        )
        .on_conflict_do_nothing()
        .returning(Request)
    )
    if request is None:  # the same form, delivered twice at once
        return session.scalars(
            select(Request).where(Request.workspace_id == workspace.id, Request.token == token)
        ).one()
    record(session, request, EventType.ASKED, person)
    slack.show(session, workspace.id, CARD, request.id, workspace.channel)
    slack.show(session, workspace.id, FOR_ASKER, request.id, person.slack_id)
    return request


def _lead(session: Session, person: Person, number: int | None) -> int | None:
    """The id of the lead with this number. Raises FieldErrors."""
    if number is None:
        return None
    try:
        return lead_queries.find(session, person.workspace_id, number).id
    except NotFound:
        raise FieldErrors(
            {"lead": "There is no lead with this number. It stands on the lead's card: #15."}
        ) from None


class AlreadySeen(HandoffError):
    """{who} has seen this request already, {at}. What it waits for now is an answer."""


class AlreadyAnswered(HandoffError):
    """{who} has answered this request already, {at}: it is {status}."""


def see(session: Session, person: Person, request_id: int) -> Request:
    """Let the one who asked know that marketing has read it; the answer is still owed.

    Raises NotAllowed, NotFound, AlreadyAnswered, AlreadySeen.
    """
    request = _waiting(session, person, request_id, lock=True)
    if request.seen_at is not None:
        seen_by = session.get_one(Person, request.seen_by)
        raise AlreadySeen(who=seen_by.mention, at=moment(request.seen_at))
    request.seen_by, request.seen_at = person.id, clock.now()
    record(session, request, EventType.SEEN, person)
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
    record(session, request, EventType.DECLINED, person, reason=request.reason)
    return request


def _waiting(session: Session, person: Person, request_id: int, *, lock: bool = False) -> Request:
    people.require(session, person, "answer requests", Role.MARKETER)
    request = find(session, person.workspace_id, request_id, lock=lock)
    if not request.is_waiting:
        assert request.answered_at is not None
        by = session.get_one(Person, request.answered_by)
        raise AlreadyAnswered(who=by.mention, at=moment(request.answered_at), status=request.status)
    return request
