"""Blockers: someone across the table takes one, hands it back, or lifts it.

One wins, by a conditional update; the others are told who has it.
"""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session, joinedload

from bot import clock, slack
from bot.errors import HandoffError, NotFound
from bot.people.models import Person
from bot.slack.text import clean
from bot.standups.models import (
    Standup,
    StandupAnswer,
    StandupEntry,
    StandupQuestion,
    StandupRound,
    Theme,
)
from bot.standups.service.rounds import SUMMARY

HELP = "standup.help"
LIFTED = "standup.lifted"

_REMEMBERED = timedelta(weeks=2)


class NotAcross(HandoffError):
    """A blocker is lifted from across the table: by someone of another team than {team}."""


class AlreadyTaken(HandoffError):
    """{who} took it already."""


class AlreadyLifted(HandoffError):
    """It is lifted already."""


class NotTheirs(HandoffError):
    """Only {who} can say that."""


def take(session: Session, who: Person, answer_id: int) -> StandupAnswer:
    """Take a blocker of the other department; both then have its card in a direct message.

    Raises NotFound, NotAcross, AlreadyTaken, AlreadyLifted.
    """
    blocker = _find(session, who, answer_id)
    standup = blocker.entry.round.standup
    if not _sits_across(who, standup):
        raise NotAcross(team=clean(standup.team.name, 80))
    free = (StandupAnswer.taken_by.is_(None), StandupAnswer.lifted_at.is_(None))
    if not _change(session, answer_id, *free, taken_by=who.id, taken_at=clock.now()):
        raise _taken(session, who, answer_id)
    for person in (blocker.entry.person, who):
        slack.show(session, who.workspace_id, HELP, answer_id, person.slack_id)
    return _redrawn(session, answer_id)


def hand_back(session: Session, who: Person, answer_id: int) -> StandupAnswer:
    """Let somebody else take it. Raises NotFound, NotTheirs, AlreadyLifted."""
    blocker = _find(session, who, answer_id)
    mine = (StandupAnswer.taken_by == who.id, StandupAnswer.lifted_at.is_(None))
    if not _change(session, answer_id, *mine, taken_by=None, taken_at=None):
        if blocker.lifted_at is not None:
            raise AlreadyLifted
        raise NotTheirs(who=_name(blocker.taker) if blocker.taker else "who has it")
    return _redrawn(session, answer_id)


def lift(session: Session, who: Person, answer_id: int) -> StandupAnswer:
    """Say that it is out of the way; the other of the two hears of it.

    The one who took it may say so, and the one whom it was in the way of. Raises NotFound,
    NotTheirs, AlreadyLifted.
    """
    blocker = _find(session, who, answer_id)
    blocked = blocker.entry.person
    if who.id not in (blocker.taken_by, blocked.id):
        raise NotTheirs(who=_name(blocker.taker or blocked))
    if not _change(session, answer_id, StandupAnswer.lifted_at.is_(None), lifted_at=clock.now()):
        raise AlreadyLifted
    other = blocker.taker if who.id == blocked.id else blocked
    if other is not None:
        slack.show(
            session, who.workspace_id, LIFTED, answer_id, other.slack_id,
            thread_of=(HELP, answer_id),
        )  # fmt: skip
    return _redrawn(session, answer_id)


def unlifted(session: Session, who: Person) -> Sequence[StandupAnswer]:
    """What is in the person's way since it was summed up, and what they took; the oldest first.

    Nobody is reminded of what is older than two weeks.
    """
    since = clock.now() - _REMEMBERED
    own = (
        select(StandupAnswer.id)
        .join(StandupAnswer.entry)
        .join(StandupEntry.round)
        .join(StandupAnswer.question)
        .where(
            StandupEntry.person_id == who.id,
            StandupRound.closed_at >= since,
            StandupQuestion.theme == Theme.BLOCKERS,
        )
    )
    taken = select(StandupAnswer.id).where(
        StandupAnswer.taken_by == who.id, StandupAnswer.lifted_at.is_(None),
        StandupAnswer.taken_at >= since,
    )  # fmt: skip
    return session.scalars(
        select(StandupAnswer)
        .where(StandupAnswer.id.in_(own.union_all(taken)), StandupAnswer.lifted_at.is_(None))
        .options(
            joinedload(StandupAnswer.entry).joinedload(StandupEntry.person),
            joinedload(StandupAnswer.taker),
        )
        .order_by(StandupAnswer.id)
    ).all()


def answer_to_show(session: Session, answer_id: int) -> StandupAnswer:
    """The answer with its standup, whoever gave it, and, of a blocker, whoever takes it."""
    entry = joinedload(StandupAnswer.entry)
    standup = entry.joinedload(StandupEntry.round).joinedload(StandupRound.standup)
    return session.get_one(
        StandupAnswer,
        answer_id,
        options=[
            standup.joinedload(Standup.team),
            entry.joinedload(StandupEntry.person),
            joinedload(StandupAnswer.question),
            joinedload(StandupAnswer.taker),
        ],
        populate_existing=True,
    )


def _find(session: Session, who: Person, answer_id: int) -> StandupAnswer:
    mine = select(StandupAnswer.id).where(
        StandupAnswer.id == answer_id, StandupAnswer.workspace_id == who.workspace_id
    )
    if session.scalar(mine) is None:
        raise NotFound(what="this blocker")
    found = answer_to_show(session, answer_id)
    if not found.is_blocker:
        raise NotFound(what="this blocker")
    return found


def _sits_across(who: Person, standup: Standup) -> bool:
    """Whether the person is of another department, or stands above all of them."""
    if who.team_id is None:
        return who.leads_others
    return who.team_id != standup.team_id


def _change(
    session: Session, answer_id: int, *still: ColumnElement[bool], **values: object
) -> bool:
    """Change the blocker while the conditions still hold; False when someone was quicker."""
    changed = session.execute(
        update(StandupAnswer)
        .where(StandupAnswer.id == answer_id, *still)
        .values(**values)
        .returning(StandupAnswer.id)
        .execution_options(synchronize_session=False)
    )
    return changed.scalar() is not None


def _taken(session: Session, who: Person, answer_id: int) -> HandoffError:
    there = answer_to_show(session, answer_id)
    if there.taker is None:
        return AlreadyLifted()
    return AlreadyTaken(who="You" if there.taken_by == who.id else _name(there.taker))


def _redrawn(session: Session, answer_id: int) -> StandupAnswer:
    blocker = answer_to_show(session, answer_id)
    slack.redraw(session, HELP, answer_id)
    if blocker.entry.round.closed_at is not None:
        slack.redraw(session, SUMMARY, blocker.entry.round_id)
    return blocker


def _name(person: Person) -> str:
    return clean(person.name, 80)
