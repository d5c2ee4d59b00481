"""What Slack brings in for lists: dropped files, and the calls of a call list."""

from slack_sdk.models.views import View

from bot.campaigns import queries as campaigns
from bot.capability import Act, Services, Update
from bot.errors import NotAllowed, below
from bot.leads import call_lists, capability, forms, import_forms, import_rows, imports, queries
from bot.leads.intake_models import Import
from bot.leads.messages import import_card, lists
from bot.leads.models import CallList, LeadFacts
from bot.leads.sources.columns import NobodyReachable
from bot.people import service as people
from bot.people.models import ANY_ROLE, Role
from bot.slack import Incoming
from bot.slack.access import Access

_CALL = Access("work through call lists", (Role.SALESPERSON,))


@capability.action(lists.NEXT, _CALL)
def next_contact(act: Act) -> View | str:
    """Whom to call."""
    facts = _next(act, act.row_id)
    if facts is None:
        return "Nobody is left to call on this list: your colleagues have the others."
    return forms.Call.of(facts)


@capability.form(forms.Call, _CALL)
def save_call(act: Act, form: forms.Call) -> Update:
    """A call was made; the next contact comes into the same modal."""
    lead = call_lists.note_call(
        act.session, act.person, form.lead_id, form.outcome, form.note, attempt=form.attempt
    )
    assert lead.call_list_id is not None
    facts = _next(act, lead.call_list_id)
    name = act.session.get_one(CallList, lead.call_list_id).name
    return Update(forms.all_called(name) if facts is None else forms.Call.of(facts))


@capability.closed(forms.Call.callback_id, _CALL)
def stop_calling(act: Act) -> None:
    """Enough for now: who was shown, and not called, goes back to the list."""
    call_lists.unassign_uncalled(
        act.session, act.person, forms.Call.hidden(act.incoming)["lead_id"]
    )


def _next(act: Act, call_list_id: int) -> LeadFacts | None:
    lead = call_lists.next_contact(act.session, act.person, call_list_id)
    return None if lead is None else queries.facts(act.session, lead.id)


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
                imports.drop_file(session, person, str(file["id"]), name)
        except NotAllowed as error:  # nobody else answers an event
            incoming.tell(error.message)


@capability.action(import_card.START, _IMPORT)
def start(act: Act) -> None:
    """The preview is right: import it."""
    imports.start_import(act.session, _in_preview(act, act.row_id))


@capability.action(import_card.CANCEL, _IMPORT)
def cancel(act: Act) -> None:
    """It is not, or was the wrong file."""
    imports.cancel_import(act.session, imports.may_cancel(act.session, act.person, act.row_id))


@capability.action(import_card.AS_SPEND, _IMPORT)
def take_as_spend(act: Act) -> None:
    """It is no list of people but a report of what was spent."""
    imported = _in_preview(act, act.row_id)
    rows = [cells for _, cells in import_rows.waiting(act.session, imported.id, imported.total)]
    imports.pass_to_spend(act.session, imported, imported.header, rows)


@capability.action(import_card.AS_LIST, _IMPORT)
def take_as_list(act: Act) -> None:
    """It is a list of people after all."""
    imports.take_as_list(act.session, act.person, act.row_id)


@capability.action(import_card.ENCODING, _IMPORT)
def change_encoding(act: Act) -> None:
    """The letters look wrong: the file is read in another encoding."""
    import_id, encoding = import_card.encoding_of(act.incoming.value)
    imports.read_as(act.session, _in_preview(act, import_id), encoding)


@capability.action(import_card.COLUMNS, _IMPORT)
def choose_columns(act: Act) -> View:
    """Some columns mean something else."""
    return _columns(act, _in_preview(act, act.row_id))


@capability.action(import_forms.TURN_COLUMNS, _IMPORT)
def turn_columns(act: Act) -> Update:
    """Other columns of a wide list are asked for; what was chosen so far is kept."""
    form = import_forms.Columns.read(act.incoming)
    imported = _in_preview(act, form.import_id)
    imports.map_columns(act.session, imported, form.meanings(imported))
    return Update(_columns(act, imported, page=act.row_id))


@capability.form(import_forms.Columns, _IMPORT)
def save_columns(act: Act, form: import_forms.Columns) -> None:
    """What the columns mean."""
    imported = _in_preview(act, form.import_id)
    with below("campaign", NobodyReachable):
        imports.change_import(act.session, imported, form.meanings(imported), form.campaign)


def _in_preview(act: Act, import_id: int) -> Import:
    return imports.in_preview(act.session, act.person, import_id)


def _columns(act: Act, imported: Import, page: int = 0) -> View:
    first = import_rows.waiting(act.session, imported.id, 1)
    sample = first[0][1] if first else [""] * len(imported.header)
    today = campaigns.today(act.session, act.workspace_id)
    running = campaigns.running(act.session, act.workspace_id, today)
    return import_forms.Columns.of(imported, sample, running, page)
