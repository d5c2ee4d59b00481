"""What `/handoff status` says."""

from collections.abc import Sequence

from bot.home.models import Condition, NextRun
from bot.slack.text import moment, plural, safe

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
