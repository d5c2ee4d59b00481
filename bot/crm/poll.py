"""Polling: what people changed in the CRM is read, and taken over here.

Three versions of a value are compared: as the CRM held it when we last looked, as it holds it now,
and as it is here. What changed on one side only goes to the other. Where both changed, the app wins
for the owner, the CRM for the stage, and about an amount somebody is asked. Our own writing is
known by its values: it differs in nothing from what we last saw.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from bot import clock
from bot.crm import card, notices, questions, users
from bot.crm.backlog import hold, lane, mark, next_waiting, push_later
from bot.crm.connection import Connection
from bot.crm.models import CrmConnection, CrmRecord
from bot.crm.models import Refused as Why
from bot.crm.port import Blocked, Crm, Gone, Record, Stage, Values
from bot.crm.values import after_taking, as_json, seen_of, stage_of, stage_values
from bot.errors import HandoffError
from bot.leads import external_changes
from bot.leads import queries as lead_queries
from bot.leads.models import Disposition, Lead, Status
from bot.money import Money
from bot.tasks import Loop, enqueue, fold

POLL = "crm.poll"
_EVERY = timedelta(minutes=1)
_WHILE_MANY = timedelta(minutes=10)
_MANY = 500
_CHANGES = Loop("crm.changes", "Changes in the CRM")
_WARN_OF_EXPIRY = timedelta(days=14)

# Who filled these in there knows better; they are written only while nobody did.
_OF_THE_PERSON = (
    "first_name", "last_name", "email", "phone", "company", "job_title", "country", "message",
)  # fmt: skip
_OF_STAGE = ("stage", "lost_reason", "amount_minor", "currency")
_ENDS = (Stage.WON, Stage.LOST)


def poll_due(session: Session) -> int:
    """Let the CRMs be read whose time has come; returns how many those are. For the clock."""
    due = session.scalars(
        update(CrmConnection)
        .where(CrmConnection.is_active, CrmConnection.next_poll_at <= clock.now())
        .values(next_poll_at=clock.now() + _EVERY)
        .returning(CrmConnection.workspace_id)
    ).all()
    for workspace_id in due:
        enqueue(session, POLL, lane=lane(workspace_id), workspace_id=workspace_id)
    return len(due)


def poll_soon(session: Session, workspace_id: int) -> None:
    """Bring the next poll forward: a hook says that something changed."""
    session.execute(
        update(CrmConnection)
        .where(CrmConnection.workspace_id == workspace_id, CrmConnection.is_active)
        .values(next_poll_at=clock.now())
    )


def poll(connection: Connection, workspace_id: int) -> None:
    """Read what changed since last time. Raises Postpone."""
    store = connection.store
    with store.transaction() as session:
        state = connection.state(session, workspace_id)
        if state is None or (state.try_again_at and state.try_again_at > clock.now()):
            return
        fold(session, POLL, workspace_id=workspace_id)
        if _can_wait(session, state):
            return
        since, users_are_due = state.mark, users.are_due(session, state)
    try:
        with connection.calling(workspace_id) as crm:
            if users_are_due:
                users.read(connection, crm, workspace_id)
            _try_parked_again(connection, crm, workspace_id)
            for page in crm.changed_since(since - crm.overlap):
                _take_page(connection, crm, workspace_id, page)
            expires = crm.key_expires_at()
    except Blocked:
        return  # told to the admins
    with store.transaction() as session:
        _is_done(session, connection, workspace_id, expires)


def _can_wait(session: Session, state: CrmConnection) -> bool:
    """Whether many leads are being written: what is read then is mostly that, and costs the calls
    which it needs."""
    is_recent = state.polled_at is not None and state.polled_at + _WHILE_MANY > clock.now()
    return is_recent and len(next_waiting(session, state.workspace_id, _MANY)) == _MANY


def _is_done(
    session: Session, connection: Connection, workspace_id: int, expires: datetime | None
) -> None:
    state = session.get_one(CrmConnection, workspace_id, with_for_update=True)
    state.polled_at, state.try_again_at, state.busy_until = clock.now(), None, None
    if state.blocked is not None or next_waiting(session, workspace_id, 1):
        push_later(session, workspace_id)  # which says whether writing works again, too
    if expires != state.key_expires_at:
        state.key_expires_at = expires
    if expires is not None and expires - clock.now() < _WARN_OF_EXPIRY:
        notices.tell_of_expiry(session, workspace_id, connection.name, expires)


def _take_page(
    connection: Connection, crm: Crm, workspace_id: int, page: Sequence[Record | Gone],
    *, is_again: bool = False,
) -> None:  # fmt: skip
    """Take over the changes of our records in one page, and go on from it next time.

    `is_again`: they failed before, so that they are taken whether they have changed or not.
    """
    with connection.store.transaction() as session:
        ours = _ours(session, workspace_id, page)
        changed = [each for each in ours if is_again or _has_changed(*each)]
        if changed:
            owner_of = users.owner_ids(session, workspace_id, connection.fallback_owner)
            _CHANGES.each(
                session, changed, lambda each: take(session, connection, owner_of, *each),
                key=lambda each: each[0].lead_id, workspace_id=workspace_id,
            )  # fmt: skip
        newest = [each.changed_at for each in page if isinstance(each, Record) and each.changed_at]
        if newest:
            session.execute(
                update(CrmConnection)
                .where(CrmConnection.workspace_id == workspace_id)
                .values(mark=func.greatest(CrmConnection.mark, max(newest)))
            )

        lost = [mine.lead_id for mine, record in ours if isinstance(record, Gone)]
    if lost:
        gone(connection, crm, workspace_id, lost)


def _try_parked_again(connection: Connection, crm: Crm, workspace_id: int) -> None:
    """Read again what could not be taken over, since its page has long passed."""
    with connection.store.transaction() as session:
        record_ids = session.scalars(
            select(CrmRecord.record_id).where(
                CrmRecord.workspace_id == workspace_id,
                CrmRecord.record_id.is_not(None),
                CrmRecord.lead_id.in_(_CHANGES.due(workspace_id)),
            )
        ).all()
    again = [str(each) for each in record_ids]
    if again:
        _take_page(connection, crm, workspace_id, crm.read(again), is_again=True)


def _ours(
    session: Session, workspace_id: int, page: Sequence[Record | Gone]
) -> list[tuple[CrmRecord, Record | Gone]]:
    """Those of a page that are ours, with what we know of them. Where several leads of one person
    share a record, it is that of the newest which was not merged into another."""
    by_id: dict[str, Record | Gone] = {}
    for each in page:
        by_id[each.record_id] = each
        if isinstance(each, Record):
            by_id |= dict.fromkeys(each.merged_from, each)
    ids = session.scalars(
        select(CrmRecord.lead_id).where(
            CrmRecord.workspace_id == workspace_id,
            CrmRecord.record_id.in_(by_id),
            or_(CrmRecord.refused.is_(None), CrmRecord.refused != Why.GONE),
        )
    ).all()
    if not ids:
        return []
    rows = [row for row in hold(session, ids).values() if row.record_id in by_id]
    of_merged = select(Lead.id).where(
        Lead.id.in_([row.lead_id for row in rows]), Lead.merged_into.is_not(None)
    )
    merged = set(session.scalars(of_merged))
    ours: dict[str | int, tuple[CrmRecord, Record | Gone]] = {}
    for row in sorted(rows, key=lambda row: (row.lead_id not in merged, row.lead_id)):
        record = by_id[str(row.record_id)]
        row.record_id = record.record_id  # it may have been merged
        ours[record.record_id if isinstance(record, Record) else row.lead_id] = (row, record)
    return list(ours.values())


def _has_changed(mine: CrmRecord, record: Record | Gone) -> bool:
    """Whether a record differs from what we last saw of it, or is still in question.

    Most do not: each poll reads what was written shortly before the newest change again.
    """
    return (
        isinstance(record, Gone)
        or mine.refused is not None
        or seen_of(record) != mine.seen
        or not record.memory.items() <= mine.memory.items()
    )


def take(
    session: Session, connection: Connection, owner_of: users.OwnerOf, mine: CrmRecord,
    record: Record | Gone,
) -> None:  # fmt: skip
    """Take over what a person changed in the CRM since we last looked."""
    if isinstance(record, Gone):
        return  # see `gone`, which asks the CRM
    mine.record_id = record.record_id  # it may have been merged
    lead = lead_queries.find(session, mine.workspace_id, mine.lead_id, lock=True)
    theirs = seen_of(record)
    if lead.merged_into is None:
        before: dict[str, Any] = mine.seen or _as_written(mine, theirs)
        before = before | _arrived(before.get("writing", {}), theirs)
        _take_owner(session, connection, owner_of, mine, lead, before, theirs)
        theirs = _take_stage(session, connection, mine, lead, before, record, theirs)
        if mine.refused == Why.NOT_TAKEN and _agree(session, owner_of, lead, record):
            mine.refused = mine.refused_why = None
    mine.seen, mine.memory = theirs, {**mine.memory, **record.memory}
    card.show(session, connection, mine)


def _arrived(writing: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
    """Those of the values that we began to write which are there."""
    return {name: value for name, value in writing.items() if theirs[name] == value}


def _as_written(mine: CrmRecord, theirs: dict[str, Any]) -> dict[str, Any]:
    """What we have never looked at is taken to be as we wrote it; of its stage only an end counts,
    since a CRM may have other words for what we wrote."""
    written = {name: mine.written.get(name) for name in theirs} | {"owner_id": theirs["owner_id"]}
    if theirs["stage"] not in _ENDS:
        written["stage"] = theirs["stage"]
    return written


def _take_owner(
    session: Session, connection: Connection, owner_of: users.OwnerOf, mine: CrmRecord,
    lead: Lead, before: dict[str, object], theirs: dict[str, object],
) -> None:  # fmt: skip
    """Somebody gave the lead to a colleague there; what was done here meanwhile counts more."""
    user_id = theirs["owner_id"]
    if not user_id or user_id == before["owner_id"]:
        return
    ours = owner_of(lead.claimed_by)
    if ours is not None and ours != mine.written.get("owner_id"):
        return
    person = users.person_of(session, mine.workspace_id, str(user_id))
    if person is None or lead.is_closed:
        return
    if _attempt(mine, partial(external_changes.set_owner, session, lead, person, connection.name)):
        mine.written = mine.written | {"owner_id": user_id}


def _take_stage(
    session: Session, connection: Connection, mine: CrmRecord, lead: Lead,
    before: dict[str, object], record: Record, theirs: dict[str, object],
) -> dict[str, object]:  # fmt: skip
    """Somebody moved the lead, or changed its amount; returns what has been seen now."""
    moved = record.stage is not None and record.stage != before["stage"]
    if moved and record.stage is not stage_of(lead):
        if record.stage is Stage.WON and not (record.amount and record.amount.minor > 0):
            questions.ask_for_amount(session, connection, mine, lead)
            return theirs | {"stage": before["stage"]}
        _move(session, connection, mine, lead, record)
    if lead.status == Status.WON and record.amount is not None and lead.won_amount != record.amount:
        _take_amount(session, connection, mine, lead, before, record.amount)
    elif mine.refused in (Why.AMOUNT, Why.TWO_AMOUNTS):
        questions.settle(session, mine)
    return theirs


def _move(
    session: Session, connection: Connection, mine: CrmRecord, lead: Lead, record: Record
) -> None:
    by = connection.name
    step: Callable[[], object] | None = None
    match record.stage:
        case Stage.WON:
            step = partial(
                external_changes.set_stage,
                session,
                lead,
                external_changes.Stage.WON,
                by,
                amount=record.amount,
            )
        case Stage.LOST:
            why = record.lost_reason or ""
            step = partial(
                external_changes.set_stage, session, lead, external_changes.Stage.LOST, by,
                disposition=_disposition(why), note=why,
            )  # fmt: skip
        case Stage.QUALIFIED:
            step = partial(
                external_changes.set_stage, session, lead, external_changes.Stage.QUALIFIED, by
            )
        case Stage.NEW | Stage.CONTACTED if lead.is_closed:
            step = partial(
                external_changes.set_stage, session, lead, external_changes.Stage.OPEN, by
            )
        case Stage.CONTACTED if lead.first_response_at is None:
            step = partial(
                external_changes.set_stage, session, lead, external_changes.Stage.CONTACTED, by
            )
    if step is not None and _attempt(mine, step):
        _is_written(mine, lead, _OF_STAGE)


def _take_amount(
    session: Session, connection: Connection, mine: CrmRecord, lead: Lead,
    before: dict[str, object], amount: Money,
) -> None:  # fmt: skip
    if (amount.minor, amount.currency) == (before["amount_minor"], before["currency"]):
        return  # it is ours that changed, and is going to be written
    written = (mine.written.get("amount_minor"), mine.written.get("currency"))
    if (lead.won_minor, lead.won_currency) != written and written[0] is not None:
        questions.ask_which_amount(session, connection, mine, lead, amount)
    elif _attempt(
        mine, partial(external_changes.set_amount, session, lead, amount, connection.name)
    ):
        _is_written(mine, lead, _OF_STAGE)


def _attempt(mine: CrmRecord, step: Callable[[], object]) -> bool:
    """Do a step, unless the lead's own rules refuse it: then the admins see why. What the CRM
    refuses is not written yet, so that is shown rather."""
    try:
        step()
    except HandoffError as error:
        if mine.refused not in (Why.INVALID, Why.DUPLICATE):
            mine.refused, mine.refused_why = Why.NOT_TAKEN, error.message
        return False
    return True


def _agree(session: Session, owner_of: users.OwnerOf, lead: Lead, record: Record) -> bool:
    """Whether nothing is left there that could be taken over."""
    ours, theirs = stage_of(lead), record.stage
    if ours is Stage.RECYCLED and theirs is Stage.LOST:
        theirs = ours  # some CRMs have no other word for it
    if theirs not in (None, ours) and (lead.is_closed or theirs in _ENDS):
        return False
    if lead.status == Status.WON and record.amount not in (None, lead.won_amount):
        return False
    if lead.is_closed or not record.owner_id or record.owner_id == owner_of(lead.claimed_by):
        return True
    return users.person_of(session, lead.workspace_id, record.owner_id) is None


def _is_written(mine: CrmRecord, lead: Lead, names: Sequence[str]) -> None:
    """What was taken over is there already, so it is not written back."""
    now = as_json(Values(**stage_values(lead)))
    taken = {name: now[name] for name in names if name in now}
    mine.written = after_taking(mine.written, taken)


def _disposition(reason: str) -> Disposition | None:
    """Our code for the CRM's reason, where it says the same."""
    words = reason.strip().casefold()
    return next((code for code in Disposition if words.startswith(code.label.casefold())), None)


