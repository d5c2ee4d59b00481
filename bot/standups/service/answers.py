"""The verbs of one who is asked: see what is open, answer, change the answers, skip."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from bot import clock
from bot.errors import FieldErrors, HandoffError, NotFound
from bot.jobs import Schedule
from bot.people import service as people
from bot.people.model import Person, Role
from bot.slack.text import clean, moment
from bot.standups.model import Answer, Question, Standup, StandupEntry, StandupRound
from bot.standups.service import rounds

# What Slack's input takes, and gives back as the initial value of the next form.
_LONGEST_ANSWER = 3000


class NoTeam(HandoffError):
    """You are not in a team yet, so there is no standup for you. {ask}"""


class Paused(HandoffError):
    """The {team} standup is paused. A manager can turn it on again with /standup settings."""


class NotAskedYet(HandoffError):
    """The {team} standup is not open yet. It opens {at}, and I will write to you then."""


class ClosedToday(HandoffError):
    """Today's {team} standup has closed, and its summary is posted. The next one opens {at}."""


class StandupClosed(HandoffError):
    """The {team} standup of {day} has closed and its summary is posted, so I can take no more
    answers. If it cannot wait for the next one, please write it in the channel."""


class AlreadyAnswered(HandoffError):
    """You have answered this standup, and your answers stay. Until it closes you can change them
    with /standup."""


class AlreadySkipped(HandoffError):
    """You have skipped this standup already. Until it closes you can still answer with /standup."""


@dataclass(frozen=True)
class Today:
    """How a person stands to their team's standup at the moment."""

    standup: Standup
    """With its team."""
    round: StandupRound | None
    """The one that is open, else the one that was closed today; None before it is asked."""
    entry: StandupEntry | None
    """The person's part in that round; None for one who joined later and has not answered."""
    next_at: datetime | None
    """When it is asked next; None while it is paused."""

    @property
    def is_open(self) -> bool:
        """Whether the person can answer now."""
        return self.round is not None and self.round.is_open


def today(session: Session, person: Person) -> Today | None:
    """The person's standup of today and their part in it; None for one whom no standup asks."""
    standup = session.scalar(
        select(Standup)
        .where(Standup.team_id == person.team_id, Standup.workspace_id == person.workspace_id)
        .options(joinedload(Standup.team))
    )
    if standup is None:
        return None
    newest = _newest_round(session, standup)
    entry = _entry_of(session, newest, person) if newest else None
    return Today(standup, newest, entry, _next_at(session, standup, newest))


def answerable_now(session: Session, who: Person) -> StandupEntry:
    """The entry that the person can answer now; one who joined the team later gets theirs here.

    Raises NoTeam, Paused, NotAskedYet or ClosedToday.
    """
    found = today(session, who)
    if who.team_id is None:
        raise NoTeam(ask=_whom_to_ask(session, who))
    if found is None:
        raise NotFound(what="a standup of your team")
    if found.round is None or not rounds.hold(session, found.round.id).is_open:
        raise _nothing_open(found)
    return rounds.entry_to_show(session, rounds.ask(session, found.round, who))


def answerable(session: Session, who: Person, entry_id: int) -> StandupEntry:
    """The person's own entry, its round held open. Raises NotFound, StandupClosed."""
    mine = select(StandupEntry.round_id).where(
        StandupEntry.id == entry_id, StandupEntry.person_id == who.id
    )
    round_id = session.scalar(mine)
    if round_id is None:
        raise NotFound(what="your part in this standup")
    rounds.hold(session, round_id)
    entry = rounds.entry_to_show(session, entry_id)
    if not entry.round.is_open:
        team, day = entry.round.standup.team.name, entry.round.day_in_words
        raise StandupClosed(team=clean(team, 80), day=day)
    return entry


def answer(
    session: Session, who: Person, entry_id: int, fields: Mapping[str, str | None]
) -> StandupEntry:
    """Take the person's answers, by question; newer ones replace those given before.

    Raises NotFound, StandupClosed, FieldErrors.
    """
    entry = answerable(session, who, entry_id)
    entry.answer(_checked(fields), clock.now())
    session.flush()
    rounds.redraw(session, entry.id)
    return entry


def skip(session: Session, who: Person, entry_id: int) -> StandupEntry:
    """Skip this one. Raises NotFound, StandupClosed, AlreadyAnswered, AlreadySkipped."""
    entry = answerable(session, who, entry_id)
    if entry.state == Answer.ANSWERED:
        raise AlreadyAnswered
    if entry.state == Answer.SKIPPED:
        raise AlreadySkipped
    entry.state = Answer.SKIPPED
    session.flush()
    rounds.redraw(session, entry.id)
    return entry


def _newest_round(session: Session, standup: Standup) -> StandupRound | None:
    """The newest round, if it is open or of today. One may stay open past midnight."""
    newest = session.scalar(
        select(StandupRound)
        .where(StandupRound.standup_id == standup.id)
        .order_by(StandupRound.day.desc())
        .limit(1)
    )
    if newest is None or newest.is_open or newest.day == standup.day_of(clock.now()):
        return newest
    return None


def _entry_of(session: Session, asked: StandupRound, person: Person) -> StandupEntry | None:
    return session.scalar(
        select(StandupEntry).where(
            StandupEntry.round_id == asked.id, StandupEntry.person_id == person.id
        )
    )


def _next_at(session: Session, standup: Standup, newest: StandupRound | None) -> datetime | None:
    """When the next round opens: a day that has its round gets no second one, whatever its
    schedule says after a change of the time."""
    schedule = session.scalar(
        select(Schedule).where(
            Schedule.workspace_id == standup.workspace_id, Schedule.name == standup.schedule_name
        )
    )
    if schedule is None or not standup.active:
        return None
    at = schedule.next_run_at
    again = newest is not None and newest.day == standup.day_of(at)
    return schedule.after(at) if again else at


def _nothing_open(found: Today) -> HandoffError:
    team = clean(found.standup.team.name, 80)
    if found.next_at is None:
        return Paused(team=team)
    at = moment(found.next_at, "{date_short_pretty} at {time}")
    return NotAskedYet(team=team, at=at) if found.round is None else ClosedToday(team=team, at=at)


def _whom_to_ask(session: Session, who: Person) -> str:
    if who.has(Role.ADMIN):
        return "You can put yourself into one with /handoff people."
    admins = people.having(session, who.workspace_id, Role.ADMIN)
    names = ", ".join(admin.mention for admin in admins[:3]) or "whoever installed Handoff"
    return f"Please ask {names}: an admin puts people into teams with /handoff people."


def _checked(fields: Mapping[str, str | None]) -> dict[Question, str]:
    """The answers without what cannot be stored or shown; FieldErrors where one is missing."""
    said = {question: clean(fields.get(question) or "", _LONGEST_ANSWER).strip()
            for question in Question}  # fmt: skip
    missing = [question for question in Question if question.needs_answer and not said[question]]
    if missing:
        raise FieldErrors(
            dict.fromkeys(missing, "Please write a few words; “nothing yet” is an answer too.")
        )
    return said
