"""The sample team: who they are, and where they sit."""

from dataclasses import dataclass

from bot.people import service as people
from bot.people.models import Role
from playground.crm.hubspot.standin import HubSpot
from playground.standin import StandIn
from playground.state import User

CHANNEL = "leads"
"""The shared channel of marketing and sales."""

SENDER = "website"


@dataclass(frozen=True)
class Member:
    """A sample person."""

    handle: str
    name: str
    zone: str
    role: Role
    team: str

    @property
    def email(self) -> str:
        """Where they get mail, in Slack and in the CRM."""
        return f"{self.handle}@example.com"

    @property
    def label(self) -> str:
        """What they do, as the page's list of people says it."""
        return "Sales" if self.role is Role.SALESPERSON else self.role.label


TEAM = (
    Member("sofia", "Sofia Rossi", "Europe/Rome", Role.SALESPERSON, "Sales"),
    Member("ben", "Ben Carter", "Europe/London", Role.SALESPERSON, "Sales"),
    Member("aylin", "Aylin Demir", "Europe/Berlin", Role.SALESPERSON, "Sales"),
    Member("mara", "Mara Lindqvist", "Europe/Stockholm", Role.MARKETER, "Marketing"),
    Member("jonas", "Jonas Weber", "Europe/Berlin", Role.MARKETER, "Marketing"),
    Member("clara", "Clara Novak", "Europe/Vienna", Role.MANAGER, "Sales"),
)
ADMIN = "clara"


def owners(crm: HubSpot) -> None:
    """Let the salespeople have users in the CRM, by the addresses that Slack knows of them."""
    for each in TEAM:
        if each.role is Role.SALESPERSON:
            crm.add_owner(each.email, each.name)


def staff(slack: StandIn) -> dict[str, User]:
    """Put the team and its channels into the workspace."""
    users = {
        each.handle: slack.add_user(
            each.handle, each.name, email=each.email, tz=each.zone, is_admin=each.handle == ADMIN
        )
        for each in TEAM
    }
    slack.add_channel(CHANNEL, members=users.values(), topic="New leads and campaigns, for both")
    for team in people.TEAMS:
        members = [users[each.handle] for each in TEAM if each.team == team]
        slack.add_channel(team.lower(), members=members, with_app=False, topic=f"{team} only")
    return users
