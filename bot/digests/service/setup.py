"""The verbs that set digests up: one timetable an audience, then as its managers want it."""

from collections.abc import Mapping, Sequence
from datetime import time
from typing import Any
from zoneinfo import available_timezones

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot.digests.models import DAYS, Audience, Timetable
from bot.digests.service.sending import schedule
from bot.errors import FieldErrors, NotFound
from bot.people import service as people
from bot.people.models import Person, Role, Workspace

_DAY, _AT = "mon", time(8)
_ZONES = {zone.casefold(): zone for zone in available_timezones()}


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


def change(session: Session, who: Person, timetable_id: int, fields: Mapping[str, Any]) -> None:
    """Change when a digest comes; `fields` are as a form gives them.

    `money` (whether the channel sees amounts) is an admin's. Raises NotAllowed, NotFound,
    FieldErrors.
    """
    timetable = changeable(session, who, timetable_id)
    told = _checked(fields)
    if "money" in fields and timetable.audience == Audience.CHANNEL:
        people.require(session, who, "let the channel see amounts", Role.ADMIN)
        timetable.shows_money = fields["money"] == "yes"
    for name, value in told.items():
        setattr(timetable, name, value)
    session.flush()
    schedule(session, session.get_one(Workspace, who.workspace_id), timetable)


def _checked(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields in their own types; each problem is named."""
    errors: dict[str, str] = {}
    written = str(fields.get("zone") or "").strip().replace(" ", "_").casefold()
    zone = _ZONES.get(written)
    if written and zone is None:
        errors["zone"] = "There is no such time zone. One reads like Europe/Vienna."
    if fields.get("day") not in DAYS:
        errors["day"] = "Choose a day."
    at = _time(fields.get("at"))
    if at is None:
        errors["at"] = "Choose a time of day, such as 08:00."
    if errors:
        raise FieldErrors(errors)
    return {"zone": zone, "day": fields["day"], "at": at, "active": fields.get("active") != "no"}


def _time(value: str | None) -> time | None:
    try:
        return time.fromisoformat(value or "").replace(second=0, microsecond=0, tzinfo=None)
    except ValueError:
        return None
