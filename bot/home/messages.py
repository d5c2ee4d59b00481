"""How a person's home tab looks: first what is theirs to do, then what runs; and what admins see
of the installation."""

from collections.abc import Mapping, Sequence

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    DividerBlock,
    SectionBlock,
)
from slack_sdk.models.views import View

from bot.capability import HomeSetting, NextRun, Place
from bot.formats import plural
from bot.home.models import Condition, Upkeep
from bot.intake.source_health import SourceActivity
from bot.people.messages import first_admin
from bot.people.models import Person, Role
from bot.slack import Message
from bot.slack.blocks import header, note, part, words
from bot.slack.text import moment, safe
from bot.sources import SOURCES, source_name
from bot.tasks import FailedJob

MOST_FAILED = 3

_MOST_BLOCKS = 100  # Slack's documents, views


def home(
    who: Person, drawn: Mapping[Place, Sequence[Block]], settings: Sequence[HomeSetting]
) -> Message:
    """The home tab, of what was drawn for each place; its text is never shown."""
    set_up = drawn.get(Place.SET_UP, ())
    blocks = [
        *set_up,
        *(_to_do(who, drawn) or ([] if set_up else _NOTHING)),
        *drawn.get(Place.STANDUP, ()),
        *drawn.get(Place.CAMPAIGNS, ()),
        *_settings(settings),
        *drawn.get(Place.UPKEEP, ()),
    ]
    if isinstance(blocks[-1], DividerBlock):
        blocks.pop()
    return Message("", blocks if len(blocks) <= _MOST_BLOCKS else _dense(blocks))


_NOTHING: list[Block] = [
    header("You're all caught up"),
    words("New leads appear in the channel, and here once you claim them."),
]


def _to_do(who: Person, drawn: Mapping[Place, Sequence[Block]]) -> list[Block]:
    """What is theirs to do; a manager reads too that nothing is."""
    needs = drawn.get(Place.NEEDS_YOU_NOW) or [
        words("Nothing: every hot lead was answered in time, or still can be.")
    ]
    places = [place for place in Place if Place.NEEDS_YOU_NOW < place <= Place.PAIRS]
    return [
        *(part("Needs you now", needs) if Role.MANAGER in who.roles else []),
        *[block for place in places for block in drawn.get(place, ())],
    ]


def _dense(blocks: Sequence[Block]) -> list[Block]:
    """A page with all that one can have: the headings alone part it."""
    return [block for block in blocks if not isinstance(block, DividerBlock)]


def welcome(admins: Sequence[Person]) -> Message:
    """The home tab of somebody without a role."""
    if not admins:
        return Message("", first_admin())
    mentions = ", ".join(admin.mention for admin in admins[:3])
    text = (
        "Here you will see what is yours to do. You have no role yet. "
        f"Ask {mentions}: an admin gives roles with `/handoff people`."
    )
    return Message("", [header("Welcome to Handoff"), words(text)])


def _settings(settings: Sequence[HomeSetting]) -> list[Block]:
    """A button for each thing that the person may set up."""
    if not settings:
        return []
    buttons = [
        ButtonElement(text=each.text, action_id=each.action_id, value="0") for each in settings
    ]
    return [header("Settings"), ActionsBlock(elements=buttons)]


SOURCES_OPEN = "home.sources"
RETRY = "home.retry"
RETRY_ALL = "home.retry_all"

_MOST_WEBHOOKS = 12


def upkeep(seen: Upkeep) -> list[Block]:
    """Failed work, and how the installation does."""
    return [*_failed(seen), note(_health(seen))]


