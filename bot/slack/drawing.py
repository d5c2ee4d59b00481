"""Drawing cards: the durable work that brings each one up to date in Slack."""

import time
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from bot import clock
from bot.slack.cards import DRAW, HOME, Card
from bot.slack.client import Slack
from bot.slack.errors import MessageGone, NeedsAdmin
from bot.slack.message import Message
from bot.store import Store
from bot.tasks import Tasks

# Slack's documents, rate limits: chat.postMessage allows about one message per second and channel.
_POST_EVERY = timedelta(seconds=1)

Renderer = Callable[[Session, int, str], Message | None]
Alarm = Callable[[Session, Card], None]


class Cards:
    """Draws cards: knows how each kind looks, and paces what is posted to one channel."""

    def __init__(self, store: Store, slack: Slack, tasks: Tasks) -> None:
        self._store = store
        self._slack = slack
        self._renderers: dict[str, Renderer] = {}
        self._alarms: list[Alarm] = []
        tasks.add(DRAW, self.draw)

    def add(self, kind: str, renderer: Renderer) -> None:
        """Let cards of `kind` be drawn by `renderer(session, subject_id, target)`; None draws
        nothing."""
        assert kind not in self._renderers, kind
        self._renderers[kind] = renderer

    def when_refused(self, alarm: Alarm) -> None:
        """Call `alarm(session, card)` when only an admin can make a card appear."""
        self._alarms.append(alarm)

    def draw(self, card_id: int) -> None:
        """Bring one card up to date in Slack: read the state, speak to Slack, note the place.

        Raises what `Slack` raises; what an admin has to mend is told to them first.
        """
        with self._store.transaction() as session:
            card = _begin(session, card_id)
            message = self._renderers[card.kind](session, card.subject_id, card.target)
            thread_ts = _thread(session, card)
        if message is None:
            return
        try:
            self._put(card, message, thread_ts)
        except NeedsAdmin:
            with self._store.transaction() as session:
                for alarm in self._alarms:
                    alarm(session, card)
            raise

    def _put(self, card: Card, message: Message, thread_ts: str | None) -> None:
        if card.kind == HOME:
            self._slack.publish(card.target, message)
        elif card.ts is None or card.channel is None:
            if not message.too_late:
                self._post(card, message, thread_ts)
        else:
            try:
                self._slack.update(card.channel, card.ts, message)
            except MessageGone:
                self._post(card, message, thread_ts)

    def _post(self, card: Card, message: Message, thread_ts: str | None) -> None:
        with self._store.transaction() as session:
            pause = _pause(session, card.target)
        time.sleep(pause)
        channel, ts = self._slack.post(card.target, message, thread_ts)
        with self._store.transaction() as session:
            session.execute(
                update(Card)
                .where(Card.id == card.id)
                .values(channel=channel, ts=ts, sent_at=clock.now())
            )


def _begin(session: Session, card_id: int) -> Card:
    """Clear the flag first; this waits for changes in flight, so what is read next has them."""
    card = session.scalars(
        update(Card).where(Card.id == card_id).values(stale=False).returning(Card)
    ).one()
    session.flush()
    return card


def _thread(session: Session, card: Card) -> str | None:
    if card.parent_id is None:
        return None
    return session.scalar(select(Card.ts).where(Card.id == card.parent_id))


def _pause(session: Session, target: str) -> float:
    """Seconds until the channel takes the next message; the lane keeps others behind us."""
    last = session.scalar(select(func.max(Card.sent_at)).where(Card.target == target))
    if last is None:
        return 0.0
    left = (_POST_EVERY - (clock.now() - last)).total_seconds()
    return min(max(left, 0.0), _POST_EVERY.total_seconds())
