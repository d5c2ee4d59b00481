"""What the clock and the durable work bring in: rounds, their ends, reminders, calendar files."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot import clock
from bot.shadowing import invite, messages, service
from bot.shadowing.invite import Invitation
from bot.shadowing.models import ShadowSeat
from bot.slack import Cards, Message, Slack, place
from bot.slack.text import clean
from bot.store import Store
from bot.tasks import Tasks, in_transaction


def register(tasks: Tasks, store: Store, cards: Cards, slack: Slack) -> None:
    """Add the tasks and the cards."""
    _rounds(tasks, store)
    _times(tasks, store, slack)
    _cards(cards)


def _rounds(tasks: Tasks, store: Store) -> None:
    def open_round(workspace_id: int, slot: str) -> None:
        with store.transaction() as session:
            service.open_round(session, workspace_id, datetime.fromisoformat(slot))

    def lapse(workspace_id: int) -> None:
        in_transaction(store, lambda session: service.lapse(session, workspace_id))

    def settle(pair_id: int) -> None:
        with store.transaction() as session:
            service.settle(session, pair_id)

    tasks.add(service.OPEN, open_round)
    tasks.add(service.LAPSE, lapse)
    tasks.add(service.SETTLE, settle)


def _times(tasks: Tasks, store: Store, slack: Slack) -> None:
    def remind(pair_id: int, slot_id: int) -> None:
        with store.transaction() as session:
            service.remind(session, pair_id, slot_id)

    def over(pair_id: int, slot_id: int) -> None:
        with store.transaction() as session:
            service.over(session, pair_id, slot_id)

    def send(seat_id: int, slot_id: int, sequence: int, *, is_cancelled: bool) -> None:
        with store.transaction() as session:
            seat = service.seat_to_show(session, seat_id)
            asked = _invitation(session, seat, slot_id, sequence, is_cancelled=is_cancelled)
            card = place(session, service.CARD, seat_id)
        # Somebody may have said what suits them on the page, before their card was there.
        channel = card[0] if card else _direct(slack, seat.person.slack_id)
        said = "This takes it out of your calendar." if is_cancelled else "For your calendar."
        content = invite.file(asked, clock.now())
        slack.upload(channel, invite.NAME, content, said, thread_ts=card[1] if card else None)

    tasks.add(service.REMIND, remind)
    tasks.add(service.OVER, over)
    tasks.add(service.INVITE, send)


def _cards(cards: Cards) -> None:
    def reminder(session: Session, slot_id: int) -> Message:
        return messages.reminder(*service.slot_to_show(session, slot_id))

    cards.add(
        service.CARD,
        lambda session, key: messages.card(service.seat_to_show(session, key), clock.now()),
    )
    cards.add(
        service.LEFT_OVER,
        lambda session, key: messages.left_over(service.left_over_to_show(session, key)),
    )
    cards.add(
        service.REST, lambda session, key: messages.rest(service.member_to_show(session, key))
    )
    cards.add(service.REMINDER, reminder)
    cards.add(service.ASK, lambda session, key: messages.ask(service.seat_to_show(session, key)))
    cards.add(service.MET, lambda session, key: messages.met(service.pair_to_show(session, key)))
    cards.add(
        service.SHARED, lambda session, key: messages.shared(service.pair_to_show(session, key))
    )


def _invitation(
    session: Session, seat: ShadowSeat, slot_id: int, sequence: int, *, is_cancelled: bool
) -> Invitation:
    """The calendar's entry as it was when the two agreed, so that a retry says the same."""
    slot, pair = service.slot_to_show(session, slot_id)
    one, other = (clean(each.person.name, 80) for each in pair.taken)
    goals = dict.fromkeys(goal for each in pair.taken for goal in each.wants)
    return Invitation(
        uid=f"shadow-{pair.id}-of-{seat.workspace_id}@handoff", sequence=sequence,
        names=(one, other), starts_at=slot.starts_at, ends_at=slot.ends_at, goals=tuple(goals),
        is_cancelled=is_cancelled,
    )  # fmt: skip


def _direct(slack: Slack, slack_id: str) -> str:
    """The conversation between a person and us."""
    return str(slack.call("conversations.open", users=slack_id)["channel"]["id"])
