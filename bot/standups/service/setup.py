"""The verbs that set standups up: one a team from the start, then as its managers want it."""

from collections.abc import Mapping, Sequence
from datetime import time
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, joinedload

from bot.errors import NotFound
from bot.jobs import put_schedule
from bot.people import service as people
from bot.people.model import Person, Role, Team, Workspace
from bot.standups.model import Standup
from bot.standups.service.fields import checked
from bot.standups.service.rounds import OPEN

_AT = time(9, 30)
_DAYS = "mon-fri"
_REMIND_AFTER = 60
_CLOSE_AFTER = 150


def install(session: Session, workspace: Workspace) -> None:
    """Give each team its standup; what people changed since, and what is due, stays as it is."""
    for team in people.teams(session, workspace.id):
        new = session.scalar(
            insert(Standup)
            .values(
                workspace_id=workspace.id, team_id=team.id, channel=workspace.channel, days=_DAYS,
                at=_AT, zone=workspace.timezone, remind_after_minutes=_REMIND_AFTER,
                close_after_minutes=_CLOSE_AFTER, active=True,
            )
            .on_conflict_do_nothing()
            .returning(Standup)
        )  # fmt: skip
        if new is not None:
            _schedule(session, new)


def standups(session: Session, who: Person) -> Sequence[Standup]:
    """The workspace's standups with their teams, by the team's name. Raises NotAllowed."""
    _require(session, who)
    return session.scalars(
        select(Standup)
        .join(Standup.team)
        .where(Standup.workspace_id == who.workspace_id)
        .options(joinedload(Standup.team))
        .order_by(Team.name)
    ).all()


def configurable(session: Session, who: Person, standup_id: int) -> Standup:
    """The standup with its team, for one who may change it. Raises NotAllowed, NotFound."""
    found = [standup for standup in standups(session, who) if standup.id == standup_id]
    if not found:
        raise NotFound(what="this standup")
    return found[0]


def configure(session: Session, who: Person, standup_id: int, fields: Mapping[str, Any]) -> Standup:
    """Change a standup's settings, from the next round on; `fields` are as a form gives them.

    Raises NotAllowed, NotFound, FieldErrors.
    """
    standup = configurable(session, who, standup_id)
    settings = checked(fields)
    before = (standup.cron, standup.zone)
    for name, value in settings.items():
        setattr(standup, name, value)
    # A schedule that is put begins anew, so one that did not change is let run.
    if (standup.cron, standup.zone) != before:
        _schedule(session, standup)
    return standup


def _require(session: Session, who: Person) -> None:
    people.require(session, who, "change the standups", Role.MANAGER)


def _schedule(session: Session, standup: Standup) -> None:
    put_schedule(
        session,
        standup.workspace_id,
        standup.schedule_name,
        OPEN,
        cron=standup.cron,
        zone=standup.zone,
        standup_id=standup.id,
    )
