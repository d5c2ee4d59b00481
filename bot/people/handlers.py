"""What Slack brings in for people: `/handoff people`, its modals, and changes of users."""

import logging
from typing import Any

from slack_sdk.models.views import View
from sqlalchemy.orm import Session

from bot.capability import Act, Services, Update
from bot.errors import FieldErrors, NotFound, below
from bot.people import capability, messages, profile, service, setting_up
from bot.people.forms import AddTeam, ChangeHours, EditPerson, SetUp
from bot.people.models import Person, Role, Workspace
from bot.settings import Settings
from bot.slack import Incoming
from bot.slack.access import Access

_SET_UP = Access("set up Handoff", (Role.ADMIN,))
_PEOPLE = Access("manage people", (Role.ADMIN,))
_HOURS = Access("change working hours", (Role.ADMIN,))

logger = logging.getLogger(__name__)


def _become_first_admin(incoming: Incoming, services: Services) -> None:
    """Make an admin of whoever installed; Slack is asked whether they belong to the workspace."""
    first_admin = services.settings.admin
    with services.store.transaction() as session:
        person = service.acting(session, incoming.team, incoming.user)
        if not service.comes_first(session, person, first_admin):
            return
    user = services.slack.call("users.info", user=incoming.user)["user"]
    profile.see_full_member(user, incoming.team)
    with services.store.transaction() as session:
        person = service.acting(session, incoming.team, incoming.user)
        service.update_profile(
            session, person.workspace_id, person.slack_id, **profile.facts_of(user)
        )
        service.open_people(session, person, first_admin)


@capability.action(messages.SET_UP, _SET_UP, before=_become_first_admin)
def set_up(act: Act) -> View:
    """The form with which Handoff is set up."""
    workspace = act.session.get_one(Workspace, act.workspace_id)
    usual = setting_up.usual(act.session, act.person, _unchosen(workspace, act.services.settings))
    return SetUp.of(usual, is_set_up=setting_up.is_set_up(act.session, workspace.id))


def _unchosen(workspace: Workspace, settings: Settings) -> set[str]:
    """The settings that are still as they are by default, since nobody said anything."""
    return {
        name
        for name in ("timezone", "currency")
        if name not in settings.model_fields_set
        and getattr(workspace, name) == getattr(settings, name)
    }


def _see_channel(incoming: Incoming, services: Services) -> None:
    """See that we are in the channel that the form names, and that it is this workspace's own."""
    with services.store.transaction() as session:
        person = service.acting(session, incoming.team, incoming.user)
        service.require_access(session, person, _SET_UP)
    channel = incoming.slack.channel(SetUp.so_far(incoming).get("channel", ""))
    if not channel.get("is_member"):
        raise FieldErrors({"channel": "Invite Handoff to the channel first: /invite @Handoff"})
    if channel.get("is_ext_shared"):
        raise FieldErrors({
            "channel": "Another organization is in this channel, and would see every lead. Choose "
            "another one."
        })  # fmt: skip


@capability.form(SetUp, _SET_UP, before=_see_channel)
def save_set_up(act: Act, form: SetUp) -> str:
    """The form came: settings first, then people; who of the channel sells takes a while."""
    to = setting_up.Usual(form.channel, form.zone, form.currency, form.hours)
    workspace = setting_up.save(act.session, act.person, to)
    act.services.set_schedules(act.session, workspace)
    setting_up.add(act.session, act.person, Role.MARKETER, form.marketers)
    setting_up.add(act.session, act.person, Role.MANAGER, form.managers)
    if form.everybody_sells:
        setting_up.add_everybody(act.session, act.person)
    return messages.saved(
        form.channel, everybody=form.everybody_sells,
        is_set_up=setting_up.is_set_up(act.session, workspace.id),
    )  # fmt: skip


