"""What waits to be written: each change of a lead counts its record's version up, in the same
transaction; a record whose version was not written yet waits."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import exists, func, or_, select, text, tuple_, update
from sqlalchemy.orm import Session, aliased

from bot import clock, slack
from bot.crm.models import AMOUNT, CrmRecord, Refused
from bot.leads.changes import on_change
from bot.leads.models import Lead
from bot.tasks import Loop, enqueue

PUSH = "crm.push"

# Every lead and every click runs through it; where the workspace has no CRM it finds nothing to do.
# A record that waits already keeps its place in the queue.
_MARK = text(
    """
    INSERT INTO crm_record (lead_id, workspace_id, changed_at, is_backfill)
    SELECT changed.lead_id, connection.workspace_id, :now, :is_backfill
    FROM unnest(CAST(:lead_ids AS bigint[])) AS changed (lead_id), crm_connection AS connection
    WHERE connection.workspace_id = :workspace_id AND connection.is_active
    ORDER BY changed.lead_id
    ON CONFLICT (lead_id) DO UPDATE SET
        version = crm_record.version + 1,
        retry_at = NULL,
        is_backfill = crm_record.is_backfill AND excluded.is_backfill
            AND crm_record.version <> crm_record.written_version,
        changed_at = CASE WHEN crm_record.version = crm_record.written_version
            THEN excluded.changed_at ELSE crm_record.changed_at END
    RETURNING lead_id, refused
    """
)

WRITING = Loop("crm.push", "Writing to the CRM")
"""The leads that are written; one on which our own code breaks is parked."""

MADE_ANEW = "made_anew"
"""In the memory of a record that was deleted, once somebody has asked for a new one."""

IS_WAITING = (CrmRecord.version != CrmRecord.written_version) & (
    CrmRecord.refused.is_(None) | CrmRecord.refused.not_in([Refused.GONE, Refused.DUPLICATE])
)
"""The records that wait to be written; one that a person has to decide about does not."""


_Other, _Its, _Mine = aliased(CrmRecord), aliased(Lead), aliased(Lead)
IS_OLDER = (
    exists()
    .where(
        _Other.workspace_id == CrmRecord.workspace_id,
        _Other.record_id == CrmRecord.record_id,
        _Its.id == _Other.lead_id,
        _Mine.id == CrmRecord.lead_id,
        tuple_(_Its.merged_into.is_(None), _Its.id) > tuple_(_Mine.merged_into.is_(None), _Mine.id),
    )
    .correlate(CrmRecord)
)
"""The records that a newer lead of the same person has too, or one into which this lead was merged:
what that one says is what is there."""


class Backlog(NamedTuple):
    """How much is written, and how much waits."""

    written: int
    waiting: int
    waiting_since: datetime | None
    refused: int


@on_change
def lead_changed(session: Session, workspace_id: int, events: Mapping[int, int]) -> None:
    """A lead came, or a step was taken with it; whoever took it holds the lead."""
    _mark(session, workspace_id, events, is_backfill=False)


def mark(
    session: Session, workspace_id: int, lead_ids: Iterable[int], *, is_backfill: bool = False
) -> int:
    """Let these leads be written to the workspace's CRM, if it has one; returns how many wait now
    because of it. A backfill goes last."""
    lead_ids = hold_leads(session, lead_ids)
    return _mark(session, workspace_id, lead_ids, is_backfill=is_backfill)


def hold_leads(session: Session, lead_ids: Iterable[int]) -> Sequence[int]:
    """Lock these leads until the transaction ends.

    Whoever changes a lead's row of the CRM holds the lead, and takes leads in the order of their
    ids, as people's verbs do: so nobody waits for somebody who waits for them.
    """
    chosen = select(Lead.id).where(Lead.id.in_(list(lead_ids))).order_by(Lead.id)
    return session.scalars(chosen.with_for_update(key_share=True)).all()


def hold(session: Session, lead_ids: Iterable[int]) -> dict[int, CrmRecord]:
    """What is known of these leads, as it is now, by lead; held until the transaction ends."""
    held = select(CrmRecord).where(CrmRecord.lead_id.in_(hold_leads(session, lead_ids)))
    records = session.scalars(
        held.order_by(CrmRecord.lead_id).with_for_update().execution_options(populate_existing=True)
    )
    return {record.lead_id: record for record in records}


def _mark(
    session: Session, workspace_id: int, lead_ids: Iterable[int], *, is_backfill: bool
) -> int:
    facts = {
        "now": clock.now(), "lead_ids": list(lead_ids), "workspace_id": workspace_id,
        "is_backfill": is_backfill,
    }  # fmt: skip
    marked = session.execute(_MARK, facts).all()
    two_amounts = [row.lead_id for row in marked if row.refused == Refused.TWO_AMOUNTS]
    slack.redraw_all(session, [(AMOUNT, lead_id) for lead_id in two_amounts])
    if marked:
        push_later(session, workspace_id)
    return len(marked)


def push_later(session: Session, workspace_id: int, *, at: datetime | None = None) -> None:
    """Let what waits be written by durable work; all calls of a workspace go one after another."""
    enqueue(session, PUSH, lane=lane(workspace_id), at=at, workspace_id=workspace_id)


def lane(workspace_id: int) -> str:
    """What keeps the work with a workspace's CRM in its order."""
    return f"crm:{workspace_id}"