def gone(connection: Connection, crm: Crm, workspace_id: int, lead_ids: Sequence[int]) -> None:
    """Records that were deleted: one with the same email address takes their place; else a person
    decides, and nothing is made anew."""
    store = connection.store
    with store.transaction() as session:
        rows = session.execute(select(Lead.id, Lead.email).where(Lead.id.in_(lead_ids))).all()
    emails = {lead_id: email.lower() for lead_id, email in rows if email}
    others = crm.find(sorted(set(emails.values()))) if emails else {}
    with store.transaction() as session:
        lost = 0
        for mine in hold(session, lead_ids).values():
            other = others.get(emails.get(mine.lead_id, ""))
            if other is not None and other != mine.record_id:
                _relink(mine, other)
                mark(session, workspace_id, [mine.lead_id])
            else:
                mine.refused, mine.refused_why = Why.GONE, f"deleted in {connection.name}"
                lost += 1
            card.show(session, connection, mine)
        if lost:
            notices.tell_of_gone(session, workspace_id, connection.name, lost)


def _relink(mine: CrmRecord, record_id: str) -> None:
    kept = {name: value for name, value in mine.written.items() if name in _OF_THE_PERSON}
    mine.record_id, mine.memory, mine.written, mine.seen = record_id, {}, kept, {}
