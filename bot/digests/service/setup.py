"""The verbs that set digests up: one timetable an audience, then as its managers want it."""

from collections.abc import Sequence
from datetime import time

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot.digests.models import Audience, Timetable, TimetableChange
from bot.digests.service.sending import schedule
from bot.errors import NotFound
from bot.people import service as people
from bot.people.models import Person, Role, Workspace

_DAY, _AT = "mon", time(8)


def install(session: Session, workspace: Workspace) -> None:
    """Give each audience its digest; what people changed since, and what is due, stays as it is."""
    session.execute(
        insert(Timetable)
        .values(
            [
                {"workspace_id": workspace.id, "audience": audience, "day": _DAY, "at": _AT,
                 "active": True, "shows_money": audience is not Audience.CHANNEL}
                for audience in Audience
            ]
        )
        .on_conflict_do_nothing()
    )  # fmt: skip
    for timetable in of_workspace(session, workspace.id):
        schedule(session, workspace, timetable)


def timetables(session: Session, who: Person) -> Sequence[Timetable]:
    """The timetables, in the order of their audiences. Raises NotAllowed."""
    people.require(session, who, "change when digests come", Role.MANAGER)
    return of_workspace(session, who.workspace_id)


def of_workspace(session: Session, workspace_id: int) -> Sequence[Timetable]:
    """The workspace's timetables, in the order of their audiences."""
    found = session.scalars(select(Timetable).where(Timetable.workspace_id == workspace_id))
    return sorted(found, key=lambda each: list(Audience).index(Audience(each.audience)))


def changeable(session: Session, who: Person, timetable_id: int) -> Timetable:
    """A timetable, for one who may change it. Raises NotAllowed, NotFound."""
    found = [each for each in timetables(session, who) if each.id == timetable_id]
    if not found:
        raise NotFound(what="this digest's settings")
    return found[0]


def change(session: Session, who: Person, timetable_id: int, changes: TimetableChange) -> None:
    """Change when a digest comes; whether the channel sees amounts is for an admin to say.

    Raises NotAllowed, NotFound.
    """
    timetable = changeable(session, who, timetable_id)
    if changes.shows_money is not None and timetable.audience == Audience.CHANNEL:
        people.require(session, who, "let the channel see amounts", Role.ADMIN)
        timetable.shows_money = changes.shows_money
    timetable.active, timetable.day = changes.active, changes.day
    timetable.at, timetable.zone = changes.at, changes.zone
    session.flush()
    schedule(session, session.get_one(Workspace, who.workspace_id), timetable)
