"""Cards: messages that are always redrawn from state.

A card is a row: what it shows (`kind`, `subject_id`), where it goes (`target`), and its place once
it was posted. A change marks the row stale and writes one drawing job; changes that come before
that job begins are folded into it. So retries and races converge on the newest state, and a crash
between Slack's answer and our commit can double one message but lose none.
"""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ForeignKey,
    Index,
    Integer,
    Select,
    Subquery,
    Text,
    UniqueConstraint,
    bindparam,
    case,
    func,
    select,
    true,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.store import Base, Id, Key, Moment, WorkspaceId, table
from bot.tasks import deferring

DRAW = "slack.draw_card"

# The card that is a person's home tab: published instead of posted, folded like any other.
HOME = "home"

# Redraws go before posts: a click is answered even while a hundred new leads wait for their second.
_REDRAW_PRIORITY = 10

# What is written to hundreds at once lets everything else go first: no hot lead waits for it.
_CROWD_PRIORITY = -10

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

_SHOWN = (
    func.unnest(
        bindparam("subjects", type_=ARRAY(BigInteger)), bindparam("targets", type_=ARRAY(Text))
    )
    .table_valued("subject_id", "target", name="shown")
    .render_derived()
)
_ALL_NEW = (
    insert(_CARD)
    .from_select(
        ["workspace_id", "kind", "subject_id", "target", "stale"],
        select(
            bindparam("workspace_id", type_=BigInteger),
            bindparam("kind", type_=Text),
            _SHOWN.c.subject_id,
            _SHOWN.c.target,
            true(),
        ),
    )
    .on_conflict_do_nothing()
    .returning(*_MARKED)
    .cte("marked")
)
_PUT_UP_ALL = select(
    deferring(DRAW, _drawing(_ALL_NEW), priority=bindparam("priority", type_=Integer))
)

_SUBJECTS = (
    func.unnest(bindparam("kinds", type_=ARRAY(Text)), bindparam("ids", type_=ARRAY(BigInteger)))
    .table_valued("kind", "subject_id", name="subjects")
    .render_derived()
)


def redrawing(*others: Select[str, int]) -> Select[Any]:
    """A statement for `redraw_all` that redraws what `others` find, too: kinds and subjects.

    The values that they want have other names than a card's columns, which SQLAlchemy would write
    into them.
    """
    subjects = union_all(select(_SUBJECTS.c.kind, _SUBJECTS.c.subject_id), *others).subquery()
    kind, subject_id = subjects.c
    mine = (
        select(_CARD.c.id, _CARD.c.stale)
        .join_from(_CARD, subjects, (_CARD.c.kind == kind) & (_CARD.c.subject_id == subject_id))
        .order_by(_CARD.c.id)
        .with_for_update(key_share=True, of=_CARD)
        .cte("mine")
    )
    stale = (
        update(_CARD)
        .where(_CARD.c.id == mine.c.id, ~mine.c.stale)
        .values(stale=True)
        .returning(*_MARKED)
        .cte("marked")
    )
    jobs = _drawing(stale)
    return select(deferring(DRAW, jobs, priority=jobs.c.priority))


_REDRAW = redrawing()


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
    session: Session, workspace_id: int, kind: str, cards: Sequence[tuple[int, str]],
    *, priority: int = _CROWD_PRIORITY,
) -> None:  # fmt: skip
    """Let many new cards be posted, each a subject with its target: one statement, however many.

    Those that are there already stay as they are. Unless `priority` says otherwise, they go after
    whatever else waits.
    """
    if cards:
        subjects, targets = zip(*cards, strict=True)
        facts = {"workspace_id": workspace_id, "kind": kind, "priority": priority}
        session.execute(_PUT_UP_ALL, facts | {"subjects": subjects, "targets": targets})


def redraw(session: Session, kind: str, subject_id: int) -> None:
    """Let every card of this subject be drawn anew, in the transaction of the change."""
    redraw_all(session, [(kind, subject_id)])


def redraw_all(
    session: Session,
    subjects: Collection[tuple[str, int]],
    by: Select[Any] = _REDRAW,
    **values: int,
) -> None:
    """Let every card of these kinds and subjects be drawn anew, in the transaction of the change;
    with a statement of `redrawing` and its values, those that it finds as well.

    The rows are locked before their flag is read, so a drawing job either sees this change or
    finds the flag set again.
    """
    if subjects:
        kinds, ids = zip(*subjects, strict=True)
        session.execute(by, {"kinds": kinds, "ids": ids} | values)


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
