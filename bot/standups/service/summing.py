"""Reading a round that is summed up: what its people said, and of the silent only how many."""

from collections.abc import Mapping

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from bot.errors import NotFound
from bot.people.models import Person
from bot.standups.models import (
    ANSWERS_A_PAGE,
    Answer,
    Heard,
    Page,
    Standup,
    StandupAnswer,
    StandupEntry,
    StandupQuestion,
    StandupRound,
    Theme,
)


def heard(session: Session, round_id: int) -> Heard:
    """A round with all that was said in it. Three statements, however many people there are."""
    found = round_to_show(session, round_id)
    return Heard(found, session.scalars(_said(round_id)).all(), _counts(session, round_id))


def page(session: Session, who: Person, round_id: int, number: int) -> Page:
    """A page of what was said, the nearest that there is; for somebody of the workspace.

    Raises NotFound.
    """
    found = session.scalar(_round(round_id).where(StandupRound.workspace_id == who.workspace_id))
    if found is None:
        raise NotFound(what="this standup")
    said = _said(round_id)
    count = session.scalar(said.with_only_columns(func.count()).order_by(None)) or 0
    last = max(count - 1, 0) // ANSWERS_A_PAGE
    number = min(max(number, 0), last)
    shown = said.limit(ANSWERS_A_PAGE).offset(number * ANSWERS_A_PAGE)
    return Page(found, session.scalars(shown).all(), number, count)


def round_to_show(session: Session, round_id: int) -> StandupRound:
    """The round with its standup and team."""
    return session.scalars(_round(round_id)).one()


def _round(round_id: int) -> Select[StandupRound]:
    standup = joinedload(StandupRound.standup, innerjoin=True)
    return (
        select(StandupRound)
        .where(StandupRound.id == round_id)
        .options(standup.joinedload(Standup.team, innerjoin=True))
        .execution_options(populate_existing=True)
    )


def _said(round_id: int) -> Select[StandupAnswer]:
    """Everything that somebody said, in the order in which it is told."""
    entry = contains_eager(StandupAnswer.entry)
    return (
        select(StandupAnswer)
        .join(StandupAnswer.entry)
        .join(StandupEntry.person)
        .join(StandupAnswer.question)
        .where(StandupEntry.round_id == round_id, StandupEntry.state == Answer.ANSWERED)
        .options(
            entry.contains_eager(StandupEntry.person),
            contains_eager(StandupAnswer.question),
            joinedload(StandupAnswer.taker),
        )
        .order_by(
            _rank(), StandupAnswer.lifted_at.is_not(None), Person.name, StandupEntry.id,
            StandupQuestion.position, StandupAnswer.id,
        )
        .execution_options(populate_existing=True)
    )  # fmt: skip


def _rank() -> ColumnElement[int]:
    """Where the theme of the question stands among the themes."""
    return case(
        {theme.value: rank for rank, theme in enumerate(Theme)}, value=StandupQuestion.theme
    )


def _counts(session: Session, round_id: int) -> Mapping[str, int]:
    rows = session.execute(
        select(StandupEntry.state, func.count())
        .where(StandupEntry.round_id == round_id)
        .group_by(StandupEntry.state)
    )
    return {row.state: row[1] for row in rows}
