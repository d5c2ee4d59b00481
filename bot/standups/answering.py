"""What a person's standups are today, and their answers: early, in time or late, or none."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from bot import clock
from bot.campaigns import queries as campaigns
from bot.errors import FieldErrors, HandoffError, NotFound
from bot.leads import queries as lead_queries
from bot.leads.list_models import Arrivals
from bot.people import service as people
from bot.people.models import Person, Role, Workspace
from bot.slack.text import clean, moment
from bot.standups import rounds
from bot.standups.asking import round_on, zone_of
from bot.standups.blockers import unresolved
from bot.standups.models import (
    LONGEST_ANSWER,
    Answer,
    Facts,
    Standup,
    StandupAnswer,
    StandupEntry,
    StandupQuestion,
    StandupRound,
    Today,
)

# A standup that finds no working day in so many of its own is not coming: holidays last for days.
_HORIZON = 40

_NOTHING = Arrivals(0, 0, 0, 0)


class NoTeam(HandoffError):
    """You're not in a team yet, so there's no standup for you. {ask}"""


class Paused(HandoffError):
    """The {standup} is paused. Managers can resume it with /standup settings."""


class NotAskedYet(HandoffError):
    """There's no {standup} today. The next one opens {at}. I'll message you then."""


class ClosedToday(HandoffError):
    """You've answered today's {standup}, and it has closed. The next one opens {at}."""


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
    rows = [_today(session, standup, person) for standup in standups]
    return sorted(rows, key=lambda each: (not each.waits, each.day is None))


def today(session: Session, person: Person) -> Today | None:
    """The standup that concerns the person most at the moment; None for one whom none asks."""
    return next(iter(todays(session, person)), None)


def answerable_now(session: Session, person: Person) -> Sequence[Today]:
    """The standups that the person can answer or change now, early and late ones too.

    Raises NoTeam, NotFound, Paused, NotAskedYet or ClosedToday where there is none.
    """
    if person.team_id is None:
        raise NoTeam(ask=_whom_to_ask(session, person))
    rows = todays(session, person)
    if not rows:
        raise NotFound(what="a standup of your team")
    answerable_rows = [each for each in rows if each.day is not None]
    if not answerable_rows:
        raise _nothing_open(rows[0])
    return answerable_rows


def entry_now(session: Session, person: Person, standup_id: int) -> int:
    """The person's part in the standup that they can answer now; written where they come first.

    Raises NotFound, Paused, NotAskedYet, ClosedToday.
    """
    rows = [each for each in todays(session, person) if each.standup.id == standup_id]
    if not rows:
        raise NotFound(what="this standup")
    row = rows[0]
    if row.day is None:
        raise _nothing_open(row)
    return row.entry.id if row.entry else _come_first(session, person, row.standup, row.day)


def _come_first(session: Session, person: Person, standup: Standup, day: date) -> int:
    """Write the part of one who is not asked yet; at their minute they are, if still silent."""
    due_at = standup.moment_on(day, zone_of(session, standup, person))
    round_ = round_on(session, standup, day, due_at)
    session.execute(
        insert(StandupEntry)
        .values(
            workspace_id=person.workspace_id, round_id=round_.id, person_id=person.id,
            state=Answer.ASKED, due_at=due_at, closes_at=standup.open_until(due_at),
        )
        .on_conflict_do_nothing()
    )  # fmt: skip
    mine = (StandupEntry.round_id == round_.id, StandupEntry.person_id == person.id)
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


def _nothing_open(row: Today) -> HandoffError:
    standup = clean(row.standup.name, 80)
    if row.next_at is None:
        return Paused(standup=standup)
    at = moment(row.next_at, "{date_short_pretty} at {time}")
    if row.entry is None:
        return NotAskedYet(standup=standup, at=at)
    return ClosedToday(standup=standup, at=at)


def _whom_to_ask(session: Session, person: Person) -> str:
    if person.has(Role.ADMIN):
        return "Add yourself to one with /handoff people."
    admins = people.having(session, person.workspace_id, Role.ADMIN)
    names = ", ".join(admin.mention for admin in admins[:3]) or "whoever installed Handoff"
    return f"Ask {names}: admins add people to teams with /handoff people."


class StandupClosed(HandoffError):
    """The {standup} of {day} has closed, so your answers can't be changed. If it can't wait for the
    next one, post it in the channel."""


class AlreadyAnswered(HandoffError):
    """You've already answered this standup. Until it closes you can edit your answers with
    /standup."""


class AlreadySkipped(HandoffError):
    """You've already skipped this standup. You can still answer with /standup."""


