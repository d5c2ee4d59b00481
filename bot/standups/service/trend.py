"""The response rate as a trend: for the manager, and for the digest; never by name."""

from collections.abc import Mapping
from datetime import date, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from bot import clock
from bot.people.models import Workspace
from bot.standups.models import Answer, Standup, StandupEntry, StandupRound, Trend, Week


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
    counted = _counted(session, workspace_id, mondays[-1])
    return {
        each: Trend(each, [Week(monday, *counted.get((each, monday), _NONE)) for monday in mondays])
        for each in standups
    }


_NONE = (0, 0, 0)


def _counted(
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
    return {(standup, monday.date()): (asked, yes, no) for standup, monday, asked, yes, no in rows}
