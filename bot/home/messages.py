"""How a person's home tab looks: counts and buttons, what is theirs to do, then what runs; and what
admins see of the installation."""

from collections.abc import Mapping, Sequence

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    DividerBlock,
    SectionBlock,
)
from slack_sdk.models.views import View

from bot.capability import HomeAction, HomeSetting, NextRun, Place
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


_TO_DO = [place for place in Place if Place.NEEDS_YOU_NOW < place <= Place.PAIRS]


def home(
    who: Person,
    drawn: Mapping[Place, Sequence[Block]],
    actions: Sequence[HomeAction],
    settings: Sequence[HomeSetting],
) -> Message:
    """The home tab, of what was drawn for each place; its text is never shown."""
    needed = drawn.get(Place.NEEDS_YOU_NOW)
    to_do = [
        *(part("Needs you now", needed) if needed else []),
        *[block for place in _TO_DO for block in drawn.get(place, ())],
    ]
    set_up = drawn.get(Place.SET_UP, ())
    blocks = [
        *set_up,
        *drawn.get(Place.HEADLINE, ()),
        *_buttons(actions),
        *drawn.get(Place.AWAY, ()),
        *(to_do or ([] if set_up else _caught_up(who))),
        *drawn.get(Place.TODAY, ()),
        *drawn.get(Place.THIS_WEEK, ()),
        *drawn.get(Place.CAMPAIGNS, ()),
        *([header("Settings")] if settings else []),
        *_buttons(settings),
        *drawn.get(Place.UPKEEP, ()),
    ]
    if isinstance(blocks[-1], DividerBlock):
        blocks.pop()
    return Message("", blocks if len(blocks) <= _MOST_BLOCKS else _dense(blocks))


def _caught_up(who: Person) -> list[Block]:
    """What they read who have nothing to do."""
    leads = words("New leads appear in the channel, and here once you claim them.")
    return [header("You're all caught up"), *([leads] if Role.SALESPERSON in who.roles else [])]


def _buttons(declared: Sequence[HomeAction | HomeSetting]) -> list[Block]:
    """A button for each, in a row."""
    buttons = [
        ButtonElement(text=each.text, action_id=each.action_id, value="0") for each in declared
    ]
    return [ActionsBlock(elements=buttons)] if buttons else []


def _dense(blocks: Sequence[Block]) -> list[Block]:
    """A page with all that one can have: the headings alone part it."""
    return [block for block in blocks if not isinstance(block, DividerBlock)]


def welcome(admins: Sequence[Person]) -> Message:
    """The home tab of somebody without a role."""
    if not admins:
        return Message("", first_admin())
    mentions = ", ".join(admin.mention for admin in admins[:3])
    ask = f"Ask {mentions}: admins assign roles with `/handoff people`."
    return Message("", [header("Welcome to Handoff"), words(f"You don't have a role yet. {ask}")])


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
        type="modal", title="Lead sources", close="Done",
        blocks=[
            *(rows or [words("_No leads in the last four weeks._")]),
            words(f"*Silent for four weeks*\n{', '.join(silent) or 'none'}"),
            *_webhooks(webhooks),
            note("Run `handoff sources` on the server to see how to connect each one."),
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
        header(f"Failed jobs ({count:,})"),
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
    state = (
        "The server's log says why a job failed." if seen.jobs["failed"] else "No job has failed."
    )
    waiting = f"{plural(seen.jobs['todo'], 'job')} waiting, {seen.jobs['doing']:,} running."
    return f"Leads and campaigns are posted in <#{seen.channel}>. {state} {waiting}"


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
        f"• Jobs: {work['todo']:,} waiting, {work['doing']:,} running, {failed:,} failed"
        + (" (`handoff jobs` on the server lists them)" if failed else ""),
        *_next(condition.next_runs),
    ]
    return "\n".join(lines)


def _next(runs: Sequence[NextRun]) -> list[str]:
    if not runs:
        return ["• Nothing is scheduled"]
    lines = [f"    {_run(run)}" for run in runs[:_MOST_RUNS]]
    left = len(runs) - _MOST_RUNS
    return ["• Next up:", *lines, *([f"    and {left} more"] if left > 0 else [])]


def _run(run: NextRun) -> str:
    return f"{safe(run.name, 80)}: {moment(run.at)} ({run.zone})"