@capability.command("/handoff", "people", "set who does what", _PEOPLE, before=_become_first_admin)
@capability.action(messages.OPEN, _PEOPLE, before=_become_first_admin)
def show_people(act: Act) -> View:
    """The list of people."""
    return _list(act)


@capability.pages(messages.PAGE, _PEOPLE)
def turn_people(act: Act) -> Update:
    """Another page of the list."""
    return Update(_list(act, page=act.row_id))


@capability.action(messages.ADD, _PEOPLE)
def add(act: Act) -> View:
    """The form for someone new."""
    return EditPerson.of(None, service.teams(act.session, act.workspace_id))


@capability.action(messages.EDIT, _PEOPLE)
def edit(act: Act) -> View:
    """The form for someone who is in the list."""
    member = act.session.get(Person, act.row_id)
    if member is None or member.workspace_id != act.workspace_id:
        raise NotFound(what="this person")
    return EditPerson.of(member, service.teams(act.session, act.workspace_id))


@capability.form(EditPerson, _PEOPLE)
def save(act: Act, form: EditPerson) -> View:
    """Roles and a team were chosen, for whom the form was opened: somebody else who is on the list
    would get them in place of their own."""
    listed = {each.slack_id for each in service.everyone(act.session, act.workspace_id)}
    if form.person != form.member and form.person in listed:
        raise FieldErrors({
            "person": "They're on the list, with roles of their own. Go back, and choose Change "
            "beside them."
        })  # fmt: skip
    with below("roles", service.LastAdmin):
        service.assign(act.session, act.person, form.person, form.roles, form.team_id)
    return _list(act)


@capability.command("/handoff", "hours", "set when each team works", _HOURS)
@capability.action(messages.HOURS, _HOURS)
def show_hours(act: Act) -> View:
    """When each team works."""
    return _hours(act)


@capability.action(messages.ADD_TEAM, _HOURS)
def add_team(_act: Act) -> View:
    """The form for a new team."""
    return AddTeam.modal()


@capability.form(AddTeam, _HOURS)
def save_team(act: Act, form: AddTeam) -> View:
    """The new team's name came."""
    service.add_team(act.session, act.person, form.name)
    return _hours(act)


@capability.action(messages.EDIT_HOURS, _HOURS)
def edit_hours(act: Act) -> View:
    """The form for one team's hours."""
    workspace = act.session.get_one(Workspace, act.workspace_id)
    team = service.team(act.session, act.person, act.row_id)
    return ChangeHours.of(team, workspace.timezone)


@capability.form(ChangeHours, _HOURS)
def save_hours(act: Act, form: ChangeHours) -> View:
    """A team's new hours came."""
    service.set_hours(act.session, act.person, form.team_id, form.hours, form.zone)
    return _hours(act)


@capability.event("user_change")
def follow(session: Session, workspace: Workspace, event: dict[str, Any]) -> None:
    """Someone's name, zone or state changed in Slack."""
    user = event["user"]
    service.update_profile(session, workspace.id, user["id"], **profile.facts_of(user))


@capability.event("channel_archive")
def archived(session: Session, workspace: Workspace, event: dict[str, Any]) -> None:
    """A channel was archived; the admins hear of it where it is the shared one."""
    if event["channel"] == workspace.channel:
        service.warn_admins(session, workspace)


@capability.event("app_uninstalled")
@capability.event("tokens_revoked")
def removed(event: dict[str, Any]) -> None:
    """The app was taken away."""
    logger.error("Slack says %s: install the app again to go on", event["type"])


def _list(act: Act, page: int = 0) -> View:
    members = service.everyone(act.session, act.workspace_id)
    teams = service.teams(act.session, act.workspace_id)
    is_alone = [member.id for member in members] == [act.person.id]
    return messages.people(members, teams, page, welcome=is_alone)


def _hours(act: Act) -> View:
    workspace = act.session.get_one(Workspace, act.workspace_id)
    return messages.team_hours(service.teams(act.session, act.workspace_id), workspace.timezone)
