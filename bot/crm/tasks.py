"""What the queue and the clock bring in: writing what waits, reading what changed."""

from sqlalchemy.orm import Session

from bot.capability import Services
from bot.crm import backlog, capability, connection, models, notices, poll, push, questions
from bot.crm.connection import Connection
from bot.people.models import Workspace

capability.each_tick()(poll.poll_due)
capability.card(notices.NOTICE)(notices.notice)
capability.card(models.AMOUNT)(questions.question)


@capability.task(backlog.PUSH)
def write(services: Services, workspace_id: int) -> None:
    """Write what waits; without a CRM, what is left of one does nothing."""
    if (crm := services.find(Connection)) is not None:
        push.push(crm, workspace_id)


@capability.task(poll.POLL)
def read(services: Services, workspace_id: int) -> None:
    """Read what changed in the CRM."""
    if (crm := services.find(Connection)) is not None:
        poll.poll(crm, workspace_id)


@capability.installation
def install(session: Session, workspace: Workspace, services: Services) -> None:
    """Let the workspace have the CRM that the settings name, or none."""
    if (crm := services.find(Connection)) is None:
        connection.disconnect(session, workspace.id)
    else:
        connection.connect(session, workspace.id, crm.slug)
