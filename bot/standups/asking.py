"""Asking: each at their own local time, on their working days, once a day, whatever restarts.

A standup has one schedule for each zone in which its people live. When one is due, a single
statement writes a part of the round for everybody there who works today, and returns those whose
part is new: they get the prompt, in the same transaction. What happens twice finds the parts there.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, delete, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, joinedload

from bot import clock, slack
from bot.people.models import Absence, Person, Team, Workspace
from bot.standups.models import Answer, Standup, StandupEntry, StandupRound
from bot.store import table
from bot.tasks import Loop, Schedule, put_schedules

_MOVED = Loop("standups.follow_people", "Standups that follow their people")

OPEN = "standup.open"
PROMPT = "standup.prompt"

# Who is asked so soon after the minute has the time from the minute on: it reads 12:00, not 12:01.
_AT_ONCE = timedelta(minutes=1)
# Who does not work within so many of a standup's days is not waited for.
_MOST_FREE_DAYS = 60

local_zone: ColumnElement[str] = func.coalesce(
    Standup.zone, Person.timezone, Team.timezone, Workspace.timezone
)
"""Whose clock counts: the standup's where it has one; else the person's, the team's, ours."""


def align(session: Session, standup: Standup) -> None:
    """Let the clock know in which zones the standup's people live; none while it is not asked."""
    zones = session.scalars(_zones(standup.id)).all() if standup.is_on else []
    wanted = [
        Schedule.of(
            standup.workspace_id, standup.schedule_name(zone), OPEN,
            cron=standup.cron, zone=zone, standup_id=standup.id, place=zone,
        )
        for zone in zones
    ]  # fmt: skip
    put_schedules(session, *wanted)
    mine = Schedule.name.startswith(standup.schedule_name(""), autoescape=True)
    kept = [standup.schedule_name(zone) for zone in zones]
    session.execute(
        delete(Schedule).where(
            Schedule.workspace_id == standup.workspace_id, mine, Schedule.name.not_in(kept)
        )
    )


def follow_people(session: Session) -> int:
    """Find those whom no clock would wake, since they joined or moved; always returns 0.

    It looks at each tick: nobody who comes a minute before the standup is forgotten.
    """
    places = (
        _members()
        .with_only_columns(Standup.id, Standup.workspace_id, local_zone.label("zone"))
        .distinct()
        .subquery()
    )
    name = func.concat("standup:", places.c.id, ":", places.c.zone)
    known = select(Schedule.id).where(
        Schedule.workspace_id == places.c.workspace_id, Schedule.name == name
    )
    asleep = (
        select(Standup)
        .where(Standup.id.in_(select(places.c.id).where(~known.exists())), _MOVED.ready(Standup.id))
        .order_by(Standup.id)
    )
    _MOVED.each(session, session.scalars(asleep).all(), partial(align, session))
    return 0


def ask(session: Session, standup_id: int, zone: str, slot: datetime) -> int:
    """Ask the standup's people in this zone, for whom `slot` is the minute; returns how many.

    Nobody on a free day or on a public holiday, nobody who is away, nobody a second time.
    """
    standup = session.get_one(Standup, standup_id, options=[joinedload(Standup.team)])
    day = slot.astimezone(ZoneInfo(zone)).date()
    if not standup.is_on or not standup.falls_on(day):
        return 0
    now = clock.now()
    asked_at = slot if now - slot < _AT_ONCE else now
    round_ = round_on(session, standup, day, slot)
    entries = session.execute(_write_entries(standup, round_, zone, slot, asked_at)).all()
    if not entries:
        align(session, standup)  # maybe nobody lives there any more
    elif asked_at > slot:
        round_on(session, standup, day, asked_at)
    recipients = [(row.id, row.slack_id) for row in entries]
    slack.show_all(session, standup.workspace_id, PROMPT, recipients)
    return len(recipients)


