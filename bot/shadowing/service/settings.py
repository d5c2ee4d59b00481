"""The verbs of those who set the rounds up: when they are, and whom they may pair twice."""

from dataclasses import asdict
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot.people import service as people
from bot.people.models import Person, Role, Workspace
from bot.shadowing.models import Rounds, ShadowRound, ShadowSetting
from bot.tasks import Schedule, drop_schedule, put_schedule

OPEN = "shadow.open"
"""The schedule, and the task that it wakes."""

# Down over the weekend and a day more, the round still opens.
_GRACE = timedelta(days=3)


def install(session: Session, workspace: Workspace) -> None:
    """Let the rounds follow the workspace's zone; where they are off, nothing happens."""
    setting = session.get(ShadowSetting, workspace.id)
    if setting is not None and setting.active:
        _schedule(session, setting)


def load_setting(session: Session, workspace_id: int, *, lock: bool = False) -> ShadowSetting:
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


def may_configure(session: Session, person: Person) -> None:
    """Raises NotAllowed."""
    people.require(session, person, "change how people are paired", Role.MANAGER)


def configure(session: Session, person: Person, rounds: Rounds) -> ShadowSetting:
    """Change the setting. Raises NotAllowed."""
    may_configure(session, person)
    changed = load_setting(session, person.workspace_id, lock=True)
    for name, value in asdict(rounds).items():
        setattr(changed, name, value)
    session.flush()
    _schedule(session, changed)
    return changed


def is_due(session: Session, setting: ShadowSetting, slot: datetime) -> bool:
    """Whether a round opens at this time: every so many weeks, counted from the last one."""
    last = _last_day(session, setting.workspace_id)
    day = session.get_one(Workspace, setting.workspace_id).day_of(slot)
    return last is None or (day - last).days >= 7 * setting.every_weeks


def next_round_at(session: Session, workspace_id: int) -> datetime | None:
    """When the next round opens; None while the rounds are off."""
    setting = session.get(ShadowSetting, workspace_id)
    schedule = session.scalar(
        select(Schedule).where(Schedule.workspace_id == workspace_id, Schedule.name == OPEN)
    )
    if setting is None or not setting.active or schedule is None:
        return None
    at = schedule.next_run_at
    while not is_due(session, setting, at):
        at = schedule.after(at)
    return at


def _last_day(session: Session, workspace_id: int) -> date | None:
    return session.scalar(
        select(ShadowRound.day)
        .where(ShadowRound.workspace_id == workspace_id)
        .order_by(ShadowRound.day.desc())
        .limit(1)
    )


def _schedule(session: Session, setting: ShadowSetting) -> None:
    if not setting.active:
        drop_schedule(session, setting.workspace_id, OPEN)
        return
    zone = session.get_one(Workspace, setting.workspace_id).timezone
    put_schedule(
        session, setting.workspace_id, OPEN, OPEN, cron=setting.cron, zone=zone, grace=_GRACE,
        workspace_id=setting.workspace_id,
    )  # fmt: skip
