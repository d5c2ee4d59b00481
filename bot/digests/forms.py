"""The modals of digests: when each audience gets its own."""

from collections.abc import Mapping, Sequence
from datetime import time

from slack_sdk.models.blocks import Block, ButtonElement, SectionBlock
from slack_sdk.models.views import View

from bot import formats
from bot.digests.models import Audience, Timetable, TimetableChange
from bot.slack.forms import Form, Hidden
from bot.slack.inputs import WEEKDAYS, Choice, clock, radio, select, zone
from bot.slack.text import moment
from bot.tasks import Schedule

SETTINGS = "digest.settings"
CHANGE = "digest.change"


class ChangeTimetable(Form, id="digest.save", title="Change a digest", close="Back"):
    """When an audience gets its digest; of the channel's, an admin says whether it has amounts."""

    timetable_id: Hidden[int]
    asks_money: Hidden[bool]
    active: bool = radio(
        "Digest", options=[Choice(True, "Send it every week"), Choice(False, "Pause")]
    )
    day: str = select("Day", options=WEEKDAYS)
    at: time = clock("Time")
    zone: str | None = zone(
        "Time zone",
        hint="Such as Europe/Berlin. Leave empty for the workspace's.",
        optional=True,
    )
    money: bool | None = radio(
        "Amounts",
        hint="Everyone in the channel sees it, salespeople too. Managers always get amounts.",
        options=[Choice(False, "Without amounts"), Choice(True, "With spend, revenue and profit")],
        when=lambda values: values["asks_money"],
    )

    @classmethod
    def of(cls, timetable: Timetable, *, by_admin: bool) -> View:
        """The modal with what is set."""
        audience = Audience(timetable.audience)
        is_channel = audience is Audience.CHANNEL
        once = "Nobody gets the same week twice."
        state = "are" if timetable.shows_money else "aren't"
        admins = f"Amounts {state} shown in the channel. Only admins can change that."
        return cls.modal(
            timetable_id=timetable.id,
            asks_money=is_channel and by_admin,
            active=timetable.active,
            day=timetable.day,
            at=timetable.at,
            zone=timetable.zone,
            money=timetable.shows_money,
            blocks=[SectionBlock(text=f"*{audience.label}*\n{once}")],
            below=[SectionBlock(text=admins)] if is_channel and not by_admin else [],
        )

    @property
    def changes(self) -> TimetableChange:
        """What is to be set."""
        return TimetableChange(self.active, self.day, self.at, self.zone, self.money)


def overview(timetables: Sequence[Timetable], runs: Mapping[str, Schedule]) -> View:
    """Each audience's digest in a few words; `runs` are the schedules by their names."""
    intro = SectionBlock(text="Who gets last week's digest, and when:")
    blocks: list[Block] = [
        intro, *(_row(each, runs.get(each.schedule_name)) for each in timetables)
    ]  # fmt: skip
    return View(type="modal", title="Weekly digests", close="Done", blocks=blocks)


def _row(timetable: Timetable, run: Schedule | None) -> SectionBlock:
    when = "Paused"
    if timetable.active:
        following = ""
        if run:
            next_day = moment(run.next_run_at, "{date_short_pretty}")
            following = f" ({run.zone}), next {next_day}"
        day = next(each.text for each in WEEKDAYS if each.value == timetable.day)
        when = f"{day}s at {formats.clock(timetable.at)}{following}"
    audience = Audience(timetable.audience)
    amounts = ""
    if audience is Audience.CHANNEL:
        amounts = ", with amounts" if timetable.shows_money else ", without amounts"
    return SectionBlock(
        block_id=audience,
        text=f"*{audience.label}*\n{when}{amounts}",
        accessory=ButtonElement(text="Change", action_id=CHANGE, value=str(timetable.id)),
    )
