"""How files on a schedule look: the list of them, and what comes with one."""

from collections.abc import Mapping, Sequence

from slack_sdk.models.blocks import (
    Block,
    ButtonElement,
    ConfirmObject,
    DividerBlock,
    SectionBlock,
)

from bot.reports.exports.models import Rhythm, ScheduledExport
from bot.reports.period import Period
from bot.reports.service.sheets import Sheet
from bot.slack.text import moment
from bot.tasks import Schedule

REMOVE = "report.export_remove"

_INTRO = (
    "A file comes into a channel by itself. It holds what *everyone* in that channel may see: "
    "names and contact details only where all of them may see them, amounts likewise."
)


def scheduled(exports: Sequence[ScheduledExport], schedules: Mapping[str, Schedule]) -> list[Block]:
    """What stands above the form for another file: the files that there are."""
    return [
        SectionBlock(text=_INTRO),
        *(_row(export, schedules.get(export.schedule_name)) for export in exports),
        *([DividerBlock()] if exports else []),
    ]


def comment(sheet: Sheet, period: Period, hidden: int) -> str:
    """The sentence that comes with a file."""
    less = ""
    if hidden:
        columns = "one column is" if hidden == 1 else f"{hidden} columns are"
        less = f" Not everyone in this channel may see everything, so {columns} left out."
    return f"{sheet.title}, {period.words}.{less}"


def useless(export: ScheduledExport) -> str:
    """What the one who set a file up hears when nobody would get anything out of it."""
    what = "it needs them" if export.platform else "it has nothing else"
    return (
        f"I did not send the file “{export.title}” to <#{export.channel}>: not everyone there may "
        f"see amounts, and {what}. Choose another channel with `/digest export`, or remove it "
        "there."
    )


def _row(export: ScheduledExport, schedule: Schedule | None) -> Block:
    run = f" ({schedule.zone}), next {moment(schedule.next_run_at)}" if schedule else ""
    when = f"{Rhythm(export.rhythm).words}, at {export.at:%H:%M}{run}"
    title = f"*{export.title}* ({export.kind.upper()}) to <#{export.channel}>"
    return SectionBlock(
        text=f"{title}\n{when}; set up by {export.person.mention}",
        accessory=ButtonElement(
            text="Remove",
            action_id=REMOVE,
            value=str(export.id),
            confirm=ConfirmObject(
                title="Remove this file?",
                text="It comes no more. What was sent stays.",
                confirm="Remove",
                deny="Keep",
            ),
        ),
    )