def answerable(
    session: Session, person: Person, entry_id: int, *, hold: bool = False
) -> StandupEntry:
    """The person's own entry, while it takes an answer: in time, or a first one late.

    With `hold` neither changes before our transaction ends, the entry or its round. Raises
    NotFound, StandupClosed.
    """
    round_id = select(StandupEntry.round_id).where(
        StandupEntry.id == entry_id, StandupEntry.person_id == person.id
    )
    round_ = rounds.round_of(session, round_id, hold=hold)
    if round_ is None:
        raise NotFound(what="your part in this standup")
    # The round is held first, as asking does it, so that nobody waits for each other.
    entry = session.get_one(
        StandupEntry,
        entry_id,
        options=[selectinload(StandupEntry.answers)],
        with_for_update={"key_share": True} if hold else None,
        populate_existing=True,
    )
    now = clock.now()
    if not entry.is_open(now) and not entry.takes_late(now):
        raise StandupClosed(standup=clean(round_.standup.name, 80), day=round_.day_in_words)
    return entry


def answer(
    session: Session, person: Person, entry_id: int, answers: Mapping[str, str]
) -> StandupEntry:
    """Take the person's answers, by the questions' keys; newer ones replace those given before.

    Raises NotFound, StandupClosed, FieldErrors.
    """
    entry = answerable(session, person, entry_id, hold=True)
    for question, text in _checked(entry.round.standup.active_questions, answers).items():
        _write(session, entry, question, text)
    entry.state, entry.answered_at, entry.remind_at = Answer.ANSWERED, clock.now(), None
    session.flush()
    rounds.redraw(session, entry)
    return entry


def skip(session: Session, person: Person, entry_id: int) -> StandupEntry:
    """Skip this one. Raises NotFound, StandupClosed, AlreadyAnswered, AlreadySkipped."""
    entry = answerable(session, person, entry_id, hold=True)
    if entry.state == Answer.ANSWERED:
        raise AlreadyAnswered
    if entry.state == Answer.SKIPPED:
        raise AlreadySkipped
    entry.state, entry.remind_at = Answer.SKIPPED, None
    session.flush()
    rounds.redraw(session, entry)
    return entry


def _write(session: Session, entry: StandupEntry, question: StandupQuestion, text: str) -> None:
    """Keep what was said; a blocker that is gone from the form is resolved, if somebody has it."""
    given = next((each for each in entry.answers if each.question_id == question.id), None)
    if given is None:
        if text:
            entry.answers.append(
                StandupAnswer(
                    workspace_id=entry.workspace_id,
                    question_id=question.id,
                    text=text,
                    question=question,
                )
            )
    elif text:
        given.text = text
    elif given.taken_by is None:
        entry.answers.remove(given)
        session.delete(given)
    else:
        given.resolved_at = given.resolved_at or clock.now()


def _checked(
    questions: list[StandupQuestion], answers: Mapping[str, str]
) -> dict[StandupQuestion, str]:
    """The answers without what cannot be stored or shown; FieldErrors where one is missing."""
    texts = {
        question: clean(answers.get(question.key, ""), LONGEST_ANSWER).strip()
        for question in questions
    }
    missing = [f"answers:{each.key}" for each in questions if each.needs_answer and not texts[each]]
    if missing:
        raise FieldErrors(dict.fromkeys(missing, "Write a few words. “Nothing yet” is fine too."))
    if not any(texts.values()):
        raise FieldErrors(
            {f"answers:{questions[0].key}": "Answer at least one question, or skip this standup."}
        )
    return texts


def facts(session: Session, person: Person) -> Facts:
    """What the person holds, and how their own campaigns that run do today."""
    zone = session.get_one(Workspace, person.workspace_id).zone
    today = clock.now().astimezone(zone).date()
    running = campaigns.running(session, person.workspace_id, today)
    own = [campaign for campaign in running if campaign.owner_id == person.id]
    midnight = datetime.combine(today, time(), zone)
    arrivals = lead_queries.arrivals(session, [campaign.id for campaign in own], midnight)
    return Facts(
        work=lead_queries.workload(session, person),
        blockers=unresolved(session, person),
        campaigns=[(each, arrivals.get(each.id, _NOTHING)) for each in own],
    )
