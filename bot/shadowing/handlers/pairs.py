"""What Slack brings in for a pair: the clicks on its card, on the page of `/shadow`, and forms."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from slack_sdk.models.views import View
from sqlalchemy.orm import Session

from bot import clock
from bot.errors import below
from bot.people.choosing import chosen
from bot.people.desk import Deed, Desk, Listener
from bot.people.models import ANY_ROLE, Person, Workspace
from bot.shadowing import forms, messages, service
from bot.slack import Command, Incoming, Listening, option_of
from bot.slack.access import Access
from bot.store import Store

_TAKE_PART = Access("take part in job shadowing", ANY_ROLE)


class Table(Desk):
    """Where the clicks on a pair arrive, from its card or from the page of `/shadow`."""

    def doing(self, deed: Deed) -> Listener:
        """A button that does one thing; the page, if that is where it stands, shows it."""

        def listen(incoming: Incoming, _rest: str = "", /) -> None:
            incoming.ack()
            with self.serving(incoming) as (session, who):
                deed(session, who, incoming.id)
                page = _page(session, who) if _in_modal(incoming) else None
            if page is not None:
                incoming.replace(page)

        return listen

    def about(self, field: str, form: Callable[[Session, Person, Incoming], object]) -> Listener:
        """A form about a seat; what stands against it is said below `field`, and what was typed
        stays."""

        def take(session: Session, who: Person, incoming: Incoming) -> View:
            with below(field):
                form(session, who, incoming)
            return _page(session, who)

        return self.takes(take)


def register(listening: Listening, store: Store) -> None:
    """Listen for pairs."""
    table = Table(store)
    usage = "see what is yours, and when it is next"
    listening.command(Command("/shadow", "", usage, table.opens(_page), _TAKE_PART))
    listening.action(messages.SHOW, table.opens(_page), _TAKE_PART)
    for action_id, deed in (
        (messages.PICK, service.pick),
        (messages.UNPICK, service.unpick),
        (messages.CANCEL, service.cancel),
        (messages.REQUEST, service.make_request),
        (messages.DRAFT, service.draft_campaign),
        (messages.OUT, lambda session, who, _id: service.go_out(session, who)),
        (messages.IN, lambda session, who, _id: service.come_in(session, who)),
    ):
        listening.action(action_id, table.doing(deed), _TAKE_PART)
    for action_id, draw in (
        (messages.ANOTHER, _another),
        (messages.GOALS, _goals),
        (messages.HAND_ON, _hand_on),
        (messages.WRITE, _write),
    ):
        listening.action(action_id, table.opens(draw), _TAKE_PART)
    for callback_id, field, form in (
        (forms.SAVE_TIME, "starts_at", _save_time),
        (forms.SAVE_GOALS, "own", _save_goals),
        (forms.SAVE_HAND_ON, "colleague", _save_hand_on),
        (forms.SAVE_DEBRIEF, "surprised", _save_debrief),
    ):
        listening.submission(callback_id, table.about(field, form), _TAKE_PART)


def _page(session: Session, who: Person, _id: int = 0) -> View:
    """What is mine, and when the next one is."""
    return messages.page(service.mine(session, who))


def _another(session: Session, who: Person, seat_id: int) -> View:
    """Which other time?"""
    seat = service.changeable(session, who, seat_id)
    zone = session.get_one(Workspace, seat.workspace_id).zone
    tomorrow = clock.now().astimezone(zone) + timedelta(days=1)
    return forms.another_time(seat, tomorrow.replace(hour=10, minute=0, second=0, microsecond=0))


def _save_time(session: Session, who: Person, incoming: Incoming) -> None:
    fields = incoming.fields
    # A picker that was emptied is answered by Slack itself.
    starts_at = datetime.fromtimestamp(int(str(fields["starts_at"] or 0)), UTC)
    service.propose(session, who, incoming.noted_id, starts_at, option_of(int, fields["minutes"]))


def _goals(session: Session, who: Person, seat_id: int) -> View:
    """What do you want of it?"""
    return forms.goals(service.changeable(session, who, seat_id))


def _save_goals(session: Session, who: Person, incoming: Incoming) -> None:
    fields = incoming.fields
    service.set_goals(session, who, incoming.noted_id, fields["goals"] or [], fields["own"] or "")


def _hand_on(session: Session, who: Person, seat_id: int) -> View:
    """Who goes instead?"""
    seat = service.changeable(session, who, seat_id)
    return forms.hand_on(seat, service.colleagues(session, who, seat.id))


def _save_hand_on(session: Session, who: Person, incoming: Incoming) -> None:
    colleague_id = chosen(session, who.workspace_id, str(incoming.fields["colleague"]))
    service.hand_on(session, who, incoming.noted_id, colleague_id)


def _write(session: Session, who: Person, seat_id: int) -> View:
    """How was it?"""
    return forms.debrief(service.answerable(session, who, seat_id))


def _save_debrief(session: Session, who: Person, incoming: Incoming) -> None:
    service.debrief(session, who, incoming.noted_id, incoming.fields)


def _in_modal(incoming: Incoming) -> bool:
    return (incoming.body.get("view") or {}).get("type") == "modal"
