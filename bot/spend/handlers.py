"""What Slack brings in for spend: `/campaign spend`, `margin` and `costs`, and imports."""

from collections.abc import Sequence
from secrets import token_hex

from slack_sdk.models.views import View
from sqlalchemy import select

from bot.campaigns import queries as campaigns
from bot.campaigns.models import Campaign
from bot.capability import Act, Update
from bot.errors import below
from bot.money import MixedCurrencies
from bot.people.models import Person, Role, Workspace
from bot.slack import Message
from bot.slack.access import Access
from bot.spend import budget, capability, entering, importing, margins, messages, queries
from bot.spend.exports import ColumnMissing, PlatformMissing, TwoColumns
from bot.spend.forms import CorrectSpend, EnterSpend, MapColumns, SetDepartmentCost, SetMargin

_SEE = Access("see what campaigns cost", (Role.MARKETER,))
_ENTER = Access("enter spend", (Role.MARKETER,))
_MARGIN = Access("set the contribution margin", (Role.MARKETER,))
_COSTS = Access("enter the cost of a department", (Role.MANAGER,))


@capability.command(
    "/campaign",
    "spend",
    "enter what a campaign cost; `spend list` shows it",
    _ENTER,
    hint="",
)
def enter(act: Act) -> View | Message | str:
    """The form for spend; `list` shows what was entered."""
    first, _, words = act.words.partition(" ")
    if first.lower() == "list":
        return _list(act, words)
    entering.may_enter(act.session, act.person)
    known = _choose(act, act.words)
    if not known:
        return messages.none_found(act.words)
    workspace = act.session.get_one(Workspace, act.workspace_id)
    today = campaigns.today(act.session, workspace.id)
    chosen = bool(act.words) or len(known) == 1
    return EnterSpend.of(token_hex(12), today, workspace.currency, known, chosen=chosen)


def _list(act: Act, words: str) -> View | Message | str:
    """The entries of the one campaign that is meant, or what each of several has spent."""
    entering.may_see_money(act.session, act.person)
    known = _choose(act, words)
    if words and len(known) == 1:
        return _entries(act, known[0].id)
    if not known:
        return messages.none_found(words)
    return messages.overview([budget.consumption(act.session, each) for each in known])


@capability.action(messages.PICK, _SEE)
def show_entries(act: Act) -> View:
    """What was entered for the campaign that was chosen."""
    return _entries(act, act.row_id)


@capability.action(f"{messages.PAGE}.newer", _SEE)
@capability.action(f"{messages.PAGE}.older", _SEE)
def turn_entries(act: Act) -> Update:
    """Another page of it."""
    return Update(_entries(act, act.incoming.carried_id, page=act.row_id))


@capability.form(EnterSpend, _ENTER)
def save(act: Act, form: EnterSpend) -> None:
    """What a campaign cost came."""
    entering.may_enter(act.session, act.person)
    campaign = campaigns.find(act.session, act.workspace_id, form.campaign)
    spending = form.spending(campaign.currency)
    with below("amount", MixedCurrencies):
        entering.enter(act.session, act.person, campaign.id, spending, form.token)


@capability.action(messages.CORRECT, _ENTER)
def correct(act: Act) -> View:
    """The form that replaces an entry."""
    entry, campaign = entering.correctable(act.session, act.person, act.row_id)
    return CorrectSpend.of(token_hex(12), entry, campaign)


@capability.form(CorrectSpend, _ENTER)
def save_correction(act: Act, form: CorrectSpend) -> View:
    """The right amount came; the list below shows both."""
    with below("amount", entering.AlreadyCorrected, MixedCurrencies):
        entry = entering.correct(
            act.session, act.person, form.entry_id, form.amount, form.note.strip(), form.token
        )
    return _entries(act, entry.campaign_id)


@capability.command("/campaign", "margin", "set the contribution margin", _MARGIN, hint="")
def choose_margin(act: Act) -> View | str:
    """The form for what is left of a deal's amount."""
    margins.may_set_margin(act.session, act.person)
    known = _choose(act, act.words)
    if act.words and not known:
        return messages.none_found(act.words)
    now = margins.load_margins(act.session, act.workspace_id)
    return SetMargin.of(now, known, chosen=bool(act.words))


@capability.form(SetMargin, _MARGIN)
def save_margin(act: Act, form: SetMargin) -> None:
    """The margin came."""
    margins.set_margin(act.session, act.person, form.percent, form.campaign)


@capability.command("/campaign", "costs", "enter what each department cost", _COSTS, hint="")
def enter_cost(act: Act) -> View:
    """The form for what a department cost."""
    margins.may_enter_costs(act.session, act.person)
    workspace = act.session.get_one(Workspace, act.workspace_id)
    return SetDepartmentCost.of(campaigns.today(act.session, workspace.id), workspace.currency)


@capability.form(SetDepartmentCost, _COSTS)
def save_cost(act: Act, form: SetDepartmentCost) -> None:
    """The cost came."""
    margins.set_department_cost(act.session, act.person, form.department, form.month, form.amount)


@capability.action(messages.START, _ENTER)
def start_import(act: Act) -> None:
    """The preview is right: import it."""
    importing.book(act.session, importing.in_preview(act.session, act.person, act.row_id))


@capability.action(messages.CANCEL, _ENTER)
def cancel_import(act: Act) -> None:
    """It is not."""
    importing.cancel(act.session, importing.in_preview(act.session, act.person, act.row_id))


@capability.action(messages.COLUMNS, _ENTER)
def choose_columns(act: Act) -> View:
    """Some columns or campaigns mean something else."""
    staged = importing.in_preview(act.session, act.person, act.row_id)
    platforms = importing.platforms(act.session, staged)
    return MapColumns.of(staged, _choose(act, ""), platforms)


@capability.form(MapColumns, _ENTER)
def save_columns(act: Act, form: MapColumns) -> None:
    """It is said what they mean; the preview shows what comes of it."""
    staged = importing.in_preview(act.session, act.person, form.import_id)
    platform = form.other_platform or form.platform or ""
    with below("campaign", ColumnMissing, TwoColumns), below("platform", PlatformMissing):
        importing.change(
            act.session,
            staged,
            form.meanings(staged),
            form.campaign,
            form.by_name(staged),
            platform,
        )


def _choose(act: Act, words: str) -> Sequence[Campaign]:
    return queries.choose(act.session, act.workspace_id, words, messages.MOST_OPTIONS)


def _entries(act: Act, campaign_id: int, page: int = 0) -> View:
    shown = queries.entries(act.session, act.person, campaign_id, page)
    ids = {entry.entered_by for entry in shown.entries}
    rows = act.session.execute(select(Person.id, Person.name).where(Person.id.in_(ids)))
    return messages.entries(shown, {row.id: row.name for row in rows})
