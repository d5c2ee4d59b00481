"""Lists: a file dropped into the messages with us, and the buttons of its card."""

from sqlalchemy.orm import Session

from bot.campaigns import service as campaigns
from bot.errors import FieldErrors, NotAllowed
from bot.leads import modals, service, view
from bot.leads.model import Import
from bot.leads.service import staged
from bot.leads.sources.columns import NobodyReachable, TwoColumns
from bot.people import service as people
from bot.people.model import Person
from bot.slack import Incoming, Listening
from bot.store import Store

_HELP = (
    "I do not read messages, but I do read lists: drop a CSV file here to import leads, or "
    "what an ad platform says was spent. "
    "`/handoff help` tells what else I can do."
)


class Imports:
    """The listeners, with the store that they work on."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def dropped(self, incoming: Incoming) -> None:
        """Somebody wrote to us: files are lists to import."""
        incoming.ack()
        event = incoming.event
        if event.get("bot_id") or event.get("channel_type") != "im":
            return
        if not event.get("files") and not event.get("subtype"):
            incoming.tell(_HELP)
        for file in event.get("files") or []:
            self._take(incoming, str(file["id"]), str(file.get("name") or "list.csv"))

    def _take(self, incoming: Incoming, file_id: str, name: str) -> None:
        try:
            with self._store.transaction() as session:
                service.drop(session, _who(session, incoming), file_id, name)
        except NotAllowed as error:  # nobody else answers an event
            incoming.tell(error.message)

    def start(self, incoming: Incoming) -> None:
        """The preview is right: import it."""
        incoming.ack()
        with self._store.transaction() as session:
            service.start(session, _mine(session, incoming))

    def cancel(self, incoming: Incoming) -> None:
        """It is not, or was the wrong file."""
        incoming.ack()
        with self._store.transaction() as session:
            service.cancel(session, _mine(session, incoming))

    def as_spend(self, incoming: Incoming) -> None:
        """It is no list of people but a report of what was spent."""
        incoming.ack()
        with self._store.transaction() as session:
            found = _mine(session, incoming)
            rows = [cells for _, cells in staged.waiting(session, found.id, found.total)]
            service.hand_on(session, found, found.header, rows)

    def ask_columns(self, incoming: Incoming) -> None:
        """Some columns mean something else."""
        incoming.ack()
        with self._store.transaction() as session:
            who = _who(session, incoming)
            found = service.in_preview(session, who, incoming.id)
            first = staged.waiting(session, found.id, 1)
            sample = first[0][1] if first else [""] * len(found.header)
            today = campaigns.today(session, who.workspace_id)
            running = campaigns.running(session, who.workspace_id, today)
        incoming.open(modals.columns(found, sample, running))

    def save_columns(self, incoming: Incoming) -> None:
        """What they mean came."""
        with self._store.transaction() as session:
            found = service.in_preview(session, _who(session, incoming), incoming.noted_id)
            meanings, campaign_id = modals.columns_of(found, incoming.fields)
            try:
                service.change(session, found, meanings, campaign_id)
            except (TwoColumns, NobodyReachable) as error:
                raise FieldErrors({modals.field_of(error): error.message}) from error
        incoming.ack()


def _who(session: Session, incoming: Incoming) -> Person:
    return people.acting(session, incoming.team, incoming.user)


def _mine(session: Session, incoming: Incoming) -> Import:
    return service.in_preview(session, _who(session, incoming), incoming.id)


def register(listening: Listening, store: Store) -> None:
    """Listen for lists."""
    imports = Imports(store)
    listening.event("message", imports.dropped)
    listening.action(view.START, imports.start)
    listening.action(view.CANCEL, imports.cancel)
    listening.action(view.AS_SPEND, imports.as_spend)
    listening.action(view.COLUMNS, imports.ask_columns)
    listening.submission(modals.SAVE_COLUMNS, imports.save_columns)
