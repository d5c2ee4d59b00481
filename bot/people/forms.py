"""The forms of people: setting Handoff up, somebody's roles and team, a new team, and when a team
works."""

from collections.abc import Sequence
from datetime import time

from pydantic import ValidationInfo, field_validator
from slack_sdk.models.blocks import SectionBlock
from slack_sdk.models.views import View

from bot.money import is_currency
from bot.people.hours import Hours, has_holidays
from bot.people.models import Person, Role, Team
from bot.people.setting_up import Usual
from bot.slack.forms import Form, Hidden
from bot.slack.inputs import (
    WEEKDAYS,
    Choice,
    channel,
    checkboxes,
    clock,
    select,
    text,
    tick,
    user,
    users,
    zone,
)
from bot.slack.text import safe

_ROLES = {
    Role.SALESPERSON: "claims and rates leads",
    Role.MARKETER: "announces campaigns",
    Role.MANAGER: "reads digests, can act for others",
    Role.ADMIN: "assigns roles, changes settings",
}
_NO_TEAM = 0


class EditPerson(Form, id="people.save", title="Change a person", close="Back"):
    """Gives one person roles and a team."""

    person: str = user("Person")
    roles: list[Role] = checkboxes(
        "Roles",
        options=[Choice(role, role.label, words) for role, words in _ROLES.items()],
        hint="Without a role, they can only answer their team's standups.",
        optional=True,
    )
    team: int = select("Team")
    member: Hidden[str | None] = None
    """Slack's ID of whom it was opened for; None where somebody is added."""

    @property
    def team_id(self) -> int | None:
        """The id of the team, if they are in one."""
        return self.team or None

    @classmethod
    def of(cls, person: Person | None, teams: Sequence[Team]) -> View:
        """The form for somebody who is in the list, or for someone new."""
        choices = [*(Choice(team.id, team.name) for team in teams), Choice(_NO_TEAM, "No team")]
        return cls.modal(
            title=None if person else "Add someone",
            person=person.slack_id if person else None,
            member=person.slack_id if person else None,
            roles=person.roles if person else (),
            team=(person and person.team_id) or _NO_TEAM,
            fields={"team": {"options": choices}},
        )


class AddTeam(Form, id="people.save_team", title="Add a team", submit="Add", close="Back"):
    """Adds a team; its hours are changed afterwards."""

    name: str = text(
        "Name",
        most=80,
        hint="Such as “Sales, south”. It works Monday to Friday, 09:00 to 17:00, until you change "
        "that.",
    )


class WorkingHours(Form):
    """When people work."""

    days: list[int] = checkboxes(
        "Days", options=[Choice(number, each.text) for number, each in enumerate(WEEKDAYS)]
    )
    opens: time = clock("From")
    closes: time = clock("Until", hint="00:00 means the end of the day.")
    country: str | None = text(
        "Public holidays in",
        most=60,
        hint="A country or region, such as AT or DE-BY. Leave empty for none.",
        optional=True,
    )

    @property
    def hours(self) -> Hours:
        """The hours, on the clocks of whoever works them."""
        return Hours(frozenset(self.days), self.opens, self.closes, self.country)

    @field_validator("days")
    @classmethod
    def _works(cls, days: list[int]) -> list[int]:
        if not days:
            raise ValueError("Choose at least one day.")
        return days

    @field_validator("closes")
    @classmethod
    def _closes_later(cls, closes: time, info: ValidationInfo) -> time:
        opens = info.data.get("opens")
        if opens is not None and time.min != closes <= opens:
            raise ValueError("Choose a time after the start. Midnight is 00:00.")
        return closes

    @field_validator("country")
    @classmethod
    def _known(cls, country: str | None) -> str | None:
        code = (country or "").strip().upper() or None
        if code and not has_holidays(code):
            raise ValueError("I don't know this country. Enter a code such as AT or DE-BY.")
        return code


class ChangeHours(WorkingHours, id="people.save_hours", title="Working hours", close="Back"):
    """When one team works."""

    team_id: Hidden[int]
    zone: str | None = zone("Time zone", optional=True, before="country")

    @classmethod
    def of(cls, team: Team, workspace_zone: str) -> View:
        """The form with the team's hours."""
        return cls.modal(
            team_id=team.id, days=sorted(team.days), opens=team.opens, closes=team.closes,
            zone=team.timezone, country=team.country,
            blocks=[SectionBlock(text=f"*{safe(team.name, 80)}*")],
            fields={"zone": {"hint": f"Leave empty for the workspace's, {workspace_zone}."}},
        )  # fmt: skip


class SetUp(WorkingHours, id="people.save_set_up", title="Set up Handoff"):
    """All that an installation needs before the first lead can be claimed."""

    channel: str = channel(
        "Shared channel of marketing and sales", before="days",
        hint="New leads and campaigns appear here. Invite me first: /invite @Handoff",
    )  # fmt: skip
    zone: str = zone("Time zone", before="days")
    currency: str = text("Currency", most=3, before="days", hint="Its code: EUR, USD, GBP.")
    marketers: list[str] = users("Marketers", hint="They announce campaigns.", optional=True)
    managers: list[str] = users(
        "Managers", hint="They read the digests, and hear about leads that have waited too long.",
        optional=True,
    )  # fmt: skip
    everybody_sells: bool = tick(
        "Salespeople", words="Everybody else in the channel sells", optional=True,
        hint="They can claim leads. Guests, apps and people who have a role already stay as they "
        "are.",
    )  # fmt: skip

    @field_validator("currency")
    @classmethod
    def _is_one(cls, currency: str) -> str:
        code = currency.upper()
        if not is_currency(code):
            raise ValueError("I don't know this currency. Enter its code, such as EUR or USD.")
        return code

    @classmethod
    def of(cls, usual: Usual, *, is_set_up: bool) -> View:
        """The form with what is usual here; everybody is offered to sell while nobody does."""
        hours = usual.hours
        return cls.modal(
            channel=usual.channel, zone=usual.timezone, currency=usual.currency,
            days=sorted(hours.days), opens=hours.opens, closes=hours.closes,
            country=hours.country, everybody_sells=not is_set_up,
        )  # fmt: skip
