"""Setting standups up: `/standup settings`, and the modals behind it."""

from functools import partial
from secrets import token_hex

from slack_sdk.models.views import View
from sqlalchemy.orm import Session

from bot.errors import FieldErrors
from bot.people import service as people
from bot.people.desk import Desk, Listener
from bot.people.models import Person, Role
from bot.slack import Command, Incoming, Listening
from bot.slack.access import Access
from bot.slack.errors import NeedsAdmin
from bot.standups import messages, service
from bot.standups.models import Standup
from bot.store import Store

_WEEKS = 4

_CHANGE = Access("change the standups", (Role.MANAGER,))


def register(listening: Listening, store: Store) -> None:
    """Listen for settings."""
    desk = Desk(store)
    usage = "make, change or pause standups (managers)"
    listening.command(Command("/standup", "settings", usage, desk.opens(_overview), _CHANGE))
    for action, listener in (
        (messages.OVERVIEW, desk.opens(_overview)),
        (f"{messages.OVERVIEW}.previous", desk.replaces(_overview)),
        (f"{messages.OVERVIEW}.next", desk.replaces(_overview)),
        (messages.OPEN, desk.opens(_open)),
        (messages.NEW, desk.opens(_new)),
        (messages.CHANGE, desk.opens(_change)),
        (messages.QUESTIONS, desk.opens(_questions)),
        (messages.PAUSE, desk.replaces(partial(_activate, active=False))),
        (messages.GO_ON, desk.replaces(partial(_activate, active=True))),
        (messages.ARCHIVE, desk.replaces(_archive)),
    ):
        listening.action(action, listener, _CHANGE)
    for callback_id, form in (
        (messages.CREATE, _with_channels(desk.takes(_create))),
        (messages.SAVE, _with_channels(desk.takes(_save))),
        (messages.SAVE_QUESTIONS, desk.takes(_save_questions)),
    ):
        listening.submission(callback_id, form, _CHANGE)


def _overview(session: Session, who: Person, number: int) -> View:
    """A page of all of them."""
    found = service.standups(session, who)
    trends = service.response_trend(session, who.workspace_id, _WEEKS)
    return messages.overview(found, trends, number, service.next_runs(session, found))


def _open(session: Session, who: Person, standup_id: int) -> View:
    return _details(session, service.configurable(session, who, standup_id))


def _new(session: Session, who: Person, _id: int) -> View:
    draft = service.usual(session, who)
    return messages.new(draft, people.teams(session, who.workspace_id), token_hex(12))


def _create(session: Session, who: Person, incoming: Incoming) -> View:
    service.create(session, who, incoming.fields, incoming.note)
    return _overview(session, who, 0)


def _change(session: Session, who: Person, standup_id: int) -> View:
    return messages.change(service.configurable(session, who, standup_id))


def _save(session: Session, who: Person, incoming: Incoming) -> View:
    standup = service.configure(session, who, incoming.noted_id, incoming.fields)
    return _details(session, standup)


def _questions(session: Session, who: Person, standup_id: int) -> View:
    return messages.questions(service.configurable(session, who, standup_id))


def _save_questions(session: Session, who: Person, incoming: Incoming) -> View:
    standup = service.change_questions(session, who, incoming.noted_id, incoming.fields)
    return _details(session, standup)


def _activate(session: Session, who: Person, standup_id: int, *, active: bool) -> View:
    return _details(session, service.pause(session, who, standup_id, active=active))


def _archive(session: Session, who: Person, standup_id: int) -> View:
    """It is deleted; the modal shows what is left."""
    service.archive(session, who, standup_id)
    return _overview(session, who, 0)


def _details(session: Session, standup: Standup) -> View:
    trends = service.response_trend(session, standup.workspace_id, _WEEKS)
    next_runs = service.next_runs(session, [standup])
    return messages.details(standup, trends.get(standup.id), next_runs.get(standup.id))


def _with_channels(form: Listener) -> Listener:
    """A form that names channels: see that we can post there, before that is promised."""

    def listen(incoming: Incoming, _rest: str = "", /) -> None:
        _see_channels(incoming, incoming.fields)
        form(incoming)

    return listen


def _see_channels(incoming: Incoming, fields: dict[str, str | None]) -> None:
    refused = {
        field: "I am not in this channel. Invite me with /invite @Handoff, then save."
        for field in ("channel", "readers")
        if (channel := fields.get(field)) and not _is_member(incoming, channel)
    }
    if refused:
        raise FieldErrors(refused)


def _is_member(incoming: Incoming, channel: str) -> bool:
    try:
        found = incoming.slack.call("conversations.info", channel=channel)["channel"]
    except NeedsAdmin as error:
        if error.code != "channel_not_found":
            raise
        return False  # a private channel that we are not in looks like none at all
    return bool(found.get("is_member"))
