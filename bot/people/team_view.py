"""How teams look to an admin: their hours in a list, and the modal that changes one."""

from collections.abc import Sequence
from datetime import time

from slack_sdk.models.blocks import (
    ActionsBlock,
    ButtonElement,
    CheckboxesElement,
    InputBlock,
    Option,
    PlainTextInputElement,
    SectionBlock,
    TimePickerElement,
)
from slack_sdk.models.views import View

from bot.people.models import Team
from bot.slack.text import safe

HOURS = "people.hours"
ADD_TEAM = "people.add_team"
SAVE_TEAM = "people.save_team"
EDIT_HOURS = "people.edit_hours"
SAVE_HOURS = "people.save_hours"

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def teams(found: Sequence[Team], zone: str) -> View:
    """All teams with their hours; `zone` is the workspace's."""
    rows = [
        SectionBlock(
            text=f"*{safe(team.name, 80)}*\n{hours(team, zone)}",
            accessory=ButtonElement(text="Change", action_id=EDIT_HOURS, value=str(team.id)),
        )
        for team in found
    ]
    intro = (
        "While nobody claims a lead, only working time counts. Each person works their team's "
        "hours on their own clock; `/lead away` says when they do not."
    )
    return View(
        type="modal", title="Teams and their hours", close="Done",
        blocks=[
            SectionBlock(text=intro),
            ActionsBlock(elements=[ButtonElement(text="Add a team", action_id=ADD_TEAM)]),
            *rows,
        ],
    )  # fmt: skip


def add_team() -> View:
    """The modal that adds a team; its hours are changed afterwards."""
    element = PlainTextInputElement(action_id="name", max_length=80)
    hint = (
        "For example “Sales, south”. It works from Monday to Friday, 9 to 17, until you say else."
    )
    return View(
        type="modal", callback_id=SAVE_TEAM, title="Add a team", submit="Add", close="Back",
        blocks=[InputBlock(block_id="name", label="Name", hint=hint, element=element)],
    )  # fmt: skip


def hours(team: Team, zone: str) -> str:
    """A team's hours in a line."""
    days = ", ".join(DAYS[day][:3] for day in sorted(team.days)) or "no day"
    free = f", public holidays of {safe(team.country, 10)} are free" if team.country else ""
    until = "24:00" if team.closes == time.min else f"{team.closes:%H:%M}"
    return f"{days}, {team.opens:%H:%M} to {until} ({safe(team.timezone or zone, 40)}){free}"


def edit_hours(team: Team, zone: str) -> View:
    """The modal that changes one team's hours."""
    options = [Option(text=name, value=str(day)) for day, name in enumerate(DAYS)]
    chosen = [option for option in options if int(option.value or 0) in team.days]
    days = CheckboxesElement(action_id="days", options=options, initial_options=chosen or None)
    return View(
        type="modal",
        callback_id=SAVE_HOURS,
        private_metadata=str(team.id),
        title="Working hours",
        submit="Save",
        close="Back",
        blocks=[
            SectionBlock(text=f"*{safe(team.name, 80)}*"),
            InputBlock(block_id="days", label="Days", element=days),
            InputBlock(block_id="opens", label="From", element=_clock("opens", team.opens)),
            InputBlock(block_id="closes", label="Until", hint="00:00 is the end of the day.",
                       element=_clock("closes", team.closes)),
            _text("zone", "Time zone", team.timezone, f"Empty: the workspace's, {zone}."),
            _text("country", "Public holidays of", team.country,
                  "A country, or a part of one: AT, DE-BY. Empty: none are free."),
        ],
    )  # fmt: skip


def _clock(name: str, at: time) -> TimePickerElement:
    return TimePickerElement(action_id=name, initial_time=f"{at:%H:%M}")


def _text(name: str, label: str, value: str | None, hint: str) -> InputBlock:
    element = PlainTextInputElement(action_id=name, max_length=60, initial_value=value)
    return InputBlock(block_id=name, label=label, hint=hint, optional=True, element=element)
