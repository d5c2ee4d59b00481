"""The modals of digests: when each audience gets its own."""

from collections.abc import Mapping, Sequence
from datetime import time

from slack_sdk.models.blocks import Block, ButtonElement, SectionBlock
from slack_sdk.models.views import View

from bot.digests.models import Audience, Timetable, TimetableChange
from bot.slack.forms import Form, Hidden
from bot.slack.inputs import WEEKDAYS, Choice, clock, radio, select, zone
from bot.slack.text import moment
from bot.tasks import Schedule

SETTINGS = "digest.settings"
CHANGE = "digest.change"

_DAY_NAMES = {each.value: each.text for each in WEEKDAYS}


class ChangeTimetable(Form, id="digest.save", title="Change a digest", close="Back"):
    """When an audience gets its digest; of the channel's, an admin says whether it has amounts."""

    timetable_id: Hidden[int]
    asks_money: Hidden[bool]
    active: bool = radio(
        "Digest", options=[Choice(True, "Send it every week"), Choice(False, "Pause")]
    )
    day: str = select("Day", options=WEEKDAYS)
    at: time = clock("Hour")
    zone: str | None = zone(
        "Time zone",
        hint="Such as Europe/Berlin. Left empty, it is that of the workspace.",
        optional=True,
    )
    money: bool | None = radio(
        "Amounts",
        hint="Everybody in the channel sees it, salespeople too. Managers get amounts anyway.",
        options=[Choice(False, "Without amounts"), Choice(True, "With spend, revenue and profit")],
        when=lambda values: values["asks_money"],
    )

    @classmethod
    def of(cls, timetable: Timetable, *, by_admin: bool) -> View:
        """The modal with what is set."""
        audience = Audience(timetable.audience)
        is_channel = audience is Audience.CHANNEL
        once = "A week that somebody was told of already is not told again."
        state = "does" if timetable.shows_money else "does not"
        admins = (
            f"Whether the channel sees amounts is for an admin to decide; at the moment it {state}."
        )
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
    intro = SectionBlock(text="Who gets the digest of the week before, and when:")
    blocks: list[Block] = [
        intro, *(_row(each, runs.get(each.schedule_name)) for each in timetables)
    ]  # fmt: skip
    return View(type="modal", title="Weekly digests", close="Done", blocks=blocks)


def _row(timetable: Timetable, run: Schedule | None) -> SectionBlock:
    when = "Paused"
    if timetable.active:
        following = f" ({run.zone}), next {moment(run.next_run_at)}" if run else ""
        when = f"{_DAY_NAMES[timetable.day]}s at {timetable.at:%H:%M}{following}"
    audience = Audience(timetable.audience)
    amounts = ""
    if audience is Audience.CHANNEL:
        amounts = ", with amounts" if timetable.shows_money else ", without amounts"
    return SectionBlock(
        block_id=audience,
        text=f"*{audience.label}*\n{when}{amounts}",
        accessory=ButtonElement(text="Change", action_id=CHANGE, value=str(timetable.id)),
    )
