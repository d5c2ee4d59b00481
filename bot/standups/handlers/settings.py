"""Setting standups up: `/standup settings`, and the modals behind it."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from slack_sdk.models.views import View
from sqlalchemy.orm import Session

from bot.errors import FieldErrors
from bot.people import service as people
from bot.people.desk import Desk, Listener
from bot.people.desk import Form as TakesForm
from bot.people.models import Person, Role
from bot.slack import Command, Incoming, Listening
from bot.slack.access import Access
from bot.slack.errors import NeedsAdmin
from bot.standups import messages, service
from bot.standups.forms import ChangeQuestions, ChangeStandup, NewStandup, Settings
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
        (NewStandup.callback_id, _with_channels(desk, NewStandup, _create)),
        (ChangeStandup.callback_id, _with_channels(desk, ChangeStandup, _save)),
        (ChangeQuestions.callback_id, desk.takes(_save_questions)),
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
    usual = service.usual(session, who)
    return NewStandup.of(usual, people.teams(session, who.workspace_id))


def _create(session: Session, who: Person, incoming: Incoming) -> View:
    service.create(session, who, NewStandup.read(incoming))
    return _overview(session, who, 0)


def _change(session: Session, who: Person, standup_id: int) -> View:
    return ChangeStandup.of(service.configurable(session, who, standup_id))


def _save(session: Session, who: Person, incoming: Incoming) -> View:
    form = ChangeStandup.read(incoming)
    standup = service.configure(session, who, form.standup_id, form)
    return _details(session, standup)


def _questions(session: Session, who: Person, standup_id: int) -> View:
    return ChangeQuestions.of(service.configurable(session, who, standup_id))


def _save_questions(session: Session, who: Person, incoming: Incoming) -> View:
    form = ChangeQuestions.read(incoming)
    standup = service.change_questions(session, who, form.standup_id, form.questions)
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


def _with_channels(desk: Desk, form: type[Settings], save: TakesForm) -> Listener:
    """A form that names channels: see that we can post there, before that is promised."""

    def listen(incoming: Incoming, _rest: str = "", /) -> None:
        with desk.serving(incoming, once=False):
            chosen = form.so_far(incoming)
        _see_channels(incoming, chosen)
        desk.takes(save)(incoming)

    return listen


def _see_channels(incoming: Incoming, chosen: Mapping[str, Any]) -> None:
    refused = {
        field: "I am not in this channel. Invite me with /invite @Handoff, then save."
        for field in ("channel", "readers")
        if (channel := chosen.get(field)) and not _is_member(incoming, channel)
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
