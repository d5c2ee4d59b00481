"""Lists: a file dropped into the messages with us, and the buttons of its card."""

from slack_sdk.models.views import View
from sqlalchemy.orm import Session

from bot.campaigns import service as campaigns
from bot.errors import NotAllowed, below
from bot.leads import forms, messages, service
from bot.leads.models import Import
from bot.leads.service import staged
from bot.leads.sources.columns import NobodyReachable
from bot.people.desk import Desk
from bot.people.models import ANY_ROLE, Person
from bot.slack import Incoming, Listening
from bot.slack.access import Access
from bot.store import Store

_HELP = (
    "I do not read messages, but I do read lists: drop a CSV file here to import leads, or "
    "what an ad platform says was spent. "
    "`/handoff help` tells what else I can do."
)


_IMPORT = Access("import leads", ANY_ROLE)


class Imports(Desk):
    """Where files are dropped."""

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
            with self.serving(incoming) as (session, who):
                service.drop(session, who, file_id, name)
        except NotAllowed as error:  # nobody else answers an event
            incoming.tell(error.message)

    def turn(self, incoming: Incoming) -> None:
        """Other columns of a wide list are asked for; what was chosen so far is kept."""
        incoming.ack()
        with self.serving(incoming) as (session, who):
            form = forms.Columns.read(incoming)
            found = service.in_preview(session, who, form.import_id)
            service.map_columns(session, found, form.meanings(found))
            modal = _modal(session, found, page=incoming.id)
        incoming.replace(modal)

    def encode(self, incoming: Incoming) -> None:
        """The letters look wrong: the file is read in another encoding."""
        incoming.ack()
        import_id, encoding = messages.encoding_of(incoming.value)
        with self.serving(incoming) as (session, who):
            service.read_as(session, service.in_preview(session, who, import_id), encoding)


def register(listening: Listening, store: Store) -> None:
    """Listen for lists."""
    imports = Imports(store)
    listening.event("message", imports.dropped)
    listening.action(messages.START, imports.does(_start), _IMPORT)
    listening.action(messages.CANCEL, imports.does(_cancel), _IMPORT)
    listening.action(messages.AS_SPEND, imports.does(_as_spend), _IMPORT)
    listening.action(messages.AS_LIST, imports.does(service.take_as_list), _IMPORT)
    listening.action(messages.ENCODING, imports.encode, _IMPORT)
    listening.action(messages.COLUMNS, imports.opens(_columns), _IMPORT)
    listening.action(forms.TURN_COLUMNS, imports.turn, _IMPORT)
    listening.submission(forms.Columns.callback_id, imports.takes(_save_columns), _IMPORT)


def _start(session: Session, who: Person, import_id: int) -> None:
    """The preview is right: import it."""
    service.start(session, service.in_preview(session, who, import_id))


def _cancel(session: Session, who: Person, import_id: int) -> None:
    """It is not, or was the wrong file."""
    service.cancel(session, service.may_cancel(session, who, import_id))


def _as_spend(session: Session, who: Person, import_id: int) -> None:
    """It is no list of people but a report of what was spent."""
    found = service.in_preview(session, who, import_id)
    rows = [cells for _, cells in staged.waiting(session, found.id, found.total)]
    service.hand_on(session, found, found.header, rows)


def _columns(session: Session, who: Person, import_id: int) -> View:
    """Some columns mean something else."""
    return _modal(session, service.in_preview(session, who, import_id))


def _modal(session: Session, found: Import, page: int = 0) -> View:
    first = staged.waiting(session, found.id, 1)
    sample = first[0][1] if first else [""] * len(found.header)
    running = campaigns.running(
        session, found.workspace_id, campaigns.today(session, found.workspace_id)
    )
    return forms.Columns.of(found, sample, running, page)


def _save_columns(session: Session, who: Person, incoming: Incoming) -> None:
    form = forms.Columns.read(incoming)
    found = service.in_preview(session, who, form.import_id)
    with below("campaign", NobodyReachable):
        service.change(session, found, form.meanings(found), form.campaign)
