"""The forms of people: somebody's roles and team, a new team, and when a team works."""

from collections.abc import Sequence
from datetime import time

from pydantic import ValidationInfo, field_validator
from slack_sdk.models.blocks import SectionBlock
from slack_sdk.models.views import View

from bot import clock as clocks
from bot.people.hours import Hours, free_days
from bot.people.models import Person, Role, Team
from bot.slack.forms import Form, Hidden
from bot.slack.inputs import WEEKDAYS, Choice, checkboxes, clock, select, text, user, zone
from bot.slack.text import safe

_ROLES = {
    Role.SALESPERSON: "claims and rates leads",
    Role.MARKETER: "announces campaigns",
    Role.MANAGER: "reads digests, may act for others",
    Role.ADMIN: "gives roles, changes settings",
}
_NO_TEAM = 0


class EditPerson(Form, id="people.save", title="Change a person", close="Back"):
    """Gives one person roles and a team."""

    person: str = user("Person")
    roles: list[Role] = checkboxes(
        "Roles",
        options=[Choice(role, role.label, words) for role, words in _ROLES.items()],
        hint="None: this person can only answer the standups of their team.",
        optional=True,
    )
    team: int = select("Team")

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
            roles=person.roles if person else (),
            team=(person and person.team_id) or _NO_TEAM,
            fields={"team": {"options": choices}},
        )


class AddTeam(Form, id="people.save_team", title="Add a team", submit="Add", close="Back"):
    """Adds a team; its hours are changed afterwards."""

    name: str = text(
        "Name",
        most=80,
        hint="For example “Sales, south”. It works from Monday to Friday, 9 to 17, until you say "
        "else.",
    )


class ChangeHours(Form, id="people.save_hours", title="Working hours", close="Back"):
    """When one team works."""

    team_id: Hidden[int]
    days: list[int] = checkboxes(
        "Days", options=[Choice(number, each.text) for number, each in enumerate(WEEKDAYS)]
    )
    opens: time = clock("From")
    closes: time = clock("Until", hint="00:00 is the end of the day.")
    zone: str | None = zone("Time zone", optional=True)
    country: str | None = text(
        "Public holidays of",
        most=60,
        hint="A country, or a part of one: AT, DE-BY. Empty: none are free.",
        optional=True,
    )

    @property
    def hours(self) -> Hours:
        """The hours on the team's clock."""
        return Hours(frozenset(self.days), self.opens, self.closes, self.country)

    @field_validator("days")
    @classmethod
    def _works(cls, days: list[int]) -> list[int]:
        if not days:
            raise ValueError("Please choose at least one day.")
        return days

    @field_validator("closes")
    @classmethod
    def _closes_later(cls, closes: time, info: ValidationInfo) -> time:
        opens = info.data.get("opens")
        if opens is not None and time.min != closes <= opens:
            raise ValueError("It closes before it opens. Midnight is 00:00.")
        return closes

    @field_validator("country")
    @classmethod
    def _known(cls, country: str | None) -> str | None:
        code = (country or "").strip().upper() or None
        try:
            free_days(code, clocks.now().year)
        except NotImplementedError:
            raise ValueError("I do not know this country. One reads like AT or DE-BY.") from None
        return code

    @classmethod
    def of(cls, team: Team, workspace_zone: str) -> View:
        """The form with the team's hours."""
        return cls.modal(
            team_id=team.id, days=sorted(team.days), opens=team.opens, closes=team.closes,
            zone=team.timezone, country=team.country,
            blocks=[SectionBlock(text=f"*{safe(team.name, 80)}*")],
            fields={"zone": {"hint": f"Empty: the workspace's, {workspace_zone}."}},
        )  # fmt: skip
