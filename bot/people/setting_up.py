"""Setting Handoff up: what an admin is asked at first, what comes of it, and who of the channel
sells."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from bot import slack
from bot.countries import country_of_zone
from bot.money import currency_of
from bot.people import profile, service
from bot.people.hours import Hours, has_holidays
from bot.people.models import Person, Role, Team, Workspace
from bot.tasks import enqueue

ADD_SALESPEOPLE = "people.add_salespeople"

_MARKETING, _SALES = service.TEAMS


@dataclass(frozen=True)
class Usual:
    """The settings of a workspace that is set up."""

    channel: str
    timezone: str
    currency: str
    hours: Hours


def is_set_up(session: Session, workspace_id: int) -> bool:
    """Whether somebody can claim leads."""
    return bool(service.having(session, workspace_id, Role.SALESPERSON))


def usual(session: Session, who: Person, unchosen: Collection[str]) -> Usual:
    """What the workspace has. While nobody sells, settings that are `unchosen` (`timezone`,
    `currency`) and holidays are those of where the admin is."""
    workspace = session.get_one(Workspace, who.workspace_id)
    hours = _sales_hours(service.teams(session, workspace.id))
    has = Usual(workspace.channel, workspace.timezone, workspace.currency, hours)
    if is_set_up(session, workspace.id):
        return has
    zone = who.timezone if "timezone" in unchosen and who.timezone else has.timezone
    country = country_of_zone(zone)
    currency = currency_of(country) if "currency" in unchosen else None
    if hours.country is None and has_holidays(country):
        hours = replace(hours, country=country)
    return replace(has, timezone=zone, currency=currency or has.currency, hours=hours)


def _sales_hours(teams: Sequence[Team]) -> Hours:
    return next((team.hours for team in teams if team.name == _SALES), Hours())


def save(session: Session, by: Person, to: Usual) -> Workspace:
    """Give the workspace these settings. The hours are those of Sales, and of each team that has
    worked the same so far. Raises NotAllowed."""
    service.require(session, by, "set up Handoff", Role.ADMIN)
    workspace = session.get_one(Workspace, by.workspace_id)
    service.change_workspace(
        session, workspace, channel=to.channel, timezone=to.timezone, currency=to.currency
    )
    teams = service.teams(session, workspace.id)
    before = _sales_hours(teams)
    for team in teams:
        if team.hours == before:
            service.set_hours(session, by, team.id, to.hours, team.timezone)
    slack.redraw(session, slack.HOME, by.id)
    return workspace


def add(session: Session, by: Person, role: Role, slack_ids: Collection[str]) -> None:
    """Give people one more role, and the team of that role where they have none. Raises
    NotAllowed."""
    own = {Role.MARKETER: _MARKETING, Role.SALESPERSON: _SALES}.get(role)
    teams = {team.name: team.id for team in service.teams(session, by.workspace_id)}
    for slack_id in slack_ids:
        who = service.person(session, by.workspace_id, slack_id)
        team_id = who.team_id or (teams.get(own) if own else None)
        service.assign(session, by, slack_id, [*map(Role, who.roles), role], team_id)


def add_everybody(session: Session, by: Person, **done: Any) -> None:
    """Let everybody in the shared channel sell who has no role yet; Slack is asked who they are.
    `done` says how far that is."""
    enqueue(session, ADD_SALESPEOPLE, person_id=by.id, **done)


def without_role(
    session: Session, workspace: Workspace, slack_ids: Collection[str]
) -> Sequence[str]:
    """Those of these people who have no role yet, by Slack's IDs."""
    known = {each.slack_id for each in service.everyone(session, workspace.id) if each.roles}
    return sorted(set(slack_ids) - known - {workspace.bot_user_id})


def add_salesperson(session: Session, by: Person, user: Mapping[str, Any]) -> None:
    """Let somebody sell, as Slack describes them. Raises NotAllowed."""
    add(session, by, Role.SALESPERSON, [user["id"]])
    service.update_profile(session, by.workspace_id, user["id"], **profile.facts_of(user))
