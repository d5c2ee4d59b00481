"""Lists: a file dropped into the messages with us, and the buttons of its card."""

from slack_sdk.models.views import View

from bot.campaigns import queries as campaigns
from bot.capability import Act, Services, Update
from bot.errors import NotAllowed, below
from bot.leads import capability, forms, messages, service
from bot.leads.models import Import
from bot.leads.service import staged
from bot.leads.sources.columns import NobodyReachable
from bot.people import service as people
from bot.people.models import ANY_ROLE
from bot.slack import Incoming
from bot.slack.access import Access

_HELP = (
    "I do not read messages, but I do read lists: drop a CSV file here to import leads, or "
    "what an ad platform says was spent. "
    "`/handoff help` tells what else I can do."
)

_IMPORT = Access("import leads", ANY_ROLE)


@capability.event("message")
def take_files(incoming: Incoming, services: Services) -> None:
    """Somebody wrote to us: files are lists to import."""
    event = incoming.event
    if event.get("bot_id") or event.get("channel_type") != "im":
        return
    if not event.get("files") and not event.get("subtype"):
        incoming.tell(_HELP)
    for file in event.get("files") or []:
        try:
            with services.store.transaction() as session:
                person = people.acting(session, incoming.team, incoming.user)
                name = str(file.get("name") or "list.csv")
                service.drop(session, person, str(file["id"]), name)
        except NotAllowed as error:  # nobody else answers an event
            incoming.tell(error.message)


@capability.action(messages.START, _IMPORT)
def start(act: Act) -> None:
    """The preview is right: import it."""
    service.start(act.session, _in_preview(act, act.row_id))


@capability.action(messages.CANCEL, _IMPORT)
def cancel(act: Act) -> None:
    """It is not, or was the wrong file."""
    service.cancel(act.session, service.may_cancel(act.session, act.person, act.row_id))


@capability.action(messages.AS_SPEND, _IMPORT)
def take_as_spend(act: Act) -> None:
    """It is no list of people but a report of what was spent."""
    imported = _in_preview(act, act.row_id)
    rows = [cells for _, cells in staged.waiting(act.session, imported.id, imported.total)]
    service.hand_on(act.session, imported, imported.header, rows)


@capability.action(messages.AS_LIST, _IMPORT)
def take_as_list(act: Act) -> None:
    """It is a list of people after all."""
    service.take_as_list(act.session, act.person, act.row_id)


@capability.action(messages.ENCODING, _IMPORT)
def change_encoding(act: Act) -> None:
    """The letters look wrong: the file is read in another encoding."""
    import_id, encoding = messages.encoding_of(act.incoming.value)
    service.read_as(act.session, _in_preview(act, import_id), encoding)


@capability.action(messages.COLUMNS, _IMPORT)
def choose_columns(act: Act) -> View:
    """Some columns mean something else."""
    return _columns(act, _in_preview(act, act.row_id))


@capability.action(forms.TURN_COLUMNS, _IMPORT)
def turn_columns(act: Act) -> Update:
    """Other columns of a wide list are asked for; what was chosen so far is kept."""
    form = forms.Columns.read(act.incoming)
    imported = _in_preview(act, form.import_id)
    service.map_columns(act.session, imported, form.meanings(imported))
    return Update(_columns(act, imported, page=act.row_id))


@capability.form(forms.Columns, _IMPORT)
def save_columns(act: Act, form: forms.Columns) -> None:
    """What the columns mean."""
    imported = _in_preview(act, form.import_id)
    with below("campaign", NobodyReachable):
        service.change(act.session, imported, form.meanings(imported), form.campaign)


def _in_preview(act: Act, import_id: int) -> Import:
    return service.in_preview(act.session, act.person, import_id)


def _columns(act: Act, imported: Import, page: int = 0) -> View:
    first = staged.waiting(act.session, imported.id, 1)
    sample = first[0][1] if first else [""] * len(imported.header)
    today = campaigns.today(act.session, act.workspace_id)
    running = campaigns.running(act.session, act.workspace_id, today)
    return forms.Columns.of(imported, sample, running, page)