def next_waiting(
    session: Session, workspace_id: int, most: int
) -> Sequence[tuple[CrmRecord, bool]]:
    """The records that have waited longest, those of a backfill last, at most `most`; each with
    whether a newer lead has it too."""
    rows = session.execute(
        select(CrmRecord, IS_OLDER)
        .where(
            CrmRecord.workspace_id == workspace_id,
            IS_WAITING,
            WRITING.ready(CrmRecord.lead_id),
            or_(CrmRecord.retry_at.is_(None), CrmRecord.retry_at <= clock.now()),
        )
        .order_by(CrmRecord.is_backfill, CrmRecord.changed_at, CrmRecord.lead_id)
        .limit(most)
    ).all()
    return [(record, is_older) for record, is_older in rows]


def next_retry(session: Session, workspace_id: int) -> datetime | None:
    """When the first of the records that are left alone is tried again."""
    return session.scalar(
        select(func.min(CrmRecord.retry_at)).where(
            CrmRecord.workspace_id == workspace_id, IS_WAITING
        )
    )


def backlog(session: Session, workspace_id: int) -> Backlog:
    """How much is written, and how much waits."""
    mine = CrmRecord.workspace_id == workspace_id
    row = session.execute(
        select(
            func.count().filter(CrmRecord.version == CrmRecord.written_version),
            func.count().filter(IS_WAITING),
            func.min(CrmRecord.changed_at).filter(IS_WAITING & ~CrmRecord.is_backfill),
            func.count(CrmRecord.refused),
        ).where(mine)
    ).one()
    return Backlog(*row)


def retry(session: Session, workspace_id: int, lead_ids: Sequence[int] | None = None) -> int:
    """Write these leads again, or all that the CRM refused; returns how many there were.

    A record that was deleted is made anew only for leads that are named. About an amount somebody
    is asked, and nothing is tried.
    """
    kinds = [Refused.INVALID, Refused.DUPLICATE]
    which = [CrmRecord.workspace_id == workspace_id]
    if lead_ids is not None:
        kinds.append(Refused.GONE)
        which.append(CrmRecord.lead_id.in_(lead_ids))
    which.append(CrmRecord.refused.in_(kinds))
    hold_leads(session, session.scalars(select(CrmRecord.lead_id).where(*which)).all())
    forgotten: dict[str, Any] = {
        "record_id": None, "memory": {MADE_ANEW: "yes"}, "written": {}, "seen": {}, "note_id": 0,
    }  # fmt: skip
    gone = CrmRecord.refused == Refused.GONE
    session.execute(update(CrmRecord).where(*which, gone).values(**forgotten))
    again = session.scalars(
        update(CrmRecord)
        .where(*which)
        .values(
            refused=None, refused_why=None, version=CrmRecord.version + 1, changed_at=clock.now()
        )
        .returning(CrmRecord.lead_id)
    ).all()
    if again:
        push_later(session, workspace_id)
    return len(again)
