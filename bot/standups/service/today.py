"""What a person's standups are today: open, to come, answered, or over."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, contains_eager, joinedload

from bot import clock
from bot.errors import HandoffError, NotFound
from bot.people import service as people
from bot.people.models import Person, Role
from bot.slack.text import clean, moment
from bot.standups.models import Answer, Standup, StandupEntry, StandupRound, Today
from bot.standups.service.asking import round_on, zone_of

# A standup that finds no working day in so many of its own is not coming: holidays last for days.
_HORIZON = 40


class NoTeam(HandoffError):
    """You are not in a team yet, so there is no standup for you. {ask}"""


class Paused(HandoffError):
    """The {standup} is paused. A manager can turn it on again with /standup settings."""


class NotAskedYet(HandoffError):
    """The {standup} is not asked today. It opens {at}, and I will write to you then."""


class ClosedToday(HandoffError):
    """You have answered today's {standup}, and it has closed. The next one opens {at}."""


def todays(session: Session, person: Person) -> Sequence[Today]:
    """The person's standups, what waits for them first; those that are archived are left out."""
    standups = session.scalars(
        select(Standup)
        .where(
            Standup.team_id == person.team_id,
            Standup.workspace_id == person.workspace_id,
            Standup.archived_at.is_(None),
        )
        .options(joinedload(Standup.team))
        .order_by(Standup.at, Standup.id)
    ).all()
    found = [_today(session, standup, person) for standup in standups]
    return sorted(found, key=lambda each: (not each.waits, each.day is None))


def today(session: Session, person: Person) -> Today | None:
    """The standup that concerns the person most at the moment; None for one whom none asks."""
    return next(iter(todays(session, person)), None)


def answerable_now(session: Session, who: Person) -> Sequence[Today]:
    """The standups that the person can answer or change now, early and late ones too.

    Raises NoTeam, NotFound, Paused, NotAskedYet or ClosedToday where there is none.
    """
    if who.team_id is None:
        raise NoTeam(ask=_whom_to_ask(session, who))
    found = todays(session, who)
    if not found:
        raise NotFound(what="a standup of your team")
    can = [each for each in found if each.day is not None]
    if not can:
        raise _nothing_open(found[0])
    return can


def entry_now(session: Session, who: Person, standup_id: int) -> int:
    """The person's part in the standup that they can answer now; written where they come first.

    Raises NotFound, Paused, NotAskedYet, ClosedToday.
    """
    mine = [each for each in todays(session, who) if each.standup.id == standup_id]
    if not mine:
        raise NotFound(what="this standup")
    found = mine[0]
    if found.day is None:
        raise _nothing_open(found)
    return found.entry.id if found.entry else _come_first(session, who, found.standup, found.day)


def _come_first(session: Session, who: Person, standup: Standup, day: date) -> int:
    """Write the part of one who is not asked yet; at their minute they are, if still silent."""
    due_at = standup.moment_on(day, zone_of(session, standup, who))
    opened = round_on(session, standup, day, due_at)
    session.execute(
        insert(StandupEntry)
        .values(
            workspace_id=who.workspace_id, round_id=opened.id, person_id=who.id,
            state=Answer.ASKED, due_at=due_at, closes_at=standup.open_until(due_at),
        )
        .on_conflict_do_nothing()
    )  # fmt: skip
    mine = (StandupEntry.round_id == opened.id, StandupEntry.person_id == who.id)
    return session.scalars(select(StandupEntry.id).where(*mine)).one()


def _today(session: Session, standup: Standup, person: Person) -> Today:
    zone = zone_of(session, standup, person)
    entry = _newest_entry(session, standup, person)
    next_at = _next_at(standup, zone, entry)
    now = clock.now()
    if entry is not None and entry.is_open(now):
        return Today(standup, entry.round.day, entry, next_at)
    day = now.astimezone(ZoneInfo(zone)).date()
    if entry is not None and entry.round.day == day:
        return Today(standup, day if entry.takes_late(now) else None, entry, next_at)
    comes = standup.is_on and standup.falls_on(day)
    return Today(standup, day if comes else None, None, next_at)


def _newest_entry(session: Session, standup: Standup, person: Person) -> StandupEntry | None:
    return session.scalar(
        select(StandupEntry)
        .join(StandupEntry.round)
        .where(StandupRound.standup_id == standup.id, StandupEntry.person_id == person.id)
        .options(contains_eager(StandupEntry.round).joinedload(StandupRound.standup))
        .order_by(StandupRound.day.desc())
        .limit(1)
    )


def _next_at(standup: Standup, zone: str, entry: StandupEntry | None) -> datetime | None:
    """When the person is asked next: not on a free day, and not on one that has their part."""
    if not standup.is_on:
        return None
    at = clock.now()
    for _ in range(_HORIZON):
        at = standup.moment_after(at, zone)
        day = at.astimezone(ZoneInfo(zone)).date()
        if standup.falls_on(day) and (entry is None or entry.round.day != day):
            return at
    return None


def _nothing_open(found: Today) -> HandoffError:
    standup = clean(found.standup.name, 80)
    if found.next_at is None:
        return Paused(standup=standup)
    at = moment(found.next_at, "{date_short_pretty} at {time}")
    if found.entry is None:
        return NotAskedYet(standup=standup, at=at)
    return ClosedToday(standup=standup, at=at)


def _whom_to_ask(session: Session, who: Person) -> str:
    if who.has(Role.ADMIN):
        return "You can put yourself into one with /handoff people."
    admins = people.having(session, who.workspace_id, Role.ADMIN)
    names = ", ".join(admin.mention for admin in admins[:3]) or "whoever installed Handoff"
    return f"Please ask {names}: an admin puts people into teams with /handoff people."
