"""What Slack brings in for standups: answers, the pages of a summary, and the settings."""

from collections.abc import Callable

from slack_sdk.models.views import View

from bot.capability import Act, Services, Update
from bot.errors import FieldErrors, below
from bot.people import service as people
from bot.people.models import ANY_ROLE, Role
from bot.slack import Incoming
from bot.slack.access import Access
from bot.standups import (
    answering,
    asking,
    blockers,
    capability,
    messages,
    queries,
    settings_messages,
    setup,
    summary_messages,
)
from bot.standups.forms import Answers, ChangeQuestions, ChangeStandup, NewStandup, Settings
from bot.standups.models import Standup

_ANSWER = Access("answer standups", ANY_ROLE, or_team=True)
_READ = Access("read standups", ANY_ROLE, or_team=True)
_TAKE_BLOCKER = Access("take blockers", ANY_ROLE, or_team=True)
_REQUEST = Access("ask for campaigns", ANY_ROLE)
_CHANGE = Access("change the standups", (Role.MANAGER,))

_TREND_WEEKS = 4


# Answering


@capability.command("/standup", "", "answer your standup, early or late", _ANSWER)
def answer_now(act: Act) -> View:
    """The form of the one that can be answered, or a choice of several."""
    standups = answering.answerable_now(act.session, act.person)
    waiting = [each for each in standups if each.waits] or standups
    if len(waiting) == 1:
        return _begin(act, waiting[0].standup.id)
    return messages.choice(standups)


@capability.command("/standup", "skip", "skip it today", _ANSWER)
def skip_now(act: Act) -> str:
    """Skip whatever waits today."""
    standups = answering.answerable_now(act.session, act.person)
    waiting = [each for each in standups if each.waits] or standups[:1]
    entries = [answering.entry_now(act.session, act.person, each.standup.id) for each in waiting]
    return messages.skipping([answering.skip(act.session, act.person, each) for each in entries])


@capability.action(messages.ANSWER, _ANSWER)
def answer(act: Act) -> View:
    """The form of an entry that is there already."""
    return _form(act, act.row_id)


@capability.action(messages.BEGIN, _ANSWER)
def begin(act: Act) -> View:
    """The form of a standup that was chosen, maybe before it is asked."""
    return _begin(act, act.row_id)


@capability.action(messages.SKIP, _ANSWER)
def skip(act: Act) -> None:
    """Skip it today."""
    answering.skip(act.session, act.person, act.row_id)


@capability.form(Answers, _ANSWER, clears=True)
def save_answers(act: Act, form: Answers) -> None:
    """The answers came."""
    # Shown below the first of them, so that what was written can still be copied.
    with below("answers", answering.StandupClosed):
        answering.answer(act.session, act.person, form.entry_id, form.answers)


@capability.modal(Answers.callback_id)
def redraw_form(act: Act, _carried: str) -> View:
    """The form again, once something was done in it."""
    return _form(act, Answers.hidden(act.incoming)["entry_id"])


def _begin(act: Act, standup_id: int) -> View:
    return _form(act, answering.entry_now(act.session, act.person, standup_id))


def _form(act: Act, entry_id: int) -> View:
    entry = answering.answerable(act.session, act.person, entry_id)
    return messages.form(entry, answering.facts(act.session, act.person))


# Reading


@capability.action(summary_messages.PAGE, _READ)
def read_summary(act: Act) -> View:
    """All answers of a round."""
    return _page(act, act.row_id, 0)


@capability.pages(summary_messages.PAGE, _READ)
def turn_summary(act: Act) -> Update:
    """Another page of them."""
    round_id, _ = summary_messages.page_of(act.incoming.carried)
    return Update(_page(act, round_id, act.row_id))


@capability.modal(summary_messages.PAGE)
def redraw_summary(act: Act, carried: str) -> View:
    """The same page, once something was done in it."""
    return _page(act, *summary_messages.page_of(carried))


@capability.action(messages.TAKE, _TAKE_BLOCKER)
def take_blocker(act: Act) -> None:
    """Somebody helps with a blocker."""
    blockers.take_on(act.session, act.person, act.row_id)


@capability.action(messages.HAND_BACK, _TAKE_BLOCKER)
def hand_back_blocker(act: Act) -> None:
    """They cannot, after all."""
    blockers.hand_back(act.session, act.person, act.row_id)


@capability.action(messages.RESOLVE, _TAKE_BLOCKER)
def resolve_blocker(act: Act) -> None:
    """The blocker is resolved."""
    blockers.resolve(act.session, act.person, act.row_id)


