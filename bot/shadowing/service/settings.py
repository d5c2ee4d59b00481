"""The verbs of those who set the rounds up: when they are, and whom they may pair twice."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot.errors import FieldErrors
from bot.people import service as people
from bot.people.models import Person, Role, Workspace
from bot.shadowing.models import DAYS, ShadowRound, ShadowSetting
from bot.tasks import Schedule, drop_schedule, put_schedule

OPEN = "shadow.open"
"""The schedule, and the task that it wakes."""

_MOST_WEEKS = 26
# Down over the weekend and a day more, the round still opens.
_GRACE = timedelta(days=3)


def install(session: Session, workspace: Workspace) -> None:
    """Let the rounds follow the workspace's zone; where they are off, nothing happens."""
    told = session.get(ShadowSetting, workspace.id)
    if told is not None and told.active:
        _schedule(session, told)


def setting(session: Session, workspace_id: int, *, lock: bool = False) -> ShadowSetting:
    """The workspace's setting; one that nobody has changed is off.

    With `lock`, nobody else pairs people in this workspace until the transaction ends.
    """
    session.execute(
        insert(ShadowSetting)
        .values(workspace_id=workspace_id, active=False, every_weeks=4, day="mon", at=time(10),
                two_pairs=False)
        .on_conflict_do_nothing()
    )  # fmt: skip
    return session.get_one(
        ShadowSetting, workspace_id, with_for_update=lock or None, populate_existing=True
    )


def may_configure(session: Session, who: Person) -> None:
    """Raises NotAllowed."""
    people.require(session, who, "change how people are paired", Role.MANAGER)


def configure(session: Session, who: Person, fields: Mapping[str, Any]) -> ShadowSetting:
    """Change the setting; `fields` are as the form gives them.

    Raises NotAllowed, and FieldErrors for `active`, `every_weeks`, `day` and `at`.
    """
    may_configure(session, who)
    told = _checked(fields)
    changed = setting(session, who.workspace_id, lock=True)
    for name, value in told.items():
        setattr(changed, name, value)
    session.flush()
    _schedule(session, changed)
    return changed


def is_due(session: Session, told: ShadowSetting, slot: datetime) -> bool:
    """Whether a round opens at this time: every so many weeks, counted from the last one."""
    last = _last_day(session, told.workspace_id)
    day = session.get_one(Workspace, told.workspace_id).day_of(slot)
    return last is None or (day - last).days >= 7 * told.every_weeks


def next_round_at(session: Session, workspace_id: int) -> datetime | None:
    """When the next round opens; None while the rounds are off."""
    told = session.get(ShadowSetting, workspace_id)
    schedule = session.scalar(
        select(Schedule).where(Schedule.workspace_id == workspace_id, Schedule.name == OPEN)
    )
    if told is None or not told.active or schedule is None:
        return None
    at = schedule.next_run_at
    while not is_due(session, told, at):
        at = schedule.after(at)
    return at


def _last_day(session: Session, workspace_id: int) -> date | None:
    return session.scalar(
        select(ShadowRound.day)
        .where(ShadowRound.workspace_id == workspace_id)
        .order_by(ShadowRound.day.desc())
        .limit(1)
    )


def _schedule(session: Session, told: ShadowSetting) -> None:
    if not told.active:
        drop_schedule(session, told.workspace_id, OPEN)
        return
    zone = session.get_one(Workspace, told.workspace_id).timezone
    put_schedule(
        session, told.workspace_id, OPEN, OPEN, cron=told.cron, zone=zone, grace=_GRACE,
        workspace_id=told.workspace_id,
    )  # fmt: skip


def _checked(fields: Mapping[str, Any]) -> dict[str, Any]:
    errors = {}
    weeks = str(fields.get("every_weeks") or "").strip()
    if not (weeks.isascii() and weeks.isdecimal() and 1 <= int(weeks[:4]) <= _MOST_WEEKS):
        errors["every_weeks"] = f"Write a whole number of weeks, from 1 to {_MOST_WEEKS}."
    if fields.get("day") not in DAYS:
        errors["day"] = "Choose a day of the week."
    if fields.get("active") not in ("yes", "no"):
        errors["active"] = "Choose whether there are rounds."
    try:
        at = time.fromisoformat(str(fields.get("at"))).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError:
        errors["at"] = "Choose a time of day, such as 10:00."
    if errors:
        raise FieldErrors(errors)
    return {
        "active": fields["active"] == "yes",
        "every_weeks": int(weeks),
        "day": fields["day"],
        "at": at,
        "two_pairs": bool(fields.get("two_pairs")),
    }
