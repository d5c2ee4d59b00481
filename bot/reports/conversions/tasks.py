"""Durable work of conversions: a file that was made is sent to a channel or a person."""

from bot.reports.conversions import messages, service
from bot.reports.conversions.models import ConversionFile, Part, Platform
from bot.slack import Slack
from bot.store import Store
from bot.tasks import Tasks


def register(tasks: Tasks, store: Store, slack: Slack) -> None:
    """Add the task."""

    def send(file_id: int, target: str) -> None:
        with store.transaction() as session:
            file = session.get_one(ConversionFile, file_id)
            platform, part = Platform(file.platform), Part(file.part)
            content = service.content(session, [file], platform, part)
            name, said = file.name, messages.comment(file)
        slack.upload(_channel(slack, target), name, content, said)

    tasks.add(service.SEND, send)


def _channel(slack: Slack, target: str) -> str:
    """A channel as it is; of a person, the direct messages."""
    if target.startswith(("C", "G", "D")):
        return target
    return str(slack.call("conversations.open", users=target)["channel"]["id"])
