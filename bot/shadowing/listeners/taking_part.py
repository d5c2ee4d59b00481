"""What Slack brings in for taking part: out and in, not with somebody, and the settings."""

from slack_sdk.models.views import View
from sqlalchemy.orm import Session

from bot.errors import FieldErrors, HandoffError
from bot.people import service as people
from bot.people.model import Person, Role, Workspace
from bot.shadowing import apart_view, modals, service, view
from bot.slack import Command, Incoming, Listening
from bot.store import Store


class Desk:
    """Where taking part and the settings are changed."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def out(self, incoming: Incoming, _rest: str) -> None:
        """`/shadow out`."""
        incoming.ack()
        with self._store.transaction() as session:
            service.go_out(session, _who(session, incoming))
        incoming.tell(
            "You are out: the next rounds of Stay in my shoes leave you alone. What is agreed "
            "already stays, and can be cancelled on its card. `/shadow in` brings you back."
        )

    def come_in(self, incoming: Incoming, _rest: str) -> None:
        """`/shadow in`."""
        incoming.ack()
        with self._store.transaction() as session:
            who = _who(session, incoming)
            service.come_in(session, who)
            at = service.next_round_at(session, who.workspace_id)
        incoming.tell(view.welcome(at))

    def settings(self, incoming: Incoming, _rest: str) -> None:
        """`/shadow settings`: when rounds are (managers)."""
        incoming.ack()
        with self._store.transaction() as session:
            who = _who(session, incoming)
            service.may_configure(session, who)
            told = service.setting(session, who.workspace_id)
            zone = session.get_one(Workspace, who.workspace_id).timezone
            modal = modals.settings(told, zone, is_admin=who.has(Role.ADMIN))
        incoming.open(modal)

    def save_settings(self, incoming: Incoming) -> None:
        """The settings came."""
        with self._store.transaction() as session:
            service.configure(session, _who(session, incoming), incoming.fields)
        incoming.ack()

    def apart(self, incoming: Incoming) -> None:
        """Whom not?"""
        incoming.ack()
        with self._store.transaction() as session:
            modal = _apart(session, _who(session, incoming))
        incoming.open(modal)

    def turn(self, incoming: Incoming) -> None:
        """Another page of the list."""
        incoming.ack()
        with self._store.transaction() as session:
            modal = _apart(session, _who(session, incoming), incoming.id)
        incoming.replace(modal)

    def let_meet(self, incoming: Incoming) -> None:
        """These two may be paired after all."""
        incoming.ack()
        with self._store.transaction() as session:
            who = _who(session, incoming)
            service.let_meet(session, who, incoming.id)
            modal = _apart(session, who)
        incoming.replace(modal)

    def save_apart(self, incoming: Incoming) -> None:
        """These two are not paired."""
        fields = incoming.fields
        with self._store.transaction() as session:
            who = _who(session, incoming)
            try:
                service.keep_apart(session, who, fields.get("one") or who.slack_id, fields["other"])
            except HandoffError as error:
                raise FieldErrors({"other": error.message}) from error
            modal = _apart(session, who)
        incoming.ack(response_action="update", view=modal.to_dict())


def _who(session: Session, incoming: Incoming) -> Person:
    return people.acting(session, incoming.team, incoming.user)


def _apart(session: Session, who: Person, page: int = 0) -> View:
    found = service.apart(session, who)
    return apart_view.apart(found, who, page, is_admin=who.has(Role.ADMIN))


def register(listening: Listening, store: Store) -> None:
    """Listen for who takes part, and for the settings."""
    desk = Desk(store)
    for word, usage, listener in (
        ("out", "take no part from the next round on", desk.out),
        ("in", "take part again", desk.come_in),
        ("settings", "when rounds are, and how they pair (managers)", desk.settings),
    ):
        listening.command(Command("/shadow", word, usage, listener))
    listening.submission(modals.SAVE_SETTINGS, desk.save_settings)
    listening.action(view.APART, desk.apart)
    listening.action(modals.SHOW_APART, desk.apart)
    listening.submission(apart_view.SAVE_APART, desk.save_apart)
    listening.action(apart_view.LET_MEET, desk.let_meet)
    for turn in ("previous", "next"):
        listening.action(f"{apart_view.PAGE}.{turn}", desk.turn)
