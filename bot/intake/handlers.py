"""What Slack brings in for intake: a lead that somebody types in, a file of them, and the rules
of their score."""

from slack_sdk.models.views import View

from bot.campaigns import queries as campaigns
from bot.capability import Act, Services, Update
from bot.errors import NotAllowed, below
from bot.intake import (
    capability,
    forms,
    import_rows,
    imports,
    lookups,
    messages,
    receiving,
    scoring,
)
from bot.intake.models import Import
from bot.leads.forms import problems_below
from bot.people import service as people
from bot.people.models import ANY_ROLE, Role, Workspace
from bot.slack import Incoming, Message
from bot.slack.access import Access
from bot.sources.columns import NobodyReachable
from bot.sources.lead_payload import Unreadable, read_strictly

_ADD = Access("add leads", ANY_ROLE)
_RULES = Access("see what makes a lead hot", ANY_ROLE)
_CHANGE_RULES = Access("change what makes a lead hot", (Role.ADMIN,))
_SUBMISSIONS = Access("replay or dismiss submissions", (Role.ADMIN,))


@capability.command("/lead", "", "add a lead", _ADD)
@capability.action(forms.NEW, _ADD)
@capability.shortcut(forms.NEW, _ADD)
@capability.shortcut(forms.FROM_MESSAGE, _ADD)
def ask_new_lead(act: Act) -> View:
    """The form for a lead that reached someone by phone, at a fair or in a message."""
    today = campaigns.today(act.session, act.workspace_id)
    running = campaigns.running(act.session, act.workspace_id, today)
    return forms.NewLead.of(running, act.incoming.message)


@capability.form(forms.NewLead, _ADD)
def save_new_lead(act: Act, form: forms.NewLead) -> None:
    """A lead was typed in."""
    with problems_below(forms.NewLead):
        payload = read_strictly(form.facts)
    workspace = act.session.get_one(Workspace, act.workspace_id)
    receiving.type_in(act.session, workspace, act.person, payload, form.campaign)


@capability.command("/lead", "rules", "see what makes a lead hot", _RULES)
def show_rules(act: Act) -> Message:
    """What makes a lead hot."""
    rules = lookups.rules(act.session, act.workspace_id)
    return messages.rules(rules, may_change=Role.ADMIN in act.person.roles)


@capability.action(messages.CHANGE_RULES, _CHANGE_RULES)
def ask_rules(act: Act) -> View:
    """The form for the points of the lead score."""
    return forms.ChangeRules.of(lookups.rules(act.session, act.workspace_id))


@capability.form(forms.ChangeRules, _CHANGE_RULES)
def save_rules(act: Act, form: forms.ChangeRules) -> None:
    """What makes a lead hot from now on."""
    scoring.change_rules(
        act.session, act.person, form.hot_from, form.all_points, form.competitors.split()
    )


@capability.action(messages.REPLAY, _SUBMISSIONS)
def replay(act: Act) -> Unreadable | None:
    """A submission is read again; one that still cannot be read stays, with its new reason."""
    problem = receiving.replay(act.session, act.person, act.row_id).problem
    return Unreadable(problem.problems) if problem is not None else None


@capability.action(messages.DISMISS, _SUBMISSIONS)
def dismiss(act: Act) -> None:
    """A submission is no lead."""
    receiving.dismiss(act.session, act.person, act.row_id)


_HELP = (
    "I don't read messages, but I do read lists. Drop a CSV file here to import leads or ad spend. "
    "`/handoff help` shows what else I can do."
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


@capability.action(messages.START, _IMPORT)
def start(act: Act) -> None:
    """The preview is right: import it."""
    imports.start_import(act.session, _in_preview(act, act.row_id))


@capability.action(messages.CANCEL, _IMPORT)
def cancel(act: Act) -> None:
    """It is not, or was the wrong file."""
    imports.cancel_import(act.session, imports.may_cancel(act.session, act.person, act.row_id))


@capability.action(messages.AS_SPEND, _IMPORT)
def take_as_spend(act: Act) -> None:
    """It is no list of people but a report of what was spent."""
    imported = _in_preview(act, act.row_id)
    rows = [cells for _, cells in import_rows.waiting(act.session, imported.id, imported.total)]
    imports.pass_to_spend(act.session, imported, imported.header, rows)


@capability.action(messages.AS_LIST, _IMPORT)
def take_as_list(act: Act) -> None:
    """It is a list of people after all."""
    imports.take_as_list(act.session, act.person, act.row_id)


@capability.action(messages.ENCODING, _IMPORT)
def change_encoding(act: Act) -> None:
    """The letters look wrong: the file is read in another encoding."""
    import_id, encoding = messages.encoding_of(act.incoming.value)
    imports.read_as(act.session, _in_preview(act, import_id), encoding)


@capability.action(messages.COLUMNS, _IMPORT)
def choose_columns(act: Act) -> View:
    """Some columns mean something else."""
    return _columns(act, _in_preview(act, act.row_id))


@capability.action(forms.TURN_COLUMNS, _IMPORT)
def turn_columns(act: Act) -> Update:
    """Other columns of a wide list are asked for; what was chosen so far is kept."""
    form = forms.Columns.read(act.incoming)
    imported = _in_preview(act, form.import_id)
    imports.map_columns(act.session, imported, form.meanings(imported))
    return Update(_columns(act, imported, page=act.row_id))


@capability.form(forms.Columns, _IMPORT)
def save_columns(act: Act, form: forms.Columns) -> None:
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
    return forms.Columns.of(imported, sample, running, page)
