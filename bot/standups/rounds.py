"""A round that is under way: it reminds once, and closes with a summary.

The times stand in the rows. Each tick claims what is due, which no other can then, so ten processes
remind and close once; and whoever answers holds the round's row shared, so an answer is either seen
by the closing or lets the summary be drawn anew.
"""

from datetime import date, datetime, timedelta

from sqlalchemy import Select, and_, case, func, select, update
from sqlalchemy.orm import Session, joinedload, selectinload

from bot import clock, slack
from bot.people.models import Person
from bot.standups.asking import PROMPT, is_away
from bot.standups.models import Answer, Standup, StandupEntry, StandupRound
from bot.tasks import Loop

REMINDER = "standup.reminder"
SUMMARY = "standup.summary"
WEEK = "standup.week"

_ENDED = Loop("standups.close", "Summaries of standups")

# Rows of one transaction, so that a tick is short and others can share the work.
_AT_ONCE = 1000


def remind(session: Session) -> int:
    """Remind those whose time has come and who are silent; returns how many were looked at.

    Nobody who has left, is away, or could only answer late; and nobody twice.
    """
    now = clock.now()
    due = (
        select(StandupEntry.id)
        .where(StandupEntry.remind_at <= now)
        .order_by(StandupEntry.remind_at, StandupEntry.id)
        .limit(_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    waits = and_(
        StandupEntry.state == Answer.ASKED, StandupEntry.closes_at > now, Person.active,
        ~is_away(now),
    )  # fmt: skip
    rows = session.execute(
        update(StandupEntry)
        .where(StandupEntry.id.in_(due.scalar_subquery()), Person.id == StandupEntry.person_id)
        .values(remind_at=None, reminded_at=case((waits, now), else_=StandupEntry.reminded_at))
        .returning(
            StandupEntry.workspace_id, StandupEntry.id, Person.slack_id, StandupEntry.reminded_at
        )
        .execution_options(synchronize_session=False)
    ).all()
    by_workspace: dict[int, list[tuple[int, str]]] = {}
    for workspace_id, entry_id, slack_id, reminded_at in rows:
        if reminded_at == now:
            by_workspace.setdefault(workspace_id, []).append((entry_id, slack_id))
    for workspace_id, recipients in by_workspace.items():
        slack.show_all(session, workspace_id, REMINDER, recipients)
    return len(rows)


def close(session: Session) -> int:
    """Sum up the rounds whose last person's time is over; returns how many closed.

    A round in which nobody was asked has nothing to say, and gets no summary.
    """
    now = clock.now()
    due = session.scalars(
        select(StandupRound)
        .where(
            StandupRound.closes_at <= now,
            StandupRound.closed_at.is_(None),
            _ENDED.ready(StandupRound.id),
        )
        .order_by(StandupRound.closes_at, StandupRound.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).all()
    _ENDED.each(session, due, lambda ended: _close(session, ended, now))
    return len(due)


def _close(session: Session, ended: StandupRound, now: datetime) -> None:
    ended.closed_at = now
    session.flush()
    if _has_entries(session, ended.id):
        _sum_up(session, ended)


def next_reminder(session: Session) -> datetime | None:
    """When somebody is reminded next."""
    return session.scalar(select(func.min(StandupEntry.remind_at)))


def next_closing(session: Session) -> datetime | None:
    """When a round closes next."""
    open_ = StandupRound.closed_at.is_(None)
    return session.scalar(select(func.min(StandupRound.closes_at)).where(open_))


def round_of(session: Session, entry: Select[int], *, hold: bool) -> StandupRound | None:
    """The round of an entry, with its standup, team and questions; `entry` selects the round's id.

    With `hold` it is not closed before our transaction ends.
    """
    standup = joinedload(StandupRound.standup, innerjoin=True)
    query = (
        select(StandupRound)
        .where(StandupRound.id == entry.scalar_subquery())
        .options(
            standup.joinedload(Standup.team, innerjoin=True), standup.joinedload(Standup.questions)
        )
        .execution_options(populate_existing=True)
    )
    if hold:
        query = query.with_for_update(read=True, of=StandupRound)
    return session.scalars(query).unique().one_or_none()


def redraw(session: Session, entry: StandupEntry) -> None:
    """Let what the person got and their home tab be drawn anew, and the summary, where it is there
    already."""
    cards = [(PROMPT, entry.id), (REMINDER, entry.id), (slack.HOME, entry.person_id)]
    if entry.round.closed_at is not None:
        cards.append((SUMMARY, entry.round_id))
    slack.redraw_all(session, cards)


def entry_to_show(session: Session, entry_id: int) -> StandupEntry:
    """The entry with its answers, round, standup, team and questions."""
    standup = joinedload(StandupEntry.round).joinedload(StandupRound.standup)
    return session.get_one(
        StandupEntry,
        entry_id,
        options=[
            standup.joinedload(Standup.team),
            standup.selectinload(Standup.questions),
            selectinload(StandupEntry.answers),
        ],
        populate_existing=True,
    )


def _has_entries(session: Session, round_id: int) -> bool:
    first = select(StandupEntry.id).where(StandupEntry.round_id == round_id).limit(1)
    return session.scalar(first) is not None


def _sum_up(session: Session, closed: StandupRound) -> None:
    """Post the summary for the team, and for those across the table where they read it."""
    standup = session.get_one(Standup, closed.standup_id)
    slack.show(session, closed.workspace_id, SUMMARY, closed.id, standup.channel)
    if standup.readers is None or standup.readers == standup.channel:
        return
    thread = None
    if standup.readers_in_thread:
        thread = (WEEK, _first_of_week(session, closed))
        slack.show(session, closed.workspace_id, *thread, standup.readers)
    slack.show(session, closed.workspace_id, SUMMARY, closed.id, standup.readers, thread_of=thread)


def _first_of_week(session: Session, closed: StandupRound) -> int:
    """The week's first round: the thread of the week hangs below it."""
    first: date = closed.monday
    return session.scalars(
        select(func.min(StandupRound.id)).where(
            StandupRound.standup_id == closed.standup_id,
            StandupRound.day >= first,
            StandupRound.day < first + timedelta(days=7),
        )
    ).one()
