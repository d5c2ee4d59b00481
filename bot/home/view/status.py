"""What `/handoff status` says."""

from bot.home.model import Condition
from bot.jobs import Schedule
from bot.slack.text import moment, plural, safe


def status(condition: Condition) -> str:
    """How the installation does, in a few lines."""
    work = condition.jobs
    failed = work["failed"]
    lines = [
        f"*Handoff in {safe(condition.workspace.name, 80)}*",
        f"• Shared channel: <#{condition.workspace.channel}>",
        f"• Times of standups and digests: {condition.workspace.timezone}",
        f"• {plural(condition.people, 'person', 'people')} with a role or a team",
        f"• {plural(condition.received_today, 'lead')} today, {condition.waiting:,} unclaimed",
        f"• Work: {work['todo']:,} waiting, {work['doing']:,} under way, {failed:,} failed"
        + (" (`handoff jobs` on the server lists it)" if failed else ""),
        *[f"• Next {_run(run)}: {moment(run.next_run_at)}" for run in condition.next_runs[:5]],
    ]
    return "\n".join(lines)


def _run(schedule: Schedule) -> str:
    what, _, audience = schedule.name.partition(":")
    if what.startswith("digest"):
        return f"weekly digest ({audience})" if audience else "weekly digest"
    return "standup"
