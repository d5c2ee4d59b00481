"""What Slack brings in for taking part: out and in, not with somebody, and the settings."""

from slack_sdk.models.views import View
from sqlalchemy.orm import Session

from bot.errors import below
from bot.people.desk import Desk
from bot.people.models import ANY_ROLE, Person, Role, Workspace
from bot.shadowing import apart_view, forms, messages, service
from bot.slack import Command, Incoming, Listening
from bot.slack.access import Access
from bot.store import Store

_TAKE_PART = Access("take part in job shadowing", ANY_ROLE)
_CONFIGURE = Access("change how people are paired", (Role.MANAGER,))


class TakingPart(Desk):
    """Where forms arrive that stay open."""

    def save_apart(self, incoming: Incoming) -> None:
        """These two are not paired; the list shows them."""
        fields = incoming.fields
        with self.serving(incoming) as (session, who):
            with below("other"):
                service.keep_apart(session, who, fields.get("one") or who.slack_id, fields["other"])
            modal = _apart(session, who)
        incoming.keep_open(modal)


def register(listening: Listening, store: Store) -> None:
    """Listen for who takes part, and for the settings."""
    desk = TakingPart(store)
    usage = "take no part from the next round on"
    listening.command(Command("/shadow", "out", usage, desk.tells(_out), _TAKE_PART))
    usage = "take part again"
    listening.command(Command("/shadow", "in", usage, desk.tells(_come_in), _TAKE_PART))
    usage = "when rounds are, and how they pair (managers)"
    listening.command(Command("/shadow", "settings", usage, desk.opens(_settings), _CONFIGURE))
    listening.action(forms.SETTINGS, desk.opens(_settings), _CONFIGURE)
    listening.submission(forms.SAVE_SETTINGS, desk.takes(_save_settings), _CONFIGURE)
    listening.action(messages.APART, desk.opens(_apart_first), _TAKE_PART)
    listening.action(forms.SHOW_APART, desk.opens(_apart_first), _TAKE_PART)
    listening.submission(apart_view.SAVE_APART, desk.save_apart, _TAKE_PART)
    listening.action(apart_view.LET_MEET, desk.replaces(_let_meet), _TAKE_PART)
    for way in ("previous", "next"):
        listening.action(f"{apart_view.PAGE}.{way}", desk.replaces(_apart), _TAKE_PART)


def _out(session: Session, who: Person, _id: int) -> str:
    service.go_out(session, who)
    return (
        "You are out: the next rounds of Stay in my shoes leave you alone. What is agreed "
        "already stays, and can be cancelled on its card. `/shadow in` brings you back."
    )


def _come_in(session: Session, who: Person, _id: int) -> str:
    service.come_in(session, who)
    return messages.welcome(service.next_round_at(session, who.workspace_id))


def _settings(session: Session, who: Person, _id: int) -> View:
    """When rounds are."""
    service.may_configure(session, who)
    told = service.setting(session, who.workspace_id)
    zone = session.get_one(Workspace, who.workspace_id).timezone
    next_at = service.next_round_at(session, who.workspace_id)
    return forms.settings(told, zone, next_at, is_admin=who.has(Role.ADMIN))


def _save_settings(session: Session, who: Person, incoming: Incoming) -> None:
    service.configure(session, who, incoming.fields)


def _apart(session: Session, who: Person, page: int = 0) -> View:
    """Whom not?"""
    found = service.apart(session, who)
    return apart_view.apart(found, who, page, is_admin=who.has(Role.ADMIN))


def _apart_first(session: Session, who: Person, _id: int) -> View:
    """The first page: the button that leads there carries a person."""
    return _apart(session, who)


def _let_meet(session: Session, who: Person, apart_id: int) -> View:
    """These two may be paired after all."""
    service.let_meet(session, who, apart_id)
    return _apart(session, who)
