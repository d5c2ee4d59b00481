"""What Slack brings in from managers who say when digests come."""

from slack_sdk.models.views import View
from sqlalchemy.orm import Session

from bot.digests import forms, service
from bot.people.desk import Desk
from bot.people.models import Person, Role
from bot.slack import Command, Incoming, Listening
from bot.slack.access import Access
from bot.store import Store
from bot.tasks import schedules

_CHANGE = Access("change when digests come", (Role.MANAGER,))


def register(listening: Listening, store: Store) -> None:
    """Listen for the settings."""
    desk = Desk(store)
    usage = "who gets it, on which day and hour (managers)"
    listening.command(Command("/digest", "settings", usage, desk.opens(_overview), _CHANGE))
    listening.action(forms.SETTINGS, desk.opens(_overview), _CHANGE)
    listening.action(forms.CHANGE, desk.opens(_change), _CHANGE)
    listening.submission(forms.SAVE, desk.takes(_save), _CHANGE)


def _overview(session: Session, who: Person, _id: int = 0) -> View:
    return forms.overview(service.timetables(session, who), schedules(session, who.workspace_id))


def _change(session: Session, who: Person, timetable_id: int) -> View:
    timetable = service.changeable(session, who, timetable_id)
    return forms.change(timetable, by_admin=who.has(Role.ADMIN))


def _save(session: Session, who: Person, incoming: Incoming) -> View:
    service.change(session, who, incoming.noted_id, incoming.fields)
    return _overview(session, who)
