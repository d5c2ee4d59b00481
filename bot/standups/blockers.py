"""What others make of an answer: a blocker is taken and resolved, an idea becomes a request.

Of those who take a blocker one wins, by a conditional update; the others are told who has it.
"""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session, joinedload

from bot import clock, slack
from bot.errors import HandoffError, NotFound
from bot.people.models import Person, Role
from bot.planning import requests as planning
from bot.planning.models import LONGEST, Request
from bot.slack.text import clean
from bot.standups.models import (
    Standup,
    StandupAnswer,
    StandupEntry,
    StandupQuestion,
    StandupRound,
    Theme,
)
from bot.standups.rounds import SUMMARY

HELP = "standup.help"
RESOLVED = "standup.resolved"

_REMEMBERED = timedelta(weeks=2)


class SameTeam(HandoffError):
    """Only people outside {team} can help with this blocker."""


class AlreadyTaken(HandoffError):
    """{who} already helping."""


class AlreadyResolved(HandoffError):
    """This is already resolved."""


class NotTheirs(HandoffError):
    """Only {who} can do that."""


def take_on(session: Session, person: Person, answer_id: int) -> StandupAnswer:
    """Take a blocker of the other department; both then have its card in a direct message.

    Raises NotFound, SameTeam, AlreadyTaken, AlreadyResolved.
    """
    blocker = _find(session, person, answer_id)
    standup = blocker.entry.round.standup
    if not _is_of_another_team(person, standup):
        raise SameTeam(team=clean(standup.team.name, 80))
    free = (StandupAnswer.taken_by.is_(None), StandupAnswer.resolved_at.is_(None))
    if not _change(session, answer_id, *free, taken_by=person.id, taken_at=clock.now()):
        raise _taken(session, person, answer_id)
    for each in (blocker.entry.person, person):
        slack.show(session, each.workspace_id, HELP, answer_id, each.slack_id)
    return _redrawn(session, answer_id)


def hand_back(session: Session, person: Person, answer_id: int) -> StandupAnswer:
    """Let somebody else take it. Raises NotFound, NotTheirs, AlreadyResolved."""
    blocker = _find(session, person, answer_id)
    mine = (StandupAnswer.taken_by == person.id, StandupAnswer.resolved_at.is_(None))
    if not _change(session, answer_id, *mine, taken_by=None, taken_at=None):
        if blocker.resolved_at is not None:
            raise AlreadyResolved
        raise NotTheirs(who=_name(blocker.taker) if blocker.taker else "whoever is helping")
    return _redrawn(session, answer_id)


def resolve(session: Session, person: Person, answer_id: int) -> StandupAnswer:
    """Say that it is out of the way; the other of the two hears of it.

    The one who took it may say so, and the one whom it was in the way of. Raises NotFound,
    NotTheirs, AlreadyResolved.
    """
    blocker = _find(session, person, answer_id)
    blocked = blocker.entry.person
    if person.id not in (blocker.taken_by, blocked.id):
        raise NotTheirs(who=_name(blocker.taker or blocked))
    if not _change(
        session, answer_id, StandupAnswer.resolved_at.is_(None), resolved_at=clock.now()
    ):
        raise AlreadyResolved
    other = blocker.taker if person.id == blocked.id else blocked
    if other is not None:
        slack.show(
            session, person.workspace_id, RESOLVED, answer_id, other.slack_id,
            thread_of=(HELP, answer_id),
        )  # fmt: skip
    return _redrawn(session, answer_id)


def unresolved(session: Session, person: Person) -> Sequence[StandupAnswer]:
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
            StandupEntry.person_id == person.id,
            StandupRound.closed_at >= since,
            StandupQuestion.theme == Theme.BLOCKERS,
        )
    )
    taken = select(StandupAnswer.id).where(
        StandupAnswer.taken_by == person.id, StandupAnswer.resolved_at.is_(None),
        StandupAnswer.taken_at >= since,
    )  # fmt: skip
    return session.scalars(
        select(StandupAnswer)
        .where(StandupAnswer.id.in_(own.union_all(taken)), StandupAnswer.resolved_at.is_(None))
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


def _find(session: Session, person: Person, answer_id: int) -> StandupAnswer:
    mine = select(StandupAnswer.id).where(
        StandupAnswer.id == answer_id, StandupAnswer.workspace_id == person.workspace_id
    )
    if session.scalar(mine) is None:
        raise NotFound(what="this blocker")
    answer = answer_to_show(session, answer_id)
    if not answer.is_blocker:
        raise NotFound(what="this blocker")
    return answer


def _is_of_another_team(person: Person, standup: Standup) -> bool:
    """Whether the person is of another department, or stands above all of them."""
    if person.team_id is None:
        return person.leads_others
    return person.team_id != standup.team_id


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


def _taken(session: Session, person: Person, answer_id: int) -> HandoffError:
    blocker = answer_to_show(session, answer_id)
    if blocker.taker is None:
        return AlreadyResolved()
    return AlreadyTaken(
        who="You're" if blocker.taken_by == person.id else f"{_name(blocker.taker)} is"
    )


def _redrawn(session: Session, answer_id: int) -> StandupAnswer:
    blocker = answer_to_show(session, answer_id)
    slack.redraw(session, HELP, answer_id)
    if blocker.entry.round.closed_at is not None:
        slack.redraw(session, SUMMARY, blocker.entry.round_id)
    return blocker


def _name(person: Person) -> str:
    return clean(person.name, 80)


def make_request(session: Session, person: Person, answer_id: int) -> Request:
    """File an idea as a request of its author, who then hears what comes of it.

    Anybody may press who may ask; where the author may not, the request is theirs. A second time
    finds the request that is there. Raises NotFound, NotAllowed.
    """
    planning.may_ask(session, person)
    mine = select(StandupAnswer.id).where(
        StandupAnswer.id == answer_id, StandupAnswer.workspace_id == person.workspace_id
    )
    held = session.scalar(mine.with_for_update(key_share=True))
    idea = answer_to_show(session, answer_id) if held is not None else None
    if idea is None or not idea.is_idea:
        raise NotFound(what="this idea")
    author = idea.entry.person
    asker = author if author.has(Role.SALESPERSON, Role.MARKETER) else person
    request = planning.ask_for(session, asker, _request_text(idea), token=f"standup:{idea.id}")
    idea.request_id = request.id
    session.flush()
    if idea.entry.round.closed_at is not None:
        slack.redraw(session, SUMMARY, idea.entry.round_id)
    return request


def _request_text(idea: StandupAnswer) -> str:
    round_ = idea.entry.round
    sentence = f"Idea by {idea.entry.person.name}, {round_.standup.name}, {round_.day_in_words}."
    source = clean(sentence, LONGEST["text"] // 2)
    return f"{clean(idea.text, LONGEST['text'] - len(source) - 1)}\n{source}"
