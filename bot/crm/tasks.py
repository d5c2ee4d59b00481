"""What the queue and the clock bring in: writing what waits, reading what changed."""

from sqlalchemy.orm import Session

from bot.crm import backlog, connection, models, notices, poll, questions
from bot.crm.connection import Connection
from bot.crm.push import push
from bot.people.models import Workspace
from bot.slack import Cards
from bot.tasks import Tasks


def register(tasks: Tasks, cards: Cards, crm: Connection | None) -> None:
    """Add the tasks and the cards; without a CRM the work that is left of one does nothing."""

    def write(workspace_id: int) -> None:
        if crm is not None:
            push(crm, workspace_id)

    def read(workspace_id: int) -> None:
        if crm is not None:
            poll.poll(crm, workspace_id)

    tasks.add(backlog.PUSH, write)
    tasks.add(poll.POLL, read)
    tasks.each_tick(poll.poll_due)
    cards.add(notices.NOTICE, notices.notice)
    cards.add(models.AMOUNT, questions.question)


def install(session: Session, workspace: Workspace, slug: str | None) -> None:
    """Let the workspace have the CRM that the settings name, or none."""
    if slug is None:
        connection.disconnect(session, workspace.id)
    else:
        connection.connect(session, workspace.id, slug)