def sources(activity: Mapping[str, SourceActivity], webhooks: Mapping[str, str]) -> View:
    """Where leads come from and when each source last spoke, and how the webhooks do."""
    silent = [source.name for slug, source in SOURCES.items() if slug not in activity]
    rows: list[Block] = [
        words(f"*{safe(source_name(slug), 60)}*\n{_last_submission(each_source)}")
        for slug, each_source in sorted(
            activity.items(), key=lambda each: each[1].last_at, reverse=True
        )
    ]
    return View(
        type="modal", title="Sources of leads", close="Done",
        blocks=[
            *(rows or [words("_Nothing has come in the last four weeks._")]),
            words(f"*Not heard in the last four weeks*\n{', '.join(silent) or 'none'}"),
            *_webhooks(webhooks),
            note("`handoff sources` on the server says step by step how to connect each."),
        ],
    )  # fmt: skip


def _webhooks(health: Mapping[str, str]) -> list[Block]:
    """Who is told of every change: a line each, as many as a section holds."""
    lines = [f"• {safe(name, 60)}: {line}" for name, line in health.items()]
    more = [f"and {len(lines) - _MOST_WEBHOOKS} more"] if len(lines) > _MOST_WEBHOOKS else []
    shown = [*lines[:_MOST_WEBHOOKS], *more]
    return [words("\n".join(["*Webhooks*", *shown]))] if lines else []


def _last_submission(source: SourceActivity) -> str:
    bad = f", {source.unreadable:,} could not be read" if source.unreadable else ""
    return f"last {moment(source.last_at)} · {source.submissions:,} in four weeks{bad}"


def _failed(seen: Upkeep) -> list[Block]:
    """Work that was given up, each piece with a button."""
    count = seen.jobs["failed"]
    if not count:
        return []
    everything = ButtonElement(
        text=f"Retry all {count:,}", action_id=RETRY_ALL, value="0", style="primary"
    )
    return [
        header(f"Failed work ({count:,})"),
        *[_row(job) for job in seen.failed],
        ActionsBlock(elements=[everything]),
    ]


def _row(job: FailedJob) -> SectionBlock:
    when = f", {moment(job.failed_at)}" if job.failed_at else ""
    where = f" for {safe(job.lane, 60)}" if job.lane else ""
    attempts = plural(job.attempts, "attempt")
    return SectionBlock(
        text=f"`{safe(job.task, 60)}`{where} failed after {attempts}{when}",
        accessory=ButtonElement(text="Retry", action_id=RETRY, value=str(job.id)),
    )


def _health(seen: Upkeep) -> str:
    work = f"{seen.jobs['todo']:,} pieces of work wait, {seen.jobs['doing']:,} are under way"
    state = (
        f"{work}. The server's log says why something failed."
        if seen.jobs["failed"]
        else f"Everything was delivered; {work}."
    )
    return f"Leads and campaigns are announced in <#{seen.channel}>. {state}"


_MOST_RUNS = 15


def status(condition: Condition) -> str:
    """How the installation does, in a few lines."""
    work = condition.jobs
    failed = work["failed"]
    lines = [
        f"*Handoff in {safe(condition.workspace.name, 80)}*",
        f"• Shared channel: <#{condition.workspace.channel}>",
        f"• Time zone: {condition.workspace.timezone}",
        f"• {plural(condition.people, 'person', 'people')} with a role or a team",
        f"• {plural(condition.received_today, 'lead')} today, {condition.waiting:,} unclaimed",
        f"• Work: {work['todo']:,} waiting, {work['doing']:,} under way, {failed:,} failed"
        + (" (`handoff jobs` on the server lists it)" if failed else ""),
        *_next(condition.next_runs),
    ]
    return "\n".join(lines)


def _next(runs: Sequence[NextRun]) -> list[str]:
    if not runs:
        return ["• Nothing comes by the clock"]
    lines = [f"    {_run(run)}" for run in runs[:_MOST_RUNS]]
    left = len(runs) - _MOST_RUNS
    return ["• Comes next:", *lines, *([f"    and {left} more"] if left > 0 else [])]


def _run(run: NextRun) -> str:
    return f"{safe(run.name, 80)}: {moment(run.at)} ({run.zone})"
