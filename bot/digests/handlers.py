"""What Slack brings in for digests: `/digest`, the buttons of its messages, and the settings."""

from collections.abc import Callable
from typing import TypeVar

from slack_sdk.models.views import View

from bot.capability import Act, Handler, Update
from bot.digests import (
    capability,
    explaining,
    figure_messages,
    forms,
    messages,
    money_messages,
    personal,
    personal_messages,
    sending,
    timetables,
    weekly,
)
from bot.digests.forms import ChangeTimetable
from bot.digests.models import Week
from bot.digests.weekly import VisibleReport
from bot.metrics import BY_NAME
from bot.people.models import ANY_ROLE, Role
from bot.reports import site
from bot.slack import Message
from bot.slack.access import Access
from bot.tasks import schedules

_READ = Access("read the digest", ANY_ROLE)
_CHANGE = Access("change when digests come", (Role.MANAGER,))

H = TypeVar("H", bound=Handler)


def _of_each_metric(action_id: str) -> Callable[[H], H]:
    """The buttons of which there is one for each metric: its name ends their action id."""

    def add(handler: H) -> H:
        for name in BY_NAME:
            capability.action(f"{action_id}.{name}", _READ)(handler)
        return handler

    return add


# A week


@capability.command("/digest", "", "the running week in figures", _READ)
@capability.action(messages.SHOW_RUNNING, _READ)
def show_running(act: Act) -> Message:
    """The running week."""
    return _digest(act, weekly.running(act.session, act.person))


@capability.command("/digest", "last", "last week's digest, and what changed since", _READ)
def show_last(act: Act) -> Message:
    """The week before."""
    return _digest(act, weekly.last(act.session, act.person))


@capability.command(
    "/digest", "<2026-W47>", "any week, by its number or a day in it, such as 2026-11-18", _READ
)
def show_week(act: Act) -> Message:
    """The week that was named."""
    return _digest(act, weekly.of_week(act.session, act.person, Week.read(act.words)))


@capability.action(messages.SHOW_DETAILS, _READ)
def show_details(act: Act) -> Message:
    """What stands behind the headline of the week that the button names."""
    reading = _named_week(act)
    return messages.details(reading.report, shows_money=reading.shows_money)


@capability.action(messages.OPEN_REPORT, _READ)
def open_report(act: Act) -> None:
    """The browser opens the page; Slack says so."""


@capability.action(messages.SHOW_MONEY, _READ)
def show_money(act: Act) -> Message | str:
    """What it cost and brought, for those who may see that."""
    reading = _named_week(act)
    if not (reading.shows_money or timetables.shows_channel_money(act.session, act.workspace_id)):
        return "Amounts are for marketing and managers to see."
    return money_messages.money(reading.report)


# One's own week


@capability.command("/digest", "me", "your own week so far; `me last` for the one before", _READ)
def show_own(act: Act) -> Message:
    """One's own week, in each of one's roles."""
    read = personal.last if act.words.lower() == "last" else personal.running
    weeks = read(act.session, act.person)
    wanted = sending.wants_personal(act.session, act.person)
    drawn = [personal_messages.personal_digest(week, wanted=wanted) for week in weeks]
    blocks = [block for each in drawn for block in each.content]
    return Message(" ".join(each.text for each in drawn), blocks)


@capability.action(personal_messages.OPT_OUT, _READ)
def opt_out(act: Act) -> str:
    """No more digests of one's own."""
    sending.opt_out(act.session, act.person)
    return "You won't get your own digest anymore. `/digest me` shows it anytime."


@capability.action(personal_messages.OPT_IN, _READ)
def opt_in(act: Act) -> str:
    """Send them again."""
    sending.opt_in(act.session, act.person)
    return "You'll get your own digest again every week."


# Why a figure is so


@capability.command(
    "/digest",
    "why",
    "`speed`: how a figure is computed, and the leads behind it; alone, for all figures",
    _READ,
)
def why(act: Act) -> Message:
    """The figure that is meant; several to choose from; or all."""
    metrics = explaining.find_metrics(act.words)
    if len(metrics) == 1:
        return _explained(act, metrics[0].name)
    if metrics:
        return figure_messages.several(act.words, metrics)
    return figure_messages.all_figures(act.words)


@_of_each_metric(figure_messages.EXPLAIN)
def explain(act: Act) -> Message:
    """One of several figures was chosen."""
    return _explained(act, _metric(act))


@_of_each_metric(figure_messages.SHOW_LEADS)
def show_leads(act: Act) -> View:
    """The leads behind a figure of the week that the button names."""
    return _leads(act, _metric(act), Week.read(act.incoming.value), None)


@capability.action(figure_messages.OLDER, _READ)
@capability.action(figure_messages.NEWEST, _READ)
def turn_leads(act: Act) -> Update:
    """Another page of them."""
    metric, _, monday = act.incoming.carried.partition(" ")
    return Update(_leads(act, metric, Week.read(monday), act.row_id or None))


# When digests come


@capability.command("/digest", "settings", "who gets it, on which day and hour", _CHANGE)
@capability.action(forms.SETTINGS, _CHANGE)
def show_settings(act: Act) -> View:
    """When each audience gets its digest."""
    rows = timetables.timetables(act.session, act.person)
    return forms.overview(rows, schedules(act.session, act.workspace_id))


@capability.action(forms.CHANGE, _CHANGE)
def change(act: Act) -> View:
    """The form for one of them."""
    timetable = timetables.changeable(act.session, act.person, act.row_id)
    return ChangeTimetable.of(timetable, by_admin=act.person.has(Role.ADMIN))


@capability.form(ChangeTimetable, _CHANGE)
def save(act: Act, form: ChangeTimetable) -> View:
    """It comes at another time, or not at all."""
    timetables.change(act.session, act.person, form.timetable_id, form.changes)
    return show_settings(act)


def _digest(act: Act, reading: VisibleReport) -> Message:
    return messages.digest(
        reading.report,
        shows_money=reading.shows_money,
        corrections=reading.corrections,
        page=site.address(act.services.settings),
    )


def _named_week(act: Act) -> VisibleReport:
    """The week that the button names."""
    return weekly.of_week(act.session, act.person, Week.read(act.incoming.value))


def _metric(act: Act) -> str:
    """The metric that the button's action id names."""
    action_id: str = act.incoming.body["actions"][0]["action_id"]
    return action_id.rpartition(".")[2]


def _explained(act: Act, metric: str) -> Message:
    return figure_messages.why(explaining.explain(act.session, act.person, metric))


def _leads(act: Act, metric: str, week: Week, before: int | None) -> View:
    """A page of the leads behind a metric of a week; `before` is the id below which it begins."""
    page = explaining.leads_for_metric(
        act.session, act.person, week, metric, before, figure_messages.PAGE_SIZE
    )
    kept = explaining.kept_count(act.session, act.person, week, metric)
    return figure_messages.leads_view(metric, week, page, is_first=before is None, kept=kept)
