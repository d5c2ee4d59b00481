"""The verbs of people: install, find who acts, give roles, follow Slack's changes."""

from collections.abc import Iterable, Sequence

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot import clock, slack
from bot.errors import FieldErrors, HandoffError, NotAllowed, NotFound
from bot.people import sessions
from bot.people.hours import Hours
from bot.people.models import Absence, Person, Role, Team, Workspace, people_with
from bot.slack.access import Access
from bot.slack.cards import Card
from bot.slack.text import clean
from bot.tasks import enqueue

REFRESH = "people.refresh"
ARCHIVED = "people.channel_archived"
REFUSED = "people.refused"
TEAMS = ("Marketing", "Sales")

# As many as one modal shows in a list: a view has 100 blocks.
_MOST_TEAMS = 90


class NotInstalled(HandoffError):
    """Handoff is not connected to this workspace yet. Try again in a minute."""


class Deactivated(HandoffError):
    """Slack says that your account is deactivated. If it's active again, try again in a minute: I'm
    checking with Slack now."""


class LastAdmin(HandoffError):
    """They're the only admin. Make someone else admin first."""


def install(
    session: Session,
    *,
    team_id: str,
    name: str,
    bot_user_id: str,
    channel: str,
    timezone: str,
    currency: str,
) -> Workspace:
    """Write the workspace, which gets two teams, or bring it up to what Slack says of it.

    Channel, zone and currency are those of a new one; afterwards its own values hold.
    """
    facts = {"name": name, "bot_user_id": bot_user_id}
    row: Workspace = session.scalars(
        insert(Workspace)
        .values(
            team_id=team_id, installed_at=clock.now(), channel=channel, timezone=timezone,
            currency=currency, **facts,
        )
        .on_conflict_do_update(index_elements=[Workspace.team_id], set_=facts)
        .returning(Workspace),
        execution_options={"populate_existing": True},
    ).one()  # fmt: skip
    session.execute(
        insert(Team).on_conflict_do_nothing(),
        [{"workspace_id": row.id, "name": team} for team in TEAMS],
    )
    return row


def change_workspace(
    session: Session,
    changed: Workspace,
    *,
    channel: str | None = None,
    timezone: str | None = None,
    currency: str | None = None,
) -> None:
    """Give the workspace another shared channel (Slack's ID), zone or currency; None keeps it.

    Days that are over stay as they were: another zone counts from its next midnight on.
    """
    changed.channel = channel or changed.channel
    changed.currency = currency or changed.currency
    changed.move(timezone or changed.timezone, clock.now())
    session.flush()


def workspace(session: Session, team_id: str) -> Workspace:
    """The workspace by Slack's ID. Raises NotInstalled."""
    row = session.scalar(select(Workspace).where(Workspace.team_id == team_id))
    if row is None:
        raise NotInstalled
    return row


def acting(session: Session, team_id: str, slack_id: str) -> Person:
    """The person who acts, by Slack's IDs; one who is new is written down, without a role.

    Raises NotInstalled, Deactivated.
    """
    known = select(Person).join(Workspace, Workspace.id == Person.workspace_id)
    who = session.scalar(known.where(Workspace.team_id == team_id, Person.slack_id == slack_id))
    if who is None:
        who = person(session, workspace(session, team_id).id, slack_id)
    if not who.active:
        raise Deactivated
    return who


def person(session: Session, workspace_id: int, slack_id: str) -> Person:
    """The person by Slack's ID; one who is new is written down, and Slack asked for the rest."""
    mine = select(Person).where(Person.workspace_id == workspace_id, Person.slack_id == slack_id)
    known = session.scalar(mine)
    if known is not None:
        return known
    session.execute(
        insert(Person)
        .values(workspace_id=workspace_id, slack_id=slack_id, name=slack_id, roles=[])
        .on_conflict_do_nothing()
    )
    new = session.scalars(mine).one()
    enqueue(session, REFRESH, once=f"people.refresh:{new.id}", person_id=new.id)
    return new


