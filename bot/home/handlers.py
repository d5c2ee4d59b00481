"""What Slack brings in for the whole: an opened home tab, an admin's upkeep, `/handoff status`."""

from typing import Any

from slack_sdk.models.views import View
from sqlalchemy.orm import Session

from bot import slack
from bot.capability import Act
from bot.formats import plural
from bot.home import capability, messages, service
from bot.people import service as people
from bot.people.models import Role, Workspace
from bot.slack.access import Access

_SOURCES = Access("look at the sources", (Role.ADMIN,))
_RETRY = Access("retry failed work", (Role.ADMIN,))
_STATUS = Access("see how the installation does", (Role.ADMIN,))


@capability.event("app_home_opened")
def opened(session: Session, workspace: Workspace, event: dict[str, Any]) -> None:
    """Draw the home tab of whoever opened it."""
    if event.get("tab") == "home":
        person = people.acting(session, workspace.team_id, event["user"])
        slack.show(session, workspace.id, slack.HOME, person.id, person.slack_id)


@capability.command("/handoff", "status", "how the installation does", _STATUS)
def status(act: Act) -> str:
    """How the installation does."""
    return messages.status(
        service.condition(act.session, act.workspace_id, act.services.capabilities)
    )


@capability.action(messages.SOURCES_OPEN, _SOURCES)
def sources(act: Act) -> View:
    """What each source of leads brought lately, and how the webhooks do."""
    return messages.sources(
        service.sources(act.session, act.person), service.webhooks_health(act.session, act.person)
    )


@capability.action(messages.RETRY, _RETRY)
def retry(act: Act) -> None:
    """Let failed work run again."""
    service.retry(act.session, act.person, act.row_id)


@capability.action(messages.RETRY_ALL, _RETRY)
def retry_all(act: Act) -> str:
    """Let all failed work run again."""
    return f"{plural(service.retry_all(act.session, act.person), 'job')} will run again."
