"""An admin's upkeep: how the installation does, failed work, and where leads come from."""

from collections.abc import Iterable, Mapping

from sqlalchemy.orm import Session

from bot import clock, slack
from bot.capability import Capability
from bot.crm import webhooks
from bot.home.models import Condition
from bot.intake import source_health
from bot.leads import queries as leads
from bot.people import service as people
from bot.people.models import Person, Role, Workspace
from bot.tasks import queue


def condition(session: Session, workspace_id: int, capabilities: Iterable[Capability]) -> Condition:
    """The installation at this moment."""
    workspace = session.get_one(Workspace, workspace_id)
    midnight = clock.now().astimezone(workspace.zone).replace(hour=0, minute=0, second=0)
    find_runs = [find for capability in capabilities for find in capability.next_runs]
    return Condition(
        workspace=workspace,
        people=len(people.everyone(session, workspace_id)),
        received_today=leads.count_received(session, workspace_id, midnight),
        waiting=leads.count_waiting(session, workspace_id),
        jobs=queue.counts(session),
        next_runs=sorted(run for find in find_runs for run in find(session, workspace)),
    )


def retry(session: Session, who: Person, job_id: int) -> None:
    """Let failed work run again. Raises NotAllowed, NoSuchJob."""
    people.require(session, who, "retry failed work", Role.ADMIN)
    queue.retry(session, job_id)
    slack.redraw(session, slack.HOME, who.id)


def retry_all(session: Session, who: Person) -> int:
    """Let all failed work run again; returns how much. Raises NotAllowed."""
    people.require(session, who, "retry failed work", Role.ADMIN)
    slack.redraw(session, slack.HOME, who.id)
    return queue.retry_all(session)


def sources(session: Session, who: Person) -> Mapping[str, source_health.SourceActivity]:
    """What each source of leads brought lately. Raises NotAllowed."""
    people.require(session, who, "look at the sources", Role.ADMIN)
    return source_health.activity(session, who.workspace_id)


def webhooks_health(session: Session, who: Person) -> Mapping[str, str]:
    """How each receiver of webhooks does, by name. Raises NotAllowed."""
    people.require(session, who, "look at the sources", Role.ADMIN)
    endpoints = webhooks.endpoints(session, who.workspace_id)
    return {endpoint.name: webhooks.health(endpoint, waiting) for endpoint, waiting in endpoints}
