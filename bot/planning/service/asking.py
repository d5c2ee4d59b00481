"""Asking: what customers want, once for each form, and *Me too* once for each person."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot import clock, slack
from bot.errors import FieldErrors, HandoffError, NotFound
from bot.leads import service as leads
from bot.people import service as people
from bot.people.models import Person, Role, Workspace
from bot.planning.models import EventType, Heard, Request, RequestStatus, RequestSupport
from bot.planning.service.audit import CARD, FOR_ASKER, record
from bot.planning.service.requests import find
from bot.planning.service.sla import answer_sla


class OwnRequest(HandoffError):
    """This is your own request: you are counted already."""


class AlreadySeconded(HandoffError):
    """You have said that you hear it too. There is nothing more to do."""


class Closed(HandoffError):
    """This request was answered already. Ask anew with `/request` where customers still ask."""


def may_ask(session: Session, who: Person) -> None:
    """See that the person may file requests. Raises NotAllowed."""
    people.require(session, who, "ask for campaigns", Role.SALESPERSON, Role.MARKETER)


def ask_for(
    session: Session,
    who: Person,
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
    may_ask(session, who)
    known = session.scalar(
        select(Request).where(Request.workspace_id == who.workspace_id, Request.token == token)
    )
    if known is not None:
        return known
    facts = {"text": text, "audience": audience, "example": example, "heard": heard}
    return _file(session, who, token, {**facts, "lead_id": _lead(session, who, lead)})


def second(session: Session, who: Person, request_id: int) -> Request:
    """Say that one hears the same.

    Raises NotAllowed, NotFound, OwnRequest, Closed, AlreadySeconded.
    """
    people.require(session, who, "second requests", Role.SALESPERSON, Role.MARKETER)
    request = find(session, who.workspace_id, request_id, lock=True)
    if request.asker_id == who.id:
        raise OwnRequest
    if not request.is_open:
        raise Closed
    first = session.scalar(
        insert(RequestSupport)
        .values(
            request_id=request.id,
            person_id=who.id,
            workspace_id=who.workspace_id,
            at=clock.now(),
        )
        .on_conflict_do_nothing()
        .returning(RequestSupport.at)
    )
    if first is None:
        raise AlreadySeconded
    record(session, request, EventType.SECONDED, who)
    return request


def _file(session: Session, who: Person, token: str, facts: dict[str, object]) -> Request:
    now = clock.now()
    workspace = session.get_one(Workspace, who.workspace_id)
    answer_by, next_check_at = answer_sla(session, workspace, now)
    request: Request | None = session.scalar(
        insert(Request)
        .values(
            workspace_id=workspace.id,
            asker_id=who.id,
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
    record(session, request, EventType.ASKED, who)
    slack.show(session, workspace.id, CARD, request.id, workspace.channel)
    slack.show(session, workspace.id, FOR_ASKER, request.id, who.slack_id)
    return request


def _lead(session: Session, who: Person, number: int | None) -> int | None:
    """The id of the lead with this number. Raises FieldErrors."""
    if number is None:
        return None
    try:
        return leads.find(session, who.workspace_id, number).id
    except NotFound:
        raise FieldErrors(
            {"lead": "There is no lead with this number. It stands on the lead's card: #15."}
        ) from None