@capability.action(messages.MAKE, _REQUEST)
def make_request(act: Act) -> None:
    """An idea becomes a request."""
    blockers.make_request(act.session, act.person, act.row_id)


def _page(act: Act, round_id: int, number: int) -> View:
    return summary_messages.page(queries.summary_page(act.session, act.person, round_id, number))


# Settings


def _see_channels(form: type[Settings]) -> Callable[[Incoming, Services], None]:
    """See that we can post in the channels that a form names, before that is promised."""

    def see(incoming: Incoming, services: Services) -> None:
        with services.store.transaction() as session:
            person = people.acting(session, incoming.team, incoming.user)
            people.require_access(session, person, _CHANGE)
        chosen = form.so_far(incoming)
        refused = {
            field: "I'm not in this channel. Invite me with /invite @Handoff, then save."
            for field in ("channel", "readers")
            if (channel := chosen.get(field))
            and not incoming.slack.channel(channel).get("is_member")
        }
        if refused:
            raise FieldErrors(refused)

    return see


@capability.command("/standup", "settings", "make, change or pause standups", _CHANGE)
def show_settings(act: Act) -> View:
    """All standups."""
    return _overview(act, 0)


@capability.action(settings_messages.OVERVIEW, _CHANGE)
def open_settings(act: Act) -> View:
    """All standups, by a button."""
    return _overview(act, act.row_id)


@capability.pages(settings_messages.OVERVIEW, _CHANGE)
def turn_settings(act: Act) -> Update:
    """Another page of them."""
    return Update(_overview(act, act.row_id))


@capability.action(settings_messages.OPEN, _CHANGE)
def show_standup(act: Act) -> View:
    """One standup."""
    return _details(act, setup.configurable(act.session, act.person, act.row_id))


@capability.action(settings_messages.NEW, _CHANGE)
def new_standup(act: Act) -> View:
    """The form of a new standup."""
    usual = setup.usual(act.session, act.person)
    return NewStandup.of(usual, people.teams(act.session, act.workspace_id))


@capability.form(NewStandup, _CHANGE, before=_see_channels(NewStandup))
def create_standup(act: Act, form: NewStandup) -> View:
    """A new standup."""
    setup.create(act.session, act.person, form)
    return _overview(act, 0)


@capability.action(settings_messages.CHANGE, _CHANGE)
def change_standup(act: Act) -> View:
    """The form of when and where a standup is."""
    return ChangeStandup.of(setup.configurable(act.session, act.person, act.row_id))


@capability.form(ChangeStandup, _CHANGE, before=_see_channels(ChangeStandup))
def save_standup(act: Act, form: ChangeStandup) -> View:
    """When and where a standup is from now on."""
    return _details(act, setup.configure(act.session, act.person, form.standup_id, form))


@capability.action(settings_messages.QUESTIONS, _CHANGE)
def change_questions(act: Act) -> View:
    """The form of a standup's questions."""
    return ChangeQuestions.of(setup.configurable(act.session, act.person, act.row_id))


@capability.form(ChangeQuestions, _CHANGE)
def save_questions(act: Act, form: ChangeQuestions) -> View:
    """What a standup asks from now on."""
    standup = setup.change_questions(act.session, act.person, form.standup_id, form.questions)
    return _details(act, standup)


@capability.action(settings_messages.PAUSE, _CHANGE)
def pause_standup(act: Act) -> Update:
    """A standup is not asked for a while."""
    standup = setup.pause(act.session, act.person, act.row_id, active=False)
    return Update(_details(act, standup))


@capability.action(settings_messages.GO_ON, _CHANGE)
def resume_standup(act: Act) -> Update:
    """A standup is asked again."""
    standup = setup.pause(act.session, act.person, act.row_id, active=True)
    return Update(_details(act, standup))


@capability.action(settings_messages.ARCHIVE, _CHANGE)
def archive_standup(act: Act) -> Update:
    """It is deleted; the modal shows what is left."""
    setup.archive(act.session, act.person, act.row_id)
    return Update(_overview(act, 0))


def _overview(act: Act, number: int) -> View:
    standups = setup.standups(act.session, act.person)
    trends = queries.response_trend(act.session, act.workspace_id, _TREND_WEEKS)
    return settings_messages.overview(
        standups, trends, number, asking.next_runs(act.session, standups)
    )


def _details(act: Act, standup: Standup) -> View:
    trends = queries.response_trend(act.session, act.workspace_id, _TREND_WEEKS)
    next_runs = asking.next_runs(act.session, [standup])
    return settings_messages.details(standup, trends.get(standup.id), next_runs.get(standup.id))
