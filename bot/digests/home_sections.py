"""What a manager's home tab shows of the running week."""

from collections.abc import Iterator
from datetime import timedelta

from slack_sdk.models.blocks import Block, DividerBlock, MarkdownTextObject, SectionBlock
from sqlalchemy.orm import Session

from bot import metrics
from bot.campaigns import queries as campaigns
from bot.capability import NextRun, Place
from bot.digests import capability, forms, messages, timetables
from bot.digests.models import Audience
from bot.formats import plural
from bot.metrics import Figures, Period, Pipeline
from bot.people.models import ANY_ROLE, Person, Role, Workspace
from bot.slack.blocks import note, part, words
from bot.tasks import schedules

capability.home_action("Report", messages.SHOW_RUNNING, 90, *ANY_ROLE)
capability.home_setting("Weekly digests", forms.SETTINGS, 80, Role.MANAGER)

_WEEK = (
    ("Leads", "received"),
    ("Claimed", "acceptance_rate"),
    ("Answered on time", "response_sla"),
    ("First reply, median", "response_median"),
    ("Quality (max. 3)", "quality_index"),
    ("Rated", "rating_coverage"),
    ("Won", "won"),
    ("Won amount", "won_amount"),
    ("Spend", "spend"),
    ("ROMI", "romi"),
)


@capability.home_section(Place.THIS_WEEK, Role.MANAGER)
def this_week(session: Session, who: Person) -> list[Block]:
    """This week so far, beside the same days of last week."""
    return show_week(*read_week(session, who.workspace_id))


def read_week(session: Session, workspace_id: int) -> tuple[Figures, Figures]:
    """The figures of this week so far, and of the same days of last week."""
    today = campaigns.today(session, workspace_id)
    monday = today - timedelta(days=today.weekday())
    this = Period(monday, today + timedelta(days=1))
    last = Period(monday - timedelta(weeks=1), today + timedelta(days=1, weeks=-1))
    return (
        metrics.compute(session, workspace_id, this).total,
        metrics.compute(session, workspace_id, last).total,
    )


def show_week(week: Figures, before: Figures) -> list[Block]:
    """The main figures that there are, each beside last week's where that has one."""
    title = "This week so far"
    if not week.count("received"):
        last = plural(before.count("received"), "lead") if before.count("received") else "none"
        return part(title, [words(f"No leads yet. Last week: {last} by this day.")])
    fields = [
        MarkdownTextObject(text=f"*{label}*\n{week[name]}{_beside(before, name)}")
        for label, name in _WEEK
        if week.has(name)
    ]
    small = note("In brackets: the same days of last week.")
    return part(title, [SectionBlock(fields=fields), small])


def _beside(before: Figures, name: str) -> str:
    return f" ({before[name]})" if before.has(name) else ""


@capability.home_section(Place.THIS_WEEK, Role.MANAGER)
def pipeline(session: Session, who: Person) -> list[Block]:
    """What open leads are expected to bring."""
    return show_pipeline(metrics.pipeline(session, who.workspace_id))


def show_pipeline(expected: Pipeline) -> list[Block]:
    """The sum and its months in a line; nothing where no lead is qualified and open."""
    return [SectionBlock(text=f"*Pipeline:* {expected}"), DividerBlock()] if expected.rows else []


@capability.home_section(Place.OWN_LEADS, Role.SALESPERSON)
def own_pipeline(session: Session, who: Person) -> list[Block]:
    """Likewise of the person's own."""
    return show_own_pipeline(metrics.pipeline(session, who.workspace_id, who.id))


def show_own_pipeline(expected: Pipeline) -> list[Block]:
    """The sum and its months in small print."""
    return [note(f"Your pipeline: {expected}")] if expected.rows else []


@capability.next_run
def next_digests(session: Session, workspace: Workspace) -> Iterator[NextRun]:
    """The digests that are not off."""
    runs = schedules(session, workspace.id)
    for timetable in timetables.of_workspace(session, workspace.id):
        if timetable.active and (run := runs.get(timetable.schedule_name)):
            name = f"Weekly digest, {Audience(timetable.audience).label}"
            yield NextRun(run.next_run_at, name, run.zone)
