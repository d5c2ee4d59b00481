"""What Slack brings in for files on a schedule: `/digest export`, its form, and *Remove*."""

from slack_sdk.models.views import View
from sqlalchemy.orm import Session

from bot.people.desk import Desk
from bot.people.models import Person, Role, Workspace
from bot.reports.exports import messages, service
from bot.reports.exports.models import TITLES, Rhythm
from bot.reports.files import FileKind
from bot.slack import Command, Incoming, Listening, option_of
from bot.slack.access import Access
from bot.store import Store
from bot.tasks import schedules

_SCHEDULE = Access("schedule files", (Role.MANAGER,))


class Files(Desk):
    """Where managers say which files come."""

    def show(self, incoming: Incoming, _rest: str) -> None:
        """`/digest export`: what comes, and a form for more."""
        incoming.ack()
        with self.serving(incoming) as (session, who):
            modal = _modal(session, who, incoming.channel)
        incoming.open(modal)

    def save(self, incoming: Incoming) -> None:
        """Another file."""
        with self.serving(incoming) as (session, who):
            service.set_up(session, who, _told(incoming))
            modal = _modal(session, who, incoming.fields["channel"])
        incoming.keep_open(modal)


def register(listening: Listening, store: Store) -> None:
    """Listen for files on a schedule."""
    files = Files(store)
    usage = "let files come into a channel (managers)"
    listening.command(Command("/digest", "export", usage, files.show, _SCHEDULE))
    listening.submission(messages.SAVE, files.save, _SCHEDULE)
    listening.action(messages.REMOVE, files.replaces(_remove), _SCHEDULE)


def _told(incoming: Incoming) -> dict[str, str]:
    """What the form says."""
    fields = incoming.fields
    option_of(TITLES.__getitem__, fields["sheet"])
    option_of(FileKind, fields["kind"])
    option_of(Rhythm, fields["rhythm"])
    return fields


def _remove(session: Session, who: Person, export_id: int) -> View:
    """One less."""
    service.remove(session, who, export_id)
    return _modal(session, who, None)


def _modal(session: Session, who: Person, channel: str | None) -> View:
    is_channel = channel is not None and channel.startswith(("C", "G"))
    return messages.exports(
        service.exports(session, who), channel if is_channel else None,
        schedules(session, who.workspace_id),
        session.get_one(Workspace, who.workspace_id).timezone,
    )  # fmt: skip
