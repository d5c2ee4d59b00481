"""What is read of a standup's rounds: the answers of one, and how many answer, week by week."""

from collections.abc import Mapping
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Select, case, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from bot import clock
from bot.errors import NotFound
from bot.people.models import Person, Workspace
from bot.standups.models import (
    ANSWERS_A_PAGE,
    Answer,
    RoundSummary,
    Standup,
    StandupAnswer,
    StandupEntry,
    StandupQuestion,
    StandupRound,
    SummaryPage,
    Theme,
    Trend,
    Week,
)

_NONE = (0, 0, 0)


def round_summary(session: Session, round_id: int) -> RoundSummary:
    """A round with all that was said in it. Three statements, however many people there are."""
    round_ = round_to_show(session, round_id)
    return RoundSummary(
        round_, session.scalars(_answers(round_id)).all(), _count_by_state(session, round_id)
    )


def summary_page(session: Session, person: Person, round_id: int, number: int) -> SummaryPage:
    """A page of what was said, the nearest that there is; for somebody of the workspace.

    Raises NotFound.
    """
    round_ = session.scalar(
        _round(round_id).where(StandupRound.workspace_id == person.workspace_id)
    )
    if round_ is None:
        raise NotFound(what="this standup")
    answers = _answers(round_id)
    count = session.scalar(answers.with_only_columns(func.count()).order_by(None)) or 0
    last = max(count - 1, 0) // ANSWERS_A_PAGE
    number = min(max(number, 0), last)
    shown = answers.limit(ANSWERS_A_PAGE).offset(number * ANSWERS_A_PAGE)
    return SummaryPage(round_, session.scalars(shown).all(), number, count)


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


def _answers(round_id: int) -> Select[StandupAnswer]:
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
            _rank(), StandupAnswer.resolved_at.is_not(None), Person.name, StandupEntry.id,
            StandupQuestion.position, StandupAnswer.id,
        )
        .execution_options(populate_existing=True)
    )  # fmt: skip


def _rank() -> ColumnElement[int]:
    """Where the theme of the question stands among the themes."""
    return case(
        {theme.value: rank for rank, theme in enumerate(Theme)}, value=StandupQuestion.theme
    )


def _count_by_state(session: Session, round_id: int) -> Mapping[str, int]:
    rows = session.execute(
        select(StandupEntry.state, func.count())
        .where(StandupEntry.round_id == round_id)
        .group_by(StandupEntry.state)
    )
    return {row.state: row[1] for row in rows}


def response_trend(session: Session, workspace_id: int, weeks: int) -> Mapping[int, Trend]:
    """The last `weeks` weeks of each standup that is not archived, this week first.

    A prompt counts in the week of its round's day; weeks start on Monday. Who came before being
    asked counts as asked and answered; who is away or free is not asked, and does not count.
    """
    today = session.get_one(Workspace, workspace_id).day_of(clock.now())
    mondays = [today - timedelta(days=today.weekday(), weeks=back) for back in range(weeks)]
    standups = session.scalars(
        select(Standup.id).where(
            Standup.workspace_id == workspace_id, Standup.archived_at.is_(None)
        )
    ).all()
    counts = _count_by_week(session, workspace_id, mondays[-1])
    return {
        each: Trend(each, [Week(monday, *counts.get((each, monday), _NONE)) for monday in mondays])
        for each in standups
    }


def _count_by_week(
    session: Session, workspace_id: int, since: date
) -> Mapping[tuple[int, date], tuple[int, int, int]]:
    """Asked, answered and skipped, by standup and Monday: one statement."""
    week = func.date_trunc("week", StandupRound.day)
    answered = StandupEntry.state == Answer.ANSWERED
    skipped = StandupEntry.state == Answer.SKIPPED
    rows = session.execute(
        select(
            StandupRound.standup_id,
            week,
            func.count(),
            func.count().filter(answered),
            func.count().filter(skipped),
        )
        .join(StandupEntry, StandupEntry.round_id == StandupRound.id)
        .where(
            StandupRound.workspace_id == workspace_id,
            StandupRound.day >= since,
            or_(StandupEntry.asked_at.is_not(None), answered, skipped),
        )
        .group_by(StandupRound.standup_id, week)
    )
    return {
        (standup, monday.date()): (prompts, yes, no) for standup, monday, prompts, yes, no in rows
    }