def round_on(session: Session, standup: Standup, day: date, begun: datetime) -> StandupRound:
    """The round of a day; it closes when the time of the last zone, and of `begun`, is over.

    One that was summed up already, and gets more time, is summed up anew. A round that needs no
    more time is not locked: whoever answers does not wait while another zone is asked.
    """
    moments = [standup.moment_on(day, zone) for zone in session.scalars(_zones(standup.id))]
    closes_at = standup.open_until(max([begun, *moments]))
    session.execute(
        insert(StandupRound)
        .values(
            workspace_id=standup.workspace_id, standup_id=standup.id, day=day,
            opened_at=clock.now(), closes_at=closes_at,
        )
        .on_conflict_do_nothing()
    )  # fmt: skip
    mine = (StandupRound.standup_id == standup.id, StandupRound.day == day)
    round_ = session.scalars(
        select(StandupRound).where(*mine), execution_options={"populate_existing": True}
    ).one()
    if round_.closes_at < closes_at:
        session.execute(
            update(StandupRound)
            .where(*mine, StandupRound.closes_at < closes_at)
            .values(closes_at=closes_at, closed_at=None)
        )
    return round_


def next_runs(session: Session, standups: Iterable[Standup]) -> dict[int, datetime]:
    """When each standup asks somebody next, by its id; the standups come with their teams.

    Without those that are paused, and those that ask nobody.
    """
    runs: dict[int, datetime] = {}
    for each in standups:
        if each.is_on:
            zones = session.scalars(_zones(each.id)).all()
            moments = [at for zone in zones if (at := _next_day_of(each, zone))]
            if moments:
                runs[each.id] = min(moments)
    return runs


def _next_day_of(standup: Standup, zone: str) -> datetime | None:
    """When the standup's clock strikes there next, on a day on which its team works."""
    at = clock.now()
    for _ in range(_MOST_FREE_DAYS):
        at = standup.moment_after(at, zone)
        if standup.falls_on(at.astimezone(ZoneInfo(zone)).date()):
            return at
    return None


def zone_of(session: Session, standup: Standup, person: Person) -> str:
    """The zone on whose clock the standup, which comes with its team, asks this person."""
    own = standup.zone or person.timezone or standup.team.timezone
    return own or session.get_one(Workspace, person.workspace_id).timezone


def is_away(at: ColumnElement[datetime] | datetime) -> ColumnElement[bool]:
    """Whether the person of the statement is away at that moment."""
    return select(Absence.id).where(Absence.person_id == Person.id, Absence.holds(at)).exists()


def _write_entries(
    standup: Standup, round_: StandupRound, zone: str, slot: datetime, begun: datetime
) -> Select[Any]:
    """Write the entries and return them; one that is there and still silent is asked too."""
    entry = table(StandupEntry)
    remind_at = begun + timedelta(minutes=standup.remind_after_minutes)
    values = {
        "workspace_id": standup.workspace_id, "round_id": round_.id, "state": Answer.ASKED.value,
        "due_at": slot, "asked_at": clock.now(), "closes_at": standup.open_until(begun),
        "remind_at": remind_at,
    }  # fmt: skip
    members = _members().where(Standup.id == standup.id, local_zone == zone, ~is_away(slot))
    columns = [literal(value, entry.c[name].type) for name, value in values.items()]
    new = insert(entry).from_select(
        [*values, "person_id"], members.with_only_columns(*columns, Person.id)
    )
    silent = and_(entry.c.asked_at.is_(None), entry.c.state == Answer.ASKED)
    written = (
        new.on_conflict_do_update(
            index_elements=[entry.c.round_id, entry.c.person_id],
            set_={name: new.excluded[name] for name in ("asked_at", "closes_at", "remind_at")},
            where=silent,
        )
        .returning(entry.c.id, entry.c.person_id)
        .cte("written")
    )
    return select(written.c.id, Person.slack_id).join(Person, Person.id == written.c.person_id)


def _members() -> Select[Any]:
    """Everybody whom a standup asks, with it."""
    return (
        select(Person.id)
        .join(Standup, Standup.team_id == Person.team_id)
        .join(Team, Team.id == Standup.team_id)
        .join(Workspace, Workspace.id == Standup.workspace_id)
        .where(Person.active, Standup.active, Standup.archived_at.is_(None))
    )


def _zones(standup_id: int) -> Select[str]:
    return _members().where(Standup.id == standup_id).with_only_columns(local_zone).distinct()
