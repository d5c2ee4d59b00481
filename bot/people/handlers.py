"""What Slack brings in for people: `/handoff people`, its modals, and changes of users."""

import logging
from datetime import time

from slack_sdk.models.views import View
from sqlalchemy.orm import Session

from bot.errors import NotFound, below
from bot.people import messages, profile, service, team_view
from bot.people.desk import Desk
from bot.people.hours import Hours
from bot.people.models import Person, Role, Workspace
from bot.slack import Command, Incoming, Listening, option_of
from bot.slack.access import Access
from bot.store import Store

_PEOPLE = Access("manage people", (Role.ADMIN,))
_HOURS = Access("change working hours", (Role.ADMIN,))

logger = logging.getLogger(__name__)


class People(Desk):
    """Where what concerns people arrives."""

    def __init__(self, store: Store, first_admin: str | None) -> None:
        super().__init__(store)
        self._first_admin = first_admin

    def show(self, incoming: Incoming, _rest: str = "") -> None:
        """`/handoff people`, or its button: the list; whoever installed becomes the first admin."""
        incoming.ack()
        welcome = self._is_first_admin(incoming)
        with self.serving(incoming) as (session, who):
            modal = _list(session, who, welcome=welcome)
        incoming.open(modal)

    def _is_first_admin(self, incoming: Incoming) -> bool:
        """Whether this person becomes the first admin; Slack is asked whether they belong to us."""
        with self._store.transaction() as session:
            who = service.acting(session, incoming.team, incoming.user)
            if not service.comes_first(session, who, self._first_admin):
                return False
        user = incoming.slack.call("users.info", user=incoming.user)["user"]
        profile.see_full_member(user, incoming.team)
        with self._store.transaction() as session:
            who = service.acting(session, incoming.team, incoming.user)
            return service.open_people(session, who, self._first_admin)

    def turn(self, incoming: Incoming) -> None:
        """Another page of the list."""
        incoming.ack()
        with self.serving(incoming) as (session, who):
            modal = _list(session, who, page=incoming.id)
        incoming.replace(modal)

    def add(self, incoming: Incoming) -> None:
        """The form for someone new."""
        incoming.ack()
        with self.serving(incoming) as (session, who):
            modal = messages.edit(None, service.teams(session, who.workspace_id))
        incoming.open(modal)

    def edit(self, incoming: Incoming) -> None:
        """The form for someone who is in the list."""
        incoming.ack()
        with self.serving(incoming) as (session, who):
            member = session.get(Person, incoming.id)
            if member is None or member.workspace_id != who.workspace_id:
                raise NotFound(what="this person")
            modal = messages.edit(member, service.teams(session, who.workspace_id))
        incoming.open(modal)

    def save(self, incoming: Incoming) -> None:
        """Roles and a team were chosen."""
        fields = incoming.fields
        with self.serving(incoming) as (session, who):
            roles = [option_of(Role, role) for role in fields["roles"] or []]
            team_id = messages.team_of(fields["team"])
            with below("roles", service.LastAdmin):
                service.assign(session, who, fields["person"], roles, team_id)
            modal = _list(session, who)
        incoming.ack()
        incoming.replace_root(modal)

    def show_hours(self, incoming: Incoming, _rest: str = "") -> None:
        """`/handoff hours`, or its button: when each team works."""
        incoming.ack()
        with self.serving(incoming) as (session, who):
            modal = _hours(session, who)
        incoming.open(modal)

    def ask_team(self, incoming: Incoming) -> None:
        """The form for a new team."""
        incoming.ack()
        with self.serving(incoming):
            modal = team_view.add_team()
        incoming.open(modal)

    def save_team(self, incoming: Incoming) -> None:
        """The new team's name came."""
        with self.serving(incoming) as (session, who):
            service.add_team(session, who, str(incoming.fields["name"] or ""))
            session.flush()
            modal = _hours(session, who)
        incoming.ack()
        incoming.replace_root(modal)

    def edit_hours(self, incoming: Incoming) -> None:
        """The form for one team's hours."""
        incoming.ack()
        with self.serving(incoming) as (session, who):
            workspace = session.get_one(Workspace, who.workspace_id)
            modal = team_view.edit_hours(
                service.team(session, who, incoming.id), workspace.timezone
            )
        incoming.open(modal)

    def save_hours(self, incoming: Incoming) -> None:
        """A team's new hours came."""
        fields = incoming.fields
        told = Hours(
            days=frozenset(option_of(int, day) for day in fields["days"] or []),
            opens=time.fromisoformat(fields["opens"] or "09:00"),
            closes=time.fromisoformat(fields["closes"] or "17:00"),
            country=(fields["country"] or "").strip().upper() or None,
        )
        zone = (fields["zone"] or "").strip() or None
        with self.serving(incoming) as (session, who):
            service.set_hours(session, who, incoming.noted_id, told, zone)
            modal = _hours(session, who)
        incoming.ack()
        incoming.replace_root(modal)

    def follow(self, incoming: Incoming) -> None:
        """Someone's name, zone or state changed in Slack."""
        incoming.ack()
        user = incoming.event["user"]
        with self._store.transaction() as session:
            workspace = service.workspace(session, incoming.team)
            service.follow(session, workspace.id, user["id"], **profile.facts_of(user))

    def archived(self, incoming: Incoming) -> None:
        """A channel was archived; the admins hear of it where it is the shared one."""
        incoming.ack()
        with self._store.transaction() as session:
            workspace = service.workspace(session, incoming.team)
            if incoming.event["channel"] == workspace.channel:
                service.warn_admins(session, workspace)


def register(listening: Listening, store: Store, first_admin: str | None) -> None:
    """Listen for people. `first_admin` is the member ID from the settings, if one is set."""
    desk = People(store, first_admin)
    usage = "say who does what (admins)"
    listening.command(Command("/handoff", "people", usage, desk.show, _PEOPLE))
    for action, listener in (
        (messages.OPEN, desk.show),
        (messages.ADD, desk.add),
        (messages.EDIT, desk.edit),
        (f"{messages.PAGE}.previous", desk.turn),
        (f"{messages.PAGE}.next", desk.turn),
    ):
        listening.action(action, listener, _PEOPLE)
    listening.submission(messages.SAVE, desk.save, _PEOPLE)
    usage = "say when each team works (admins)"
    listening.command(Command("/handoff", "hours", usage, desk.show_hours, _HOURS))
    listening.action(team_view.HOURS, desk.show_hours, _HOURS)
    listening.action(team_view.ADD_TEAM, desk.ask_team, _HOURS)
    listening.submission(team_view.SAVE_TEAM, desk.save_team, _HOURS)
    listening.action(team_view.EDIT_HOURS, desk.edit_hours, _HOURS)
    listening.submission(team_view.SAVE_HOURS, desk.save_hours, _HOURS)
    listening.event("user_change", desk.follow)
    listening.event("channel_archive", desk.archived)
    for kind in ("app_uninstalled", "tokens_revoked"):
        listening.event(kind, _removed)


def _list(session: Session, who: Person, *, page: int = 0, welcome: bool = False) -> View:
    members = service.everyone(session, who.workspace_id)
    return messages.people(members, service.teams(session, who.workspace_id), page, welcome=welcome)


def _hours(session: Session, who: Person) -> View:
    workspace = session.get_one(Workspace, who.workspace_id)
    return team_view.teams(service.teams(session, who.workspace_id), workspace.timezone)


def _removed(incoming: Incoming) -> None:
    incoming.ack()
    logger.error("Slack says %s: install the app again to go on", incoming.event["type"])
