"""Timetables: when each audience gets its digest, and the schedules that send it."""

from collections.abc import Sequence
from datetime import time, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot.digests.models import Audience, Timetable, TimetableChange
from bot.errors import NotFound
from bot.people import service as people
from bot.people.models import Person, Role, Workspace
from bot.tasks import Schedule, put_schedules

SEND = "digest.send"
"""The task that a schedule calls."""

# Down over the weekend and into Tuesday, the digest still comes; later it would be old news.
_GRACE = timedelta(days=2)

_DAY, _AT = "mon", time(8)


def install(session: Session, workspace: Workspace) -> None:
    """Give each audience its digest; what people changed since, and what is due, stays as it is."""
    usual = [
        {"workspace_id": workspace.id, "audience": audience, "day": _DAY, "at": _AT,
         "active": True, "shows_money": audience is not Audience.CHANNEL}
        for audience in Audience
    ]  # fmt: skip
    session.execute(insert(Timetable).on_conflict_do_nothing(), usual)
    put_schedules(
        session, *(_schedule(workspace, each) for each in of_workspace(session, workspace.id))
    )


def timetables(session: Session, person: Person) -> Sequence[Timetable]:
    """The timetables, in the order of their audiences. Raises NotAllowed."""
    people.require(session, person, "change when digests come", Role.MANAGER)
    return of_workspace(session, person.workspace_id)


def of_workspace(session: Session, workspace_id: int) -> Sequence[Timetable]:
    """The workspace's timetables, in the order of their audiences."""
    rows = session.scalars(select(Timetable).where(Timetable.workspace_id == workspace_id))
    return sorted(rows, key=lambda each: list(Audience).index(Audience(each.audience)))


def shows_channel_money(session: Session, workspace_id: int) -> bool:
    """Whether an admin lets the channel see amounts."""
    return any(
        each.shows_money and each.audience == Audience.CHANNEL
        for each in of_workspace(session, workspace_id)
    )


def changeable(session: Session, person: Person, timetable_id: int) -> Timetable:
    """A timetable, for one who may change it. Raises NotAllowed, NotFound."""
    known = {each.id: each for each in timetables(session, person)}
    if timetable_id not in known:
        raise NotFound(what="this digest's settings")
    return known[timetable_id]


def change(session: Session, person: Person, timetable_id: int, changes: TimetableChange) -> None:
    """Change when a digest comes; whether the channel sees amounts is for an admin to say.

    Raises NotAllowed, NotFound.
    """
    timetable = changeable(session, person, timetable_id)
    if changes.shows_money is not None and timetable.audience == Audience.CHANNEL:
        people.require(session, person, "let the channel see amounts", Role.ADMIN)
        timetable.shows_money = changes.shows_money
    timetable.active, timetable.day = changes.active, changes.day
    timetable.at, timetable.zone = changes.at, changes.zone
    session.flush()
    workspace = session.get_one(Workspace, person.workspace_id)
    put_schedules(session, _schedule(workspace, timetable))


def _schedule(workspace: Workspace, timetable: Timetable) -> Schedule:
    return Schedule.of(
        workspace.id, timetable.schedule_name, SEND, cron=timetable.cron,
        zone=timetable.zone or workspace.timezone, grace=_GRACE, audience=timetable.audience,
        workspace_id=workspace.id,
    )  # fmt: skip
