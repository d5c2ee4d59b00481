"""The forms of reports: a file on a schedule, below those that there are."""

from collections.abc import Mapping, Sequence
from datetime import time

from slack_sdk.models.views import View

from bot.reports import messages
from bot.reports.exports import TITLES, Rhythm, ScheduledExport
from bot.reports.files import FileKind
from bot.slack.forms import Form
from bot.slack.inputs import Choice, channel, clock, select
from bot.tasks import Schedule

_SHEETS = [Choice(name, title) for name, title in TITLES.items()]
_RHYTHMS = [Choice(rhythm, rhythm.words) for rhythm in Rhythm]
_KINDS = [Choice(kind, kind.upper()) for kind in FileKind]


class ScheduleFile(
    Form, id="report.export", title="Files on a schedule", submit="Add", close="Done"
):
    """Another file; the modal lists those that there are, and stays."""

    sheet: str = select("What", options=_SHEETS)
    rhythm: Rhythm = select("When", options=_RHYTHMS)
    at: time = clock("Hour")
    kind: FileKind = select(
        "Format",
        options=_KINDS,
        hint="Conversions always come as CSV, in the platform's own columns.",
    )
    channel: str = channel("Channel", with_bots=False)

    @classmethod
    def of(
        cls,
        exports: Sequence[ScheduledExport],
        channel_id: str | None,
        schedules: Mapping[str, Schedule],
        zone: str,
    ) -> View:
        """The modal with the files that there are.

        `schedules` are found by their names, `zone` is the workspace's.
        """
        return cls.modal(
            sheet=_SHEETS[0].value, rhythm=_RHYTHMS[0].value, at=time(8), kind=_KINDS[0].value,
            channel=channel_id, blocks=messages.scheduled(exports, schedules),
            fields={"at": {"hint": f"In the workspace's time zone, {zone}."}},
        )  # fmt: skip
