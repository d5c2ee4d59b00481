"""How often each source brings something, and which has gone quiet."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from bot import clock, slack
from bot.intake.models import REFUSAL, Import, ImportState, Outcome, Submission
from bot.people import service as people
from bot.people.models import Role, Workspace
from bot.sources.csv import SLUG

CHECK = "intake.check_sources"
SILENT = "intake.silent"

WINDOW = timedelta(days=28)
# Fewer submissions do not show what is usual.
_LEAST = 5

# A sender is silent that has sent nothing for a day, and for twice as long as its longest pause in
# the last four weeks.
_SILENT = text(
    """
    SELECT max(id) AS last_id
    FROM (SELECT id, source, sender, received_at, received_at - lag(received_at)
              OVER (PARTITION BY source, sender ORDER BY received_at) AS pause
          FROM submission WHERE workspace_id = :workspace_id AND received_at > :since
            AND content_type <> :refusal) AS received
    GROUP BY source, sender
    HAVING count(*) >= :least
       AND :now - max(received_at) > greatest(interval '1 day', 2 * max(pause))
    """
)


@dataclass(frozen=True)
class SourceActivity:
    """What a source brought in the last 28 days."""

    last_at: datetime
    submissions: int
    unreadable: int


def activity(session: Session, workspace_id: int) -> Mapping[str, SourceActivity]:
    """By source, what it brought lately."""
    unreadable = func.count().filter(Submission.outcome == Outcome.UNREADABLE)
    rows = session.execute(
        select(Submission.source, func.max(Submission.received_at), func.count(), unreadable)
        .where(
            Submission.workspace_id == workspace_id,
            Submission.received_at > clock.now() - WINDOW,
            Submission.content_type != REFUSAL,
        )
        .group_by(Submission.source)
    )
    by_source = {
        source: SourceActivity(last, count, unread) for source, last, count, unread in rows
    }
    lists = _imports(session, workspace_id)
    return by_source if lists is None else by_source | {SLUG: lists}


def _imports(session: Session, workspace_id: int) -> SourceActivity | None:
    """What the lists brought lately: their rows are no submissions."""
    last, rows, refused = (
        func.max(Import.created_at), func.sum(Import.total), func.sum(Import.refused)
    )  # fmt: skip
    row = session.execute(
        select(last, rows, refused)
        .group_by(Import.workspace_id)
        .where(
            Import.workspace_id == workspace_id,
            Import.created_at > clock.now() - WINDOW,
            Import.state.in_((ImportState.RUNNING, ImportState.DONE)),
        )
    ).first()
    return None if row is None else SourceActivity(row[0], row[1], row[2])


def check(session: Session, workspace: Workspace) -> int:
    """Warn the admins of each sender that fell silent, once a silence; returns how many are."""
    now = clock.now()
    facts = {"workspace_id": workspace.id, "since": now - WINDOW, "now": now, "least": _LEAST,
             "refusal": REFUSAL}  # fmt: skip
    silent = session.scalars(_SILENT, facts).all()
    for admin in people.having(session, workspace.id, Role.ADMIN):
        for last_id in silent:
            slack.show(session, workspace.id, SILENT, last_id, admin.slack_id)
    return len(silent)


def last_submission(session: Session, submission_id: int) -> Submission:
    """The submission that a warning is about."""
    return session.get_one(Submission, submission_id)
