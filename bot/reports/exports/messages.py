"""How files on a schedule look: the modal that lists them and adds one, and what comes with one."""

from collections.abc import Iterable, Mapping, Sequence

from slack_sdk.models.blocks import (
    Block,
    ButtonElement,
    ConfirmObject,
    ConversationFilter,
    ConversationSelectElement,
    DividerBlock,
    InputBlock,
    Option,
    SectionBlock,
    StaticSelectElement,
    TimePickerElement,
)
from slack_sdk.models.views import View

from bot.reports.exports.models import TITLES, Rhythm, ScheduledExport
from bot.reports.files import FileKind
from bot.reports.period import Period
from bot.reports.service.sheets import Sheet
from bot.slack.text import moment
from bot.tasks import Schedule

SAVE = "report.export"
REMOVE = "report.export_remove"

_INTRO = (
    "A file comes into a channel by itself. It holds what *everyone* in that channel may see: "
    "names and contact details only where all of them may see them, amounts likewise."
)

_ALWAYS_CSV = "Conversions come as CSV in any case, in the platform's own columns."


def exports(
    found: Sequence[ScheduledExport], channel: str | None, runs: Mapping[str, Schedule], zone: str
) -> View:
    """The files that there are, and the form for another; the block ids are the verb's fields.

    `runs` are the schedules by their names, `zone` is the workspace's.
    """
    return View(
        type="modal",
        callback_id=SAVE,
        title="Files on a schedule",
        submit="Add",
        close="Done",
        blocks=[
            SectionBlock(text=_INTRO),
            *(_row(export, runs.get(export.schedule_name)) for export in found),
            *([DividerBlock()] if found else []),
            InputBlock(block_id="sheet", label="What", element=_select(
                "sheet", ((title, name) for name, title in TITLES.items()))),
            InputBlock(block_id="rhythm", label="When", element=_select(
                "rhythm", ((rhythm.words, rhythm.value) for rhythm in Rhythm))),
            InputBlock(block_id="at", label="Hour", hint=f"On the workspace's clock, {zone}.",
                       element=TimePickerElement(action_id="at", initial_time="08:00")),
            InputBlock(block_id="kind", label="Format", hint=_ALWAYS_CSV, element=_select(
                "kind", ((kind.upper(), kind.value) for kind in FileKind))),
            InputBlock(block_id="channel", label="Channel", element=ConversationSelectElement(
                action_id="channel", initial_conversation=channel,
                filter=ConversationFilter(include=["public", "private"],
                                          exclude_bot_users=True))),
        ],
    )  # fmt: skip


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


def _row(export: ScheduledExport, run: Schedule | None) -> Block:
    said = f" ({run.zone}), next {moment(run.next_run_at)}" if run else ""
    when = f"{Rhythm(export.rhythm).words}, at {export.at:%H:%M}{said}"
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


def _select(action_id: str, choices: Iterable[tuple[str, str]]) -> StaticSelectElement:
    options = [Option(text=text, value=value) for text, value in choices]
    return StaticSelectElement(action_id=action_id, options=options, initial_option=options[0])
