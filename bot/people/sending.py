"""Forms that were sent: each of them counts once, however often it comes."""

from datetime import timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot import clock
from bot.errors import AlreadySent
from bot.people.models import FormSubmission

# Whoever heard nothing of a form sends it again at once, and nobody keeps a modal for days.
_KEPT = timedelta(days=2)


def take(session: Session, workspace_id: int, view_id: str, view_hash: str) -> None:
    """Note that a form is taken with this transaction; one that comes at the same time waits for
    its end. Raises AlreadySent."""
    first = session.scalar(
        insert(FormSubmission)
        .values(
            workspace_id=workspace_id, view_id=view_id, view_hash=view_hash, sent_at=clock.now()
        )
        .on_conflict_do_nothing()
        .returning(FormSubmission.view_id)
    )
    if first is None:
        raise AlreadySent


def give_back(session: Session, workspace_id: int, view_id: str, view_hash: str) -> None:
    """Let a form be sent again that this transaction took: something in it needs a change."""
    session.execute(
        delete(FormSubmission).where(
            FormSubmission.workspace_id == workspace_id,
            FormSubmission.view_id == view_id,
            FormSubmission.view_hash == view_hash,
        )
    )


def prune(session: Session) -> int:
    """Forget the forms that nobody sends again; returns how many there were."""
    old = delete(FormSubmission).where(FormSubmission.sent_at < clock.now() - _KEPT)
    return cast("CursorResult[Any]", session.execute(old)).rowcount
