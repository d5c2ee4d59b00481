"""What Slack brings in for people: `/handoff people`, its modals, and changes of users."""

import logging
from datetime import time

from slack_sdk.models.views import View
from sqlalchemy.orm import Session

from bot.errors import NotFound, below
from bot.people import service, team_view, view
from bot.people.hours import Hours
from bot.people.model import Person, Role, Workspace
from bot.slack import Command, Incoming, Listening
from bot.store import Store

logger = logging.getLogger(__name__)


class Desk:
    """Where what concerns people arrives."""

    def __init__(self, store: Store, first_admin: str | None) -> None:
        self._store = store
        self._first_admin = first_admin

    def show(self, incoming: Incoming, _rest: str = "") -> None:
        """`/handoff people`, or its button: the list; whoever installed becomes the first admin."""
        incoming.ack()
        with self._store.transaction() as session:
            who = service.acting(session, incoming.team, incoming.user)
            welcome = service.open_people(session, who, self._first_admin)
            modal = _list(session, who, welcome=welcome)
        incoming.open(modal)

    def turn(self, incoming: Incoming) -> None:
        """Another page of the list."""
        incoming.ack()
        with self._store.transaction() as session:
            modal = _list(session, _admin(session, incoming), page=incoming.id)
        incoming.replace(modal)

    def add(self, incoming: Incoming) -> None:
        """The form for someone new."""
        incoming.ack()
        with self._store.transaction() as session:
            who = _admin(session, incoming)
            modal = view.edit(None, service.teams(session, who.workspace_id))
        incoming.open(modal)

    def edit(self, incoming: Incoming) -> None:
        """The form for someone who is in the list."""
        incoming.ack()
        with self._store.transaction() as session:
            who = _admin(session, incoming)
            member = session.get(Person, incoming.id)
            if member is None or member.workspace_id != who.workspace_id:
                raise NotFound(what="this person")
            modal = view.edit(member, service.teams(session, who.workspace_id))
        incoming.open(modal)

    def save(self, incoming: Incoming) -> None:
        """Roles and a team were chosen."""
        fields = incoming.fields
        roles = [Role(role) for role in fields["roles"] or []]
        team_id = view.team_of(fields["team"])
        with self._store.transaction() as session:
            who = _admin(session, incoming)
            with below("roles", service.LastAdmin):
                service.assign(session, who, fields["person"], roles, team_id)
            modal = _list(session, who)
        incoming.ack()
        incoming.replace_root(modal)

    def show_hours(self, incoming: Incoming, _rest: str = "") -> None:
        """`/handoff hours`, or its button: when each team works."""
        incoming.ack()
        with self._store.transaction() as session:
            modal = _hours(session, _admin(session, incoming))
        incoming.open(modal)

    def ask_team(self, incoming: Incoming) -> None:
        """The form for a new team."""
        incoming.ack()
        with self._store.transaction() as session:
            _admin(session, incoming)
        incoming.open(team_view.add_team())

    def save_team(self, incoming: Incoming) -> None:
        """The new team's name came."""
        with self._store.transaction() as session:
            who = _admin(session, incoming)
            service.add_team(session, who, str(incoming.fields["name"] or ""))
            session.flush()
            modal = _hours(session, who)
        incoming.ack()
        incoming.replace_root(modal)

    def edit_hours(self, incoming: Incoming) -> None:
        """The form for one team's hours."""
        incoming.ack()
        with self._store.transaction() as session:
            who = _admin(session, incoming)
            workspace = session.get_one(Workspace, who.workspace_id)
            modal = team_view.edit_hours(
                service.team(session, who, incoming.id), workspace.timezone
            )
        incoming.open(modal)

    def save_hours(self, incoming: Incoming) -> None:
        """A team's new hours came."""
        fields = incoming.fields
        told = Hours(
            days=frozenset(int(day) for day in fields["days"] or []),
            opens=time.fromisoformat(fields["opens"] or "09:00"),
            closes=time.fromisoformat(fields["closes"] or "17:00"),
            country=(fields["country"] or "").strip().upper() or None,
        )
        zone = (fields["zone"] or "").strip() or None
        with self._store.transaction() as session:
            who = _admin(session, incoming)
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
            service.follow(session, workspace.id, user["id"], **service.facts_of(user))

    def archived(self, incoming: Incoming) -> None:
        """A channel was archived; the admins hear of it where it is the shared one."""
        incoming.ack()
        with self._store.transaction() as session:
            workspace = service.workspace(session, incoming.team)
            if incoming.event["channel"] == workspace.channel:
                service.warn_admins(session, workspace)


def register(listening: Listening, store: Store, first_admin: str | None) -> None:
    """Listen for people. `first_admin` is the member ID from the settings, if one is set."""
    desk = Desk(store, first_admin)
    listening.command(Command("/handoff", "people", "say who does what (admins)", desk.show))
    listening.action(view.OPEN, desk.show)
    listening.action(view.ADD, desk.add)
    listening.action(view.EDIT, desk.edit)
    listening.action(f"{view.PAGE}.previous", desk.turn)
    listening.action(f"{view.PAGE}.next", desk.turn)
    listening.submission(view.SAVE, desk.save)
    listening.command(Command("/handoff", "hours", "say when each team works", desk.show_hours))
    listening.action(team_view.HOURS, desk.show_hours)
    listening.action(team_view.ADD_TEAM, desk.ask_team)
    listening.submission(team_view.SAVE_TEAM, desk.save_team)
    listening.action(team_view.EDIT_HOURS, desk.edit_hours)
    listening.submission(team_view.SAVE_HOURS, desk.save_hours)
    listening.event("user_change", desk.follow)
    listening.event("channel_archive", desk.archived)
    for kind in ("app_uninstalled", "tokens_revoked"):
        listening.event(kind, _removed)


def _admin(session: Session, incoming: Incoming) -> Person:
    who = service.acting(session, incoming.team, incoming.user)
    service.require(session, who, "manage people", Role.ADMIN)
    return who


def _list(session: Session, who: Person, *, page: int = 0, welcome: bool = False) -> View:
    members = service.everyone(session, who.workspace_id)
    return view.people(members, service.teams(session, who.workspace_id), page, welcome=welcome)


def _hours(session: Session, who: Person) -> View:
    workspace = session.get_one(Workspace, who.workspace_id)
    return team_view.teams(service.teams(session, who.workspace_id), workspace.timezone)


def _removed(incoming: Incoming) -> None:
    incoming.ack()
    logger.error("Slack says %s: install the app again to go on", incoming.event["type"])