def named(session: Session, workspace_id: int, name: str) -> Person | None:
    """The person whom a program names by their Slack ID or email address, if we know them; of
    several with one address somebody who is active."""
    wanted = name.strip()
    is_meant = (Person.slack_id == wanted) | (func.lower(Person.email) == wanted.lower())
    return session.scalar(
        select(Person)
        .where(Person.workspace_id == workspace_id, is_meant)
        .order_by(Person.active.desc(), Person.id)
        .limit(1)
    )


def refresh(session: Session, who: Person) -> None:
    """Ask Slack again for what it says of a person."""
    enqueue(session, REFRESH, person_id=who.id)


def require(session: Session, who: Person, action: str, role: Role, *more: Role) -> None:
    """See that the person may do it; a manager may what a role may, an admin everything.

    Raises NotAllowed, which says whom to ask.
    """
    if not who.has(role, *more):
        raise refusal(session, who, action, people_with((role, *more)))


def require_access(session: Session, who: Person, access: Access) -> None:
    """See that the person may use a route. Raises NotAllowed, which says whom to ask."""
    if who.has(*access.roles) or (access.or_team and who.team_id is not None):
        return
    team = " or in a team" if access.or_team else ""
    raise refusal(session, who, access.action, f"{people_with(access.roles)}{team}")


def refusal(session: Session, who: Person, action: str, allowed: str) -> NotAllowed:
    """The error of one who is not among those who are `allowed` to do it."""
    admins = having(session, who.workspace_id, Role.ADMIN)
    names = ", ".join(admin.mention for admin in admins[:3])
    ask = (
        f"Please ask {names}: admins assign roles with /handoff people."
        if names
        else "There is no admin yet: whoever installed Handoff sets it up on its home tab in Slack."
    )
    return NotAllowed(allowed=allowed, action=action, ask=ask)


def comes_first(session: Session, who: Person, first_admin: str | None) -> bool:
    """Whether nobody is admin yet, and this person may become it; see `open_people`."""
    nobody = not having(session, who.workspace_id, Role.ADMIN)
    return nobody and first_admin in (None, who.slack_id)


def open_people(session: Session, who: Person, first_admin: str | None) -> bool:
    """Let `who` manage people; where there is no admin yet, the one who installed becomes it.

    `first_admin` is Slack's ID from the settings; None lets whoever comes first be it, once Slack
    has said that they are a full member. Returns True when `who` became the admin just now. Raises
    NotAllowed.
    """
    session.execute(
        select(Workspace.id).where(Workspace.id == who.workspace_id).with_for_update(key_share=True)
    )
    if comes_first(session, who, first_admin):
        who.roles = sorted({*who.roles, Role.ADMIN})
        return True
    require(session, who, "manage people", Role.ADMIN)
    return False


def assign(
    session: Session, by: Person, slack_id: str, roles: Iterable[Role], team_id: int | None
) -> Person:
    """Give a person exactly these roles and this team; one without a role is signed out.

    Raises NotAllowed, NotFound, LastAdmin.
    """
    require(session, by, "manage people", Role.ADMIN)
    if team_id is not None and team_id not in {team.id for team in teams(session, by.workspace_id)}:
        raise NotFound(what="this team")
    # The workspace's row is the lock under which nobody takes away the last admin.
    session.execute(
        select(Workspace.id).where(Workspace.id == by.workspace_id).with_for_update(key_share=True)
    )
    changed = person(session, by.workspace_id, slack_id)
    chosen = sorted(set(roles))
    admins = having(session, by.workspace_id, Role.ADMIN)
    if Role.ADMIN not in chosen and [admin.id for admin in admins] == [changed.id]:
        raise LastAdmin
    changed.roles, changed.team_id = [str(role) for role in chosen], team_id
    if not changed.has_access:
        sessions.end_all(session, changed.id)
    return changed


def having(session: Session, workspace_id: int, role: Role) -> Sequence[Person]:
    """The active people who have the role itself, by name."""
    return session.scalars(
        select(Person)
        .where(Person.workspace_id == workspace_id, Person.active, Person.roles.contains([role]))
        .order_by(Person.name, Person.id)
    ).all()


