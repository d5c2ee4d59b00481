"""What Slack brings in for reports: a campaign's report, files for ad platforms, and files on a
schedule."""

from collections.abc import Sequence

from slack_sdk.models.views import View
from sqlalchemy.orm import Session

from bot.campaigns.models import Campaign
from bot.capability import Act, Update
from bot.metrics import Attribution
from bot.people.models import ANY_ROLE, Role, Workspace
from bot.reports import campaign_report as campaign_reports
from bot.reports import capability, exports, messages
from bot.reports.conversions import messages as conversion_messages
from bot.reports.conversions import service as conversions
from bot.reports.conversions.models import Platform
from bot.reports.forms import ScheduleFile
from bot.slack import Message
from bot.slack.access import Access
from bot.slack.text import safe
from bot.spend import queries as spend
from bot.spend.messages import MOST_OPTIONS, none_found, pick
from bot.tasks import schedules

_READ = Access("read the reports", ANY_ROLE)
_FETCH = Access("fetch conversions", (Role.MARKETER, Role.MANAGER))
_SCHEDULE = Access("schedule files", (Role.MANAGER,))

_MODELS = {"first": Attribution.FIRST_TOUCH, "last": Attribution.LAST_TOUCH}
_ACTIONS = {
    Attribution.FIRST_TOUCH: messages.BY_FIRST,
    Attribution.LAST_TOUCH: messages.BY_LAST,
}


# A campaign's report


@capability.command(
    "/campaign",
    "report",
    "see a campaign's results; add `last` to count by the last touch",
    _READ,
    hint="",
)
def report(act: Act) -> str | Message:
    """`/campaign report <name>`, and `last` behind it for the last touch."""
    campaigns, name, attribution = _meant(act.session, act.workspace_id, act.words)
    if len(campaigns) == 1:
        return _report(act, campaigns[0].id, attribution)
    if campaigns:
        return pick(_which(name), campaigns, _ACTIONS[attribution])
    return none_found(name)


@capability.action(messages.BY_FIRST, _READ)
def report_by_first_touch(act: Act) -> Message:
    """A campaign was chosen, or the rule of the first touch."""
    return _report(act, act.row_id, Attribution.FIRST_TOUCH)


@capability.action(messages.BY_LAST, _READ)
def report_by_last_touch(act: Act) -> Message:
    """A campaign was chosen, or the rule of the last touch."""
    return _report(act, act.row_id, Attribution.LAST_TOUCH)


def _report(act: Act, campaign_id: int, attribution: Attribution) -> Message:
    return messages.report(
        campaign_reports.report(act.session, act.person, campaign_id, attribution)
    )


def _meant(
    session: Session, workspace_id: int, words: str
) -> tuple[Sequence[Campaign], str, Attribution]:
    """Which campaigns the words can mean, by which name, and by which rule; a name may end with
    `last` too."""
    campaigns = spend.choose(session, workspace_id, words, MOST_OPTIONS)
    name, _, last = words.rpartition(" ")
    if last.lower() not in _MODELS or (campaigns and words):
        return campaigns, words, Attribution.FIRST_TOUCH
    campaigns = spend.choose(session, workspace_id, name, MOST_OPTIONS)
    return campaigns, name, _MODELS[last.lower()]


def _which(name: str) -> str:
    if not name:
        return "Which campaign's report?"
    return f"Several campaigns have “{safe(name, 80)}” in their name. Which one?"


# Files for ad platforms


@capability.command(
    "/digest",
    "conversions",
    "get qualified and won leads as a file for an ad platform: `conversions google`, `meta` or "
    "`linkedin`; add a number for an earlier file",
    _FETCH,
    hint="",
)
def send_conversions(act: Act) -> str:
    """`/digest conversions [platform [number]]`."""
    name, _, number = act.words.lower().partition(" ")
    if not name:
        return conversion_messages.overview(conversions.overview(act.session, act.person))
    if name not in set(Platform):
        return conversion_messages.unknown(act.words)
    if number:
        return _send_again(act, Platform(name), number.strip())
    return _send_new(act, Platform(name))


def _send_new(act: Act, platform: Platform) -> str:
    files = conversions.request(act.session, act.person, platform)
    state = conversions.standing(act.session, act.workspace_id, platform)
    return conversion_messages.made(files, state)


def _send_again(act: Act, platform: Platform, number: str) -> str:
    if not number.isdecimal():
        return conversion_messages.no_number(number)
    file = conversions.request_again(act.session, act.person, platform, int(number))
    return conversion_messages.again(file)


# Files on a schedule


@capability.command("/digest", "export", "send files to a channel on a schedule", _SCHEDULE)
def show_schedules(act: Act) -> View:
    """What comes, and a form for more."""
    return _schedules(act, act.incoming.channel)


@capability.form(ScheduleFile, _SCHEDULE)
def schedule_file(act: Act, form: ScheduleFile) -> Update:
    """Another file; the modal stays, for one more."""
    exports.set_up(
        act.session, act.person, form.sheet, form.channel,
        rhythm=form.rhythm, at=form.at, kind=form.kind,
    )  # fmt: skip
    return Update(_schedules(act, form.channel))


@capability.action(messages.REMOVE, _SCHEDULE)
def remove_schedule(act: Act) -> Update:
    """One less."""
    exports.remove(act.session, act.person, act.row_id)
    return Update(_schedules(act, None))


def _schedules(act: Act, channel: str | None) -> View:
    is_channel = channel is not None and channel.startswith(("C", "G"))
    return ScheduleFile.of(
        exports.exports(act.session, act.person),
        channel if is_channel else None,
        schedules(act.session, act.workspace_id),
        act.session.get_one(Workspace, act.workspace_id).timezone,
    )
