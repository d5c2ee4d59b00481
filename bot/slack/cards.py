"""Cards: messages that are always redrawn from state.

A card is a row: what it shows (`kind`, `subject_id`), where it goes (`target`), and its place once
it was posted. A change marks the row stale and writes one drawing job; changes that come before
that job begins are folded into it. So retries and races converge on the newest state, and a crash
between Slack's answer and our commit can double one message but lose none.
"""

import logging
import time
from collections.abc import Callable, Collection, Sequence
from datetime import timedelta

from sqlalchemy import (
    CTE,
    BigInteger,
    ForeignKey,
    Index,
    Subquery,
    Text,
    UniqueConstraint,
    bindparam,
    case,
    cast,
    func,
    literal,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot import clock
from bot.jobs import Tasks, deferring, enqueue_all
from bot.slack.client import Slack
from bot.slack.errors import MessageGone, NeedsAdmin
from bot.slack.message import Message
from bot.store import Base, Id, Key, Moment, Store, WorkspaceId, table

logger = logging.getLogger(__name__)

DRAW = "slack.draw_card"

# The card that is a person's home tab: published instead of posted, folded like any other.
HOME = "home"

# Slack's documents, rate limits: chat.postMessage allows about one message per second and channel.
_POST_EVERY = timedelta(seconds=1)

# Redraws go before posts: a click is answered even while a hundred new leads wait for their second.
_REDRAW_PRIORITY = 10

# What is written to hundreds at once lets everything else go first: no hot lead waits for it.
_CROWD_PRIORITY = -10

Renderer = Callable[[Session, int], Message | None]
Alarm = Callable[[Session, "Card"], None]


_GIVEN = ("workspace_id", "kind", "subject_id", "target", "parent_id")


class Card(Base):
    """One message of ours, and the state of its drawing."""

    __tablename__ = "card"
    __table_args__ = (
        UniqueConstraint("kind", "subject_id", "target"),
        Index("ix_card_target_sent_at", "target", "sent_at"),
    )

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    kind: Mapped[str]
    subject_id: Mapped[Key]
    target: Mapped[str]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("card.id"))
    channel: Mapped[str | None]
    ts: Mapped[str | None]
    stale: Mapped[bool] = mapped_column(default=True)
    sent_at: Mapped[Moment | None]


def _drawing(marked: CTE) -> Subquery:
    """The drawing job of each card that was marked."""
    return select(
        marked.c.target.label("lane"),
        func.jsonb_build_object("card_id", marked.c.id).label("args"),
        case((marked.c.ts.is_(None), 0), else_=_REDRAW_PRIORITY).label("priority"),
    ).subquery("jobs")


# Built once and one statement each, since every lead and every click runs through them.
_CARD = table(Card)
_MARKED = (_CARD.c.id, _CARD.c.target, _CARD.c.ts)
_NEW = (
    insert(_CARD)
    .values({name: bindparam(name) for name in _GIVEN} | {"stale": True})
    .on_conflict_do_nothing()
    .returning(*_MARKED)
    .cte("marked")
)
_PUT_UP = select(deferring(DRAW, _drawing(_NEW)))

_SUBJECTS = (
    func.unnest(bindparam("kinds", type_=ARRAY(Text)), bindparam("ids", type_=ARRAY(BigInteger)))
    .table_valued("kind", "subject_id", name="subjects")
    .render_derived()
)
_MINE = (
    select(_CARD.c.id, _CARD.c.stale)
    .join_from(
        _CARD,
        _SUBJECTS,
        (_CARD.c.kind == _SUBJECTS.c.kind) & (_CARD.c.subject_id == _SUBJECTS.c.subject_id),
    )
    .order_by(_CARD.c.id)
    .with_for_update(key_share=True, of=_CARD)
    .cte("mine")
)
_STALE = (
    update(_CARD)
    .where(_CARD.c.id == _MINE.c.id, ~_MINE.c.stale)
    .values(stale=True)
    .returning(*_MARKED)
    .cte("marked")
)
_JOBS = _drawing(_STALE)
_REDRAW = select(deferring(DRAW, _JOBS, priority=_JOBS.c.priority))


def show(
    session: Session,
    workspace_id: int,
    kind: str,
    subject_id: int,
    target: str,
    *,
    thread_of: tuple[str, int] | None = None,
) -> None:
    """Let a card be posted to `target` (a channel or a person), or redrawn if it is there already.

    `thread_of` names the kind and subject of the card in whose thread it goes.
    """
    parent = _parent(session, thread_of, target) if thread_of else None
    facts = {
        "workspace_id": workspace_id,
        "kind": kind,
        "subject_id": subject_id,
        "target": target,
        "parent_id": parent,
    }
    if session.scalar(_PUT_UP, facts) is None:
        redraw(session, kind, subject_id)


def show_all(
    session: Session, workspace_id: int, kind: str, cards: Sequence[tuple[int, str]]
) -> None:
    """Let many new cards be posted, each a subject with its target: one statement, however many.

    Those that are there already stay as they are. They go after whatever else waits.
    """
    if not cards:
        return
    subjects, targets = zip(*cards, strict=True)
    given = func.unnest(cast(subjects, ARRAY(BigInteger)), cast(targets, ARRAY(Text)))
    each = given.table_valued("subject_id", "target", name="given").render_derived()
    rows = select(literal(workspace_id), literal(kind), each.c.subject_id, each.c.target, true())
    names = ["workspace_id", "kind", "subject_id", "target", "stale"]
    posted = (
        insert(table(Card)).from_select(names, rows).on_conflict_do_nothing()
        .returning(*_MARKED).cte("marked")
    )  # fmt: skip
    enqueue_all(session, DRAW, _drawing(posted), priority=_CROWD_PRIORITY)


def redraw(session: Session, kind: str, subject_id: int) -> None:
    """Let every card of this subject be drawn anew, in the transaction of the change."""
    redraw_all(session, [(kind, subject_id)])


def redraw_all(session: Session, subjects: Collection[tuple[str, int]]) -> None:
    """Let every card of these kinds and subjects be drawn anew, in the transaction of the change.

    The rows are locked before their flag is read, so a drawing job either sees this change or
    finds the flag set again.
    """
    if subjects:
        kinds, ids = zip(*subjects, strict=True)
        session.execute(_REDRAW, {"kinds": kinds, "ids": ids})


def place(session: Session, kind: str, subject_id: int) -> tuple[str, str] | None:
    """Where the first posted card of this subject stands, `(channel, ts)`."""
    row = session.execute(
        select(Card.channel, Card.ts)
        .where(Card.kind == kind, Card.subject_id == subject_id, Card.ts.is_not(None))
        .order_by(Card.id)
        .limit(1)
    ).first()
    return (row.channel, row.ts) if row else None


def _parent(session: Session, thread_of: tuple[str, int], target: str) -> int | None:
    kind, subject_id = thread_of
    return session.scalar(
        select(Card.id).where(
            Card.kind == kind, Card.subject_id == subject_id, Card.target == target
        )
    )


class Cards:
    """Draws cards: knows how each kind looks, and paces what is posted to one channel."""

    def __init__(self, store: Store, slack: Slack, tasks: Tasks) -> None:
        self._store = store
        self._slack = slack
        self._renderers: dict[str, Renderer] = {}
        self._alarms: list[Alarm] = []
        tasks.add(DRAW, self.draw)

    def add(self, kind: str, renderer: Renderer) -> None:
        """Let cards of `kind` be drawn by `renderer(session, subject_id)`; None draws nothing."""
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
            message = self._renderers[card.kind](session, card.subject_id)
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