def managers_or_admins(session: Session, workspace_id: int) -> Sequence[Person]:
    """Who hears what nobody else is there for: the managers, or the admins where there are none."""
    managers = having(session, workspace_id, Role.MANAGER)
    return managers or having(session, workspace_id, Role.ADMIN)


def everyone(session: Session, workspace_id: int) -> Sequence[Person]:
    """The active people with a role or a team, by name."""
    return session.scalars(
        select(Person)
        .where(
            Person.workspace_id == workspace_id,
            Person.active,
            (Person.roles != []) | Person.team_id.is_not(None),
        )
        .order_by(Person.name, Person.id)
    ).all()


def away(session: Session, workspace_id: int) -> set[int]:
    """Who has said that they are away at the moment."""
    absent = select(Absence.person_id).where(
        Absence.workspace_id == workspace_id, Absence.holds(clock.now())
    )
    return set(session.scalars(absent))


def teams(session: Session, workspace_id: int) -> Sequence[Team]:
    """The teams of a workspace, by name."""
    return session.scalars(
        select(Team).where(Team.workspace_id == workspace_id).order_by(Team.name)
    ).all()


def team(session: Session, who: Person, team_id: int) -> Team:
    """A team of the person's workspace. Raises NotFound."""
    row = session.get(Team, team_id)
    if row is None or row.workspace_id != who.workspace_id:
        raise NotFound(what="this team")
    return row


def add_team(session: Session, by: Person, name: str) -> Team:
    """Add a team; a name that is there already finds its team.

    Raises NotAllowed, and FieldErrors for `name`.
    """
    require(session, by, "add teams", Role.ADMIN)
    called = " ".join(clean(name, 80).split())
    if not called:
        raise FieldErrors({"name": "Please give the team a name."})
    if len(teams(session, by.workspace_id)) >= _MOST_TEAMS:
        raise FieldErrors({"name": f"There are {_MOST_TEAMS} teams already, the most I can show."})
    session.execute(
        insert(Team).values(workspace_id=by.workspace_id, name=called).on_conflict_do_nothing()
    )
    return session.scalars(
        select(Team).where(Team.workspace_id == by.workspace_id, Team.name == called)
    ).one()


def set_hours(session: Session, by: Person, team_id: int, hours: Hours, zone: str | None) -> Team:
    """Say when a team works; `zone` None is the workspace's. Raises NotAllowed, NotFound."""
    require(session, by, "change working hours", Role.ADMIN)
    changed = team(session, by, team_id)
    changed.days, changed.opens, changed.closes = sorted(hours.days), hours.opens, hours.closes
    changed.country, changed.timezone = hours.country, zone
    return changed


def team_members(session: Session, team_id: int) -> Sequence[Person]:
    """The active people of a team, by name."""
    return session.scalars(
        select(Person).where(Person.team_id == team_id, Person.active).order_by(Person.name)
    ).all()


def update_profile(
    session: Session, workspace_id: int, slack_id: str, *, name: str, timezone: str, active: bool,
    email: str | None = None,
) -> None:  # fmt: skip
    """Take over what Slack says of a person whom we know; one who was deactivated is signed out.

    An address that Slack does not tell, for want of a scope, stays as it was.
    """
    known = session.scalar(
        update(Person)
        .where(Person.workspace_id == workspace_id, Person.slack_id == slack_id)
        .values(
            name=name, timezone=timezone, active=active, email=func.coalesce(email, Person.email)
        )
        .returning(Person.id)
    )
    if known is not None and not active:
        sessions.end_all(session, known)


def warn_admins(session: Session, workspace: Workspace) -> None:
    """Tell the admins that the shared channel is gone: nothing can be posted to it any more."""
    for admin in having(session, workspace.id, Role.ADMIN):
        slack.show(session, workspace.id, ARCHIVED, workspace.id, admin.slack_id)


def report_refusal(session: Session, card: Card) -> None:
    """Tell the admins, once a day and place, that Slack takes no messages there."""
    once = f"{REFUSED}:{card.workspace_id}:{card.target}:{clock.now():%Y-%m-%d}"
    enqueue(session, REFUSED, once=once, card_id=card.id)
