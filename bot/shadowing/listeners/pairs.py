"""What Slack brings in for a pair: the clicks on its card, on the page of `/shadow`, and forms."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from bot import clock
from bot.errors import FieldErrors, HandoffError
from bot.people import service as people
from bot.people.model import Person, Workspace
from bot.shadowing import modals, service, view
from bot.slack import Command, Incoming, Listening
from bot.store import Store

Deed = Callable[[Session, Person, int], object]


class Table:
    """Where the clicks on a pair arrive, from its card or from the page of `/shadow`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def page(self, incoming: Incoming, _rest: str = "") -> None:
        """`/shadow`, and its button on the home tab: what is mine, and when the next one is."""
        incoming.ack()
        with self._store.transaction() as session:
            modal = view.page(service.mine(session, _who(session, incoming)))
        incoming.open(modal)

    def doing(self, deed: Deed) -> Callable[[Incoming], None]:
        """A button that does one thing with the row that it names."""

        def act(incoming: Incoming) -> None:
            incoming.ack()
            with self._store.transaction() as session:
                who = _who(session, incoming)
                deed(session, who, incoming.id)
                page = view.page(service.mine(session, who)) if _in_modal(incoming) else None
            if page is not None:
                incoming.replace(page)

        return act

    def another(self, incoming: Incoming) -> None:
        """Which other time?"""
        incoming.ack()
        with self._store.transaction() as session:
            seat = service.changeable(session, _who(session, incoming), incoming.id)
            zone = session.get_one(Workspace, seat.workspace_id).zone
        tomorrow = clock.now().astimezone(zone) + timedelta(days=1)
        suggested = tomorrow.replace(hour=10, minute=0, second=0, microsecond=0)
        incoming.open(modals.another_time(seat, suggested))

    def save_time(self, incoming: Incoming) -> None:
        """The time came."""
        fields = incoming.fields
        minutes = int(fields["minutes"] or 0)
        self._save(incoming, "starts_at", lambda session, who, seat_id: service.propose(
            session, who, seat_id, _moment(fields["starts_at"]), minutes))  # fmt: skip

    def goals(self, incoming: Incoming) -> None:
        """What do you want of it?"""
        incoming.ack()
        with self._store.transaction() as session:
            seat = service.changeable(session, _who(session, incoming), incoming.id)
        incoming.open(modals.goals(seat))

    def save_goals(self, incoming: Incoming) -> None:
        """The goals came."""
        fields = incoming.fields
        self._save(incoming, "own", lambda session, who, seat_id: service.set_goals(
            session, who, seat_id, fields["goals"] or [], fields["own"] or ""))  # fmt: skip

    def hand_on(self, incoming: Incoming) -> None:
        """Who goes instead?"""
        incoming.ack()
        with self._store.transaction() as session:
            who = _who(session, incoming)
            seat = service.changeable(session, who, incoming.id)
            found = service.colleagues(session, who, seat.id)
        incoming.open(modals.hand_on(seat, found))

    def save_hand_on(self, incoming: Incoming) -> None:
        """The colleague was chosen."""
        colleague = int(incoming.fields["colleague"] or 0)
        self._save(incoming, "colleague", lambda session, who, seat_id: service.hand_on(
            session, who, seat_id, colleague))  # fmt: skip

    def write(self, incoming: Incoming) -> None:
        """How was it?"""
        incoming.ack()
        with self._store.transaction() as session:
            seat = service.answerable(session, _who(session, incoming), incoming.id)
        incoming.open(modals.debrief(seat))

    def save_debrief(self, incoming: Incoming) -> None:
        """The debrief came."""
        fields = incoming.fields
        self._save(incoming, "surprised", lambda session, who, seat_id: service.debrief(
            session, who, seat_id, fields))  # fmt: skip

    def _save(self, incoming: Incoming, field: str, deed: Deed) -> None:
        """A form about a seat came; what stands against it is said below `field`, and what was
        typed stays."""
        with self._store.transaction() as session:
            who = _who(session, incoming)
            try:
                deed(session, who, incoming.noted_id)
            except FieldErrors:
                raise
            except HandoffError as error:
                raise FieldErrors({field: error.message}) from error
            page = view.page(service.mine(session, who))
        incoming.ack()
        if _is_pushed(incoming):
            incoming.replace_root(page)


def _who(session: Session, incoming: Incoming) -> Person:
    return people.acting(session, incoming.team, incoming.user)


def _in_modal(incoming: Incoming) -> bool:
    return (incoming.body.get("view") or {}).get("type") == "modal"


def _is_pushed(incoming: Incoming) -> bool:
    """Whether the form lies over the page of `/shadow`."""
    return bool(incoming.body["view"].get("previous_view_id"))


def _moment(chosen: object) -> datetime:
    """A picker that was emptied is answered by Slack itself."""
    return datetime.fromtimestamp(int(str(chosen or 0)), UTC)


def register(listening: Listening, store: Store) -> None:
    """Listen for pairs."""
    table = Table(store)
    listening.command(Command("/shadow", "", "see what is yours, and when it is next", table.page))
    for action_id, deed in (
        (view.PICK, service.pick),
        (view.UNPICK, service.unpick),
        (view.CANCEL, service.cancel),
        (view.REQUEST, service.make_request),
        (view.DRAFT, service.draft_campaign),
        (view.OUT, lambda session, who, _id: service.go_out(session, who)),
        (view.IN, lambda session, who, _id: service.come_in(session, who)),
    ):
        listening.action(action_id, table.doing(deed))
    listening.action(view.SHOW, table.page)
    listening.action(view.ANOTHER, table.another)
    listening.action(view.GOALS, table.goals)
    listening.action(view.HAND_ON, table.hand_on)
    listening.action(view.WRITE, table.write)
    listening.submission(modals.SAVE_TIME, table.save_time)
    listening.submission(modals.SAVE_GOALS, table.save_goals)
    listening.submission(modals.SAVE_HAND_ON, table.save_hand_on)
    listening.submission(modals.SAVE_DEBRIEF, table.save_debrief)
