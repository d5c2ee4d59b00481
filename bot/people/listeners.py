"""What Slack brings in for people: `/handoff people`, its modals, and changes of users."""

from slack_sdk.models.views import View
from sqlalchemy.orm import Session

from bot.errors import FieldErrors, NotFound
from bot.people import service, view
from bot.people.model import Person, Role
from bot.slack import Command, Incoming, Listening
from bot.store import Store


def register(listening: Listening, store: Store, first_admin: str | None) -> None:
    """Listen for people. `first_admin` is the member ID from the settings, if one is set."""

    def show(incoming: Incoming, _rest: str) -> None:
        incoming.ack()
        with store.transaction() as session:
            who = service.acting(session, incoming.team, incoming.user)
            welcome = service.open_people(session, who, first_admin)
            modal = _list(session, who, welcome=welcome)
        incoming.open(modal)

    def turn(incoming: Incoming) -> None:
        incoming.ack()
        with store.transaction() as session:
            who = _admin(session, incoming)
            modal = _list(session, who, page=incoming.id)
        incoming.replace(modal)

    def add(incoming: Incoming) -> None:
        incoming.ack()
        with store.transaction() as session:
            who = _admin(session, incoming)
            modal = view.edit(None, service.teams(session, who.workspace_id))
        incoming.open(modal)

    def edit(incoming: Incoming) -> None:
        incoming.ack()
        with store.transaction() as session:
            who = _admin(session, incoming)
            member = session.get(Person, incoming.id)
            if member is None or member.workspace_id != who.workspace_id:
                raise NotFound(what="this person")
            modal = view.edit(member, service.teams(session, who.workspace_id))
        incoming.open(modal)

    def save(incoming: Incoming) -> None:
        fields = incoming.fields
        with store.transaction() as session:
            who = _admin(session, incoming)
            roles = [Role(role) for role in fields["roles"] or []]
            team_id = view.team_of(fields["team"])
            try:
                service.assign(session, who, fields["person"], roles, team_id)
            except service.LastAdmin as error:
                raise FieldErrors({"roles": error.message}) from error
            modal = _list(session, who)
        incoming.ack()
        incoming.replace_root(modal)

    listening.command(Command("/handoff", "people", "say who does what (admins)", show))
    listening.action(view.ADD, add)
    listening.action(view.EDIT, edit)
    listening.action(f"{view.PAGE}.previous", turn)
    listening.action(f"{view.PAGE}.next", turn)
    listening.submission(view.SAVE, save)
    listening.event("user_change", lambda incoming: _follow(incoming, store))


def _admin(session: Session, incoming: Incoming) -> Person:
    who = service.acting(session, incoming.team, incoming.user)
    service.require(session, who, "manage people", Role.ADMIN)
    return who


def _list(session: Session, who: Person, *, page: int = 0, welcome: bool = False) -> View:
    members = service.everyone(session, who.workspace_id)
    return view.people(members, service.teams(session, who.workspace_id), page, welcome=welcome)


def _follow(incoming: Incoming, store: Store) -> None:
    incoming.ack()
    user = incoming.event["user"]
    with store.transaction() as session:
        workspace = service.workspace(session, incoming.team)
        service.follow(session, workspace.id, user["id"], **service.facts_of(user))
