"""Setting standups up: `/standup settings`, and the modals behind it."""

from secrets import token_hex

from slack_sdk.models.views import View
from sqlalchemy.orm import Session

from bot.errors import FieldErrors
from bot.people import service as people
from bot.people.model import Person
from bot.slack import Command, Incoming, Listening
from bot.slack.errors import NeedsAdmin
from bot.standups import service, view
from bot.standups.model import Standup
from bot.store import Store

_WEEKS = 4


class Desk:
    """Where managers change the standups."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def show(self, incoming: Incoming, _rest: str = "") -> None:
        """`/standup settings`, and its button on the home tab: all of them."""
        incoming.ack()
        with self._store.transaction() as session:
            modal = _overview(session, _who(session, incoming))
        incoming.open(modal)

    def turn(self, incoming: Incoming) -> None:
        """Another page of them."""
        incoming.ack()
        with self._store.transaction() as session:
            modal = _overview(session, _who(session, incoming), incoming.id)
        incoming.replace(modal)

    def open(self, incoming: Incoming) -> None:
        """One of them."""
        incoming.ack()
        with self._store.transaction() as session:
            who = _who(session, incoming)
            modal = _details(session, service.configurable(session, who, incoming.id))
        incoming.open(modal)

    def new(self, incoming: Incoming) -> None:
        """The form of a new one."""
        incoming.ack()
        with self._store.transaction() as session:
            who = _who(session, incoming)
            draft = service.usual(session, who)
            modal = view.new(draft, people.teams(session, who.workspace_id), token_hex(12))
        incoming.open(modal)

    def create(self, incoming: Incoming) -> None:
        """The form of a new one came."""
        fields = incoming.fields
        _see_channels(incoming, fields)
        with self._store.transaction() as session:
            who = _who(session, incoming)
            service.create(session, who, fields, incoming.note)
            modal = _overview(session, who)
        incoming.ack()
        _show_below(incoming, modal)

    def change(self, incoming: Incoming) -> None:
        """The form of one that is there."""
        incoming.ack()
        with self._store.transaction() as session:
            modal = view.change(service.configurable(session, _who(session, incoming), incoming.id))
        incoming.open(modal)

    def save(self, incoming: Incoming) -> None:
        """Its settings came."""
        fields = incoming.fields
        _see_channels(incoming, fields)
        with self._store.transaction() as session:
            who = _who(session, incoming)
            standup = service.configure(session, who, incoming.noted_id, fields)
            modal = _details(session, standup)
        incoming.ack()
        _show_below(incoming, modal)

    def questions(self, incoming: Incoming) -> None:
        """The form of its questions."""
        incoming.ack()
        with self._store.transaction() as session:
            modal = view.questions(
                service.configurable(session, _who(session, incoming), incoming.id)
            )
        incoming.open(modal)

    def save_questions(self, incoming: Incoming) -> None:
        """Its questions came."""
        with self._store.transaction() as session:
            who = _who(session, incoming)
            standup = service.change_questions(session, who, incoming.noted_id, incoming.fields)
            modal = _details(session, standup)
        incoming.ack()
        _show_below(incoming, modal)

    def pause(self, incoming: Incoming) -> None:
        """It is asked no more for a while."""
        self._activate(incoming, active=False)

    def go_on(self, incoming: Incoming) -> None:
        """It is asked again."""
        self._activate(incoming, active=True)

    def archive(self, incoming: Incoming) -> None:
        """It is deleted; the modal shows what is left."""
        incoming.ack()
        with self._store.transaction() as session:
            who = _who(session, incoming)
            service.archive(session, who, incoming.id)
            modal = _overview(session, who)
        incoming.replace(modal)

    def _activate(self, incoming: Incoming, *, active: bool) -> None:
        incoming.ack()
        with self._store.transaction() as session:
            standup = service.pause(session, _who(session, incoming), incoming.id, active=active)
            modal = _details(session, standup)
        incoming.replace(modal)


def register(listening: Listening, store: Store) -> None:
    """Listen for settings."""
    desk = Desk(store)
    usage = "make, change or pause standups (managers)"
    listening.command(Command("/standup", "settings", usage, desk.show))
    listening.action(view.OVERVIEW, desk.show)
    listening.action(f"{view.OVERVIEW}.previous", desk.turn)
    listening.action(f"{view.OVERVIEW}.next", desk.turn)
    listening.action(view.OPEN, desk.open)
    listening.action(view.NEW, desk.new)
    listening.submission(view.CREATE, desk.create)
    listening.action(view.CHANGE, desk.change)
    listening.submission(view.SAVE, desk.save)
    listening.action(view.QUESTIONS, desk.questions)
    listening.submission(view.SAVE_QUESTIONS, desk.save_questions)
    listening.action(view.PAUSE, desk.pause)
    listening.action(view.GO_ON, desk.go_on)
    listening.action(view.ARCHIVE, desk.archive)


def _overview(session: Session, who: Person, number: int = 0) -> View:
    found = service.standups(session, who)
    return view.overview(found, service.response_trend(session, who.workspace_id, _WEEKS), number)


def _details(session: Session, standup: Standup) -> View:
    trends = service.response_trend(session, standup.workspace_id, _WEEKS)
    return view.details(standup, trends.get(standup.id))


def _show_below(incoming: Incoming, modal: View) -> None:
    """Bring the modal below the form up to date; from App Home there is none."""
    if incoming.standing[0]:
        incoming.redraw(modal)


def _see_channels(incoming: Incoming, fields: dict[str, str | None]) -> None:
    """See that the summary can be posted there, before it is promised."""
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


def _who(session: Session, incoming: Incoming) -> Person:
    return people.acting(session, incoming.team, incoming.user)
