"""What Slack brings in for requests: `/request`, its forms, its list, and the card's buttons."""

from secrets import token_hex

from slack_sdk.models.views import View
from sqlalchemy.orm import Session

from bot import clock
from bot.people.desk import Desk
from bot.people.models import ANY_ROLE, Person, Role, Workspace
from bot.planning import forms, messages, service
from bot.planning.models import Heard
from bot.slack import Command, Incoming, Listening, option_of
from bot.slack.access import Access
from bot.store import Store

_ASK = Access("ask for campaigns", ANY_ROLE)
_READ = Access("see what is asked for", ANY_ROLE)
_SECOND = Access("second requests", ANY_ROLE)
_ANSWER = Access("answer requests", (Role.MARKETER,))
_RULES = Access("change the rules of planning", (Role.ADMIN,))


class Requests(Desk):
    """Where clicks arrive that are more than one thing."""

    def second(self, incoming: Incoming) -> None:
        """Someone hears it too, and says so in the list."""
        incoming.ack()
        with self.serving(incoming) as (session, who):
            service.second(session, who, incoming.id)
            modal = _page(session, who, incoming.noted_id)
        incoming.replace(modal)


def register(listening: Listening, store: Store) -> None:
    """Listen for requests."""
    desk = Requests(store)
    for word, usage, draw, access in (
        ("", "say what customers ask for", _new, _ASK),
        ("list", "see what is asked for, the most heard first", _page, _READ),
        ("promise", "say how soon marketing answers (admins)", _promise, _RULES),
    ):
        listening.command(Command("/request", word, usage, desk.opens(draw), access))
    listening.submission(forms.SAVE, desk.takes(_save), _ASK)
    listening.action(messages.ME_TOO, desk.does(service.second), _SECOND)
    listening.action(messages.SEEN, desk.does(service.see), _ANSWER)
    listening.action(messages.DECLINE, desk.opens(_decline), _ANSWER)
    listening.submission(forms.SAVE_DECLINE, desk.takes(_save_decline), _ANSWER)
    for way in ("previous", "next"):
        listening.action(f"{messages.LIST}.{way}", desk.replaces(_page), _READ)
    listening.action(messages.SECOND, desk.second, _SECOND)
    listening.submission(forms.SAVE_PROMISE, desk.takes(_save_promise), _RULES)


def _new(session: Session, who: Person, _id: int) -> View:
    service.may_ask(session, who)
    channel = session.get_one(Workspace, who.workspace_id).channel
    days = service.rules(session, who.workspace_id).answer_days
    return forms.ask(token_hex(12), channel, days)


def _save(session: Session, who: Person, incoming: Incoming) -> None:
    fields = incoming.fields
    service.ask_for(
        session,
        who,
        fields["text"] or "",
        token=incoming.note,
        audience=fields["audience"] or "",
        heard=option_of(Heard, fields["heard"]),
        example=fields["example"] or "",
        lead=fields["lead"] or "",
    )


def _decline(session: Session, who: Person, request_id: int) -> View:
    """Why not?"""
    return forms.decline(service.declinable(session, who, request_id))


def _save_decline(session: Session, who: Person, incoming: Incoming) -> None:
    service.decline(session, who, incoming.noted_id, str(incoming.fields["reason"] or ""))


def _page(session: Session, who: Person, page: int) -> View:
    """A page of the list; the last one there is, where it has become shorter."""
    count = service.count_open(session, who.workspace_id)
    page = min(page, max(count - 1, 0) // messages.PAGE_SIZE)
    found = service.open_requests(session, who, messages.PAGE_SIZE, page * messages.PAGE_SIZE)
    return messages.listing(found, page, count, clock.now())


def _promise(session: Session, who: Person, _id: int) -> View:
    """How soon marketing answers, to be changed."""
    return forms.promise(service.changeable(session, who).answer_days)


def _save_promise(session: Session, who: Person, incoming: Incoming) -> None:
    service.change_promise(session, who, str(incoming.fields["answer_days"] or ""))
