"""The verbs of taking part: out, in, apart from somebody; and who rests or comes first."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, joinedload

from bot import slack
from bot.errors import HandoffError, NotFound
from bot.people import service as people
from bot.people.models import Person, Role
from bot.shadowing.models import SILENT_ROUNDS, ShadowApart, ShadowMember, ShadowSeat

REST = "shadow.rest"


class NotYourself(HandoffError):
    """Please choose two different people."""


class NotYours(HandoffError):
    """Only an admin can keep two other people apart. You can do it for yourself."""


def member(session: Session, workspace_id: int, person_id: int) -> ShadowMember:
    """How a person stands to the rounds, locked until the transaction ends."""
    session.execute(
        insert(ShadowMember)
        .values(person_id=person_id, workspace_id=workspace_id, is_out=False, silent=0, waited=0)
        .on_conflict_do_nothing()
    )
    return session.get_one(ShadowMember, person_id, with_for_update=True, populate_existing=True)


def go_out(session: Session, who: Person) -> None:
    """Take part no more, from the next round on. Raises NotAllowed."""
    _require(session, who)
    member(session, who.workspace_id, who.id).is_out = True


def come_in(session: Session, who: Person) -> None:
    """Take part again, also after a rest. Raises NotAllowed."""
    _require(session, who)
    mine = member(session, who.workspace_id, who.id)
    mine.is_out, mine.silent = False, 0
    session.flush()
    rests = select(ShadowSeat.id).where(ShadowSeat.person_id == who.id)
    for seat_id in session.scalars(rests.order_by(ShadowSeat.id.desc()).limit(SILENT_ROUNDS)):
        slack.redraw(session, REST, seat_id)


def note_silence(session: Session, seat: ShadowSeat, whom: Person) -> None:
    """A round is over in which nothing was heard of somebody; after the third they rest."""
    theirs = member(session, seat.workspace_id, seat.person_id)
    if theirs.rests:
        return
    theirs.silent += 1
    session.flush()
    if theirs.rests:
        slack.show(session, seat.workspace_id, REST, seat.id, whom.slack_id)


def note_sign(session: Session, seat: ShadowSeat) -> None:
    """Somebody gave a sign: they are not silent any more."""
    member(session, seat.workspace_id, seat.person_id).silent = 0


def let_wait(session: Session, seat: ShadowSeat) -> None:
    """Somebody has no partner, without a fault of theirs: they come first next time."""
    member(session, seat.workspace_id, seat.person_id).waited += 1


def keep_apart(session: Session, by: Person, one_slack_id: str, other_slack_id: str) -> None:
    """Let two people not be paired: an admin any two, everybody else themselves and another.

    Raises NotYourself, NotYours.
    """
    one = people.person(session, by.workspace_id, one_slack_id)
    other = people.person(session, by.workspace_id, other_slack_id)
    if one.id == other.id:
        raise NotYourself
    if by.id not in (one.id, other.id) and not by.has(Role.ADMIN):
        raise NotYours
    first, second = sorted((one.id, other.id))
    session.execute(
        insert(ShadowApart)
        .values(workspace_id=by.workspace_id, one_id=first, other_id=second, by_id=by.id)
        .on_conflict_do_nothing()
    )


def apart(session: Session, who: Person) -> Sequence[ShadowApart]:
    """Whom an admin sees to be kept apart: all; everybody else only what they asked for."""
    rows = (
        select(ShadowApart)
        .where(ShadowApart.workspace_id == who.workspace_id)
        .options(*map(joinedload, (ShadowApart.one, ShadowApart.other, ShadowApart.by)))
        .order_by(ShadowApart.id.desc())
    )
    if not who.has(Role.ADMIN):
        rows = rows.where(ShadowApart.by_id == who.id)
    return session.scalars(rows).all()


def let_meet(session: Session, who: Person, apart_id: int) -> None:
    """Take back that two are kept apart. Raises NotFound for what the person may not see."""
    found = next((each for each in apart(session, who) if each.id == apart_id), None)
    if found is None:
        raise NotFound(what="these two")
    session.delete(found)
    session.flush()


def _require(session: Session, who: Person) -> None:
    people.require(session, who, "take part in job shadowing", Role.MARKETER, Role.SALESPERSON)
