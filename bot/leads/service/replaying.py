"""What could not be read: it waits with its reason until an admin replays or dismisses it."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, func, literal_column, select
from sqlalchemy.orm import Session

from bot import clock
from bot.errors import HandoffError, NotFound
from bot.leads.models import Outcome, Submission
from bot.leads.service.case import IntakeContext
from bot.leads.service.fetched import FETCHED, REFERENCE, read_fetched
from bot.leads.service.receiving import Receipt, fetch_later, take, tell_admins
from bot.leads.sources import SOURCES, Reference
from bot.people import service as people
from bot.people.models import Person, Role, Workspace


class AlreadySettled(HandoffError):
    """This submission is settled already. Nothing was changed."""


def unread(session: Session, workspace_id: int, limit: int) -> Sequence[Submission]:
    """The submissions that wait for an admin, the oldest first, at most `limit`."""
    return session.scalars(
        select(Submission).where(_waits(workspace_id)).order_by(Submission.id).limit(limit)
    ).all()


def count_unread(session: Session, workspace_id: int) -> int:
    """How many submissions wait for an admin."""
    counted = select(func.count()).select_from(Submission).where(_waits(workspace_id))
    return session.scalars(counted).one()


def replay(session: Session, who: Person, submission_id: int) -> Receipt:
    """Read a submission again, as an admin. Raises NotAllowed, and what `read_again` raises."""
    people.require(session, who, "replay submissions", Role.ADMIN)
    return read_again(session, session.get_one(Workspace, who.workspace_id), submission_id)


def read_again(session: Session, workspace: Workspace, submission_id: int) -> Receipt:
    """Read what was kept with today's parser; what can be read becomes a lead, or joins one.

    Raises NotFound, AlreadySettled. What still cannot be read stays, with its new reason.
    """
    kept = _waiting(session, workspace.id, submission_id)
    receipt = _read(session, workspace, kept)
    kept.outcome, kept.lead_id = receipt.outcome, receipt.lead_id
    kept.problem = receipt.problem.message if receipt.problem else receipt.why_ignored
    tell_admins(session, workspace.id)
    return receipt


def dismiss(session: Session, who: Person, submission_id: int) -> None:
    """Take a submission off the list; it stays stored. Raises NotAllowed, NotFound,
    AlreadySettled."""
    people.require(session, who, "dismiss submissions", Role.ADMIN)
    _waiting(session, who.workspace_id, submission_id).outcome = Outcome.DISMISSED
    tell_admins(session, who.workspace_id)


def _read(session: Session, workspace: Workspace, kept: Submission) -> Receipt:
    context = IntakeContext(kept.source, clock.now(), sender=kept.sender)
    # Senders choose their content type, and admins the names of keys: neither makes it fetched.
    if kept.sender != FETCHED or SOURCES[kept.source].fetching is None:
        return take(session, workspace, context, kept.body, kept.content_type)
    if kept.content_type == REFERENCE:
        again = f"{kept.id}:{context.at.isoformat()}"
        reference = Reference(kept.body.decode("utf-8", "replace"))
        fetch_later(session, workspace, kept.source, reference, again)
        return Receipt(Outcome.FETCHING)
    return read_fetched(session, workspace, context, kept.body)


def _waiting(session: Session, workspace_id: int, submission_id: int) -> Submission:
    """The submission, locked: of two who settle it at once the second finds it settled."""
    kept = session.scalar(
        select(Submission)
        .where(Submission.id == submission_id, Submission.workspace_id == workspace_id)
        .with_for_update(key_share=True)
    )
    if kept is None:
        raise NotFound(what="this submission")
    if kept.outcome != Outcome.UNREADABLE:
        raise AlreadySettled
    return kept


def _waits(workspace_id: int) -> ColumnElement[bool]:
    # Written out and not as a parameter, so that the partial index serves.
    unreadable = Submission.outcome == literal_column("'unreadable'")
    return and_(Submission.workspace_id == workspace_id, unreadable)
