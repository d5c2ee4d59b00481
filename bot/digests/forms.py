"""The modals of digests: when each audience gets its own."""

from collections.abc import Mapping, Sequence

from slack_sdk.models.blocks import (
    Block,
    ButtonElement,
    InputBlock,
    Option,
    PlainTextInputElement,
    RadioButtonsElement,
    SectionBlock,
    StaticSelectElement,
    TimePickerElement,
)
from slack_sdk.models.views import View

from bot.digests.models import DAYS, Audience, Timetable
from bot.slack.text import moment
from bot.tasks import Schedule

SETTINGS = "digest.settings"
CHANGE = "digest.change"
SAVE = "digest.save"

_DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_ACTIVE = (("Send it every week", "yes"), ("Pause", "no"))
_MONEY = (("Without amounts", "no"), ("With spend, revenue and profit", "yes"))
_INTRO = "Who gets the digest of the week before, and when:"
_ONCE = "A week that somebody was told of already is not told again."
_MONEY_HINT = "Everybody in the channel sees it, salespeople too. Managers get amounts anyway."
_ZONE_HINT = "Such as Europe/Berlin. Left empty, it is that of the workspace."
_ADMINS = "Whether the channel sees amounts is for an admin to decide; at the moment it {state}."


def overview(timetables: Sequence[Timetable], runs: Mapping[str, Schedule]) -> View:
    """Each audience's digest in a few words; `runs` are the schedules by their names."""
    rows = [_row(each, runs.get(each.schedule_name)) for each in timetables]
    blocks: list[Block] = [SectionBlock(text=_INTRO), *rows]
    return View(type="modal", title="Weekly digests", close="Done", blocks=blocks)


def change(timetable: Timetable, *, by_admin: bool) -> View:
    """The modal that changes one; the block ids are the fields that the verb takes."""
    audience = Audience(timetable.audience)
    return View(
        type="modal",
        callback_id=SAVE,
        private_metadata=str(timetable.id),
        title="Change a digest",
        submit="Save",
        close="Back",
        blocks=[
            SectionBlock(text=f"*{audience.label}*\n{_ONCE}"),
            InputBlock(block_id="active", label="Digest",
                       element=_radio("active", _ACTIVE, is_first=timetable.active)),
            InputBlock(block_id="day", label="Day", element=_day(timetable.day)),
            InputBlock(block_id="at", label="Hour", element=TimePickerElement(
                action_id="at", initial_time=f"{timetable.at:%H:%M}")),
            InputBlock(block_id="zone", label="Time zone", optional=True, hint=_ZONE_HINT,
                       element=PlainTextInputElement(action_id="zone", max_length=60,
                                                     initial_value=timetable.zone)),
            *(_money(timetable, by_admin=by_admin) if audience is Audience.CHANNEL else []),
        ],
    )  # fmt: skip


def _money(timetable: Timetable, *, by_admin: bool) -> list[Block]:
    if not by_admin:
        state = "does" if timetable.shows_money else "does not"
        return [SectionBlock(text=_ADMINS.format(state=state))]
    chosen = _radio("money", _MONEY, is_first=not timetable.shows_money)
    return [InputBlock(block_id="money", label="Amounts", hint=_MONEY_HINT, element=chosen)]


def _row(timetable: Timetable, run: Schedule | None) -> SectionBlock:
    when = "Paused"
    if timetable.active:
        day = _DAY_NAMES[DAYS.index(timetable.day)]
        said = f" ({run.zone}), next {moment(run.next_run_at)}" if run else ""
        when = f"{day}s at {timetable.at:%H:%M}{said}"
    audience = Audience(timetable.audience)
    amounts = ""
    if audience is Audience.CHANNEL:
        amounts = ", with amounts" if timetable.shows_money else ", without amounts"
    return SectionBlock(
        block_id=audience,
        text=f"*{audience.label}*\n{when}{amounts}",
        accessory=ButtonElement(text="Change", action_id=CHANGE, value=str(timetable.id)),
    )


def _radio(
    action_id: str, choices: Sequence[tuple[str, str]], *, is_first: bool
) -> RadioButtonsElement:
    options = [Option(text=text, value=value) for text, value in choices]
    return RadioButtonsElement(
        action_id=action_id, options=options, initial_option=options[0 if is_first else 1]
    )


def _day(day: str) -> StaticSelectElement:
    options = [Option(text=name, value=value) for name, value in zip(_DAY_NAMES, DAYS, strict=True)]
    chosen = options[DAYS.index(day)]
    return StaticSelectElement(action_id="day", options=options, initial_option=chosen)
