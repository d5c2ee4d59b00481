"""What Slack brings in for shadowing: `/shadow`, the card's buttons, and the modals."""

from datetime import timedelta

from slack_sdk.models.views import View

from bot import clock
from bot.capability import Act, Update
from bot.errors import below
from bot.people.choosing import chosen
from bot.people.models import ANY_ROLE, Role, Workspace
from bot.shadowing import (
    capability,
    debriefs,
    forms,
    handing_on,
    meeting,
    membership,
    messages,
    notices,
    queries,
    rounds,
)
from bot.shadowing.forms import HandOn, KeepApart, ProposeTime, SetGoals, SetRounds, WriteDebrief
from bot.slack.access import Access

_TAKE_PART = Access("take part in job shadowing", ANY_ROLE)
_CONFIGURE = Access("change how people are paired", (Role.MANAGER,))


@capability.command("/shadow", "", "see your pairs and the next round", _TAKE_PART)
@capability.action(messages.SHOW, _TAKE_PART)
def show(act: Act) -> View:
    """What is mine, and when the next one is."""
    return messages.page(queries.mine(act.session, act.person))


@capability.modal(messages.PAGE)
def redraw_page(act: Act, _carried: str) -> View:
    """The same, once something was done in it or over it."""
    return show(act)


@capability.command("/shadow", "out", "skip future rounds", _TAKE_PART)
def go_out(act: Act) -> str:
    """Rounds leave the person alone."""
    membership.go_out(act.session, act.person)
    return (
        "You'll skip future rounds of Stay in my shoes. Meetings that are booked stay: cancel them "
        "on their cards. Use `/shadow in` to join again."
    )


@capability.command("/shadow", "in", "join again", _TAKE_PART)
def come_in(act: Act) -> str:
    """Rounds pair the person again."""
    membership.come_in(act.session, act.person)
    return messages.welcome(rounds.next_round_at(act.session, act.workspace_id))


@capability.action(messages.OUT, _TAKE_PART)
def go_out_on_page(act: Act) -> None:
    """Likewise by the button of the page, which shows it."""
    membership.go_out(act.session, act.person)


@capability.action(messages.IN, _TAKE_PART)
def come_in_on_page(act: Act) -> None:
    """Likewise by the button of the page, which shows it."""
    membership.come_in(act.session, act.person)


# A pair, from its card or from the page


@capability.action(messages.PICK, _TAKE_PART)
def pick(act: Act) -> None:
    """A time suits."""
    meeting.pick(act.session, act.person, act.row_id)


@capability.action(messages.UNPICK, _TAKE_PART)
def unpick(act: Act) -> None:
    """It does not suit any more."""
    meeting.unpick(act.session, act.person, act.row_id)


@capability.action(messages.CANCEL, _TAKE_PART)
def cancel(act: Act) -> None:
    """The two do not meet, or did not."""
    meeting.cancel(act.session, act.person, act.row_id)


@capability.action(notices.REQUEST, _TAKE_PART)
def make_request(act: Act) -> None:
    """An idea becomes a request."""
    debriefs.make_request(act.session, act.person, act.row_id)


@capability.action(notices.DRAFT, _TAKE_PART)
def draft_campaign(act: Act) -> None:
    """An idea becomes the draft of a campaign."""
    debriefs.draft_campaign(act.session, act.person, act.row_id)


@capability.action(messages.ANOTHER, _TAKE_PART)
def choose_time(act: Act) -> View:
    """Which other time? Tomorrow at ten is suggested."""
    participant = meeting.changeable(act.session, act.person, act.row_id)
    zone = act.session.get_one(Workspace, act.workspace_id).zone
    tomorrow = clock.now().astimezone(zone) + timedelta(days=1)
    return ProposeTime.of(participant, tomorrow.replace(hour=10, minute=0, second=0, microsecond=0))


@capability.form(ProposeTime, _TAKE_PART)
def propose(act: Act, form: ProposeTime) -> None:
    """Another time is proposed."""
    with below("starts_at"):
        meeting.propose(act.session, act.person, form.participant_id, form.starts_at, form.minutes)


@capability.action(messages.GOALS, _TAKE_PART)
def choose_goals(act: Act) -> View:
    """What do you want of it?"""
    return SetGoals.of(meeting.changeable(act.session, act.person, act.row_id))


@capability.form(SetGoals, _TAKE_PART)
def set_goals(act: Act, form: SetGoals) -> None:
    """It is said what somebody wants of it."""
    with below("own"):
        meeting.set_goals(act.session, act.person, form.participant_id, form.goals, form.own)


@capability.action(messages.HAND_ON, _TAKE_PART)
def choose_colleague(act: Act) -> View:
    """Who goes instead?"""
    participant = meeting.changeable(act.session, act.person, act.row_id)
    return HandOn.of(participant, handing_on.colleagues(act.session, act.person, participant.id))


@capability.form(HandOn, _TAKE_PART)
def hand_on(act: Act, form: HandOn) -> None:
    """A colleague goes instead."""
    with below("colleague"):
        colleague_id = chosen(act.session, act.workspace_id, form.colleague)
        handing_on.hand_on(act.session, act.person, form.participant_id, colleague_id)


@capability.action(messages.WRITE, _TAKE_PART)
def write(act: Act) -> View:
    """How was it?"""
    return WriteDebrief.of(debriefs.answerable(act.session, act.person, act.row_id))


@capability.form(WriteDebrief, _TAKE_PART)
def save_debrief(act: Act, form: WriteDebrief) -> None:
    """It is said how it was."""
    with below("surprised"):
        debriefs.debrief(act.session, act.person, form.participant_id, form.answers)


# Whom not, and when


@capability.action(messages.APART, _TAKE_PART)
@capability.action(forms.SHOW_APART, _TAKE_PART)
def show_apart(act: Act) -> View:
    """Whom not?"""
    return _apart(act)


@capability.pages(forms.APART_PAGE, _TAKE_PART)
def turn_apart(act: Act) -> Update:
    """Another page of them."""
    return Update(_apart(act, page=act.row_id))


@capability.form(KeepApart, _TAKE_PART)
def keep_apart(act: Act, form: KeepApart) -> Update:
    """These two are not paired; the list, which stays open, shows them."""
    one = form.one or act.person.slack_id
    with below("other"):
        membership.keep_apart(act.session, act.person, one, form.other)
    return Update(_apart(act))


@capability.action(forms.LET_MEET, _TAKE_PART)
def let_meet(act: Act) -> Update:
    """These two may be paired after all."""
    membership.let_meet(act.session, act.person, act.row_id)
    return Update(_apart(act))


@capability.command(
    "/shadow", "settings", "set when rounds start and how people are paired", _CONFIGURE
)
@capability.action(forms.SETTINGS, _CONFIGURE)
def show_settings(act: Act) -> View:
    """When rounds are."""
    rounds.may_configure(act.session, act.person)
    setting = rounds.load_setting(act.session, act.workspace_id)
    zone = act.session.get_one(Workspace, act.workspace_id).timezone
    next_at = rounds.next_round_at(act.session, act.workspace_id)
    return SetRounds.of(setting, zone, next_at, is_admin=act.person.has(Role.ADMIN))


@capability.form(SetRounds, _CONFIGURE)
def save_settings(act: Act, form: SetRounds) -> None:
    """When rounds are from now on."""
    rounds.configure(act.session, act.person, form.rounds)


def _apart(act: Act, page: int = 0) -> View:
    return KeepApart.of(membership.exclusions(act.session, act.person), act.person, page)
