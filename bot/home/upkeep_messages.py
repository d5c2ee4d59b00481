"""What an admin sees on the home tab and by `/handoff status`: settings, sources, and how the
installation does; and the parts of which home tabs are made."""

from collections.abc import Mapping, Sequence

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    HeaderBlock,
    MarkdownTextObject,
    PlainTextObject,
    SectionBlock,
)
from slack_sdk.models.views import View

from bot.crm import page as crm
from bot.digests import forms as digests
from bot.home.models import MOST_FAILED, Condition, NextRun, Upkeep
from bot.intake import messages
from bot.intake.models import Submission
from bot.intake.source_health import SourceActivity
from bot.people import messages as people
from bot.routing import forms as lead_settings_forms
from bot.shadowing import forms as shadowing
from bot.slack.text import moment, plural, safe
from bot.sources import SOURCES, source_name
from bot.standups import settings_messages as standups
from bot.tasks import FailedJob


def header(text: str) -> HeaderBlock:
    """The title of a part."""
    return HeaderBlock(text=PlainTextObject(text=text, emoji=False))


def words(text: str) -> SectionBlock:
    """A paragraph."""
    return SectionBlock(text=MarkdownTextObject(text=text))


def note(text: str) -> ContextBlock:
    """Something said by the way."""
    return ContextBlock(elements=[MarkdownTextObject(text=text)])


SOURCES_OPEN = "home.sources"

_OF_MANAGERS = (
    ("Standups", standups.OVERVIEW),
    ("Stay in my shoes", shadowing.SETTINGS),
    ("Weekly digests", digests.SETTINGS),
)
_OF_ADMINS = (
    ("People and roles", people.OPEN),
    ("Teams, hours, holidays", people.HOURS),
    ("What sales promises", lead_settings_forms.SLA),
    ("Turns", lead_settings_forms.ROUND_ROBIN),
    ("Heat", messages.CHANGE_RULES),
    *_OF_MANAGERS,
    ("Sources", SOURCES_OPEN),
    ("CRM", crm.OPEN),
)


def settings(*, is_admin: bool) -> list[Block]:
    """A button for each thing that this person may set up."""
    buttons = [
        ButtonElement(text=text, action_id=action, value="0")
        for text, action in (_OF_ADMINS if is_admin else _OF_MANAGERS)
    ]
    return [header("Settings"), ActionsBlock(elements=buttons)]


RETRY = "home.retry"
RETRY_ALL = "home.retry_all"

_MOST_UNREAD = 5
_MOST_WEBHOOKS = 12


def upkeep(seen: Upkeep) -> list[Block]:
    """The part of the home tab that only admins have."""
    return [
        *settings(is_admin=True),
        *_unread(seen.unread),
        *_failed(seen),
        note(_health(seen)),
    ]


def sources(heard: Mapping[str, SourceActivity], webhooks: Mapping[str, str]) -> View:
    """Where leads come from and when each source last spoke, and how the webhooks do."""
    silent = [source.name for slug, source in SOURCES.items() if slug not in heard]
    rows: list[Block] = [
        words(f"*{safe(source_name(slug), 60)}*\n{_spoke(each_source)}")
        for slug, each_source in sorted(
            heard.items(), key=lambda each: each[1].last_at, reverse=True
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


def _spoke(source: SourceActivity) -> str:
    bad = f", {source.unreadable:,} could not be read" if source.unreadable else ""
    return f"last {moment(source.last_at)} · {source.submissions:,} in four weeks{bad}"


def _unread(submissions: Sequence[Submission]) -> list[Block]:
    """What of the submissions waits for a mend."""
    if not submissions:
        return []
    shown = submissions[:_MOST_UNREAD]
    more = len(submissions) > len(shown)
    rest = [note("The oldest are shown: `handoff leads submissions` lists all.")] if more else []
    count = f"{_MOST_UNREAD}+" if more else str(len(shown))
    return [header(f"Could not be read ({count})"), *messages.rows_unread(shown), *rest]


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
        *[_row(job) for job in seen.failed[:MOST_FAILED]],
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
