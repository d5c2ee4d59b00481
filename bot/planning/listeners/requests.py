"""What Slack brings in for requests: `/request`, its forms, its list, and the card's buttons."""

from secrets import token_hex

from slack_sdk.models.views import View
from sqlalchemy.orm import Session

from bot import clock
from bot.people import service as people
from bot.people.model import Person, Workspace
from bot.planning import modals, service, view
from bot.slack import Command, Incoming, Listening
from bot.store import Store


class Requests:
    """Where the commands and clicks on requests arrive."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def new(self, incoming: Incoming, _rest: str) -> None:
        """Open the form of a request."""
        incoming.ack()
        with self._store.transaction() as session:
            who = _who(session, incoming)
            service.may_ask(session, who)
            channel = session.get_one(Workspace, who.workspace_id).channel
            days = service.rules(session, who.workspace_id).answer_days
        incoming.open(modals.ask(token_hex(12), channel, days))

    def save(self, incoming: Incoming) -> None:
        """The form came."""
        said = {name: value or "" for name, value in incoming.fields.items()}
        with self._store.transaction() as session:
            service.ask_for(session, _who(session, incoming), token=incoming.note, **said)
        incoming.ack()

    def me_too(self, incoming: Incoming) -> None:
        """Someone hears it too, and says so on the card."""
        incoming.ack()
        with self._store.transaction() as session:
            service.second(session, _who(session, incoming), incoming.id)

    def see(self, incoming: Incoming) -> None:
        """Marketing has read it."""
        incoming.ack()
        with self._store.transaction() as session:
            service.see(session, _who(session, incoming), incoming.id)

    def decline(self, incoming: Incoming) -> None:
        """Open the modal that asks why not."""
        incoming.ack()
        with self._store.transaction() as session:
            request = service.declinable(session, _who(session, incoming), incoming.id)
        incoming.open(modals.decline(request))

    def save_decline(self, incoming: Incoming) -> None:
        """The reason came."""
        reason = str(incoming.fields["reason"] or "")
        with self._store.transaction() as session:
            service.decline(session, _who(session, incoming), incoming.noted_id, reason)
        incoming.ack()

    def list(self, incoming: Incoming, _rest: str) -> None:
        """`/request list`: what is open."""
        incoming.ack()
        with self._store.transaction() as session:
            modal = _page(session, _who(session, incoming), 0)
        incoming.open(modal)

    def turn(self, incoming: Incoming) -> None:
        """Another page."""
        incoming.ack()
        with self._store.transaction() as session:
            modal = _page(session, _who(session, incoming), incoming.id)
        incoming.replace(modal)

    def second(self, incoming: Incoming) -> None:
        """Someone hears it too, and says so in the list."""
        incoming.ack()
        with self._store.transaction() as session:
            who = _who(session, incoming)
            service.second(session, who, incoming.id)
            modal = _page(session, who, incoming.noted_id)
        incoming.replace(modal)

    def promise(self, incoming: Incoming, _rest: str) -> None:
        """`/request promise`: the days, to be changed."""
        incoming.ack()
        with self._store.transaction() as session:
            days = service.changeable(session, _who(session, incoming)).answer_days
        incoming.open(modals.promise(days))

    def save_promise(self, incoming: Incoming) -> None:
        """The days came."""
        days = str(incoming.fields["answer_days"] or "")
        with self._store.transaction() as session:
            service.change_promise(session, _who(session, incoming), days)
        incoming.ack()


def _page(session: Session, who: Person, page: int) -> View:
    """A page of the list; the last one there is, where it has become shorter."""
    count = service.count_open(session, who.workspace_id)
    page = min(page, max(count - 1, 0) // view.PAGE_SIZE)
    found = service.open_requests(session, who, view.PAGE_SIZE, page * view.PAGE_SIZE)
    return view.listing(found, page, count, clock.now())


def _who(session: Session, incoming: Incoming) -> Person:
    return people.acting(session, incoming.team, incoming.user)


def register(listening: Listening, store: Store) -> None:
    """Listen for requests."""
    desk = Requests(store)
    listening.command(Command("/request", "", "say what customers ask for", desk.new))
    listening.command(
        Command("/request", "list", "see what is asked for, the most heard first", desk.list)
    )
    listening.command(
        Command("/request", "promise", "say how soon marketing answers (admins)", desk.promise)
    )
    listening.submission(modals.SAVE, desk.save)
    listening.action(view.ME_TOO, desk.me_too)
    listening.action(view.SEEN, desk.see)
    listening.action(view.DECLINE, desk.decline)
    listening.submission(modals.SAVE_DECLINE, desk.save_decline)
    listening.action(f"{view.LIST}.previous", desk.turn)
    listening.action(f"{view.LIST}.next", desk.turn)
    listening.action(view.SECOND, desk.second)
    listening.submission(modals.SAVE_PROMISE, desk.save_promise)
