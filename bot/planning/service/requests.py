"""Reading requests: one with what its cards say, the open ones, those that wait for marketing."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from bot import clock
from bot.campaigns import queries as campaigns
from bot.errors import NotFound
from bot.people.models import Person
from bot.planning.models import Listed, Request, RequestFacts, RequestStatus, RequestSupport

_OPEN = (RequestStatus.WAITING, RequestStatus.PROPOSED)


def find(session: Session, workspace_id: int, request_id: int, *, lock: bool = False) -> Request:
    """The request of this workspace; with `lock`, held until the transaction ends.

    Raises NotFound.
    """
    mine = select(Request).where(Request.id == request_id, Request.workspace_id == workspace_id)
    request = session.scalar(mine.with_for_update(key_share=True) if lock else mine)
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


def open_requests(session: Session, who: Person, limit: int, offset: int = 0) -> Sequence[Listed]:
    """The open requests as `who` reads them: the most heard first, and of those the oldest."""
    support = _support()
    mine = exists().where(
        RequestSupport.request_id == Request.id, RequestSupport.person_id == who.id
    )
    rows = session.execute(
        select(Request, Person, support, mine | (Request.asker_id == who.id))
        .join(Person, Person.id == Request.asker_id)
        .where(Request.workspace_id == who.workspace_id, Request.status.in_(_OPEN))
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
